/* SPDX-License-Identifier: MIT */
/*
 * Many fork at once, and their making is held up: who is being made counts already, so that RLIMIT_NPROC holds. What
 * holds them up is their common memory: one thread maps, fills and unmaps without end, and a fork waits for its turn
 * at the memory's layout. So all of them have passed the look at the limit before the first is there, if a look is
 * all that it is.
 *
 * machine: mem=32 timeout=120
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "check.h"

#define NOBODY 65534
#define FORKERS 12
#define MAY_FORK 2	/* children that the limit leaves room for */
#define TASKS (1 + 1 + FORKERS)	/* the main thread, who changes the layout, who fork */
#define ROUNDS 40
#define STACK (16 * 1024)
#define THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

static int go[2], done[2];

static int change_layout(void *unused)
{
	for (;;) {
		char *p = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (unsigned int i = 0; p != MAP_FAILED && i < MIB; i += PAGE)
			p[i] = 1;
		munmap(p, MIB);
	}
	return 0;
}

/* Tells the child's pid, or -1, each time it is told to go. */
static int fork_when_told(void *unused)
{
	pid_t pid;
	char byte;

	while (read(go[0], &byte, 1) == 1) {
		pid = (pid_t)syscall(SYS_fork);
		if (pid == 0)
			for (;;)
				pause();
		check(write(done[1], &pid, sizeof(pid)) == sizeof(pid));
	}
	return 0;
}

static void start_thread(int (*work)(void *))
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(stack != MAP_FAILED);
	check(clone(work, stack + STACK, THREAD, NULL) > 0);
}

/* => how many of the forks succeeded */
static int all_fork(void)
{
	static const char bytes[FORKERS];
	pid_t pid[FORKERS];
	int n = 0;

	usleep(2000);
	check(write(go[1], bytes, FORKERS) == FORKERS);
	for (int i = 0; i < FORKERS; i++) {
		check(read(done[0], &pid[i], sizeof(pid[i])) == sizeof(pid[i]));
		n += pid[i] > 0;
	}
	for (int i = 0; i < FORKERS; i++)
		if (pid[i] > 0)
			check(kill(pid[i], SIGKILL) == 0 && waitpid(pid[i], NULL, 0) == pid[i]);
	return n;
}

static void test(void)
{
	struct rlimit limit = { TASKS + MAY_FORK, TASKS + MAY_FORK };

	check(pipe(go) == 0 && pipe(done) == 0);
	check(setrlimit(RLIMIT_NPROC, &limit) == 0 && setuid(NOBODY) == 0);
	start_thread(change_layout);
	for (int i = 0; i < FORKERS; i++)
		start_thread(fork_when_told);
	for (int round = 0; round < ROUNDS; round++) {
		int n = all_fork();

		if (n != MAY_FORK)
			printf("round %d: %d forks\n", round, n);
		check(n == MAY_FORK);
	}
	_exit(0);
}

int main(void)
{
	pid_t pid = fork();

	if (pid == 0)
		test();
	join(pid);
	return 0;
}
