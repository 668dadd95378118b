/* SPDX-License-Identifier: MIT */
/*
 * Pages that went to swap in order come back in blocks of 2^page-cluster: reading them in order waits for about one
 * transfer a block, and for one a page when the blocks are of one page. When the process is gone, so are its slots.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because Linux's machine here has memory for all of it
 */
#include <sys/resource.h>

#include "proc.h"

#define PAGES	1024u
#define CLUSTER	3
#define LEFT_KIB 1024	/* of processes that go on */

static unsigned char *set;

static long major_faults(void)
{
	struct rusage use;

	check(getrusage(RUSAGE_SELF, &use) == 0);
	return use.ru_majflt;
}

/* Write all, let all go to swap, read all in order.  => faults that waited for the disk, per 1000 pages read in */
static long waits_per_thousand(int cluster)
{
	long faults, pages;

	vm_tunable("page-cluster", cluster);
	for (unsigned int n = 0; n < PAGES; n++)
		set[n * PAGE] = (unsigned char)n;
	press_to_swap(PAGES * PAGE / 1024 / 2);
	faults = major_faults();
	pages = vmstat("pswpin");
	for (unsigned int n = 0; n < PAGES; n++)
		check(set[n * PAGE] == (unsigned char)n);
	faults = major_faults() - faults;
	pages = vmstat("pswpin") - pages;
	printf("page-cluster %d: %ld pages, %ld waits\n", cluster, pages, faults);
	check(pages > PAGES / 4);
	return faults * 1000 / pages;
}

static void work(void)
{
	long single, blocks;

	set = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(set != MAP_FAILED);
	single = waits_per_thousand(0);
	blocks = waits_per_thousand(CLUSTER);
	check(single >= 900);
	check(blocks <= 2 * 1000 / (1 << CLUSTER));
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
