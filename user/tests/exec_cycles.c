/* SPDX-License-Identifier: MIT */
/*
 * 10,000 programs are started and end; after them as much memory is free as before.
 *
 * machine: mem=16 timeout=240
 * oracle: none, because what is counted is Quire's memory
 */
#include "proc.h"

#define CYCLES 10000
#define FIRST 200		/* until everything that stays is there */
#define TOLERANCE_KB 64		/* 10,000 leaks of even seven bytes are more */

static pid_t start(const char *self)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl(self, self, "end", (char *)NULL);
		_exit(1);
	}
	return pid;
}

static void cycles(const char *self, int nr)
{
	while (nr--)
		join(start(self));
}

/* kB that nobody could take back, as the test runner counts them. */
static long used(void)
{
	proc_write("/proc/sys/vm/drop_caches", "3");
	return meminfo("MemTotal") - meminfo("MemFree") - meminfo("Buffers") - meminfo("Cached") -
	       meminfo("SwapCached") - meminfo("SReclaimable");
}

int main(int argc, char **argv)
{
	long before, grown;

	if (argc > 1)
		_exit(0);
	cycles(argv[0], FIRST);
	before = used();
	cycles(argv[0], CYCLES);
	grown = used() - before;
	printf("%d cycles: %ld kB\n", CYCLES, grown);
	check(grown <= TOLERANCE_KB);
	return 0;
}
