/* SPDX-License-Identifier: MIT */
/*
 * For tests of what one user may have: limits in /proc/sys, and work as an ordinary user.
 */
#ifndef QUIRE_TESTS_USER_LIMIT_H
#define QUIRE_TESTS_USER_LIMIT_H

#include <fcntl.h>

#include "check.h"

#define NOBODY 65534

static inline unsigned long get(const char *path)
{
	char text[80] = "";
	int fd = open(path, O_RDONLY);

	check(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && close(fd) == 0);
	return strtoul(text, NULL, 10);
}

/* => 0 or -1 with errno */
static inline int set(const char *path, unsigned long value)
{
	char text[16];
	int fd = open(path, O_WRONLY), len = snprintf(text, sizeof(text), "%lu", value), n;

	check(fd >= 0);
	n = write(fd, text, len);
	close(fd);
	return n == len ? 0 : -1;
}

static inline void as_user(uid_t uid, void (*work)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		check(setuid(uid) == 0);
		work();
		_exit(0);
	}
	join(pid);
}

static inline void as_nobody(void (*work)(void))
{
	as_user(NOBODY, work);
}

#endif
