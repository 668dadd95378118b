/* SPDX-License-Identifier: MIT */
/*
 * A program that sleeps and wakes, with only the idle task between, has its address space loaded all the time: CR3
 * is not written. Two programs that take turns cost one write each turn.
 *
 * machine: mem=16
 * oracle: none, because only Quire counts writes of CR3
 */
#include "proc.h"

#define SLEEPS 100
#define TURNS 100
#define OTHERS (SLEEPS / 4)	/* init, or a thread of the kernel's, may have had something to do */

static void pass_baton(int in, int out, int turns)
{
	char byte;

	while (turns--)
		check(read(in, &byte, 1) == 1 && write(out, "", 1) == 1);
}

int main(void)
{
	long loads = vmstat("mm_switch"), lazy = vmstat("mm_lazy");
	int there[2], back[2];
	pid_t pid;

	loads = vmstat("mm_switch");
	for (int i = 0; i < SLEEPS; i++)
		usleep(2000);
	loads = vmstat("mm_switch") - loads;
	lazy = vmstat("mm_lazy") - lazy;
	printf("%d sleeps: %ld times borrowed\n", SLEEPS, lazy);
	check(lazy >= SLEEPS);
	check(loads <= OTHERS);

	check(pipe(there) == 0 && pipe(back) == 0);
	pid = fork();
	if (pid == 0) {
		pass_baton(there[0], back[1], TURNS);
		_exit(0);
	}
	loads = vmstat("mm_switch");
	check(write(there[1], "", 1) == 1);
	pass_baton(back[0], there[1], TURNS - 1);
	check(vmstat("mm_switch") - loads >= 2 * (TURNS - 1));
	join(pid);
	return 0;
}
