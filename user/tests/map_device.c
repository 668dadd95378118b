/* SPDX-License-Identifier: MIT */
/*
 * A block device mapped shared: nothing but the first store into a clean page tells the device's cache of it, so
 * that msync writes it. It is on the disk then: the cache can be emptied, and the bytes come back from there.
 *
 * The device is the swap area's, turned off meanwhile.
 *
 * machine: mem=16
 * oracle: none, because Linux's machine here has no disk with a swap area
 */
#include <sys/syscall.h>

#include "proc.h"

#define PAGES 8u
#define ROUNDS 3u
#define BEGIN (16 * PAGE)	/* behind the area's header */

static unsigned char *map;
static int fd;

static void map_device(void)
{
	map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, BEGIN);
	check(map != MAP_FAILED);
}

static unsigned int cached(void)
{
	unsigned char resident[PAGES];
	unsigned int n = 0;

	check(mincore(map, PAGES * PAGE, resident) == 0);
	for (unsigned int i = 0; i < PAGES; i++)
		n += resident[i] & 1;
	return n;
}

static void empty_cache(void)
{
	check(munmap(map, PAGES * PAGE) == 0);
	proc_write("/proc/sys/vm/drop_caches", "1");
	map_device();
	check(cached() == 0);
}

/* The second time the pages have been clean and mapped before. */
static void store_and_sync(void)
{
	for (unsigned int i = 0; i < PAGES; i++)
		map[i * PAGE]++;
	check(msync(map, PAGES * PAGE, MS_SYNC) == 0);
}

int main(void)
{
	unsigned char first[PAGES];
	char name[64];

	first_swap_area(name, sizeof(name));
	check(syscall(SYS_swapoff, name) == 0);
	fd = open(name, O_RDWR);
	check(fd >= 0);
	map_device();
	for (unsigned int i = 0; i < PAGES; i++)
		first[i] = map[i * PAGE]; /* whatever was swapped there last */
	for (unsigned int round = 0; round < ROUNDS; round++)
		store_and_sync();
	empty_cache();
	for (unsigned int i = 0; i < PAGES; i++)
		check(map[i * PAGE] == (unsigned char)(first[i] + ROUNDS));
	check(munmap(map, PAGES * PAGE) == 0 && close(fd) == 0);
	check(syscall(SYS_swapon, name, 0) == 0);
	return 0;
}
