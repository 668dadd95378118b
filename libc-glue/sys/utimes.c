/* SPDX-License-Identifier: MIT */
/* utimes.c: setting the times of files, all by utimensat. */
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>
#include "../libquire.h"

#define NSEC_PER_USEC 1000

int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags)
{
	long old[4];
	long ret = SYSCALL4(SYS_utimensat_time64, dirfd, path, times, flags);

	if (ret == -ENOSYS) {
		if (times) {
			old[0] = times[0].tv_sec;
			old[1] = times[0].tv_nsec;
			old[2] = times[1].tv_sec;
			old[3] = times[1].tv_nsec;
		}
		ret = SYSCALL4(SYS_utimensat, dirfd, path, times ? old : NULL, flags);
	}
	return sysret(ret);
}

int futimens(int fd, const struct timespec times[2])
{
	return utimensat(fd, NULL, times, 0);
}

static int by_timeval(int dirfd, const char *path, const struct timeval tv[2], int flags)
{
	struct timespec ts[2];

	if (!tv)
		return utimensat(dirfd, path, NULL, flags);
	for (int i = 0; i < 2; i++) {
		ts[i].tv_sec = tv[i].tv_sec;
		ts[i].tv_nsec = tv[i].tv_usec * NSEC_PER_USEC;
	}
	return utimensat(dirfd, path, ts, flags);
}

int utimes(const char *path, const struct timeval tv[2])
{
	return by_timeval(AT_FDCWD, path, tv, 0);
}

int lutimes(const char *path, const struct timeval tv[2])
{
	return by_timeval(AT_FDCWD, path, tv, AT_SYMLINK_NOFOLLOW);
}

int futimes(int fd, const struct timeval tv[2])
{
	return by_timeval(fd, NULL, tv, 0);
}

int futimesat(int dirfd, const char *path, const struct timeval tv[2])
{
	return by_timeval(dirfd, path, tv, 0);
}

int utime(const char *path, const struct utimbuf *times)
{
	struct timespec ts[2];

	if (!times)
		return utimensat(AT_FDCWD, path, NULL, 0);
	ts[0] = (struct timespec){ times->actime, 0 };
	ts[1] = (struct timespec){ times->modtime, 0 };
	return utimensat(AT_FDCWD, path, ts, 0);
}
