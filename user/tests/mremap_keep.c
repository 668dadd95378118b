/* SPDX-License-Identifier: MIT */
/*
 * mremap that leaves the old place mapped: with MREMAP_DONTUNMAP the pages move, in memory or in swap, and
 * what stays behind reads as fresh; with an old size of 0 a shared object is mapped once more. And what mremap refuses.
 *
 * machine: mem=8 swap=32
 */
#include <fcntl.h>
#include <stdint.h>

#include "proc.h"

#define PAGES 64u
#define SIZE (PAGES * PAGE)
#define RW (PROT_READ | PROT_WRITE)
#define DONTUNMAP 4
#define PAGEOUT 21

static char *map(int flags, int fd)
{
	char *p = mmap(NULL, SIZE, RW, flags, fd, 0);

	check(p != MAP_FAILED);
	return p;
}

static int refused(void *old, size_t old_size, size_t new_size, int flags, void *place)
{
	return mremap(old, old_size, new_size, flags, place) == MAP_FAILED ? errno : 0;
}

static void expect_zeroes(const char *p)
{
	for (unsigned int i = 0; i < SIZE; i++)
		check(p[i] == 0);
}

static long data_kib(void)
{
	return proc_number("/proc/self/status", "VmData");
}

/* Private memory: the new place has the pages, the old one is as if just mapped, and both count. */
static void pages_move(void)
{
	char *old = map(MAP_PRIVATE | MAP_ANONYMOUS, -1), *new, *place;
	long before = data_kib();

	fill_pages(old, PAGES, 1);
	check(madvise(old, SIZE / 2, PAGEOUT) == 0 && proc_number("/proc/self/status", "VmSwap") > 0);
	new = mremap(old, SIZE, SIZE, MREMAP_MAYMOVE | DONTUNMAP);
	check(new != MAP_FAILED && new != old && data_kib() == before + (long)SIZE / 1024);
	expect_zeroes(old);
	expect_pages(new, PAGES, 1);
	fill_pages(old, PAGES, 2);
	expect_pages(new, PAGES, 1);
	place = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	check(mremap(old, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED | DONTUNMAP, place) == place);
	expect_zeroes(old);
	expect_pages(place, PAGES, 2);
	check(mlock(place, SIZE) == 0);
	check(mremap(place, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED | DONTUNMAP, old) == old);
	expect_pages(old, PAGES, 2);
	check(proc_number("/proc/self/status", "VmLck") == (long)SIZE / 1024 && madvise(place, SIZE, MADV_DONTNEED) == 0);
	check(munmap(old, SIZE) == 0 && munmap(new, SIZE) == 0 && munmap(place, SIZE) == 0);
}

/* Pages of a file are found again at the old place as well. */
static void file_pages_move(void)
{
	char path[] = "/tmp/mremap_keep.XXXXXX", *old, *new;
	int fd = mkstemp(path);

	check(fd >= 0 && unlink(path) == 0 && ftruncate(fd, SIZE) == 0);
	old = map(MAP_SHARED, fd);
	fill_pages(old, PAGES, 3);
	new = mremap(old, SIZE, SIZE, MREMAP_MAYMOVE | DONTUNMAP);
	check(new != MAP_FAILED);
	expect_pages(old, PAGES, 3);
	fill_pages(new, PAGES, 4);
	expect_pages(old, PAGES, 4);
	check(munmap(old, SIZE) == 0 && munmap(new, SIZE) == 0 && close(fd) == 0);
}

/* The same object from the page on that is named, as far as is asked for. */
static void once_more(void)
{
	char *p = map(MAP_SHARED | MAP_ANONYMOUS, -1), *second, *middle;

	fill_pages(p, PAGES, 5);
	second = mremap(p, 0, SIZE, MREMAP_MAYMOVE);
	check(second != MAP_FAILED && second != p);
	expect_pages(second, PAGES, 5);
	middle = mremap(p + 8 * PAGE, 0, 2 * PAGE, MREMAP_MAYMOVE);
	check(middle != MAP_FAILED && middle[0] == 5 + 8 && middle[PAGE] == 5 + 9);
	middle[0] = 77;
	check(p[8 * PAGE] == 77 && second[8 * PAGE] == 77 && munmap(p, SIZE) == 0 && second[8 * PAGE] == 77);
	check(munmap(second, SIZE) == 0 && middle[0] == 77 && munmap(middle, 2 * PAGE) == 0);
}

static void what_is_refused(void)
{
	char *p = map(MAP_PRIVATE | MAP_ANONYMOUS, -1), *shared = map(MAP_SHARED | MAP_ANONYMOUS, -1);

	check(refused(p, SIZE, SIZE, DONTUNMAP, NULL) == EINVAL);
	check(refused(p, SIZE, 2 * SIZE, MREMAP_MAYMOVE | DONTUNMAP, NULL) == EINVAL);
	check(refused(p, SIZE, PAGE, MREMAP_MAYMOVE | DONTUNMAP, NULL) == EINVAL);
	check(refused(p, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED | DONTUNMAP, p + PAGE) == EINVAL);
	check(refused(p, SIZE, SIZE, MREMAP_MAYMOVE | 8, NULL) == EINVAL && refused(p, SIZE, SIZE, MREMAP_FIXED, p) == EINVAL);
	check(refused(p, 0, PAGE, MREMAP_MAYMOVE, NULL) == EINVAL && refused(shared, 0, PAGE, 0, NULL) == ENOMEM);
	check(refused(shared, 0, 0, MREMAP_MAYMOVE, NULL) == EINVAL && refused(shared + 1, 0, PAGE, MREMAP_MAYMOVE, NULL) == EINVAL);
	check(refused(p, PAGE, 0xc0000000, MREMAP_MAYMOVE, NULL) == ENOMEM);
	check(munmap(shared, SIZE) == 0 && refused(shared, 0, PAGE, MREMAP_MAYMOVE, NULL) == EFAULT);
	/* The same size over a hole is not looked at, more than is mapped cannot grow. */
	check(munmap(p + PAGE, PAGE) == 0 && mremap(p, 3 * PAGE, 3 * PAGE, 0) == p);
	check(refused(p, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE, NULL) == EFAULT);
	check(refused(p + PAGE, PAGE, PAGE, 0, NULL) == EFAULT && munmap(p, SIZE) == 0);
}

int main(void)
{
	pages_move();
	file_pages_move();
	once_more();
	what_is_refused();
	return 0;
}
