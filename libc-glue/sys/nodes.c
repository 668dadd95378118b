/* SPDX-License-Identifier: MIT */
/* nodes.c: making special files, and the *at calls whose flags the kernel's calls do not take. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../libquire.h"

int __sys_faccessat(int dirfd, const char *path, int mode);
int __sys_fchmodat(int dirfd, const char *path, mode_t mode);

int mknod(const char *path, mode_t mode, dev_t dev)
{
	return sysret(SYSCALL3(SYS_mknod, path, mode, LOW(dev)));
}

int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)
{
	return sysret(SYSCALL4(SYS_mknodat, dirfd, path, mode, LOW(dev)));
}

int mkfifo(const char *path, mode_t mode)
{
	return mknod(path, mode | S_IFIFO, 0);
}

int mkfifoat(int dirfd, const char *path, mode_t mode)
{
	return mknodat(dirfd, path, mode | S_IFIFO, 0);
}

int fchmodat(int dirfd, const char *path, mode_t mode, int flags)
{
	if (flags) {
		errno = flags == AT_SYMLINK_NOFOLLOW ? EOPNOTSUPP : EINVAL;
		return -1;
	}
	return __sys_fchmodat(dirfd, path, mode);
}

int lchmod(const char *path, mode_t mode)
{
	return fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW);
}

/* AT_EACCESS matters to programs whose real and effective identity differ: those ask here by the
 * mode bits, as the kernel's call always judges the real one. */
static int effective_access(int dirfd, const char *path, int mode, int flags)
{
	struct stat st;
	int bits;

	if (fstatat(dirfd, path, &st, flags & AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (mode == F_OK)
		return 0;
	if (geteuid() == 0)
		bits = R_OK | W_OK | (S_ISDIR(st.st_mode) || (st.st_mode & 0111) ? X_OK : 0);
	else if (geteuid() == st.st_uid)
		bits = (st.st_mode >> 6) & 7;
	else if (getegid() == st.st_gid)
		bits = (st.st_mode >> 3) & 7;
	else
		bits = st.st_mode & 7;
	if ((mode & ~bits) == 0)
		return 0;
	errno = EACCES;
	return -1;
}

int faccessat(int dirfd, const char *path, int mode, int flags)
{
	int same = getuid() == geteuid() && getgid() == getegid();

	if (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW)) {
		errno = EINVAL;
		return -1;
	}
	if (flags == 0 || (flags == AT_EACCESS && same))
		return __sys_faccessat(dirfd, path, mode);
	return effective_access(dirfd, path, mode, flags);
}

int eaccess(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}
weak_alias(euidaccess, eaccess);
