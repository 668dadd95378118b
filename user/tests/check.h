/* SPDX-License-Identifier: MIT */
/*
 * What the user tests share. A test ends with exit status 0; check() prints where and why it failed, with
 * errno, and exits with 1. Programs use what POSIX and Linux give and nothing else, since Linux is the oracle.
 */
#ifndef QUIRE_TESTS_CHECK_H
#define QUIRE_TESTS_CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	4096u
#define MIB	(1u << 20)

#define check(condition) do {									\
	if (!(condition)) {									\
		printf("%s:%d: failed: %s (errno %d: %s)\n", __FILE__, __LINE__, #condition,	\
		       errno, strerror(errno));							\
		fflush(stdout);									\
		_exit(1);									\
	}											\
} while (0)

/* The wait status of a child, waited for. */
static inline int status_of(pid_t pid)
{
	int status;

	check(waitpid(pid, &status, 0) == pid);
	return status;
}

/* The child must have ended with exit status 0. */
static inline void join(pid_t pid)
{
	check(pid > 0);
	check(status_of(pid) == 0);
}

/* Each page has bytes of its own: the first one seed, the next seed + 1. */
static inline void fill_pages(char *p, unsigned int pages, unsigned int seed)
{
	for (unsigned int i = 0; i < pages; i++)
		memset(p + i * PAGE, (int)(seed + i), PAGE);
}

static inline void expect_pages(const char *p, unsigned int pages, unsigned int seed)
{
	for (unsigned int i = 0; i < pages * PAGE; i++)
		check(p[i] == (char)(seed + i / PAGE));
}

#endif
