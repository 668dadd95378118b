/* SPDX-License-Identifier: MIT */
/*
 * While memory is not short kswapd sleeps: a machine that has been short and is so no more, and one on which
 * programs run with memory to spare, see no pass, no scan and no wake-up.
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

int main(void)
{
	long before[WORKS], after[WORKS], passes = vmstat("pageoutrun");

	press_memory();
	check(vmstat("pageoutrun") > passes);
	sleep(SETTLE_SECONDS);
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
