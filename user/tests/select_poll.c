/* SPDX-License-Identifier: MIT */
/* select and poll: readiness of pipes, files, closed ends; time-outs; descriptors that are not open. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

#include "check.h"

/* Not open, and small: Linux passes over numbers beyond its table of files. */
#define CLOSED_FD 20

static int fd[2];

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void polls(void)
{
	struct pollfd p[3] = { { fd[0], POLLIN, 0 }, { fd[1], POLLOUT, 0 }, { -1, POLLIN, 0 } };
	long start = now_ms();
	char c;

	check(poll(p, 1, 50) == 0 && now_ms() - start >= 49);
	check(poll(p, 3, -1) == 1 && p[0].revents == 0 && p[1].revents == POLLOUT && p[2].revents == 0);
	check(write(fd[1], "x", 1) == 1);
	check(poll(p, 2, 0) == 2 && p[0].revents == POLLIN);
	check(read(fd[0], &c, 1) == 1);
	p[0].fd = CLOSED_FD;
	check(poll(p, 1, 0) == 1 && p[0].revents == POLLNVAL);
}

static void selects(void)
{
	struct timeval tv = { 0, 30000 };
	fd_set rd, wr;
	char c;

	FD_ZERO(&rd);
	FD_ZERO(&wr);
	FD_SET(fd[0], &rd);
	FD_SET(fd[1], &wr);
	check(select(fd[1] + 1, &rd, &wr, NULL, &tv) == 1 && !FD_ISSET(fd[0], &rd) && FD_ISSET(fd[1], &wr));
	FD_SET(fd[0], &rd);
	check(select(fd[0] + 1, &rd, NULL, NULL, &tv) == 0 && tv.tv_sec == 0 && tv.tv_usec == 0);
	check(write(fd[1], "x", 1) == 1);
	FD_SET(fd[0], &rd);
	check(select(fd[0] + 1, &rd, NULL, NULL, NULL) == 1 && FD_ISSET(fd[0], &rd));
	check(read(fd[0], &c, 1) == 1);
	FD_ZERO(&rd);
	FD_SET(CLOSED_FD, &rd);
	check(select(CLOSED_FD + 1, &rd, NULL, NULL, NULL) == -1 && errno == EBADF);
	check(select(-1, NULL, NULL, NULL, NULL) == -1 && errno == EINVAL);
}

/* A child makes the pipe ready while the parent sleeps in poll; then it hangs up. */
static void wake_up(void)
{
	struct pollfd p = { fd[0], POLLIN, 0 };
	long start;
	char c;

	if (fork() == 0) {
		usleep(50000);
		write(fd[1], "y", 1);
		usleep(50000);
		_exit(0);
	}
	check(close(fd[1]) == 0);
	start = now_ms();
	check(poll(&p, 1, 5000) == 1 && p.revents == POLLIN && now_ms() - start < 4000);
	check(read(fd[0], &c, 1) == 1 && c == 'y');
	check(poll(&p, 1, 5000) == 1 && p.revents == POLLHUP);
	check(wait(NULL) > 0);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void signals(void)
{
	struct sigaction act = { .sa_handler = on_alarm };
	struct timespec long_time = { 5, 0 };
	sigset_t none, blocked;

	sigaction(SIGALRM, &act, NULL);
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGALRM);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	raise(SIGALRM);
	check(pselect(0, NULL, NULL, NULL, &long_time, &none) == -1 && errno == EINTR);
	raise(SIGALRM);
	check(ppoll(NULL, 0, &long_time, &none) == -1 && errno == EINTR);
}

static void always_ready(void)
{
	int file = open("/proc/self/exe", O_RDONLY), null = open("/dev/null", O_RDWR);
	struct pollfd p[2] = { { file, POLLIN | POLLOUT, 0 }, { null, POLLIN | POLLOUT, 0 } };

	check(file >= 0 && null >= 0 && poll(p, 2, 0) == 2);
	check(p[0].revents == (POLLIN | POLLOUT) && p[1].revents == (POLLIN | POLLOUT));
}

int main(void)
{
	check(pipe(fd) == 0);
	polls();
	selects();
	wake_up();
	signals();
	always_ready();
	return 0;
}
