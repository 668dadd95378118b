/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes on a file system that has none (procfs has none on either kernel): the answers by
 * which programs know.  What if the name is empty, too long, or at a wild address?  What may an ordinary
 * user learn?
 *
 * machine: mem=8
 */
#include <fcntl.h>
#include <sys/syscall.h>

#include "check.h"

#define FILE_NAME	"/proc/version"
#define LINK_NAME	"/proc/self"
#define TOO_LONG	256

static long get(const char *path, const char *name)
{
	return syscall(SYS_getxattr, path, name, NULL, 0);
}

static long set(const char *path, const char *name, size_t size, int flags)
{
	return syscall(SYS_setxattr, path, name, "x", size, flags);
}

#define gives(call, error) check((call) == -1 && errno == (error))

static void no_attributes(void)
{
	int fd = open(FILE_NAME, O_RDONLY);

	gives(get(FILE_NAME, "user.x"), EOPNOTSUPP);
	gives(get(FILE_NAME, "trusted.x"), EOPNOTSUPP);
	gives(set(FILE_NAME, "user.x", 1, 0), EOPNOTSUPP);
	gives(syscall(SYS_removexattr, FILE_NAME, "user.x"), EOPNOTSUPP);
	check(syscall(SYS_listxattr, FILE_NAME, NULL, 0) == 0);
	check(fd >= 0);
	gives(syscall(SYS_fgetxattr, fd, "user.x", NULL, 0), EOPNOTSUPP);
	check(syscall(SYS_flistxattr, fd, NULL, 0) == 0);
	close(fd);
	gives(syscall(SYS_fgetxattr, fd, "user.x", NULL, 0), EBADF);
	/* The link itself is neither a file nor a directory: it cannot have a user's attribute. */
	gives(syscall(SYS_lgetxattr, LINK_NAME, "user.x", NULL, 0), ENODATA);
	gives(syscall(SYS_lsetxattr, LINK_NAME, "user.x", "x", 1, 0), EPERM);
}

static void bad_arguments(void)
{
	char name[TOO_LONG + 1];

	memset(name, 'n', TOO_LONG);
	name[TOO_LONG] = '\0';
	memcpy(name, "user.", 5);
	gives(get(FILE_NAME, name), ERANGE);
	gives(get(FILE_NAME, ""), ERANGE);
	gives(get(FILE_NAME, (const char *)1), EFAULT);
	gives(get("/proc/nothing-of-this-name", "user.x"), ENOENT);
	gives(set(FILE_NAME, "user.x", 1, 4), EINVAL);
	gives(set(FILE_NAME, "user.x", 65537, 0), E2BIG);
}

static void ordinary_user(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		check(setuid(1000) == 0);
		gives(get(FILE_NAME, "trusted.x"), ENODATA);
		gives(set(FILE_NAME, "trusted.x", 1, 0), EPERM);
		gives(set(FILE_NAME, "user.x", 1, 0), EACCES);
		_exit(0);
	}
	join(pid);
}

int main(void)
{
	no_attributes();
	bad_arguments();
	ordinary_user();
	return 0;
}
