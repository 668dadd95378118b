/* SPDX-License-Identifier: MIT */
/*
 * Locked pages stay in memory whatever presses on it, and cost no fault afterwards; their unlocked neighbours go
 * and come back. munlock ends it, and a child inherits no lock. Mlocked counts each page once.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because Linux's machine here has memory for all of it
 */
#include <sys/resource.h>

#include "proc.h"

#define PAGES	500u

static long faults(void)
{
	struct rusage use;

	check(getrusage(RUSAGE_SELF, &use) == 0);
	return use.ru_minflt + use.ru_majflt;
}

static unsigned char *new_set(void)
{
	unsigned char *set = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(set != MAP_FAILED);
	memset(set, 7, PAGES * PAGE);
	return set;
}

/* Faults that it takes to read the set, after fork's own have been taken. */
static long cost(const unsigned char *set)
{
	long before = faults();

	before = faults();
	for (unsigned int n = 0; n < PAGES; n++)
		check(set[n * PAGE] == 7);
	return faults() - before;
}

/* Pages that two processes have locked count once. */
static void locked_by_two(void)
{
	long before = proc_number("/proc/meminfo", "Mlocked");
	char *shared = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	check(shared != MAP_FAILED && mlock(shared, PAGES * PAGE) == 0);
	pid = fork();
	if (pid == 0) {
		check(mlock(shared, PAGES * PAGE) == 0);
		check(proc_number("/proc/meminfo", "Mlocked") == before + (long)(PAGES * PAGE / 1024));
		_exit(0);
	}
	join(pid);
	check(munmap(shared, PAGES * PAGE) == 0 && proc_number("/proc/meminfo", "Mlocked") == before);
}

int main(void)
{
	unsigned char *locked = new_set(), *loose = new_set();
	long mlocked;

	locked_by_two();
	mlocked = proc_number("/proc/meminfo", "Mlocked");
	check(mlock(locked, PAGES * PAGE) == 0);
	check(proc_number("/proc/self/status", "VmLck") == PAGES * PAGE / 1024);
	check(proc_number("/proc/meminfo", "Mlocked") == mlocked + PAGES * PAGE / 1024);
	press_to_swap(PAGES * PAGE / 1024 / 2);
	check(cost(locked) == 0);
	check(cost(loose) > PAGES / 4);
	check(munlock(locked, PAGES * PAGE) == 0);
	press_to_swap(PAGES * PAGE / 1024 / 2);
	check(cost(locked) > PAGES / 4);
	check(proc_number("/proc/meminfo", "Mlocked") == mlocked);
	return 0;
}
