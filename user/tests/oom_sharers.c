/* SPDX-License-Identifier: MIT */
/*
 * Two processes with one memory, and a thread: when the kernel ends one because memory is out, the others of that
 * memory end with it, or nothing would be free. Who has his own memory lives.
 *
 * machine: mem=16 swap=8 timeout=120
 */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "proc.h"

#define STACK (16 * 1024)
#define STEP (256 * 1024)

/* Shares the hog's memory and does nothing. */
static int idle(void *unused)
{
	for (;;)
		pause();
	return 0;
}

static char *new_stack(void)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(stack != MAP_FAILED);
	return stack + STACK;
}

static void hog(int report)
{
	int thread_flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	pid_t sharer = clone(idle, new_stack(), CLONE_VM | CLONE_PARENT | SIGCHLD, NULL);

	check(sharer > 0 && clone(idle, new_stack(), thread_flags, NULL) > 0);
	check(write(report, &sharer, sizeof(sharer)) == sizeof(sharer));
	for (;;) {
		char *p = mmap(NULL, STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			       -1, 0);

		if (p == MAP_FAILED)
			_exit(3);
		memset(p, 0x5a, STEP);
	}
}

static void must_be_killed(pid_t pid)
{
	int status = status_of(pid);

	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int main(void)
{
	pid_t hog_pid, sharer, bystander;
	long kills = vmstat("oom_kill");
	int fds[2];

	check(pipe(fds) == 0);
	bystander = fork();
	if (bystander == 0)
		idle(NULL);
	hog_pid = fork();
	if (hog_pid == 0)
		hog(fds[1]);
	check(read(fds[0], &sharer, sizeof(sharer)) == sizeof(sharer));
	must_be_killed(hog_pid);
	must_be_killed(sharer);
	check(vmstat("oom_kill") == kills + 1); /* one decision ended both */
	check(waitpid(bystander, NULL, WNOHANG) == 0);
	check(kill(bystander, SIGKILL) == 0);
	must_be_killed(bystander);
	return 0;
}
