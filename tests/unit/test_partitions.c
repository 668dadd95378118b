/* SPDX-License-Identifier: MIT */
/*
 * The MBR parser: primary and logical partitions, and tables made to mislead it.
 *
 * links: kernel/block/partitions.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "../../kernel/block/partitions.h"

#define CAPACITY 100000u
#define SECTORS 64u /* the parser may ask for: others read as zeroes */

static u8 disk[SECTORS][512];
static u64 where[SECTORS]; /* the sector number each image stands for */
static unsigned int nr_images, nr_reads;
static u64 failing;

static int read_image(void *ctx, u64 sector, u8 *buf)
{
	unsigned int i;

	(void)ctx;
	nr_reads++;
	if (sector == failing)
		return -EIO;
	assert_true(sector < CAPACITY);
	memset(buf, 0, 512);
	for (i = 0; i < nr_images; i++)
		if (where[i] == sector)
			memcpy(buf, disk[i], 512);
	return 0;
}

static u8 *image(u64 sector)
{
	where[nr_images] = sector;
	memset(disk[nr_images], 0, 512);
	disk[nr_images][510] = 0x55;
	disk[nr_images][511] = 0xaa;
	return disk[nr_images++];
}

static void entry(u8 *table, unsigned int i, u8 type, u32 start, u32 size)
{
	u8 *e = table + 446 + 16 * i;

	e[4] = type;
	memcpy(e + 8, &start, 4);
	memcpy(e + 12, &size, 4);
}

static int setup(void **state)
{
	(void)state;
	nr_images = nr_reads = 0;
	failing = ~0ull;
	return 0;
}

static void expect(const struct partition *p, unsigned int number, u64 start, u64 size, u8 type)
{
	assert_int_equal(p->number, number);
	assert_int_equal(p->start, start);
	assert_int_equal(p->size, size);
	assert_int_equal(p->type, type);
}

static void primary(void **state)
{
	struct partition out[MAX_PARTITIONS];
	u8 *mbr = image(0);

	(void)state;
	entry(mbr, 0, 0x83, 2048, 40000);
	entry(mbr, 2, 0x82, 50000, 50000);
	assert_int_equal(parse_mbr(read_image, NULL, CAPACITY, out), 2);
	expect(&out[0], 1, 2048, 40000, 0x83);
	expect(&out[1], 3, 50000, 50000, 0x82);
}

static void no_table(void **state)
{
	struct partition out[MAX_PARTITIONS];
	u8 *mbr = image(0);

	(void)state;
	mbr[446] = 0x17; /* boot code of a file system, not a flag */
	entry(mbr, 1, 0x83, 2048, 1000);
	assert_int_equal(parse_mbr(read_image, NULL, CAPACITY, out), 0);
	mbr[446] = 0;
	mbr[511] = 0;
	assert_int_equal(parse_mbr(read_image, NULL, CAPACITY, out), 0);
	assert_int_equal(parse_mbr(read_image, NULL, 0, out), 0);
}

static void outside(void **state)
{
	struct partition out[MAX_PARTITIONS];
	u8 *mbr = image(0);

	(void)state;
	entry(mbr, 0, 0x83, 2048, CAPACITY);
	entry(mbr, 1, 0x83, CAPACITY, 1);
	entry(mbr, 2, 0x83, 0xffffffff, 0xffffffff);
	entry(mbr, 3, 0x83, 0, 100);
	assert_int_equal(parse_mbr(read_image, NULL, CAPACITY, out), 0);
}

static void logical(void **state)
{
	struct partition out[MAX_PARTITIONS];
	u8 *mbr = image(0), *ebr;

	(void)state;
	entry(mbr, 0, 0x83, 2048, 8192);
	entry(mbr, 1, 0x05, 20000, 60000);
	ebr = image(20000);
	entry(ebr, 0, 0x83, 63, 5000);
	entry(ebr, 1, 0x05, 10000, 5063);
	ebr = image(30000);
	entry(ebr, 0, 0x82, 63, 4000);
	assert_int_equal(parse_mbr(read_image, NULL, CAPACITY, out), 4);
	expect(&out[0], 1, 2048, 8192, 0x83);
	expect(&out[1], 2, 20000, 60000, 0x05);
	expect(&out[2], 5, 20063, 5000, 0x83);
	expect(&out[3], 6, 30063, 4000, 0x82);
}

/* A link back makes a ring; a link out of the partition leads nowhere. */
static void hostile_chain(void **state)
{
	struct partition out[MAX_PARTITIONS];
	u8 *mbr = image(0), *ebr;

	(void)state;
	entry(mbr, 0, 0x0f, 20000, 60000);
	ebr = image(20000);
	entry(ebr, 0, 0x83, 63, 100);
	entry(ebr, 1, 0x05, 10000, 1000);
	ebr = image(30000);
	entry(ebr, 0, 0x83, 63, 100);
	entry(ebr, 1, 0x05, 10000, 1000); /* itself */
	assert_int_equal(parse_mbr(read_image, NULL, CAPACITY, out), 3);
	assert_true(nr_reads <= 4);
	entry(ebr, 1, 0x05, 60000, 1000); /* outside */
	assert_int_equal(parse_mbr(read_image, NULL, CAPACITY, out), 3);
}

static void long_chain(void **state)
{
	struct partition out[MAX_PARTITIONS];
	u8 *mbr = image(0), *ebr;
	unsigned int i;
	int n;

	(void)state;
	entry(mbr, 0, 0x05, 1000, 90000);
	for (i = 0; i < 40; i++) {
		ebr = image(1000 + 100 * i);
		entry(ebr, 0, 0x83, 10, 50);
		entry(ebr, 1, 0x05, 100 * (i + 1), 100);
	}
	n = parse_mbr(read_image, NULL, CAPACITY, out);
	assert_int_equal(n, 1 + MAX_PARTITIONS - 4);
	assert_int_equal(out[n - 1].number, MAX_PARTITIONS);
}

static void read_errors(void **state)
{
	struct partition out[MAX_PARTITIONS];
	u8 *mbr = image(0);

	(void)state;
	entry(mbr, 0, 0x05, 1000, 90000);
	failing = 1000;
	assert_int_equal(parse_mbr(read_image, NULL, CAPACITY, out), -EIO);
	failing = 0;
	assert_int_equal(parse_mbr(read_image, NULL, CAPACITY, out), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(primary, setup),
		cmocka_unit_test_setup(no_table, setup),
		cmocka_unit_test_setup(outside, setup),
		cmocka_unit_test_setup(logical, setup),
		cmocka_unit_test_setup(hostile_chain, setup),
		cmocka_unit_test_setup(long_chain, setup),
		cmocka_unit_test_setup(read_errors, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
