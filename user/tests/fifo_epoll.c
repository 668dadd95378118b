/* SPDX-License-Identifier: MIT */
/*
 * FIFOs (opening waits, non-blocking opens, end of file, hang-up), poll and ppoll, epoll (level, edge,
 * one-shot, closed files), eventfd, /dev/null and its relatives, a pipe opened by /proc/self/fd.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "check.h"

#define fails(call, error) check((call) == -1 && errno == (error))

#define EPOLLIN 1u
#define EPOLLOUT 4u
#define EPOLLHUP 16u
#define EPOLLET (1u << 31)
#define EPOLLONESHOT (1u << 30)
enum { ADD = 1, DEL, MOD };

struct event {
	uint32_t events;
	uint64_t data;
} __attribute__((packed));

static char buf[64];

static void fifos(void)
{
	int rd, wr, n;
	pid_t pid;

	check(mkfifo("p", 0600) == 0);
	fails(mkfifo("p", 0600), EEXIST);
	fails(open("p", O_WRONLY | O_NONBLOCK), ENXIO);
	check((rd = open("p", O_RDONLY | O_NONBLOCK)) >= 0 && read(rd, buf, 1) == 0);
	check(poll(&(struct pollfd){ .fd = rd, .events = POLLIN }, 1, 0) == 0);
	check((wr = open("p", O_WRONLY | O_NONBLOCK)) >= 0);
	fails(read(rd, buf, 1), EAGAIN);
	check(write(wr, "abc", 3) == 3 && ioctl(rd, FIONREAD, &n) == 0 && n == 3);
	fails(lseek(rd, 0, SEEK_SET), ESPIPE);
	check(close(wr) == 0 && read(rd, buf, 8) == 3 && read(rd, buf, 8) == 0 && close(rd) == 0);
	/* Blocking opens meet. */
	check((pid = fork()) >= 0);
	if (!pid) {
		check((wr = open("p", O_WRONLY)) >= 0 && write(wr, "hi", 2) == 2);
		_exit(0);
	}
	check((rd = open("p", O_RDONLY)) >= 0 && read(rd, buf, 8) == 2 && read(rd, buf, 8) == 0);
	join(pid);
	check(close(rd) == 0 && unlink("p") == 0);
}

static void polling(void)
{
	struct timespec ts = { 0, 50000000 };
	struct pollfd fds[3];
	int p[2];

	check(pipe(p) == 0);
	fds[0] = (struct pollfd){ .fd = p[0], .events = POLLIN | POLLOUT };
	fds[1] = (struct pollfd){ .fd = p[1], .events = POLLIN | POLLOUT };
	fds[2] = (struct pollfd){ .fd = -1, .events = POLLIN, .revents = 7 };
	check(poll(fds, 3, -1) == 1 && fds[0].revents == 0 && fds[1].revents == POLLOUT && fds[2].revents == 0);
	check(ppoll(fds, 1, &ts, NULL) == 0);
	fds[2].fd = 99;
	check(poll(fds + 2, 1, -1) == 1 && fds[2].revents == POLLNVAL);
	check(write(p[1], "x", 1) == 1 && poll(fds, 1, -1) == 1 && fds[0].revents == POLLIN);
	check(close(p[1]) == 0 && poll(fds, 1, -1) == 1 && fds[0].revents == (POLLIN | POLLHUP));
	check(read(p[0], buf, 2) == 1 && poll(fds, 1, 0) == 1 && fds[0].revents == POLLHUP);
	check(close(p[0]) == 0 && pipe(p) == 0 && close(p[0]) == 0);
	fds[0] = (struct pollfd){ .fd = p[1], .events = POLLOUT };
	check(poll(fds, 1, 0) == 1 && fds[0].revents == (POLLOUT | POLLERR) && close(p[1]) == 0);
}

static int ctl(int ep, int op, int fd, uint32_t events)
{
	struct event e = { events, (uint64_t)fd << 32 | 5 };

	return syscall(SYS_epoll_ctl, ep, op, fd, &e);
}

static int await(int ep, struct event *e, int ms)
{
	return syscall(SYS_epoll_wait, ep, e, 4, ms);
}

static void epolls(void)
{
	int ep = syscall(SYS_epoll_create1, 0), p[2], file;
	struct event e[4];

	check(ep >= 0 && pipe(p) == 0 && ctl(ep, ADD, p[0], EPOLLIN) == 0);
	fails(ctl(ep, ADD, p[0], EPOLLIN), EEXIST);
	fails(ctl(ep, MOD, p[1], EPOLLIN), ENOENT);
	fails(ctl(ep, DEL, p[1], 0), ENOENT);
	fails(ctl(ep, ADD, 99, EPOLLIN), EBADF);
	fails(ctl(p[0], ADD, p[1], EPOLLIN), EINVAL);
	fails(ctl(ep, ADD, ep, EPOLLIN), EINVAL);
	check((file = open("f", O_CREAT | O_RDWR, 0600)) >= 0);
	fails(ctl(ep, ADD, file, EPOLLIN), EPERM);
	check(close(file) == 0 && await(ep, e, 0) == 0 && await(ep, e, 30) == 0);
	fails(syscall(SYS_epoll_wait, ep, e, 0, 0), EINVAL);
	/* Level: as long as there is something. */
	check(write(p[1], "ab", 2) == 2 && await(ep, e, -1) == 1 && e[0].events == EPOLLIN);
	check(e[0].data == ((uint64_t)p[0] << 32 | 5) && await(ep, e, -1) == 1);
	check(read(p[0], buf, 2) == 2 && await(ep, e, 0) == 0);
	/* Edge: once for each arrival. */
	check(ctl(ep, MOD, p[0], EPOLLIN | EPOLLET) == 0 && write(p[1], "a", 1) == 1);
	check(await(ep, e, -1) == 1 && await(ep, e, 0) == 0 && write(p[1], "a", 1) == 1 && await(ep, e, 0) == 1);
	/* Once: until it is armed again. */
	check(ctl(ep, MOD, p[0], EPOLLIN | EPOLLONESHOT) == 0 && await(ep, e, 0) == 1 && await(ep, e, 0) == 0);
	check(ctl(ep, MOD, p[0], EPOLLIN) == 0 && await(ep, e, 0) == 1);
	check(ctl(ep, ADD, p[1], EPOLLOUT) == 0 && await(ep, e, 0) == 2);
	check(poll(&(struct pollfd){ .fd = ep, .events = POLLIN }, 1, 0) == 1);
	check(close(p[1]) == 0 && await(ep, e, 0) == 1 && e[0].events == (EPOLLIN | EPOLLHUP));
	check(close(p[0]) == 0 && await(ep, e, 0) == 0 && close(ep) == 0);
}

static void counters(void)
{
	int fd = syscall(SYS_eventfd2, 3, O_NONBLOCK), sem = syscall(SYS_eventfd2, 2, 1 | O_NONBLOCK);
	uint64_t n;

	check(fd >= 0 && sem >= 0 && read(fd, &n, 8) == 8 && n == 3);
	fails(read(fd, &n, 8), EAGAIN);
	n = 5;
	check(write(fd, &n, 8) == 8 && write(fd, &n, 8) == 8 && read(fd, &n, 8) == 8 && n == 10);
	n = UINT64_MAX;
	fails(write(fd, &n, 8), EINVAL);
	n--;
	check(write(fd, &n, 8) == 8);
	n = 1;
	fails(write(fd, &n, 8), EAGAIN);
	fails(read(fd, &n, 4), EINVAL);
	check(read(sem, &n, 8) == 8 && n == 1 && read(sem, &n, 8) == 8 && n == 1);
	fails(read(sem, &n, 8), EAGAIN);
	check(close(fd) == 0 && close(sem) == 0);
}

static void devices(void)
{
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR), full = open("/dev/full", O_RDWR);
	int random = open("/dev/urandom", O_RDONLY), p[2], in, out;
	char *m;

	check(null >= 0 && write(null, "x", 1) == 1 && read(null, buf, 1) == 0);
	check(zero >= 0 && memset(buf, 1, 8) && read(zero, buf, 8) == 8 && !memcmp(buf, "\0\0\0\0\0\0\0\0", 8));
	check(full >= 0 && read(full, buf, 1) == 1);
	fails(write(full, "x", 1), ENOSPC);
	check(random >= 0 && read(random, buf, 32) == 32);
	m = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
	check(m != MAP_FAILED && m[5] == 0 && (m[5] = 1) && munmap(m, PAGE) == 0);
	m = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, zero, 0);
	check(m != MAP_FAILED);
	if (!fork())
		_exit(m[0] = 9);
	wait(NULL);
	check(m[0] == 9 && munmap(m, PAGE) == 0);
	check(pipe(p) == 0 && dup2(p[0], 0) == 0 && write(p[1], "piped", 5) == 5);
	check((in = open("/proc/self/fd/0", O_RDONLY)) >= 0 && read(in, buf, 8) == 5 && !memcmp(buf, "piped", 5));
	check(write(p[1], "last", 4) == 4 && close(p[1]) == 0);
	check((out = open("/proc/self/fd/0", O_RDONLY)) >= 0);	/* what if the writer is gone already? */
	check(read(out, buf, 8) == 4 && !memcmp(buf, "last", 4) && read(out, buf, 8) == 0);
	check(close(out) == 0);
	fails(open("/dev/null/x", O_RDONLY), ENOTDIR);
	check(mknod("nodev", S_IFCHR | 0600, 0xfe01) == 0);
	fails(open("nodev", O_RDONLY), ENXIO);
	check(unlink("nodev") == 0);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	check(mkdir("/tmp/fifo.test", 0755) == 0 && chdir("/tmp/fifo.test") == 0);
	fifos();
	polling();
	epolls();
	counters();
	devices();
	return 0;
}
