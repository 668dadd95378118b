/* SPDX-License-Identifier: MIT */
/*
 * Dirty file pages: above the background limit they are written while the writer goes on; at the limit he waits, so
 * that there are never many more; and what is older than dirty_expire_centisecs is on the disk without a sync.
 *
 * machine: mem=16 timeout=120
 * oracle: none, because it is about Quire's limits, and Linux's root here is in memory
 */
#include <sys/mman.h>

#include "proc.h"

#define NAME	"/root/dirty_limits.tmp"
#define LIMIT_PERCENT 5
#define CHUNK	16u		/* pages: after so many the kernel looks at the limits */
#define SLACK	(2l * CHUNK)	/* pages: those, and what others dirty (directories, maps of blocks) */
#define FEW	20		/* pages, below every limit */
#define NEVER	1000000		/* hundredths of a second */
#define PATIENCE 20		/* seconds for what takes one or two */

static const char *const tunables[] = { "dirty_ratio", "dirty_background_ratio", "dirty_expire_centisecs",
					"dirty_writeback_centisecs" };
#define TUNABLES (sizeof(tunables) / sizeof(tunables[0]))

static long saved[TUNABLES];

static void save(void)
{
	char path[64];

	for (unsigned int i = 0; i < TUNABLES; i++) {
		snprintf(path, sizeof(path), "/proc/sys/vm/%s", tunables[i]);
		saved[i] = strtol(proc_text(path), NULL, 10);
	}
}

/* Ratios in percent, the age in hundredths of a second. kupdated looks often. */
static void set_limits(int ratio, int background, int expire)
{
	vm_tunable("dirty_ratio", ratio);
	vm_tunable("dirty_background_ratio", background);
	vm_tunable("dirty_expire_centisecs", expire);
	vm_tunable("dirty_writeback_centisecs", 20);
}

static void restore(void)
{
	for (unsigned int i = 0; i < TUNABLES; i++)
		vm_tunable(tunables[i], saved[i]);
}

static long dirty(void)
{
	return vmstat("nr_dirty") + vmstat("nr_writeback");
}

static void write_pages(int fd, unsigned int nr)
{
	static unsigned char chunk[CHUNK * PAGE];
	unsigned int pages;

	memset(chunk, 0xd1, sizeof(chunk));
	for (; nr; nr -= pages) {
		pages = nr < CHUNK ? nr : CHUNK;
		check(write(fd, chunk, pages * PAGE) == (ssize_t)(pages * PAGE));
	}
}

/* Within PATIENCE there are no more than so many. */
static void falls_to(long pages)
{
	for (int tenth = 0; tenth < PATIENCE * 10 && dirty() > pages; tenth++)
		usleep(100000);
	printf("%ld pages dirty or being written\n", dirty());
	check(dirty() <= pages);
}

static int new_file(void)
{
	int fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0);
	sync();
	return fd;
}

/* Pages that a percentage stands for: of free memory and what is on page lists. */
static long pages_of(int percent)
{
	return (vmstat("nr_free_pages") + vmstat("nr_anon_pages") + vmstat("nr_file_pages")) / 100 * percent;
}

static void background_starts(void)
{
	long limit = pages_of(LIMIT_PERCENT), throttled;
	int fd = new_file();

	set_limits(90, LIMIT_PERCENT, NEVER);
	throttled = vmstat("dirty_throttled");
	write_pages(fd, 2 * limit);
	falls_to(limit + SLACK);
	check(vmstat("dirty_throttled") == throttled);
	check(close(fd) == 0);
}

static void writer_is_held(void)
{
	long limit = pages_of(LIMIT_PERCENT), throttled, most = 0;
	int fd = new_file();

	set_limits(LIMIT_PERCENT, LIMIT_PERCENT, NEVER);
	throttled = vmstat("dirty_throttled");
	for (int i = 0; i < 100; i++) {
		write_pages(fd, CHUNK);
		most = dirty() > most ? dirty() : most;
	}
	throttled = vmstat("dirty_throttled") - throttled;
	printf("limit %ld pages; at most %ld were dirty; the writer waited %ld times\n", limit, most, throttled);
	check(throttled > 0);
	check(most <= limit + SLACK);
	check(close(fd) == 0);
}

/* Everything from the disk again, none of it from the cache. */
static void is_on_disk(int fd, unsigned int nr)
{
	unsigned char resident[FEW], *map;

	proc_write("/proc/sys/vm/drop_caches", "1");
	map = mmap(NULL, nr * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	check(map != MAP_FAILED && mincore(map, nr * PAGE, resident) == 0);
	for (unsigned int i = 0; i < nr; i++)
		check(!(resident[i] & 1) && map[i * PAGE] == 0xd1);
	check(munmap(map, nr * PAGE) == 0);
}

/* It has begun and ended a pass since we were called. */
static void kupdated_looks(void)
{
	long runs = vmstat("writeback_runs");

	for (int tenth = 0; tenth < PATIENCE * 10 && vmstat("writeback_runs") < runs + 2; tenth++)
		usleep(100000);
	check(vmstat("writeback_runs") >= runs + 2);
}

static void old_pages_are_written(void)
{
	int fd = new_file();

	set_limits(90, 90, NEVER);
	write_pages(fd, FEW);
	kupdated_looks();
	check(dirty() >= FEW); /* not old yet */
	set_limits(90, 90, 50);
	falls_to(0);
	is_on_disk(fd, FEW);
	check(close(fd) == 0);
}

int main(void)
{
	save();
	background_starts();
	writer_is_held();
	old_pages_are_written();
	restore();
	check(unlink(NAME) == 0);
	return 0;
}
