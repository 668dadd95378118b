/* SPDX-License-Identifier: MIT */
/* Bench: making processes, running programs in them, and their end. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define TINY	"/bench/tiny"		/* a page of text, a page of data, no library */
#define STATIC	"/bin/true"
#define SHELL	"/bin/mksh"

static char *const environment[] = { "PATH=/bin", NULL };
static char *const tiny_words[] = { "tiny", NULL };
static char *const shell_words[] = { "sh", "-c", "true", NULL };

static void fork_and_wait(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	bench_join(pid);
}

/* arg: bytes that are dirty in the parent, here and in the next */
static void fork_exit(long n, long arg)
{
	if (arg)
		bench_touch(bench_memory(arg), arg);
	fork_and_wait();
	bench_start();
	for (long i = 0; i < n; i++)
		fork_and_wait();
	bench_stop(n);
}

/* The call alone, until it returns in the parent. */
static void fork_call(long n, long arg)
{
	pid_t pid;

	if (arg)
		bench_touch(bench_memory(arg), arg);
	fork_and_wait();
	bench_start();
	pid = fork();
	if (pid == 0)
		_exit(0);
	bench_stop(n);
	bench_join(pid);
}

static void fork_exec(long n, long arg)
{
	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			execve(TINY, tiny_words, environment);
			bench_fail(errno);
		}
		bench_join(pid);
	}
	bench_stop(n);
}

static void vfork_exec_wait(const char *path, char *const words[])
{
	pid_t pid = vfork();

	if (pid == 0) {
		execve(path, words, environment);
		bench_fail(errno);
	}
	bench_join(pid);
}

static void vfork_exec(long n, long arg)
{
	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++)
		vfork_exec_wait(TINY, tiny_words);
	bench_stop(n);
}

/* What posix_spawn does for a shell: default signals, a process group, standard output moved. */
static void spawn(long n, long arg)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			setpgid(0, 0);
			sigaction(SIGINT, &action, NULL);
			sigaction(SIGQUIT, &action, NULL);
			dup2(STDERR_FILENO, STDOUT_FILENO);
			execve(TINY, tiny_words, environment);
			bench_fail(errno);
		}
		bench_join(pid);
	}
	bench_stop(n);
}

/* fork + exec of a program of common size, with a library linked in. */
static void fork_exec_static(long n, long arg)
{
	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			execve(STATIC, (char *const[]){ "true", NULL }, environment);
			bench_fail(errno);
		}
		bench_join(pid);
	}
	bench_stop(n);
}

static void shell(long n, long arg)
{
	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++)
		vfork_exec_wait(SHELL, shell_words);
	bench_stop(n);
}

static const struct bench_row rows[] = {
	{ "fork_exit_0", "process", fork_exit, 50, 0 },
	{ "fork_exit_16m", "process", fork_exit, 10, 16 * MIB },
	{ "fork_exit_64m", "process", fork_exit, 4, 64 * MIB },
	{ "fork_call_0", "call", fork_call, 1, 0 },
	{ "fork_call_16m", "call", fork_call, 1, 16 * MIB },
	{ "fork_call_64m", "call", fork_call, 1, 64 * MIB },
	{ "fork_exec_tiny", "process", fork_exec, 50, 0 },
	{ "vfork_exec_tiny", "process", vfork_exec, 50, 0 },
	{ "spawn_tiny", "process", spawn, 50, 0 },
	{ "fork_exec_busybox", "process", fork_exec_static, 20, 0 },
	{ "sh_c_true", "process", shell, 20, 0 },
};

BENCH_MAIN(rows)
