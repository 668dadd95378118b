/* SPDX-License-Identifier: MIT */
/*
 * Bench: running a program that is linked dynamically, with Debian's C library for i386 and its
 * loader (/bench/lib): the kernel maps both, the loader maps the library and relocates.
 */
#include <errno.h>
#include <unistd.h>

#include "bench.h"

#define DYNAMIC	"/bench/lib/true"

static void run(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(DYNAMIC, "true", NULL);
		bench_fail(errno);
	}
	bench_join(pid);
}

static void fork_exec_dynamic(long n, long arg)
{
	(void)arg;
	run();	/* what is not cached yet waits for the disk */
	bench_start();
	for (long i = 0; i < n; i++)
		run();
	bench_stop(n);
}

static const struct bench_row rows[] = {
	{ "fork_exec_dynamic", "process", fork_exec_dynamic, 20, 0 },
};

BENCH_MAIN(rows)
