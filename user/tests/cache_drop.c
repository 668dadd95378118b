/* SPDX-License-Identifier: MIT */
/*
 * One page, three ways to it: what is stored through a shared mapping is what read() gives at once, and what the
 * disk has after msync: it is still there when the cache has been emptied. mincore tells which pages are cached.
 *
 * machine: mem=16
 * oracle: none, because Linux's root here is a RAM file system, whose pages are their own store
 */
#include <sys/mman.h>

#include "proc.h"

#define NAME "/root/cache_drop.tmp"
#define PAGES 16u

static unsigned char *map;
static int fd;

static unsigned int cached(void)
{
	unsigned char resident[PAGES];
	unsigned int n = 0;

	check(mincore(map, PAGES * PAGE, resident) == 0);
	for (unsigned int i = 0; i < PAGES; i++)
		n += resident[i] & 1;
	return n;
}

static void map_file(void)
{
	map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(map != MAP_FAILED);
}

/* Mapped pages stay: unmap, empty the caches, map again. */
static void drop_from_cache(void)
{
	check(munmap(map, PAGES * PAGE) == 0);
	proc_write("/proc/sys/vm/drop_caches", "1");
	map_file();
}

int main(void)
{
	char byte;
	long reads;

	fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0 && ftruncate(fd, PAGES * PAGE) == 0);
	map_file();
	for (unsigned int i = 0; i < PAGES; i++) {
		map[i * PAGE + i] = (unsigned char)(i + 1);
		check(pread(fd, &byte, 1, i * PAGE + i) == 1 && byte == (char)(i + 1));
	}
	check(cached() == PAGES);
	check(msync(map, PAGES * PAGE, MS_SYNC) == 0);
	drop_from_cache();
	check(cached() == 0);
	reads = vmstat("pgpgin");
	for (unsigned int i = 0; i < PAGES; i++)
		check(map[i * PAGE + i] == i + 1 && map[i * PAGE + i + 1] == 0);
	check(vmstat("pgpgin") >= reads + (long)(PAGES * PAGE / 1024));
	check(cached() == PAGES);
	check(munmap(map, PAGES * PAGE) == 0 && close(fd) == 0 && unlink(NAME) == 0);
	return 0;
}
