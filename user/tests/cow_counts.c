/* SPDX-License-Identifier: MIT */
/*
 * The price of copy on write, to the page: a child that writes n of m pages makes n copies; the kernel that writes
 * for it (read()) makes them too; what the child leaves behind costs the parent none; and the same when the pages
 * were on swap. Reading memory that nobody wrote to makes nothing resident.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because only Quire counts copies
 */
#include "proc.h"

#define PAGES	512u
#define WRITTEN	100u
#define READ_IN	10u

static unsigned char *base;

static long copies(void)
{
	return vmstat("pgcopy_cow");
}

/* What counting itself writes to is copied once, before it counts. */
static void warm_up(void)
{
	copies();
	copies();
}

static void fill(void)
{
	for (unsigned int n = 0; n < PAGES; n++)
		base[n * PAGE] = (unsigned char)n;
}

static void verify(unsigned int changed)
{
	for (unsigned int n = 0; n < PAGES; n++)
		check(base[n * PAGE] == (unsigned char)(n < changed ? ~n : n));
}

static void child(int pipe_end)
{
	long before;

	warm_up();
	before = copies();
	for (unsigned int n = 0; n < PAGES; n++)
		check(base[n * PAGE] == (unsigned char)n);
	check(copies() == before);
	for (unsigned int n = 0; n < WRITTEN; n++)
		base[n * PAGE] = ~n;
	check(copies() == before + WRITTEN);
	for (unsigned int n = 0; n < WRITTEN; n++) /* its own now */
		base[n * PAGE + 1] = 1;
	check(copies() == before + WRITTEN);
	for (unsigned int n = WRITTEN; n < WRITTEN + READ_IN; n++)
		check(read(pipe_end, base + n * PAGE + 2, 1) == 1);
	check(copies() == before + WRITTEN + READ_IN);
	verify(WRITTEN);
	_exit(0);
}

static void fork_and_write(void)
{
	static const char bytes[READ_IN];
	int fds[2];
	long before;
	pid_t pid;

	check(pipe(fds) == 0 && write(fds[1], bytes, READ_IN) == READ_IN);
	pid = fork();
	if (pid == 0)
		child(fds[0]);
	join(pid);
	check(close(fds[0]) == 0 && close(fds[1]) == 0);
	warm_up();
	verify(0);
	before = copies();
	for (unsigned int n = 0; n < PAGES; n++)
		base[n * PAGE + 3] = 1;
	check(copies() == before);
}

static long resident(void)
{
	long total, pages;

	check(sscanf(proc_text("/proc/self/statm"), "%ld %ld", &total, &pages) == 2);
	return pages;
}

static void reading_makes_nothing_resident(void)
{
	unsigned char *fresh = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long before;

	check(fresh != MAP_FAILED);
	resident();
	before = resident();
	for (unsigned int n = 0; n < PAGES; n++)
		check(fresh[n * PAGE] == 0);
	check(resident() == before);
	for (unsigned int n = 0; n < PAGES; n++)
		fresh[n * PAGE] = 1;
	check(resident() == before + (long)PAGES);
	check(munmap(fresh, PAGES * PAGE) == 0);
}

int main(void)
{
	base = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(base != MAP_FAILED);
	reading_makes_nothing_resident();
	fill();
	fork_and_write();
	press_to_swap(PAGES * PAGE / 1024 / 2);
	fork_and_write();
	return 0;
}
