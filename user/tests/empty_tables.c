/* SPDX-License-Identifier: MIT */
/*
 * Page tables that became empty are memory for others: under pressure those go that held only pages of zeroes, of
 * a file, or what the process has given up; not the table that holds swapped pages. Nothing of the contents changes.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because Linux keeps an empty table as long as its area
 */
#include "proc.h"

#define TABLE_SPAN	(4u * MIB)
#define TABLES		48u		/* of each kind */
#define SIZE		(TABLES * TABLE_SPAN)
#define TABLE_KB	4
#define OTHERS		8		/* tables that may come and go with the test itself */
#define ROUNDS		10
#define FILE_NAME	"/tmp/empty_tables"

static unsigned char *map(int fd, int flags)
{
	unsigned char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, fd, 0);

	check(p != MAP_FAILED);
	return p;
}

static void touch(unsigned char *p, unsigned char value)
{
	for (size_t at = 0; at < SIZE; at += TABLE_SPAN)
		p[at] = value;
}

static void compare(const volatile unsigned char *p, unsigned char value)
{
	for (size_t at = 0; at < SIZE; at += TABLE_SPAN)
		check(p[at] == value);
}

static long tables(void)
{
	return proc_number("/proc/self/status", "VmPTE") / TABLE_KB;
}

/* Memory is pressed until not many more tables than these are left. */
static void press_until(long left)
{
	for (int i = 0; i < ROUNDS && tables() > left + OTHERS; i++)
		press_memory();
	printf("%ld tables, %ld expected\n", tables(), left);
	check(tables() >= left && tables() <= left + OTHERS);
}

int main(void)
{
	long before = tables(), reclaimed = vmstat("pgtable_reclaim");
	int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	unsigned char *zeroes, *file, *given_up, *written;

	check(fd >= 0 && unlink(FILE_NAME) == 0 && ftruncate(fd, SIZE) == 0);
	zeroes = map(-1, MAP_PRIVATE | MAP_ANONYMOUS);
	file = map(fd, MAP_SHARED);
	given_up = map(-1, MAP_PRIVATE | MAP_ANONYMOUS);
	written = map(-1, MAP_PRIVATE | MAP_ANONYMOUS);
	compare(zeroes, 0);
	touch(file, 2);
	touch(given_up, 3);
	touch(written, 4);
	check(tables() >= before + 4 * (long)TABLES);
	check(madvise(given_up, SIZE, MADV_DONTNEED) == 0);

	press_until(before + TABLES);
	check(vmstat("pgtable_reclaim") - reclaimed >= 3 * (long)TABLES - OTHERS);
	compare(zeroes, 0);
	compare(file, 2);
	compare(given_up, 0);
	compare(written, 4);
	press_until(before + TABLES);
	return 0;
}
