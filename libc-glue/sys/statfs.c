/* SPDX-License-Identifier: MIT */
/* statfs.c: figures of a file system. The kernel is told the size of the structure. */
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include "../libquire.h"

_Static_assert(sizeof(struct statfs) == 84, "statfs64 of the i386 ABI");

int statfs(const char *path, struct statfs *buf)
{
	return sysret(SYSCALL3(SYS_statfs64, path, sizeof(*buf), buf));
}

int fstatfs(int fd, struct statfs *buf)
{
	return sysret(SYSCALL3(SYS_fstatfs64, fd, sizeof(*buf), buf));
}

static int to_posix(int ret, const struct statfs *fs, struct statvfs *buf)
{
	if (ret < 0)
		return -1;
	*buf = (struct statvfs){
		.f_bsize = fs->f_bsize,
		.f_frsize = fs->f_frsize ? fs->f_frsize : fs->f_bsize,
		.f_blocks = fs->f_blocks,
		.f_bfree = fs->f_bfree,
		.f_bavail = fs->f_bavail,
		.f_files = fs->f_files,
		.f_ffree = fs->f_ffree,
		.f_favail = fs->f_ffree,
		.f_fsid = fs->f_fsid.__val[0],
		.f_flag = fs->f_flags,
		.f_namemax = fs->f_namelen,
	};
	return 0;
}

int statvfs(const char *path, struct statvfs *buf)
{
	struct statfs fs;

	return to_posix(statfs(path, &fs), &fs, buf);
}

int fstatvfs(int fd, struct statvfs *buf)
{
	struct statfs fs;

	return to_posix(fstatfs(fd, &fs), &fs, buf);
}
