/* SPDX-License-Identifier: MIT */
/* fcntl.c: fcntl(), and lockf() on top of it. The kernel's fcntl64 knows the 64-bit locks. */
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>
#include "../libquire.h"

int _fcntl(int fd, int cmd, ...)
{
	va_list args;
	long arg;

	va_start(args, cmd);
	arg = va_arg(args, long);
	va_end(args);
	return sysret(SYSCALL3(SYS_fcntl64, fd, cmd, arg));
}
weak_alias(fcntl, _fcntl);

static int test_lock(int fd, struct flock *lock)
{
	if (_fcntl(fd, F_GETLK, lock) < 0)
		return -1;
	if (lock->l_type == F_UNLCK || lock->l_pid == getpid())
		return 0;
	errno = EACCES;
	return -1;
}

int lockf(int fd, int cmd, off_t len)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = len };

	switch (cmd) {
	case F_ULOCK:
		lock.l_type = F_UNLCK;
		return _fcntl(fd, F_SETLK, &lock);
	case F_LOCK:
		return _fcntl(fd, F_SETLKW, &lock);
	case F_TLOCK:
		return _fcntl(fd, F_SETLK, &lock);
	case F_TEST:
		return test_lock(fd, &lock);
	}
	errno = EINVAL;
	return -1;
}
