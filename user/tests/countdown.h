/* SPDX-License-Identifier: MIT */
/* The n-th call of this task that may fail does: /proc/sys/vm/fail_nth, which Linux does not have. */
#ifndef QUIRE_TESTS_COUNTDOWN_H
#define QUIRE_TESTS_COUNTDOWN_H

#include <fcntl.h>

#include "check.h"

#define MOST_CALLS 2000	/* more than any of these tests makes */
#define COUNTDOWN "/proc/sys/vm/fail_nth"
#define NOT_REACHED 42	/* exit status: fewer than n such calls were made, so this was the end */

/* kind: page, slab, swap_slot, bio_read, bio_write; or "", any */
static inline void set_countdown(unsigned int n, const char *kind)
{
	char text[32];
	int fd = open(COUNTDOWN, O_WRONLY), len = snprintf(text, sizeof(text), "%u %s\n", n, kind);

	check(fd >= 0 && write(fd, text, len) == len);
	close(fd);
}

/* What is left of it; 0: it has run out */
static inline unsigned int countdown(void)
{
	char text[16] = "";
	int fd = open(COUNTDOWN, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;	/* this was the one that failed */
	close(fd);
	return strtoul(text, NULL, 10);
}

/*
 * try(n, kind) in a process of its own, for every n until it says NOT_REACHED; seen(status) hears of each end.
 * => how many calls there were
 */
static inline unsigned int for_every_n(void (*try)(unsigned int n, const char *kind), const char *kind,
				       void (*seen)(int status))
{
	unsigned int n;

	for (n = 1; n < MOST_CALLS; n++) {
		pid_t pid = fork();
		int status;

		check(pid >= 0);
		if (pid == 0)
			try(n, kind);
		status = status_of(pid);
		seen(status);
		if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_REACHED)
			break;
	}
	check(n < MOST_CALLS);
	return n - 1;
}

#endif
