/* SPDX-License-Identifier: MIT */
/* misc.c: small functions that newlib lacks or does too simply. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <paths.h>
#include <reent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "../libquire.h"

unsigned long getauxval(unsigned long type)
{
	for (unsigned long *a = __quire_auxv; a[0] != AT_NULL; a += 2)
		if (a[0] == type)
			return a[1];
	errno = ENOENT;
	return 0;
}

int gethostname(char *name, size_t len)
{
	struct utsname uts;

	if (uname(&uts) < 0)
		return -1;
	if (strlen(uts.nodename) >= len) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(name, uts.nodename);
	return 0;
}

int getdomainname(char *name, size_t len)
{
	struct utsname uts;

	if (uname(&uts) < 0)
		return -1;
	if (strlen(uts.domainname) >= len) {
		errno = EINVAL;
		return -1;
	}
	strcpy(name, uts.domainname);
	return 0;
}

int daemon(int keep_dir, int keep_files)
{
	pid_t pid = fork();
	int fd;

	if (pid < 0)
		return -1;
	if (pid > 0)
		_exit(0);
	if (setsid() < 0)
		return -1;
	if (!keep_dir && chdir("/") < 0)
		return -1;
	if (keep_files)
		return 0;
	fd = open(_PATH_DEVNULL, O_RDWR);
	if (fd < 0)
		return -1;
	for (int i = 0; i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
	return 0;
}

int remove(const char *path)
{
	if (unlink(path) == 0)
		return 0;
	return errno == EISDIR || errno == EPERM ? rmdir(path) : -1;
}

int _remove_r(struct _reent *reent, const char *path)
{
	(void)reent;
	return remove(path);
}

/* The kernel says whether the program runs with more rights than its caller. */
int issetugid(void)
{
	return getauxval(AT_SECURE) != 0;
}

int clearenv(void)
{
	static char *empty[1];

	environ = empty;
	return 0;
}

/* Streams have no locks while there are no threads. */
void flockfile(FILE *fp)
{
	(void)fp;
}

void funlockfile(FILE *fp)
{
	(void)fp;
}

int ftrylockfile(FILE *fp)
{
	(void)fp;
	return 0;
}

static int shm_path(char path[PATH_MAX], const char *name)
{
	name += strspn(name, "/");
	if (!*name || strchr(name, '/')) {
		errno = EINVAL;
		return -1;
	}
	if (snprintf(path, PATH_MAX, "/dev/shm/%s", name) < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

int shm_open(const char *name, int flags, mode_t mode)
{
	char path[PATH_MAX];

	return shm_path(path, name) < 0 ? -1 : open(path, flags | O_NOFOLLOW | O_CLOEXEC, mode);
}

int shm_unlink(const char *name)
{
	char path[PATH_MAX];

	return shm_path(path, name) < 0 ? -1 : unlink(path);
}
