/* SPDX-License-Identifier: MIT */
/*
 * What comes back from swap: read in order, upwards, downwards, or downwards in pieces of two pages as from a stack of
 * blocks, the pages come in windows, so that the reader waits for one transfer in many pages; read in a scattered
 * order, each comes alone, and none is read in vain. When the process is gone, so are its slots.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because Linux's machine here has memory for all of it
 */
#include <sys/resource.h>

#include "proc.h"

#define PAGES	1024u
#define SCATTER	389u	/* prime: every page once, never two neighbours */
#define IN_ORDER	(1000 / 8)	/* waits per 1000 pages, at most */
#define SCATTERED	900		/* ... at least */
#define LEFT_KIB 1024	/* of processes that go on */

static unsigned char *set;

static long major_faults(void)
{
	struct rusage use;

	check(getrusage(RUSAGE_SELF, &use) == 0);
	return use.ru_majflt;
}

static unsigned int upwards(unsigned int i)
{
	return i;
}

static unsigned int downwards(unsigned int i)
{
	return PAGES - 1 - i;
}

static unsigned int down_by_pairs(unsigned int i)
{
	return (PAGES - 1 - i) ^ 1;
}

static unsigned int scattered(unsigned int i)
{
	return i * SCATTER % PAGES;
}

/* Half of it is nowhere but on the disk: what has lost its pte may be in the swap cache still. */
static void press_out(void)
{
	static unsigned char there[PAGES];
	unsigned int here;
	int times = 0;

	do {
		check(times++ < 8);
		press_memory();
		check(mincore(set, PAGES * PAGE, there) == 0);
		here = 0;
		for (unsigned int n = 0; n < PAGES; n++)
			here += there[n] & 1;
	} while (here > PAGES / 2);
}

/*
 * Write all, let it go to swap, read all in this order.  => faults that waited for the disk, per 1000 pages read in;
 * *pages: how many those were
 */
static long waits_per_thousand(const char *name, unsigned int (*order)(unsigned int), long *pages)
{
	long waits;

	for (unsigned int n = 0; n < PAGES; n++)
		set[n * PAGE] = (unsigned char)n;
	press_out();
	waits = major_faults();
	*pages = vmstat("pswpin");
	for (unsigned int i = 0; i < PAGES; i++)
		check(set[order(i) * PAGE] == (unsigned char)order(i));
	waits = major_faults() - waits;
	*pages = vmstat("pswpin") - *pages;
	printf("%s: %ld pages, %ld waits\n", name, *pages, waits);
	check(*pages > PAGES / 4);
	return waits * 1000 / *pages;
}

static void work(void)
{
	long pages;

	set = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(set != MAP_FAILED);
	check(waits_per_thousand("upwards", upwards, &pages) <= IN_ORDER);
	check(waits_per_thousand("downwards", downwards, &pages) <= IN_ORDER);
	check(waits_per_thousand("down by pairs", down_by_pairs, &pages) <= IN_ORDER);
	check(waits_per_thousand("scattered", scattered, &pages) >= SCATTERED);
	check(pages <= PAGES + PAGES / 16);
	fflush(stdout);
	_exit(0);
}

int main(void)
{
	long cluster = strtol(proc_text("/proc/sys/vm/page-cluster"), NULL, 10);
	long used = meminfo("SwapTotal") - meminfo("SwapFree");
	pid_t pid = fork();

	if (pid == 0)
		work();
	join(pid);
	vm_tunable("page-cluster", cluster);
	check(meminfo("SwapTotal") - meminfo("SwapFree") <= used + LEFT_KIB);
	return 0;
}
