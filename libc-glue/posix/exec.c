/* SPDX-License-Identifier: MIT */
/* exec.c: the forms of exec that newlib lacks. */
#include <errno.h>
#include <limits.h>
#include <paths.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Try one directory of the search path. => only returns when it failed, with errno set */
static void try_in(const char *dir, int dir_len, const char *file, char *const argv[],
		   char *const envp[])
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%.*s%s%s", dir_len, dir, dir_len ? "/" : "", file);

	if (len >= (int)sizeof(path))
		errno = ENAMETOOLONG;
	else
		execve(path, argv, envp);
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	const char *path = getenv("PATH");
	int denied = 0;

	if (strchr(file, '/') || !*file)
		return execve(file, argv, envp);
	if (!path)
		path = _PATH_DEFPATH;
	for (;;) {
		int len = strcspn(path, ":");

		try_in(path, len, file, argv, envp);
		if (errno == EACCES)
			denied = 1;
		else if (errno != ENOENT && errno != ENOTDIR)
			return -1;
		if (!path[len])
			break;
		path += len + 1;
	}
	if (denied)
		errno = EACCES;
	return -1;
}

int fexecve(int fd, char *const argv[], char *const envp[])
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return execve(path, argv, envp);
}
