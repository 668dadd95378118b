/* SPDX-License-Identifier: MIT */
/*
 * Bombs of processes and of memory (bomb.h): fork without end, with and without a limit; memory without end, with
 * swap and without, by one process and by many.
 *
 * machine: mem=16 swap=16 timeout=600
 * oracle: none, because Linux's own machine here has ten times the memory, and no swap
 */
#include <sys/syscall.h>

#include "bomb.h"
#include "proc.h"

static void fork_bomb(void)
{
	for (;;)
		if (fork() < 0)
			usleep(1000);
}

static void limited_fork_bomb(void)
{
	struct rlimit limit = { 40, 40 };

	check(setrlimit(RLIMIT_NPROC, &limit) == 0);
	fork_bomb();
}

static void memory_bomb(void)
{
	for (;;) {
		unsigned char *p = malloc(MIB);

		for (unsigned int i = 0; p && i < MIB; i += PAGE)
			p[i] = 1;
	}
}

/* Its children die one by one, it makes new ones. */
static void bomb_of_bombs(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			memory_bomb();
		if (pid < 0)
			usleep(1000);
		waitpid(-1, NULL, WNOHANG);
	}
}

int main(int argc, char **argv)
{
	static const struct bomb bombs[] = {
		{ "forks", fork_bomb }, { "memory", memory_bomb }, { "memories", bomb_of_bombs },
	};
	char swap[64];

	if (argc > 1)
		throw_bomb(argv[1], bombs, sizeof(bombs) / sizeof(bombs[0]));
	first_swap_area(swap, sizeof(swap));
	explode("fork bomb, limited", limited_fork_bomb);
	explode("fork bomb", fork_bomb);
	explode("memory bomb", memory_bomb);
	explode("many memory bombs", bomb_of_bombs);
	check(syscall(SYS_swapoff, swap) == 0);
	explode("fork bomb, no swap", fork_bomb);
	explode("memory bomb, no swap", memory_bomb);
	explode("many memory bombs, no swap", bomb_of_bombs);
	check(syscall(SYS_swapon, swap, 0) == 0);
	return 0;
}
