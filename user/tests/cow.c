/* SPDX-License-Identifier: MIT */
/*
 * fork shares memory until somebody writes: 8 MiB of dirty pages cost no copy at the fork and none when
 * they are read; each page written costs one fault; nobody sees the other's writes.
 *
 * machine: mem=16 swap=32
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include "check.h"

#define SIZE	(8 * MIB)
#define PAGES	(SIZE / PAGE)
#define WRITTEN	200u
#define SLACK	64	/* faults of the C library and of the stack */

static long faults(void)
{
	struct rusage usage;

	check(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_minflt;
}

static unsigned int *page(unsigned char *base, unsigned int n)
{
	return (unsigned int *)(base + n * PAGE);
}

static void child(unsigned char *base)
{
	long before = faults(), reading, writing;

	for (unsigned int n = 0; n < PAGES; n++)
		check(*page(base, n) == n);
	reading = faults() - before;
	for (unsigned int n = 0; n < WRITTEN; n++)
		*page(base, n) = ~n;
	writing = faults() - before - reading;
	printf("faults: reading %ld, writing %u pages %ld\n", reading, WRITTEN, writing);
	check(reading <= SLACK);
	check(writing >= (long)WRITTEN && writing <= (long)WRITTEN + SLACK);
	for (unsigned int n = 0; n < PAGES; n++)
		check(*page(base, n) == (n < WRITTEN ? ~n : n));
	fflush(stdout);
	_exit(0);
}

int main(void)
{
	unsigned char *base = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	check(base != MAP_FAILED);
	for (unsigned int n = 0; n < PAGES; n++)
		*page(base, n) = n;
	pid = fork();
	if (pid == 0)
		child(base);
	join(pid);
	for (unsigned int n = 0; n < PAGES; n++)
		check(*page(base, n) == n);

	/* Written by the parent while a child holds on to the old content. */
	pid = fork();
	if (pid == 0) {
		usleep(100000);
		for (unsigned int n = 0; n < PAGES; n++)
			check(*page(base, n) == n);
		_exit(0);
	}
	for (unsigned int n = 0; n < PAGES; n += 2)
		*page(base, n) = 0;
	join(pid);
	return 0;
}
