/* SPDX-License-Identifier: MIT */
/* offsets.c: the calls whose file offsets take two registers. */
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>
#include "../libquire.h"

_off_t _lseek(int fd, _off_t offset, int whence)
{
	long long result;
	long ret = SYSCALL5(SYS__llseek, fd, HIGH(offset), LOW(offset), &result, whence);

	return sysret(ret) < 0 ? -1 : result;
}
weak_alias(lseek, _lseek);

ssize_t pread(int fd, void *buf, size_t len, off_t offset)
{
	return sysret(SYSCALL5(SYS_pread64, fd, buf, len, LOW(offset), HIGH(offset)));
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset)
{
	return sysret(SYSCALL5(SYS_pwrite64, fd, buf, len, LOW(offset), HIGH(offset)));
}

ssize_t preadv(int fd, const struct iovec *iov, int count, off_t offset)
{
	return sysret(SYSCALL5(SYS_preadv, fd, iov, count, LOW(offset), HIGH(offset)));
}

ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t offset)
{
	return sysret(SYSCALL5(SYS_pwritev, fd, iov, count, LOW(offset), HIGH(offset)));
}

int truncate(const char *path, off_t len)
{
	return sysret(SYSCALL3(SYS_truncate64, path, LOW(len), HIGH(len)));
}

int ftruncate(int fd, off_t len)
{
	return sysret(SYSCALL3(SYS_ftruncate64, fd, LOW(len), HIGH(len)));
}

ssize_t readahead(int fd, off_t offset, size_t count)
{
	return sysret(SYSCALL4(SYS_readahead, fd, LOW(offset), HIGH(offset), count));
}

/* These two answer the error itself and leave errno alone. */
int posix_fadvise(int fd, off_t offset, off_t len, int advice)
{
	return -SYSCALL6(SYS_fadvise64_64, fd, LOW(offset), HIGH(offset), LOW(len), HIGH(len),
			 advice);
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
	return -SYSCALL6(SYS_fallocate, fd, 0, LOW(offset), HIGH(offset), LOW(len), HIGH(len));
}

int fallocate(int fd, int mode, off_t offset, off_t len)
{
	return sysret(SYSCALL6(SYS_fallocate, fd, mode, LOW(offset), HIGH(offset), LOW(len),
			       HIGH(len)));
}
