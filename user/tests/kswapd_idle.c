/* SPDX-License-Identifier: MIT */
/*
 * While memory is not short kswapd sleeps: a machine that has been short and is so no more, and one on which
 * programs run with memory to spare, see no pass, no scan and no wake-up. While it is short the counters tell how
 * many pages are looked at and how many become free, by whom and of which kind.
 *
 * machine: mem=16 swap=64
 * oracle: none, because only Quire has a trace of kswapd
 */
#include "proc.h"

#define SETTLE_SECONDS 1
#define IDLE_SECONDS 3
#define USED (2 * MIB)

/* A program that has memory enough. */
static void work_a_little(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		unsigned char *p = malloc(USED);

		check(p);
		memset(p, 1, USED);
		_exit(0);
	}
	join(pid);
}

static const char *const work[] = { "pageoutrun", "pgscan_kswapd", "pgscan_direct", "pgrefill", "swap_scan",
				    "allocstall", "pswpout" };
#define WORKS (sizeof(work) / sizeof(work[0]))

static void count(long *to)
{
	for (unsigned int i = 0; i < WORKS; i++)
		to[i] = vmstat(work[i]);
}

static long by_all(const char *one, const char *other)
{
	return vmstat(one) + vmstat(other);
}

/* Who takes more than memory makes at least the difference free, and for that so many pages are looked at. */
static void scans_are_counted(void)
{
	long passes = vmstat("pageoutrun"), least = meminfo("MemTotal") / 2 * 1024 / PAGE;
	long scanned = by_all("pgscan_kswapd", "pgscan_direct"), stolen = by_all("pgsteal_kswapd", "pgsteal_direct");

	press_memory();
	sleep(SETTLE_SECONDS);
	check(vmstat("pageoutrun") > passes);
	check(by_all("pgscan_anon", "pgscan_file") == by_all("pgscan_kswapd", "pgscan_direct"));
	check(by_all("pgsteal_anon", "pgsteal_file") == by_all("pgsteal_kswapd", "pgsteal_direct"));
	scanned = by_all("pgscan_kswapd", "pgscan_direct") - scanned;
	stolen = by_all("pgsteal_kswapd", "pgsteal_direct") - stolen;
	printf("%ld pages looked at, %ld made free\n", scanned, stolen);
	check(stolen >= least && scanned >= stolen);
}

int main(void)
{
	long before[WORKS], after[WORKS];

	scans_are_counted();
	proc_write("/proc/trace", "clear");
	proc_write("/proc/trace", "kswapd_wake,direct_reclaim");
	count(before);
	for (int i = 0; i < IDLE_SECONDS; i++) {
		sleep(1);
		work_a_little();
	}
	count(after);
	for (unsigned int i = 0; i < WORKS; i++) {
		if (after[i] != before[i])
			printf("%s: %ld\n", work[i], after[i] - before[i]);
		check(after[i] == before[i]);
	}
	check(*proc_text("/proc/trace") == '\0');
	proc_write("/proc/trace", "none");
	proc_write("/proc/trace", "clear");
	return 0;
}
