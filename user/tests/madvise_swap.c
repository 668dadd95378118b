/* SPDX-License-Identifier: MIT */
/*
 * Advice about swap: PAGEOUT puts pages there, COLD makes them the next to go, WILLNEED brings private and shared memory
 * back before it is touched, POPULATE makes pages present, FREE gives up what is in them unless they are written again.
 *
 * machine: mem=8 swap=32
 */
#include <stdint.h>
#include <sys/resource.h>

#include "proc.h"

#define PAGES 64u
#define SIZE (PAGES * PAGE)
#define KIB ((long)SIZE / 1024)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED (MAP_SHARED | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)
#define LINE 200
#define PATIENCE 300	/* hundredths of a second */
#define BATCH 60	/* KiB: up to 15 pages of MADV_FREE wait in Linux for the next */
#define NOHUGEPAGE 15

enum { ADV_FREE = 8, ADV_COLD = 20, ADV_PAGEOUT, ADV_POPULATE_READ, ADV_POPULATE_WRITE };

static char *map(int prot, int flags)
{
	char *p = mmap(NULL, SIZE, prot, flags, -1, 0);

	check(p != MAP_FAILED && madvise(p, SIZE, NOHUGEPAGE) == 0);
	return p;
}

static void advise(char *p, int advice)
{
	check(madvise(p, SIZE, advice) == 0);
}

/* A line of smaps, of the area that begins at p: kB. */
static long size_of(const char *p, const char *name)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	unsigned long at, start = 0, end;
	char line[LINE], word[24];
	long kib, found = -1;

	check(f);
	while (found < 0 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &at, &end) == 2)
			start = at;
		else if (start == (uintptr_t)p && sscanf(line, "%23[^:]: %ld kB", word, &kib) == 2 && !strcmp(word, name))
			found = kib;
	}
	check(fclose(f) == 0 && found >= 0);
	return found;
}

/* Another process takes what is available and a part of swap. */
static void press(void)
{
	size_t size = (meminfo("MemAvailable") + meminfo("SwapFree") / 2) * 1024ul;
	pid_t pid = fork();

	if (pid == 0) {
		char *p = mmap(NULL, size, RW, PRIVATE, -1, 0);

		check(p != MAP_FAILED);
		for (size_t at = 0; at < size; at += PAGE)
			p[at] = 1;
		_exit(0);
	}
	join(pid);
}

static long major_faults(void)
{
	struct rusage usage;

	check(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_majflt;
}

static long minor_faults(void)
{
	struct rusage usage;

	check(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_minflt;
}

/* An area apart from others, so that smaps tells of it alone. */
static char *lone_area(void)
{
	char *p = mmap(NULL, SIZE + 2 * PAGE, PROT_NONE, PRIVATE, -1, 0);

	check(p != MAP_FAILED && mprotect(p + PAGE, SIZE, RW) == 0 && madvise(p + PAGE, SIZE, NOHUGEPAGE) == 0);
	return p + PAGE;
}

static void page_out(void)
{
	char *p = lone_area();
	long before = vmstat("pswpout");
	unsigned char there[PAGES];
	unsigned int cached = 0;

	fill_pages(p, PAGES, 1);
	advise(p, ADV_PAGEOUT);
	/* No pte has them, but the swap cache, until somebody wants the memory. */
	check(mincore(p, SIZE, there) == 0);
	for (unsigned int i = 0; i < PAGES; i++)
		cached += there[i] & 1;
	check(cached > PAGES / 2);
	check(size_of(p, "Rss") == 0 && size_of(p, "Swap") == KIB && vmstat("pswpout") >= before + (long)PAGES);
	expect_pages(p, PAGES, 1);
	check(size_of(p, "Rss") == KIB && munmap(p, SIZE) == 0);
}

/* What two processes map is not one's to push out. */
static void shared_page_out(void)
{
	char *p = lone_area();
	int ends[2];
	pid_t pid;
	char c;

	fill_pages(p, PAGES, 2);
	check(pipe(ends) == 0);
	pid = fork();
	if (pid == 0) {
		check(close(ends[1]) == 0 && read(ends[0], &c, 1) == 0);
		expect_pages(p, PAGES, 2);
		_exit(0);
	}
	advise(p, ADV_PAGEOUT);
	check(size_of(p, "Rss") == KIB && size_of(p, "Swap") == 0 && close(ends[1]) == 0);
	join(pid);
	check(close(ends[0]) == 0 && munmap(p, SIZE) == 0);
}

static void cold(void)
{
	char *p = lone_area();

	fill_pages(p, PAGES, 3);
	check(size_of(p, "Referenced") == KIB);
	advise(p, ADV_COLD);
	check(size_of(p, "Referenced") == 0 && size_of(p, "Rss") == KIB);
	expect_pages(p, PAGES, 3);
	check(size_of(p, "Referenced") == KIB && munmap(p, SIZE) == 0);
}

/* Out to swap, and out of memory as well. */
static void send_away(char *p)
{
	long faults;
	int times = 0;

	do {
		check(times++ < 8);
		advise(p, ADV_PAGEOUT);
		press();
		faults = major_faults();
		(void)*(volatile char *)p;
	} while (major_faults() == faults);
	advise(p, ADV_PAGEOUT);
	press();
}

/* All of it comes by itself, and what touches it then waits for no transfer. */
static void will_need(int flags)
{
	char *p = map(RW, flags);
	long read, faults;
	int patience = PATIENCE;

	fill_pages(p, PAGES, 4);
	send_away(p);
	read = vmstat("pswpin");
	advise(p, MADV_WILLNEED);
	while (vmstat("pswpin") < read + (long)PAGES / 2 && patience--)
		usleep(10000);
	check(patience > 0);
	usleep(100000);
	faults = major_faults();
	expect_pages(p, PAGES, 4);
	faults = major_faults() - faults;
	printf("%ld of %u pages had to be waited for\n", faults, PAGES);
	check(faults <= (long)PAGES / 8 && munmap(p, SIZE) == 0);
}

static void populate(void)
{
	char *p = lone_area(), *none = map(PROT_NONE, PRIVATE), *ro = map(PROT_READ, PRIVATE);
	unsigned char vec[PAGES];
	long faults;

	advise(p, ADV_POPULATE_READ);
	check(size_of(p, "Rss") == 0 && mincore(p, SIZE, vec) == 0 && vec[0] == 1 && vec[PAGES - 1] == 1);
	advise(p, ADV_POPULATE_WRITE);
	check(size_of(p, "Rss") == KIB && size_of(p, "Private_Dirty") == KIB);
	faults = minor_faults();
	for (unsigned int i = 0; i < SIZE; i++)
		check(p[i] == 0);
	fill_pages(p, PAGES, 5);
	check(minor_faults() - faults < (long)PAGES / 8);
	advise(p, ADV_PAGEOUT);
	advise(p, ADV_POPULATE_WRITE);
	check(size_of(p, "Rss") == KIB);
	expect_pages(p, PAGES, 5);
	check(madvise(none, PAGE, ADV_POPULATE_READ) == -1 && errno == EINVAL);
	check(madvise(ro, PAGE, ADV_POPULATE_READ) == 0 && madvise(ro, PAGE, ADV_POPULATE_WRITE) == -1 && errno == EINVAL);
	check(munmap(p, SIZE) == 0 && munmap(none, SIZE) == 0);
	check(madvise(p, PAGE, ADV_POPULATE_READ) == -1 && errno == ENOMEM && munmap(ro, SIZE) == 0);
}

static void populate_file(void)
{
	char path[] = "/tmp/madvise_swap.XXXXXX", *p;
	int fd = mkstemp(path);

	check(fd >= 0 && unlink(path) == 0 && ftruncate(fd, PAGE) == 0);
	p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	check(p != MAP_FAILED && madvise(p, PAGE, ADV_POPULATE_WRITE) == 0);
	check(madvise(p, 2 * PAGE, ADV_POPULATE_READ) == -1 && errno == EFAULT);
	check(munmap(p, 2 * PAGE) == 0 && close(fd) == 0);
}

/* The advice is not followed for a page that is just being written; Linux also finds out the first time only that a
 * page was written to.  So it is given until all have gone. */
static void push_out(char *p)
{
	for (int patience = 100; size_of(p, "Rss") && patience; patience--) {
		advise(p, ADV_PAGEOUT);
		usleep(1000);
	}
	check(size_of(p, "Rss") == 0);
}

/* Every page is as it was, or empty; those from `written` on were written again. */
static void freed(void)
{
	const unsigned int written = PAGES / 2;
	long given_up = vmstat("pglazyfree"), dropped = vmstat("pglazyfreed"), out;
	char *p = lone_area();

	fill_pages(p, PAGES, 6);
	advise(p, ADV_FREE);
	check(size_of(p, "LazyFree") >= KIB - BATCH && size_of(p, "LazyFree") <= KIB && size_of(p, "Rss") == KIB);
	check(vmstat("pglazyfree") * 4 >= given_up * 4 + KIB - BATCH);
	expect_pages(p, PAGES, 6);
	for (unsigned int i = written; i < PAGES; i++)
		p[i * PAGE] = p[i * PAGE + 1];
	check(size_of(p, "LazyFree") >= KIB / 2 - BATCH && size_of(p, "LazyFree") <= KIB / 2);
	out = vmstat("pswpout");
	push_out(p);
	check(size_of(p, "Swap") == KIB / 2 && vmstat("pglazyfreed") >= dropped + (long)written);
	check(vmstat("pswpout") < out + (long)PAGES);
	for (unsigned int i = 0; i < SIZE; i++)
		check(p[i] == (i / PAGE < written ? 0 : (char)(6 + i / PAGE)));
	/* What is in swap goes at once. */
	fill_pages(p, PAGES, 7);
	push_out(p);
	check(size_of(p, "Swap") == KIB);
	advise(p, ADV_FREE);
	check(size_of(p, "Swap") == 0 && p[0] == 0 && p[SIZE - 1] == 0 && munmap(p, SIZE) == 0);
}

/* A child's memory is its own: what the parent gives up may be empty there too, but never what was written since. */
static void freed_before_fork(void)
{
	char *p = lone_area();
	pid_t pid;

	fill_pages(p, PAGES, 8);
	advise(p, ADV_FREE);
	pid = fork();
	if (pid == 0) {
		fill_pages(p, PAGES, 9);
		advise(p, ADV_PAGEOUT);
		expect_pages(p, PAGES, 9);
		_exit(0);
	}
	join(pid);
	for (unsigned int i = 0; i < PAGES; i++)
		check(p[i * PAGE] == (char)(8 + i) || p[i * PAGE] == 0);
	fill_pages(p, PAGES, 10);
	advise(p, ADV_PAGEOUT);
	expect_pages(p, PAGES, 10);
	check(munmap(p, SIZE) == 0);
}

/* Reclaim takes it by itself, without a transfer. */
static void freed_under_pressure(void)
{
	char *p = lone_area();

	fill_pages(p, PAGES, 11);
	advise(p, ADV_FREE);
	press();
	press();
	check(size_of(p, "Swap") == 0);
	for (unsigned int i = 0; i < SIZE; i++)
		check(p[i] == (char)(11 + i / PAGE) || p[i] == 0);
	check(p[0] == 0 && munmap(p, SIZE) == 0);
}

int main(void)
{
	page_out();
	shared_page_out();
	cold();
	will_need(PRIVATE);
	will_need(SHARED);
	populate();
	populate_file();
	freed();
	freed_before_fork();
	freed_under_pressure();
	return 0;
}
