/* SPDX-License-Identifier: MIT */
/*
 * A read fault of a file maps the cached pages beside it: faults are counted. What it must not do:
 * reach over the end of the file or of the area, hide a truncation, or show a private copy's neighbours
 * anything but the file.
 *
 * machine: mem=16
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "check.h"

#define NAME	"/root/fault_around.tmp"
#define AROUND	16u		/* pages that one fault maps, at most */
#define PAGES	(8 * AROUND)

static sigjmp_buf back;
static int fd;

static void on_bus(int sig)
{
	siglongjmp(back, sig);
}

static int signal_of_read(volatile unsigned char *p)
{
	int sig = sigsetjmp(back, 1);

	if (sig == 0)
		(void)*p;
	return sig;
}

static long faults(void)
{
	struct rusage usage;

	check(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_minflt;
}

/* Page n of the file begins with n. */
static void make(void)
{
	fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0644);
	check(fd >= 0);
	for (unsigned int n = 0; n < PAGES; n++) {
		unsigned char page[PAGE] = { (unsigned char)n };

		check(write(fd, page, PAGE) == PAGE);
	}
}

static volatile unsigned char *map(unsigned int pages, int prot, int flags)
{
	unsigned char *p = mmap(NULL, pages * PAGE, prot, flags, fd, 0);

	check(p != MAP_FAILED);
	return p;
}

static void reading_faults_once_a_block(int flags)
{
	volatile unsigned char *p = map(PAGES, PROT_READ, flags);
	long before = faults();

	for (unsigned int n = 0; n < PAGES; n++)
		check(p[n * PAGE] == n);
	check(faults() - before <= (long)(PAGES / AROUND) + 1);
	check(faults() - before >= (long)(PAGES / AROUND));
	check(munmap((void *)p, PAGES * PAGE) == 0);
}

/* The neighbours that came along are still copied when they are written, and the file stays as it was. */
static void writing_copies_neighbours(void)
{
	volatile unsigned char *p = map(PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	volatile unsigned char *shared = map(PAGES, PROT_READ, MAP_SHARED);

	check(p[0] == 0);
	for (unsigned int n = 0; n < PAGES; n++)
		p[n * PAGE] = (unsigned char)~n;
	for (unsigned int n = 0; n < PAGES; n++)
		check(p[n * PAGE] == (unsigned char)~n && shared[n * PAGE] == n);
	check(munmap((void *)p, PAGES * PAGE) == 0 && munmap((void *)shared, PAGES * PAGE) == 0);
}

/* The area ends in the middle of a block: what lies behind it stays unmapped. */
static void stays_in_the_area(void)
{
	unsigned char *hole = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *p;

	check(hole != MAP_FAILED);
	p = mmap(hole, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	check(p == hole && *(volatile unsigned char *)p == 0);
	check(signal_of_read(hole + PAGE) == SIGSEGV);
	check(munmap(hole, 4 * PAGE) == 0);
}

static void truncation_takes_all(void)
{
	volatile unsigned char *p = map(PAGES, PROT_READ, MAP_SHARED);

	check(p[0] == 0 && p[PAGE] == 1);
	check(ftruncate(fd, PAGE + 1) == 0);
	check(p[0] == 0 && p[PAGE] == 1);
	for (unsigned int n = 2; n < PAGES; n++)
		check(signal_of_read(p + n * PAGE) == SIGBUS);
	/* Grown again: zeroes, not what was there. */
	check(ftruncate(fd, PAGES * PAGE) == 0);
	for (unsigned int n = 2; n < PAGES; n++)
		check(p[n * PAGE] == 0);
	check(munmap((void *)p, PAGES * PAGE) == 0);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_bus };

	check(sigaction(SIGBUS, &action, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
	make();
	reading_faults_once_a_block(MAP_SHARED);
	reading_faults_once_a_block(MAP_PRIVATE);
	writing_copies_neighbours();
	stays_in_the_area();
	truncation_takes_all();
	check(unlink(NAME) == 0);
	return 0;
}
