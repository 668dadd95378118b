/* SPDX-License-Identifier: MIT */
/*
 * Stream sockets of AF_UNIX: pairs, listeners, connections; bytes in order, in any pieces; ends of file, SIGPIPE,
 * half-close, resets; time-outs, flags of the calls, and what may not be done in which state.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "check.h"

static const struct sockaddr_un server = { .sun_family = AF_UNIX, .sun_path = "\0unix_stream" };
#define SERVER_LEN (offsetof(struct sockaddr_un, sun_path) + 12)

static void *volatile nowhere = (void *)8;	/* no address of ours */
static volatile int sigpipes;

static void on_sigpipe(int sig)
{
	sigpipes++;
}

static void pair(int type, int fd[2])
{
	check(socketpair(AF_UNIX, type, 0, fd) == 0);
}

static void shut_pair(int fd[2])
{
	check(close(fd[0]) == 0 && close(fd[1]) == 0);
}

static int listener(int backlog)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	check(fd >= 0 && bind(fd, (const struct sockaddr *)&server, SERVER_LEN) == 0 && listen(fd, backlog) == 0);
	return fd;
}

static int try_connect(int flags)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | flags, 0), err;

	check(fd >= 0);
	if (connect(fd, (const struct sockaddr *)&server, SERVER_LEN) == 0)
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/* ---- making them ---- */

static void wrong_kinds(void)
{
	int fd[2];

	check(socket(12, SOCK_STREAM, 0) == -1 && errno == EAFNOSUPPORT);
	check(socket(-1, SOCK_STREAM, 0) == -1 && errno == EAFNOSUPPORT);
	check(socket(AF_UNIX, SOCK_RDM, 0) == -1 && errno == ESOCKTNOSUPPORT);
	check(socket(AF_UNIX, 11, 0) == -1 && errno == EINVAL);
	check(socket(AF_UNIX, SOCK_STREAM, 17) == -1 && errno == EPROTONOSUPPORT);
	check(socket(AF_UNIX, SOCK_STREAM | 0x40, 0) == -1 && errno == EINVAL);
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, nowhere) == -1 && errno == EFAULT);
	check(socketpair(AF_UNIX, 12, 0, fd) == -1 && errno == EINVAL);
	check(pipe(fd) == 0);
	check(send(fd[1], "x", 1, 0) == -1 && errno == ENOTSOCK);
	check(listen(fd[0], 1) == -1 && errno == ENOTSOCK);
	shut_pair(fd);
	check(send(fd[1], "x", 1, 0) == -1 && errno == EBADF);
}

static void files(void)
{
	char link[40], text[40];
	struct stat st;
	int fd[2], n;

	pair(SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, fd);
	check(fcntl(fd[0], F_GETFD) == FD_CLOEXEC && fcntl(fd[1], F_GETFL) == (O_RDWR | O_NONBLOCK));
	check(fstat(fd[0], &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0777 && st.st_size == 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd[0]);
	n = readlink(link, text, sizeof(text) - 1);
	check(n > 0);
	text[n] = '\0';
	snprintf(link, sizeof(link), "socket:[%lu]", (unsigned long)st.st_ino);
	check(strcmp(text, link) == 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd[0]);
	check(open(link, O_RDWR) == -1 && errno == ENXIO);
	check(lseek(fd[0], 0, SEEK_CUR) == -1 && errno == ESPIPE);
	check(read(fd[0], text, 1) == -1 && errno == EAGAIN);
	check(read(fd[0], text, 0) == 0);
	shut_pair(fd);
}

/* ---- bytes ---- */

static void pieces(void)
{
	struct iovec out[3] = { { "one", 3 }, { "", 0 }, { "two", 3 } };
	char a[4] = "", b[8] = "";
	struct iovec in[2] = { { a, 2 }, { b, 7 } };
	int fd[2], n;

	pair(SOCK_STREAM, fd);
	check(writev(fd[0], out, 3) == 6);
	check(ioctl(fd[1], FIONREAD, &n) == 0 && n == 6);
	check(write(fd[0], "three", 5) == 5);
	check(ioctl(fd[1], FIONREAD, &n) == 0 && n == 11);
	check(readv(fd[1], in, 2) == 9 && !memcmp(a, "on", 2) && !memcmp(b, "etwothr", 7));
	check(recv(fd[1], b, 8, MSG_PEEK) == 2 && !memcmp(b, "ee", 2));
	check(write(fd[0], "four", 4) == 4);
	check(recv(fd[1], b, 8, MSG_PEEK) == 6 && !memcmp(b, "eefour", 6));
	check(read(fd[1], b, 1) == 1 && b[0] == 'e');
	check(recv(fd[1], b, 8, MSG_DONTWAIT) == 5 && !memcmp(b, "efour", 5));
	check(recv(fd[1], b, 8, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	check(write(fd[0], "", 0) == 0 && recv(fd[1], b, 8, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	check(write(fd[0], "x", 1) == 1 && read(fd[1], nowhere, 1) == -1 && errno == EFAULT);
	check(read(fd[1], b, 1) == 1 && b[0] == 'x');
	check(write(fd[0], nowhere, 1) == -1 && errno == EFAULT);
	shut_pair(fd);
}

/* Pseudo-random lengths; the sum of what is read is that of what was written. */
static void much(void)
{
	static unsigned char buffer[200000];
	unsigned int seed = 1, at = 0;
	int fd[2], n;
	pid_t pid;

	pair(SOCK_STREAM, fd);
	pid = fork();
	if (pid == 0) {
		close(fd[1]);
		for (int i = 0; i < 60; i++) {
			seed = seed * 1103515245u + 12345;
			n = 1 + (seed >> 8) % (i % 2 ? 100000 : 3000);
			for (int k = 0; k < n; k++)
				buffer[k] = (unsigned char)((at + k) * 7 >> 3);
			check(write(fd[0], buffer, n) == n);
			at += n;
		}
		_exit(0);
	}
	close(fd[0]);
	for (;;) {
		seed = seed * 1103515245u + 54321;
		n = read(fd[1], buffer, 1 + (seed >> 8) % sizeof(buffer));
		check(n >= 0);
		if (!n)
			break;
		for (int k = 0; k < n; k++)
			check(buffer[k] == (unsigned char)((at + k) * 7 >> 3));
		at += n;
	}
	check(at > 60 * 3000);
	join(pid);
	close(fd[1]);
}

static void wait_for_all(void)
{
	char buf[8];
	int fd[2];
	pid_t pid;

	pair(SOCK_STREAM, fd);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 8; i++) {
			check(write(fd[0], "abcdefgh" + i, 1) == 1);
			usleep(2000);
		}
		check(write(fd[0], "xy", 2) == 2);
		_exit(0);
	}
	check(close(fd[0]) == 0);
	check(recv(fd[1], buf, 8, MSG_WAITALL) == 8 && !memcmp(buf, "abcdefgh", 8));
	check(recv(fd[1], buf, 8, MSG_WAITALL) == 2);	/* the end came first */
	join(pid);
	close(fd[1]);
}

static void full(void)
{
	static char block[30000];
	int fd[2], n, total = 0;

	pair(SOCK_STREAM | SOCK_NONBLOCK, fd);
	while ((n = write(fd[0], block, sizeof(block))) > 0)
		total += n;
	check(errno == EAGAIN && total >= 64 * 1024);
	while (total > 0) {
		n = read(fd[1], block, sizeof(block));
		check(n > 0);
		total -= n;
	}
	check(total == 0 && read(fd[1], block, 1) == -1 && errno == EAGAIN);
	check(write(fd[0], block, 1000) == 1000);
	shut_pair(fd);
}

/* ---- ends ---- */

static void ends(void)
{
	char c;
	int fd[2];

	pair(SOCK_STREAM, fd);
	check(write(fd[0], "z", 1) == 1 && close(fd[0]) == 0);
	check(read(fd[1], &c, 1) == 1 && c == 'z' && read(fd[1], &c, 1) == 0);
	sigpipes = 0;
	check(write(fd[1], "x", 1) == -1 && errno == EPIPE && sigpipes == 1);
	check(send(fd[1], "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE && sigpipes == 1);
	check(close(fd[1]) == 0);
	pair(SOCK_STREAM, fd);	/* what was not read is a reset */
	check(write(fd[0], "z", 1) == 1 && write(fd[1], "y", 1) == 1 && close(fd[1]) == 0);
	check(read(fd[0], &c, 1) == 1 && c == 'y');
	check(read(fd[0], &c, 1) == -1 && errno == ECONNRESET);
	check(read(fd[0], &c, 1) == 0);
	check(close(fd[0]) == 0);
}

static void half_close(void)
{
	char c;
	int fd[2];

	pair(SOCK_STREAM, fd);
	check(shutdown(fd[0], 3) == -1 && errno == EINVAL);
	check(write(fd[0], "a", 1) == 1 && shutdown(fd[0], SHUT_WR) == 0);
	sigpipes = 0;
	check(write(fd[0], "b", 1) == -1 && errno == EPIPE && sigpipes == 1);
	check(read(fd[1], &c, 1) == 1 && c == 'a' && read(fd[1], &c, 1) == 0);
	check(write(fd[1], "c", 1) == 1 && read(fd[0], &c, 1) == 1 && c == 'c');
	check(write(fd[1], "d", 1) == 1 && shutdown(fd[0], SHUT_RD) == 0);
	check(write(fd[1], "e", 1) == -1 && errno == EPIPE && sigpipes == 2);
	check(read(fd[0], &c, 1) == 1 && c == 'd' && read(fd[0], &c, 1) == 0);
	shut_pair(fd);
}

/* A reader and a writer that sleep hear of the end. */
static void wakes(void)
{
	static char block[100000];
	int fd[2];
	pid_t pid;
	char c;

	pair(SOCK_STREAM, fd);
	pid = fork();
	if (pid == 0) {
		close(fd[0]);
		check(read(fd[1], &c, 1) == 0);
		_exit(0);
	}
	check(close(fd[1]) == 0);
	usleep(20000);
	check(close(fd[0]) == 0);
	join(pid);
	pair(SOCK_STREAM, fd);
	pid = fork();
	if (pid == 0) {
		close(fd[1]);
		sigpipes = 0;
		while (write(fd[0], block, sizeof(block)) > 0)
			;
		check((errno == EPIPE || errno == ECONNRESET) && sigpipes <= 1);
		_exit(0);
	}
	check(close(fd[0]) == 0);
	usleep(20000);
	check(close(fd[1]) == 0);
	join(pid);
}

static long ms_since(const struct timeval *start)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_usec - start->tv_usec) / 1000;
}

static void timeouts(void)
{
	static char block[100000];
	struct timeval tv = { 0, 40000 }, start, got;
	socklen_t len = sizeof(got);
	int fd[2];
	char c;

	pair(SOCK_STREAM, fd);
	check(setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	check(setsockopt(fd[0], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == 0);
	check(getsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &got, &len) == 0 && len == sizeof(got));
	check(got.tv_sec == 0 && got.tv_usec == 40000);
	gettimeofday(&start, NULL);
	check(read(fd[0], &c, 1) == -1 && errno == EAGAIN && ms_since(&start) >= 35);
	while (write(fd[0], block, sizeof(block)) == sizeof(block))
		;
	gettimeofday(&start, NULL);
	check(write(fd[0], block, sizeof(block)) == -1 && errno == EAGAIN && ms_since(&start) >= 35);
	tv.tv_usec = 1000000;
	check(setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == -1 && errno == EDOM);
	check(setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &tv, 4) == -1 && errno == EINVAL);
	shut_pair(fd);
}

/* ---- connections ---- */

static void connections(void)
{
	struct sockaddr_un addr;
	socklen_t len = sizeof(addr);
	int fd = listener(5), client, served, again;
	char c;

	check(accept4(fd, NULL, NULL, 0x40) == -1 && errno == EINVAL);
	check(fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && accept(fd, NULL, NULL) == -1 && errno == EAGAIN);
	client = try_connect(0);
	check(client >= 0 && write(client, "early", 5) == 5);
	served = accept4(fd, (struct sockaddr *)&addr, &len, SOCK_CLOEXEC);
	check(served >= 0 && len == sizeof(sa_family_t) && addr.sun_family == AF_UNIX);
	check(fcntl(served, F_GETFD) == FD_CLOEXEC && !(fcntl(served, F_GETFL) & O_NONBLOCK));
	check(read(served, &c, 1) == 1 && c == 'e');
	len = sizeof(addr);
	check(getpeername(client, (struct sockaddr *)&addr, &len) == 0 && len == SERVER_LEN);
	check(!memcmp(&addr, &server, len));
	len = sizeof(addr);
	check(getsockname(served, (struct sockaddr *)&addr, &len) == 0 && len == SERVER_LEN);
	check(connect(client, (const struct sockaddr *)&server, SERVER_LEN) == -1 && errno == EISCONN);
	check(connect(fd, (const struct sockaddr *)&server, SERVER_LEN) == -1 && errno == EINVAL);
	check(listen(client, 1) == -1 && errno == EINVAL);
	check(read(fd, &c, 1) == -1 && errno == EINVAL);
	check(write(fd, &c, 1) == -1 && errno == ENOTCONN);
	check(sendto(client, &c, 1, 0, (const struct sockaddr *)&server, SERVER_LEN) == -1 && errno == EISCONN);
	again = try_connect(0);	/* nobody will accept it */
	check(again >= 0 && close(fd) == 0);
	check(read(again, &c, 1) == -1 && errno == ECONNRESET && read(again, &c, 1) == 0);
	check(close(again) == 0 && close(served) == 0);
	check(read(client, &c, 1) == -1 && errno == ECONNRESET);	/* "arly" was not read */
	check(close(client) == 0);
	check(try_connect(0) == -1 && errno == ECONNREFUSED);
}

static void states(void)
{
	socklen_t len = sizeof(struct sockaddr_un);
	struct sockaddr_un addr;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char c;

	check(read(fd, &c, 1) == -1 && errno == EINVAL);
	check(write(fd, &c, 1) == -1 && errno == ENOTCONN);
	check(sendto(fd, &c, 1, 0, (const struct sockaddr *)&server, SERVER_LEN) == -1 && errno == EOPNOTSUPP);
	check(listen(fd, 1) == -1 && errno == EINVAL);
	check(accept(fd, NULL, NULL) == -1 && errno == EINVAL);
	check(getpeername(fd, (struct sockaddr *)&addr, &len) == -1 && errno == ENOTCONN);
	check(getsockname(fd, (struct sockaddr *)&addr, &len) == 0 && len == sizeof(sa_family_t));
	check(shutdown(fd, SHUT_RDWR) == 0);
	check(close(fd) == 0);
}

/* A backlog of n lets n + 1 wait. */
static void backlog(void)
{
	int fd = listener(1), client[3], served;
	pid_t pid;

	client[0] = try_connect(SOCK_NONBLOCK);
	client[1] = try_connect(SOCK_NONBLOCK);
	check(client[0] >= 0 && client[1] >= 0);
	check(try_connect(SOCK_NONBLOCK) == -1 && errno == EAGAIN);
	pid = fork();
	if (pid == 0) {
		check(try_connect(0) >= 0);
		_exit(0);
	}
	usleep(20000);
	served = accept(fd, NULL, NULL);
	check(served >= 0);
	join(pid);
	check(close(fd) == 0 && close(served) == 0 && close(client[0]) == 0 && close(client[1]) == 0);
	fd = listener(0);	/* one that waits in connect() hears of the listener's end */
	client[0] = try_connect(0);
	pid = fork();
	if (pid == 0) {
		close(fd);
		check(try_connect(0) == -1 && errno == ECONNREFUSED);
		_exit(0);
	}
	usleep(20000);
	check(close(fd) == 0 && close(client[0]) == 0);
	join(pid);
}

static void interrupted(void)
{
	struct itimerval soon = { { 0, 0 }, { 0, 20000 } };
	struct sigaction sa = { .sa_handler = on_sigpipe };
	int fd[2];
	char c;

	check(sigaction(SIGALRM, &sa, NULL) == 0);
	pair(SOCK_STREAM, fd);
	check(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	check(read(fd[0], &c, 1) == -1 && errno == EINTR);
	shut_pair(fd);
	fd[0] = listener(1);
	check(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	check(accept(fd[0], NULL, NULL) == -1 && errno == EINTR);
	check(close(fd[0]) == 0);
}

int main(void)
{
	struct sigaction sa = { .sa_handler = on_sigpipe };

	check(sigaction(SIGPIPE, &sa, NULL) == 0);
	wrong_kinds();
	files();
	pieces();
	much();
	wait_for_all();
	full();
	ends();
	half_close();
	wakes();
	timeouts();
	connections();
	states();
	backlog();
	interrupted();
	return 0;
}
