/* SPDX-License-Identifier: MIT */
/*
 * Limits and identities: open files, address space, file size, stack, processes; what another user may not do;
 * record locks between processes.
 *
 * machine: mem=8
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "check.h"

static void limit(int resource, rlim_t value)
{
	struct rlimit r = { value, RLIM_INFINITY };

	check(getrlimit(resource, &r) == 0);
	r.rlim_cur = value;
	check(setrlimit(resource, &r) == 0);
}

static void open_files(void)
{
	int fd, last = -1;

	limit(RLIMIT_NOFILE, 40);
	while ((fd = dup(0)) >= 0)
		last = fd;
	check(errno == EMFILE && last == 39);
	check(dup2(0, 40) == -1 && errno == EBADF && fcntl(0, F_DUPFD, 40) == -1 && errno == EINVAL);
	check(close(17) == 0 && dup(0) == 17);
}

static void address_space(void)
{
	void *p;

	limit(RLIMIT_AS, 16 * MIB);
	p = mmap(NULL, 32 * MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(p == MAP_FAILED && errno == ENOMEM);
	check(sbrk(32 * MIB) == (void *)-1 && errno == ENOMEM);
}

static void file_size(void)
{
	char path[] = "/tmp/limits.XXXXXX";
	int fd = mkstemp(path);

	limit(RLIMIT_FSIZE, 1000);
	signal(SIGXFSZ, SIG_IGN);
	check(fd >= 0 && unlink(path) == 0 && ftruncate(fd, 1000) == 0);
	check(pwrite(fd, "ab", 2, 999) == 1 && pwrite(fd, "a", 1, 1000) == -1 && errno == EFBIG);
	check(ftruncate(fd, 1001) == -1 && errno == EFBIG);
}

static void another_user(void)
{
	gid_t groups[1] = { 1000 };

	check(setgroups(1, groups) == 0 && setgid(1000) == 0 && setuid(1000) == 0);
	check(getuid() == 1000 && geteuid() == 1000 && getgid() == 1000);
	check(setuid(0) == -1 && errno == EPERM && kill(1, SIGTERM) == -1 && errno == EPERM);
	check(open("/etc/passwd", O_WRONLY) == -1 && errno == EACCES);
	check(open("/root/x", O_CREAT | O_WRONLY, 0600) == -1 && errno == EACCES);
	check(chmod("/etc/passwd", 0777) == -1 && errno == EPERM);
	check(mknod("/tmp/limits.node", S_IFBLK | 0600, 0x100) == -1 && errno == EPERM);
	check(nice(-5) == -1 && errno == EPERM && nice(5) == 5);
	check(sethostname("x", 1) == -1 && errno == EPERM);
	check(access("/etc/passwd", R_OK) == 0 && access("/etc/passwd", W_OK) == -1 && errno == EACCES);
}

static void locks(void)
{
	char path[] = "/tmp/limits.lock.XXXXXX";
	struct flock l = { .l_type = F_WRLCK, .l_start = 10, .l_len = 10 };
	int fd = mkstemp(path);
	pid_t pid, parent = getpid();

	check(fd >= 0 && fcntl(fd, F_SETLK, &l) == 0);
	pid = fork();
	if (pid == 0) {
		check(fcntl(fd, F_SETLK, &l) == -1 && (errno == EAGAIN || errno == EACCES));
		check(fcntl(fd, F_GETLK, &l) == 0 && l.l_type == F_WRLCK && l.l_pid == parent);
		l = (struct flock){ .l_type = F_RDLCK, .l_start = 20, .l_len = 0 };
		check(fcntl(fd, F_SETLK, &l) == 0);
		l = (struct flock){ .l_type = F_WRLCK, .l_start = 0, .l_len = 15 };
		check(fcntl(fd, F_SETLKW, &l) == 0);	/* until the parent lets go */
		_exit(0);
	}
	usleep(50000);
	l = (struct flock){ .l_type = F_UNLCK, .l_start = 0, .l_len = 0 };
	check(fcntl(fd, F_SETLK, &l) == 0);
	join(pid);
	check(flock(fd, LOCK_EX) == 0 && flock(open(path, O_RDWR), LOCK_EX | LOCK_NB) == -1);
	check(errno == EWOULDBLOCK && unlink(path) == 0);
}

/* Each in a process of its own, since what it does cannot be taken back. */
static void apart(void (*test)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		test();
		_exit(0);
	}
	join(pid);
}

int main(void)
{
	apart(open_files);
	apart(address_space);
	apart(file_size);
	apart(another_user);
	apart(locks);
	return 0;
}
