/* SPDX-License-Identifier: MIT */
/*
 * The MBR partition table: four primary entries in sector 0; an extended one holds a chain of
 * sectors, each with one logical partition and a link to the next.
 *
 * Everything read is checked against the disk: a hostile table gives fewer partitions, never one
 * that reaches outside.  A protective MBR (GPT) shows as the one partition that it claims.
 */
#include <quire/compiler.h>
#include <quire/string.h>

#include "partitions.h"

#define MBR_SECTOR_SIZE 512
#define MBR_TABLE 446
#define MBR_ENTRIES 4
#define MBR_SIGNATURE 510
#define FIRST_LOGICAL 5

#define TYPE_EMPTY 0x00
#define TYPE_EXTENDED 0x05
#define TYPE_EXTENDED_LBA 0x0f
#define TYPE_EXTENDED_LINUX 0x85

struct mbr_entry {
	u8 boot;
	u8 chs_first[3];
	u8 type;
	u8 chs_last[3];
	u32 start; /* relative; little-endian, as the machine is */
	u32 size;
} __packed;

struct parse_state {
	read_sector_t read_sector;
	void *ctx;
	u64 capacity;
	struct partition *out;
	int count;
	u8 sector[MBR_SECTOR_SIZE];
};

static bool has_table(const u8 *sector)
{
	const struct mbr_entry *e = (const void *)(sector + MBR_TABLE);
	unsigned int i;

	if (sector[MBR_SIGNATURE] != 0x55 || sector[MBR_SIGNATURE + 1] != 0xaa)
		return false;
	/* The boot sector of a file system has the signature too, but not these flags. */
	for (i = 0; i < MBR_ENTRIES; i++)
		if (e[i].boot != 0 && e[i].boot != 0x80)
			return false;
	return true;
}

static bool is_extended(const struct mbr_entry *e)
{
	return e->type == TYPE_EXTENDED || e->type == TYPE_EXTENDED_LBA ||
	       e->type == TYPE_EXTENDED_LINUX;
}

static void add(struct parse_state *st, unsigned int number, u64 start, u64 size, u8 type)
{
	if (st->count == MAX_PARTITIONS || number > MAX_PARTITIONS || size == 0 ||
	    start == 0 || start >= st->capacity || size > st->capacity - start)
		return;
	st->out[st->count++] = (struct partition){ number, start, size, type };
}

/* The chain inside one extended partition; links are relative to its start. */
static int parse_extended(struct parse_state *st, u64 base, u64 size)
{
	unsigned int number = FIRST_LOGICAL, i;
	u64 at = base;

	while (number <= MAX_PARTITIONS && at < st->capacity) {
		struct mbr_entry table[MBR_ENTRIES];
		int error = st->read_sector(st->ctx, at, st->sector);
		u64 next = 0;

		if (error)
			return error;
		if (!has_table(st->sector))
			return 0;
		memcpy(table, st->sector + MBR_TABLE, sizeof(table));
		for (i = 0; i < MBR_ENTRIES; i++) {
			if (is_extended(&table[i]) && table[i].size)
				next = table[i].start;
			else if (table[i].type != TYPE_EMPTY && table[i].size)
				add(st, number++, at + table[i].start, table[i].size,
				    table[i].type);
		}
		if (next == 0 || next >= size)
			return 0;
		/* Links that go back could make a ring. */
		if (base + next <= at)
			return 0;
		at = base + next;
	}
	return 0;
}

int parse_mbr(read_sector_t read_sector, void *ctx, u64 capacity, struct partition *out)
{
	struct parse_state st = { read_sector, ctx, capacity, out, 0, { 0 } };
	struct mbr_entry table[MBR_ENTRIES];
	bool extended_seen = false;
	unsigned int i;
	int error;

	if (capacity == 0)
		return 0;
	error = read_sector(ctx, 0, st.sector);
	if (error)
		return error;
	if (!has_table(st.sector))
		return 0;
	memcpy(table, st.sector + MBR_TABLE, sizeof(table));
	for (i = 0; i < MBR_ENTRIES; i++)
		if (table[i].type != TYPE_EMPTY)
			add(&st, i + 1, table[i].start, table[i].size, table[i].type);
	for (i = 0; i < MBR_ENTRIES; i++) {
		/* One chain: a second would number its logical partitions as the first does. */
		if (!is_extended(&table[i]) || extended_seen || table[i].size == 0)
			continue;
		extended_seen = true;
		error = parse_extended(&st, table[i].start, table[i].size);
		if (error)
			return error;
	}
	return st.count;
}
