/* SPDX-License-Identifier: MIT */
/*
 * stat.c: the stat family.
 *
 * Asks for the kernel's stat64 and widens its times to 64 bits. Every kernel has it, and ext2 keeps
 * no wider times.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "../libquire.h"

/* The i386 kernel's struct stat64: 96 bytes. */
struct kernel_stat64 {
	unsigned long long dev;
	unsigned int pad0;
	unsigned int ino_low;
	unsigned int mode;
	unsigned int nlink;
	unsigned int uid;
	unsigned int gid;
	unsigned long long rdev;
	unsigned int pad1;
	long long size;
	unsigned int blksize;
	unsigned long long blocks;
	int atime, atime_nsec;
	int mtime, mtime_nsec;
	int ctime, ctime_nsec;
	unsigned long long ino;
};

_Static_assert(sizeof(struct kernel_stat64) == 96, "stat64 of the i386 ABI");

static int fill(long ret, const struct kernel_stat64 *k, struct stat *st)
{
	if (sysret(ret) < 0)
		return -1;
	*st = (struct stat){
		.st_dev = k->dev,
		.st_ino = k->ino,
		.st_mode = k->mode,
		.st_nlink = k->nlink,
		.st_uid = k->uid,
		.st_gid = k->gid,
		.st_rdev = k->rdev,
		.st_size = k->size,
		.st_blksize = k->blksize,
		.st_blocks = k->blocks,
		.st_atim = { k->atime, k->atime_nsec },
		.st_mtim = { k->mtime, k->mtime_nsec },
		.st_ctim = { k->ctime, k->ctime_nsec },
	};
	return 0;
}

int _stat(const char *__restrict path, struct stat *__restrict st)
{
	struct kernel_stat64 k;

	return fill(SYSCALL2(SYS_stat64, path, &k), &k, st);
}
weak_alias(stat, _stat);

int lstat(const char *__restrict path, struct stat *__restrict st)
{
	struct kernel_stat64 k;

	return fill(SYSCALL2(SYS_lstat64, path, &k), &k, st);
}

int _fstat(int fd, struct stat *st)
{
	struct kernel_stat64 k;

	return fill(SYSCALL2(SYS_fstat64, fd, &k), &k, st);
}
weak_alias(fstat, _fstat);

int fstatat(int dirfd, const char *__restrict path, struct stat *__restrict st, int flags)
{
	struct kernel_stat64 k;

	return fill(SYSCALL4(SYS_fstatat64, dirfd, path, &k, flags), &k, st);
}
