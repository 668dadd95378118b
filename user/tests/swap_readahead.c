/* SPDX-License-Identifier: MIT */
/*
 * What comes back from swap: read in order, the pages come in windows, so that the reader waits for one transfer in
 * many pages; read in a scattered order, each comes alone, and none is read in vain. When the process is gone, so
 * are its slots.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because Linux's machine here has memory for all of it
 */
#include <sys/resource.h>

#include "proc.h"

#define PAGES	1024u
#define SCATTER	389u	/* prime: every page once, never two neighbours */
#define CLUSTER	3
#define LEFT_KIB 1024	/* of processes that go on */

static unsigned char *set;

static long major_faults(void)
{
	struct rusage use;

	check(getrusage(RUSAGE_SELF, &use) == 0);
	return use.ru_majflt;
}

/*
 * Write all, let it go to swap, read all: page n * step for each n.  => faults that waited for the disk, per 1000
 * pages read in; *pages: how many those were
 */
static long waits_per_thousand(unsigned int step, long *pages)
{
	long waits;

	for (unsigned int n = 0; n < PAGES; n++)
		set[n * PAGE] = (unsigned char)n;
	press_to_swap(PAGES * PAGE / 1024 / 2);
	waits = major_faults();
	*pages = vmstat("pswpin");
	for (unsigned int i = 0; i < PAGES; i++) {
		unsigned int n = i * step % PAGES;

		check(set[n * PAGE] == (unsigned char)n);
	}
	waits = major_faults() - waits;
	*pages = vmstat("pswpin") - *pages;
	printf("step %u: %ld pages, %ld waits\n", step, *pages, waits);
	check(*pages > PAGES / 4);
	return waits * 1000 / *pages;
}

static void work(void)
{
	long pages, in_order, scattered;

	set = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(set != MAP_FAILED);
	in_order = waits_per_thousand(1, &pages);
	scattered = waits_per_thousand(SCATTER, &pages);
	check(in_order <= 1000 / (1 << CLUSTER));
	check(scattered >= 900 && pages <= PAGES + PAGES / 16);
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
