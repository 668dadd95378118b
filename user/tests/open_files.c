/* SPDX-License-Identifier: MIT */
/*
 * Open files: every flag of open, shared and separate positions, dup, close-on-exec, the lowest free
 * descriptor, limits, seeking, vectors, record locks between processes, flock, truncation, running text.
 * Runs in /tmp, a tmpfs, or where an argument says.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "check.h"

#define fails(call, error) check((call) == -1 && errno == (error))

static struct stat st;
static char buf[64];

static void flags(void)
{
	int fd = open("f", O_CREAT | O_EXCL | O_RDWR, 0600), fd2;

	check(fd >= 0 && write(fd, "hello", 5) == 5);
	fails(open("f", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
	check((fd2 = open("f", O_WRONLY | O_APPEND)) >= 0 && write(fd2, "!", 1) == 1);
	check(lseek(fd, 0, SEEK_CUR) == 5 && read(fd, buf, 8) == 1 && buf[0] == '!');
	check(pwrite(fd2, "?", 1, 0) == 1 && fstat(fd, &st) == 0 && st.st_size == 7);
	fails(read(fd2, buf, 1), EBADF);
	check(close(fd2) == 0 && (fd2 = open("f", O_RDONLY)) >= 0);
	fails(write(fd2, "x", 1), EBADF);
	fails(ftruncate(fd2, 0), EINVAL);
	check((fcntl(fd2, F_GETFL) & O_ACCMODE) == O_RDONLY);
	check(fcntl(fd2, F_SETFL, O_NONBLOCK | O_APPEND | O_RDWR) == 0);
	check((fcntl(fd2, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_APPEND)) == (O_NONBLOCK | O_APPEND));
	check(close(fd2) == 0 && (fd2 = open("f", O_RDWR | O_TRUNC)) >= 0);
	check(fstat(fd, &st) == 0 && st.st_size == 0 && read(fd, buf, 1) == 0);
	check(close(fd) == 0 && close(fd2) == 0);
	fails(close(fd), EBADF);
	fails(close(-1), EBADF);
}

static void positions(void)
{
	int fd = open("f", O_RDWR | O_TRUNC), fd2 = dup(fd), fd3 = open("f", O_RDONLY);
	pid_t pid;

	check(fd >= 0 && fd2 >= 0 && fd3 >= 0 && write(fd, "0123456789", 10) == 10);
	check(lseek(fd2, 0, SEEK_CUR) == 10 && lseek(fd3, 0, SEEK_CUR) == 0);
	check(lseek(fd2, -3, SEEK_END) == 7 && read(fd, buf, 2) == 2 && !memcmp(buf, "78", 2));
	fails(lseek(fd, -1, SEEK_SET), EINVAL);
	fails(lseek(fd, 0, 99), EINVAL);
	check(pread(fd, buf, 4, 8) == 2 && pread(fd, buf, 4, 10) == 0 && lseek(fd, 0, SEEK_CUR) == 9);
	fails(pread(fd, buf, 1, -1), EINVAL);
	check(lseek(fd, 100, SEEK_SET) == 100 && write(fd, "x", 1) == 1);
	check(pread(fd, buf, 60, 10) == 60 && buf[0] == 0 && buf[59] == 0);
	pid = fork();
	if (!pid)
		_exit(lseek(fd, 5, SEEK_SET) != 5);
	join(pid);
	check(lseek(fd, 0, SEEK_CUR) == 5);
	check(close(fd) == 0 && close(fd2) == 0 && close(fd3) == 0);
}

static void vectors(void)
{
	struct iovec v[3] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
	char a[3] = "", b[3] = "";
	int fd = open("f", O_RDWR | O_TRUNC);

	check(writev(fd, v, 3) == 5 && lseek(fd, 0, SEEK_SET) == 0);
	v[0] = (struct iovec){ a, 2 };
	v[1] = (struct iovec){ b, 2 };
	check(readv(fd, v, 2) == 4 && !strcmp(a, "ab") && !strcmp(b, "cd"));
	fails(readv(fd, v, -1), EINVAL);
	fails(readv(fd, v, 1025), EINVAL);
	check(readv(fd, v, 0) == 0);
	v[1].iov_len = (size_t)-1;
	fails(readv(fd, v, 2), EINVAL);
	check(close(fd) == 0);
}

static void descriptors(void)
{
	struct rlimit old, small;
	int fd = open("f", O_RDWR), high, i;

	check(dup2(fd, 100) == 100 && fcntl(100, F_GETFD) == 0 && dup2(100, 100) == 100);
	fails(dup2(99, 100), EBADF);
	fails(dup2(fd, -1), EBADF);
	fails(dup3(fd, fd, 0), EINVAL);
	check(dup3(fd, 100, O_CLOEXEC) == 100 && fcntl(100, F_GETFD) == FD_CLOEXEC);
	check((high = fcntl(fd, F_DUPFD, 50)) == 50 && fcntl(fd, F_DUPFD, 50) == 51);
	check((i = fcntl(fd, F_DUPFD_CLOEXEC, 50)) == 52 && fcntl(i, F_GETFD) == FD_CLOEXEC);
	fails(fcntl(fd, F_DUPFD, -1), EINVAL);
	fails(fcntl(fd, 9999), EINVAL);
	check(close(50) == 0 && dup(fd) == fd + 1 && close(fd + 1) == 0);
	check(close(51) == 0 && close(52) == 0 && close(100) == 0);
	check(getrlimit(RLIMIT_NOFILE, &old) == 0);
	small = old;
	small.rlim_cur = 20;
	check(setrlimit(RLIMIT_NOFILE, &small) == 0);
	for (i = 0; i < 30 && dup(fd) >= 0; i++)
		;
	check(errno == EMFILE);
	fails(dup2(fd, 20), EBADF);
	for (i = fd + 1; i < 20; i++)
		close(i);
	check(setrlimit(RLIMIT_NOFILE, &old) == 0 && close(fd) == 0);
}

static short lock(int fd, int cmd, short type, off_t start, off_t len)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };
	int r = fcntl(fd, cmd, &fl);

	if (cmd == F_GETLK && r == 0)
		return fl.l_type;
	return (short)r;
}

/* The other process: what is locked, what is not. */
static void lock_child(void)
{
	int fd = open("f", O_RDWR);

	check(lock(fd, F_GETLK, F_WRLCK, 0, 10) == F_WRLCK && lock(fd, F_GETLK, F_RDLCK, 20, 10) == F_UNLCK);
	check(lock(fd, F_GETLK, F_WRLCK, 20, 10) == F_RDLCK);
	check(lock(fd, F_SETLK, F_WRLCK, 5, 1) == -1 && (errno == EAGAIN || errno == EACCES));
	check(lock(fd, F_SETLK, F_RDLCK, 25, 1) == 0);
	/* The middle was unlocked. */
	check(lock(fd, F_SETLK, F_WRLCK, 12, 4) == 0 && lock(fd, F_SETLK, F_WRLCK, 11, 1) == -1);
	check(lock(fd, F_SETLK, F_WRLCK, 16, 1) == -1);
	_exit(0);
}

static void record_locks(void)
{
	int fd = open("f", O_RDWR), fd2;
	pid_t pid;

	check(lock(fd, F_SETLK, F_WRLCK, 0, 20) == 0 && lock(fd, F_SETLK, F_RDLCK, 20, 0) == 0);
	check(lock(fd, F_SETLK, F_UNLCK, 12, 4) == 0);
	check((pid = fork()) >= 0);
	if (!pid)
		lock_child();
	join(pid);
	fails(lock(fd, F_SETLK, 77, 0, 1), EINVAL);
	fails(lock(fd, F_SETLK, F_WRLCK, -1, 1), EINVAL);
	/* Any close of the file drops the process's locks. */
	check((fd2 = open("f", O_RDONLY)) >= 0 && close(fd2) == 0);
	check((pid = fork()) >= 0);
	if (!pid) {
		check(lock(fd, F_GETLK, F_WRLCK, 0, 0) == F_UNLCK);
		check(lock(fd, F_SETLKW, F_WRLCK, 0, 0) == 0);
		usleep(200000);
		_exit(0);
	}
	usleep(100000);
	check(lock(fd, F_SETLKW, F_WRLCK, 0, 0) == 0);	/* waits for the child's end */
	join(pid);
	check(close(fd) == 0);
}

static void flocks(void)
{
	int fd = open("f", O_RDWR), fd2 = open("f", O_RDWR), fd3 = dup(fd);

	check(flock(fd, LOCK_SH) == 0 && flock(fd2, LOCK_SH) == 0);
	fails(flock(fd, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	check(flock(fd2, LOCK_UN) == 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);
	fails(flock(fd2, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	check(flock(fd3, LOCK_EX | LOCK_NB) == 0 && close(fd) == 0);
	fails(flock(fd2, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	check(close(fd3) == 0 && flock(fd2, LOCK_EX | LOCK_NB) == 0);
	fails(flock(fd2, 0), EINVAL);
	check(close(fd2) == 0);
}

static void sizes(void)
{
	int fd = open("f", O_RDWR | O_TRUNC);

	check(ftruncate(fd, 10000) == 0 && fstat(fd, &st) == 0 && st.st_size == 10000);
	check(pwrite(fd, "end", 3, 9997) == 3 && ftruncate(fd, 5000) == 0 && ftruncate(fd, 10000) == 0);
	check(pread(fd, buf, 3, 9997) == 3 && !memcmp(buf, "\0\0\0", 3));
	fails(ftruncate(fd, -1), EINVAL);
	fails(truncate("none", 0), ENOENT);
	fails(truncate(".", 0), EISDIR);
	check(truncate("f", 1) == 0 && fstat(fd, &st) == 0 && st.st_size == 1 && close(fd) == 0);
}

static void running_text(void)
{
	char self[128];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	check(n > 0);
	self[n] = 0;
	fails(open(self, O_RDWR), ETXTBSY);
	fails(truncate(self, 0), ETXTBSY);
}

int main(int argc, char **argv)
{
	char dir[64];

	snprintf(dir, sizeof(dir), "%s/open.test", argc > 1 ? argv[1] : "/tmp");
	check(mkdir(dir, 0755) == 0 && chdir(dir) == 0);
	flags();
	positions();
	vectors();
	descriptors();
	record_locks();
	flocks();
	sizes();
	running_text();
	return 0;
}
