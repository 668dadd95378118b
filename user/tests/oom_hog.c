/* SPDX-License-Identifier: MIT */
/*
 * A process that takes memory until there is none, swap included: it is killed, and only it; a small neighbour
 * goes on undisturbed, and afterwards everything is there again. Twice, so that nothing was lost.
 *
 * machine: mem=16 swap=16 timeout=120
 */
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>

#include "proc.h"

#define STEP (256 * 1024)

static void hog(void)
{
	for (;;) {
		char *p = mmap(NULL, STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			       -1, 0);

		if (p == MAP_FAILED)
			_exit(3);
		memset(p, 0x5a, STEP);
	}
}

/* Holds a little memory, and finds it as it was when it is told to stop. */
static void neighbour(int ready, int stop)
{
	static unsigned char mine[64 * PAGE];
	char byte;

	memset(mine, 7, sizeof(mine));
	check(write(ready, "r", 1) == 1);
	check(read(stop, &byte, 1) == 1);
	for (size_t i = 0; i < sizeof(mine); i++)
		check(mine[i] == 7);
	_exit(0);
}

int main(void)
{
	int ready[2], stop[2];
	char byte;
	pid_t pid;

	check(pipe(ready) == 0 && pipe(stop) == 0);
	pid = fork();
	if (pid == 0)
		neighbour(ready[1], stop[0]);
	check(read(ready[0], &byte, 1) == 1);
	for (int round = 0; round < 2; round++) {
		long kills = vmstat("oom_kill");
		pid_t victim = fork();
		int status;

		if (victim == 0)
			hog();
		status = status_of(victim);
		check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		check(vmstat("oom_kill") == kills + 1);
	}
	check(write(stop[1], "x", 1) == 1);
	join(pid);
	return 0;
}
