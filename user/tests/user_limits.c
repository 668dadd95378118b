/* SPDX-License-Identifier: MIT */
/*
 * What one user may pin of the kernel's memory, and the errors that say so: pages in pipes, open files, epoll's
 * watches, POSIX timers and queued signals, record locks.
 *
 * Root lowers the limits in /proc/sys first, so that they are the same on every machine.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"
#include "user_limit.h"

#define EPOLL_CTL_ADD	1
#define FULL_SIZE	(16 * (int)PAGE)
#define SMALL_SIZE	(2 * (int)PAGE)
#define SOFT		"/proc/sys/fs/pipe-user-pages-soft"
#define HARD		"/proc/sys/fs/pipe-user-pages-hard"
#define MAX_SIZE	"/proc/sys/fs/pipe-max-size"
#define WATCHES		"/proc/sys/fs/epoll/max_user_watches"

static int new_pipe(void)
{
	int fd[2];

	return pipe(fd) ? -1 : fd[0];
}

/* The soft limit is 40 pages, the hard one 46: two full pipes, then small ones. */
static void nobodys_pipes(void)
{
	int full = new_pipe(), second = new_pipe(), small, last, ends[2];

	check(fcntl(full, F_GETPIPE_SZ) == FULL_SIZE && fcntl(second, F_GETPIPE_SZ) == FULL_SIZE);
	small = new_pipe();
	check(fcntl(small, F_GETPIPE_SZ) == SMALL_SIZE);
	check(fcntl(small, F_SETPIPE_SZ, 4 * PAGE) == 4 * PAGE);
	check(fcntl(small, F_SETPIPE_SZ, 16 * PAGE) == -1 && errno == EPERM);
	check(fcntl(small, F_GETPIPE_SZ) == 4 * (int)PAGE);
	for (int i = 0; i < 4; i++)
		check(fcntl(new_pipe(), F_GETPIPE_SZ) == SMALL_SIZE);
	check(pipe(ends) == 0);
	last = new_pipe();
	check(last == -1 && errno == ENFILE);
	check(close(ends[0]) == 0 && close(ends[1]) == 0);
	check(fcntl(new_pipe(), F_GETPIPE_SZ) == SMALL_SIZE);
	check(mkfifo("/tmp/user_limits.fifo", 0600) == 0);
	check(open("/tmp/user_limits.fifo", O_RDWR) == -1 && errno == ENOMEM);
	check(unlink("/tmp/user_limits.fifo") == 0);
	check(fcntl(full, F_SETPIPE_SZ, PAGE) == PAGE);	/* smaller always works, and makes room */
	check(new_pipe() >= 0);
}

static void largest_pipe(void)
{
	int fd = new_pipe();

	check(fcntl(fd, F_SETPIPE_SZ, 32 * PAGE) == 32 * PAGE);
	check(fcntl(fd, F_SETPIPE_SZ, 32 * PAGE + 1) == -1 && errno == EPERM);
	check(fcntl(fd, F_SETPIPE_SZ, 1u << 31) == -1 && errno == EPERM);
	check(fcntl(fd, F_SETPIPE_SZ, (1u << 31) + 1) == -1 && errno == EINVAL);
}

static void small_default(void)
{
	check(fcntl(new_pipe(), F_GETPIPE_SZ) == 4 * (int)PAGE);
}

static void pipe_limits(void)
{
	unsigned long soft = get(SOFT), hard = get(HARD), max_size = get(MAX_SIZE);

	check(set(SOFT, 40) == 0 && set(HARD, 46) == 0);
	as_nobody(nobodys_pipes);
	as_nobody(nobodys_pipes);	/* the first one's are all given back */
	for (int i = 0; i < 8; i++)	/* root: no limit */
		check(fcntl(new_pipe(), F_GETPIPE_SZ) == FULL_SIZE);
	check(set(SOFT, 0) == 0 && set(HARD, 0) == 0);
	check(set(MAX_SIZE, 32 * PAGE - 5) == 0 && get(MAX_SIZE) == 32 * PAGE);
	check(set(MAX_SIZE, 1) == 0 && get(MAX_SIZE) == PAGE);
	check(set(MAX_SIZE, 32 * PAGE) == 0);
	as_nobody(largest_pipe);
	check(set(MAX_SIZE, 4 * PAGE) == 0);
	as_nobody(small_default);
	check(set(MAX_SIZE, max_size) == 0 && set(SOFT, soft) == 0 && set(HARD, hard) == 0);
}

/* Sizes that change while there is something in the pipe. */
static void pipe_sizes(void)
{
	static char block[3 * PAGE], back[3 * PAGE];
	int fd[2];

	for (unsigned int i = 0; i < sizeof(block); i++)
		block[i] = (char)(i * 7 + i / PAGE);
	check(pipe2(fd, O_NONBLOCK) == 0);
	check(fcntl(fd[0], F_SETPIPE_SZ, 0) == PAGE);
	check(fcntl(fd[1], F_SETPIPE_SZ, 3 * PAGE) == 4 * PAGE);
	check(write(fd[1], block, sizeof(block)) == sizeof(block));
	check(fcntl(fd[1], F_SETPIPE_SZ, 2 * PAGE) == -1 && errno == EBUSY);
	check(read(fd[0], back, PAGE) == PAGE && !memcmp(back, block, PAGE));
	check(fcntl(fd[1], F_SETPIPE_SZ, 2 * PAGE) == 2 * PAGE);
	check(write(fd[1], block, 1) == -1 && errno == EAGAIN);
	check(fcntl(fd[1], F_SETPIPE_SZ, 8 * PAGE) == 8 * PAGE);
	check(write(fd[1], block, sizeof(block)) == sizeof(block));
	check(read(fd[0], back, 2 * PAGE) == 2 * PAGE && !memcmp(back, block + PAGE, 2 * PAGE));
	check(read(fd[0], back, sizeof(back)) == sizeof(back) && !memcmp(back, block, sizeof(back)));
	check(close(fd[0]) == 0 && close(fd[1]) == 0);
	check(fcntl(STDIN_FILENO, F_GETPIPE_SZ) == -1 && errno == EBADF);
}

static void open_until_refused(void)
{
	int n = 0;

	while (n < 200 && open("/dev/null", O_RDONLY) >= 0)
		n++;
	check(errno == ENFILE && n > 20 && n < 200);
}

static void file_limit(void)
{
	static const char path[] = "/proc/sys/fs/file-max";
	unsigned long max = get(path);

	check(set(path, get("/proc/sys/fs/file-nr") + 60) == 0);
	as_nobody(open_until_refused);
	check(set(path, get("/proc/sys/fs/file-nr")) == 0);
	check(close(open("/dev/null", O_RDONLY)) == 0);	/* root: no limit */
	check(set(path, max) == 0);
}

static void watch_until_refused(void)
{
	struct { uint32_t events; uint64_t data; } __attribute__((packed)) event = { POLLIN, 1 };
	int set_fd = syscall(SYS_epoll_create1, 0), fd = new_pipe(), n = 0;

	while (n < 60 && syscall(SYS_epoll_ctl, set_fd, EPOLL_CTL_ADD, dup(fd), &event) == 0)
		n++;
	check(n == 50 && errno == ENOSPC);
}

static void watch_limit(void)
{
	unsigned long max = get(WATCHES);

	check(set(WATCHES, 50) == 0);
	as_nobody(watch_until_refused);
	as_nobody(watch_until_refused);
	check(set(WATCHES, max) == 0);
}

/* A timer and a queued signal count alike. */
static void signals_until_refused(void)
{
	struct rlimit limit = { 20, 20 };
	union sigval value = { .sival_int = 1 };
	sigset_t blocked;
	int n = 0, timer;

	check(setrlimit(RLIMIT_SIGPENDING, &limit) == 0);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGRTMIN);
	check(sigprocmask(SIG_BLOCK, &blocked, NULL) == 0);
	while (n < 12 && sigqueue(getpid(), SIGRTMIN, value) == 0)
		n++;
	check(n == 12);
	while (n < 30 && syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer) == 0)
		n++;
	check(n == 20 && errno == EAGAIN);
	check(sigqueue(getpid(), SIGRTMIN, value) == -1 && errno == EAGAIN);
	check(syscall(SYS_timer_delete, timer) == 0);
	check(sigqueue(getpid(), SIGRTMIN, value) == 0);
}

/* Blocks the signal, with room for five, and waits for its end. */
static void receive(int ready)
{
	struct rlimit limit = { 5, 5 };
	sigset_t blocked;

	check(setrlimit(RLIMIT_SIGPENDING, &limit) == 0 && setuid(NOBODY) == 0);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGRTMIN);
	check(sigprocmask(SIG_BLOCK, &blocked, NULL) == 0 && write(ready, "r", 1) == 1);
	for (;;)
		pause();
}

/* Who receives a signal pays for it, not who sends it: by the receiver's limit, on the receiver's user. */
static void receiver_pays(void)
{
	struct rlimit none = { 0, RLIM_INFINITY }, old;
	union sigval value = { .sival_int = 1 };
	int fd[2], n = 0;
	pid_t pid;
	char c;

	check(pipe(fd) == 0);
	pid = fork();
	if (pid == 0)
		receive(fd[1]);
	check(pid > 0 && read(fd[0], &c, 1) == 1);
	check(getrlimit(RLIMIT_SIGPENDING, &old) == 0 && setrlimit(RLIMIT_SIGPENDING, &none) == 0);
	while (n < 10 && sigqueue(pid, SIGRTMIN, value) == 0)
		n++;
	check(n == 5 && errno == EAGAIN && setrlimit(RLIMIT_SIGPENDING, &old) == 0);
	check(sigqueue(pid, SIGRTMIN, value) == -1 && errno == EAGAIN);
	check(kill(pid, SIGKILL) == 0);	/* this one is never too many */
	check(status_of(pid) == SIGKILL && close(fd[0]) == 0 && close(fd[1]) == 0);
}

int main(void)
{
	pipe_sizes();
	pipe_limits();
	file_limit();
	watch_limit();
	as_nobody(signals_until_refused);
	as_nobody(signals_until_refused);
	receiver_pays();
	return 0;
}
