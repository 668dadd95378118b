/* SPDX-License-Identifier: MIT */
/*
 * AF_UNIX sockets with bounds between messages: SOCK_DGRAM and SOCK_SEQPACKET. Whole messages, cut ones, empty ones;
 * whom a datagram goes to and who may send it; a receiver that is full, closed or shut; several in one call.
 */
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

#include "check.h"

#define QLEN 10		/* net.unix.max_dgram_qlen */

struct name {
	struct sockaddr_un addr;
	socklen_t len;
};

static volatile int sigpipes;

static void on_signal(int sig)
{
	sigpipes += sig == SIGPIPE;
}

/* An abstract name of this test. */
static struct name name_of(const char *text)
{
	struct name n = { .addr = { .sun_family = AF_UNIX } };

	n.len = offsetof(struct sockaddr_un, sun_path) + 1 +
		snprintf(n.addr.sun_path + 1, sizeof(n.addr.sun_path) - 1, "unix_dgram.%s", text);
	return n;
}

static int bound(int type, const char *text)
{
	struct name n = name_of(text);
	int fd = socket(AF_UNIX, type, 0);

	check(fd >= 0 && bind(fd, (struct sockaddr *)&n.addr, n.len) == 0);
	return fd;
}

static int connect_to(int fd, const char *text)
{
	struct name n = name_of(text);

	return connect(fd, (struct sockaddr *)&n.addr, n.len);
}

static ssize_t send_to(int fd, const char *text, int flags)
{
	struct name n = name_of(text);

	return sendto(fd, "message", 7, flags, (struct sockaddr *)&n.addr, n.len);
}

static void whole_messages(int type)
{
	struct iovec out[2] = { { "ab", 2 }, { "cde", 3 } };
	char buf[16];
	struct iovec in[2] = { { buf, 1 }, { buf + 1, 2 } };
	struct msghdr m = { .msg_iov = in, .msg_iovlen = 2 };
	int fd[2], n;

	check(socketpair(AF_UNIX, type, 0, fd) == 0);
	check(writev(fd[0], out, 2) == 5 && write(fd[0], "fgh", 3) == 3 && send(fd[0], "", 0, 0) == 0);
	check(write(fd[0], "end", 3) == 3);
	check(ioctl(fd[1], FIONREAD, &n) == 0 && n == (type == SOCK_DGRAM ? 5 : 11));
	check(recv(fd[1], buf, 16, MSG_PEEK) == 5 && recv(fd[1], buf, 2, MSG_PEEK | MSG_TRUNC) == 5);
	check(recvmsg(fd[1], &m, 0) == 3 && m.msg_flags == MSG_TRUNC && !memcmp(buf, "abc", 3));
	check(recv(fd[1], buf, 16, 0) == 3 && !memcmp(buf, "fgh", 3));
	check(recv(fd[1], buf, 16, 0) == 0);
	check(recv(fd[1], buf, 1, MSG_TRUNC) == 3 && buf[0] == 'e');
	check(recv(fd[1], buf, 16, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	m.msg_flags = 0x1234;
	check(write(fd[0], "xyz", 3) == 3 && recvmsg(fd[1], &m, 0) == 3 && m.msg_flags == 0);
	check(write(fd[0], "x", 1) == 1 && read(fd[1], buf, 0) == 0);
	check(recv(fd[1], NULL, 0, 0) == 0 && recv(fd[1], buf, 1, MSG_DONTWAIT) == -1);	/* it was cut to nothing */
	check(close(fd[0]) == 0 && close(fd[1]) == 0);
}

static void sizes(int type)
{
	static char big[1 << 20];
	int fd[2], sndbuf, size;
	socklen_t len = sizeof(sndbuf);

	check(socketpair(AF_UNIX, type, 0, fd) == 0);
	check(getsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &sndbuf, &len) == 0 && sndbuf > 65536);
	check(send(fd[0], big, sizeof(big), 0) == -1 && errno == EMSGSIZE);
	check(send(fd[0], big, sndbuf, 0) == -1 && errno == EMSGSIZE);
	for (size = 1; size < 100000; size = size * 3 + 1) {
		memset(big, size, size);
		check(send(fd[0], big, size, 0) == size);
		memset(big, 0, size);
		check(recv(fd[1], big, sizeof(big), 0) == size);
		for (int i = 0; i < size; i++)
			check(big[i] == (char)size);
	}
	check(close(fd[0]) == 0 && close(fd[1]) == 0);
}

/* ---- whom it goes to ---- */

static void addresses(void)
{
	int server = bound(SOCK_DGRAM, "server"), client = bound(SOCK_DGRAM, "c");
	int nobody = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct name want = name_of("c");
	struct sockaddr_un from;
	socklen_t len = sizeof(from);
	char buf[8];

	check(send(nobody, "x", 1, 0) == -1 && errno == ENOTCONN);
	check(send_to(nobody, "missing", 0) == -1 && errno == ECONNREFUSED);
	check(send_to(nobody, "server", 0) == 7 && send_to(client, "server", 0) == 7);
	check(recvfrom(server, buf, 8, 0, (struct sockaddr *)&from, &len) == 7 && len == 0);
	len = sizeof(from);
	check(recvfrom(server, buf, 8, 0, (struct sockaddr *)&from, &len) == 7 && len == want.len);
	check(!memcmp(&from, &want.addr, len));
	len = 4;	/* room for less: the whole length is told */
	check(send_to(client, "server", 0) == 7);
	check(recvfrom(server, buf, 8, 0, (struct sockaddr *)&from, &len) == 7 && len == want.len);
	check(connect_to(server, "c") == 0);	/* now it listens to that one only */
	check(send_to(nobody, "server", 0) == -1 && errno == EPERM);
	check(connect_to(nobody, "server") == -1 && errno == EPERM);
	check(send(client, "x", 1, 0) == -1 && errno == ENOTCONN && send_to(client, "server", 0) == 7);
	check(write(server, "back", 4) == 4 && read(client, buf, 8) == 4);
	check(listen(server, 1) == -1 && errno == EOPNOTSUPP);
	check(accept(server, NULL, NULL) == -1 && errno == EOPNOTSUPP);
	from.sun_family = AF_UNSPEC;
	check(connect(server, (struct sockaddr *)&from, sizeof(sa_family_t)) == 0);
	check(write(server, "x", 1) == -1 && errno == ENOTCONN && send_to(nobody, "server", 0) == 7);
	check(connect(server, (struct sockaddr *)&from, 1) == -1 && errno == EINVAL);
	check(close(server) == 0);
	check(send_to(client, "server", 0) == -1 && errno == ECONNREFUSED);
	check(close(nobody) == 0 && close(client) == 0);
}

static void kinds(void)
{
	int server = bound(SOCK_SEQPACKET, "seq"), fd = socket(AF_UNIX, SOCK_DGRAM, 0), again;

	check(connect_to(fd, "seq") == -1 && errno == ECONNREFUSED);	/* each type has names of its own */
	again = bound(SOCK_DGRAM, "seq");
	check(connect_to(fd, "seq") == 0);
	check(close(again) == 0);
	check(write(fd, "x", 1) == -1 && errno == ECONNREFUSED);
	check(write(fd, "x", 1) == -1 && errno == ENOTCONN);
	check(close(fd) == 0 && close(server) == 0);
}

/* ---- a receiver that is full, or goes ---- */

static void full(void)
{
	int server = bound(SOCK_DGRAM, "full"), client = socket(AF_UNIX, SOCK_DGRAM, 0), n = 0;
	struct pollfd p = { .fd = client, .events = POLLOUT };
	char buf[8];
	pid_t pid;

	check(connect_to(client, "full") == 0);
	while (send(client, "x", 1, MSG_DONTWAIT) == 1)
		n++;
	check(errno == EAGAIN && n == QLEN + 1);
	check(poll(&p, 1, 0) == 0);
	pid = fork();
	if (pid == 0) {
		check(poll(&p, 1, 10000) == 1 && p.revents == POLLOUT);
		check(write(client, "late", 4) == 4);
		_exit(0);
	}
	usleep(20000);
	check(read(server, buf, 8) == 1);
	join(pid);
	pid = fork();
	if (pid == 0) {
		check(send_to(socket(AF_UNIX, SOCK_DGRAM, 0), "full", 0) == 7);	/* sleeps until there is room */
		_exit(0);
	}
	usleep(20000);
	for (int i = 0; i < QLEN; i++)
		check(read(server, buf, 8) == 1);
	check(read(server, buf, 8) == 4 && read(server, buf, 8) == 7);
	join(pid);
	check(close(client) == 0 && close(server) == 0);
}

static void pair_ends(void)
{
	struct timeval tv = { 0, 20000 };
	int fd[2];
	char c;

	check(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd) == 0);
	check(write(fd[0], "x", 1) == 1 && close(fd[0]) == 0 && read(fd[1], &c, 1) == 1);
	check(setsockopt(fd[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	check(read(fd[1], &c, 1) == -1 && errno == EAGAIN);	/* there is no end of datagrams */
	check(write(fd[1], "x", 1) == -1 && errno == ECONNREFUSED);
	check(close(fd[1]) == 0);
	check(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd) == 0 && shutdown(fd[0], SHUT_RD) == 0);
	check(read(fd[0], &c, 1) == 0);
	check(recv(fd[0], &c, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	check(write(fd[1], "x", 1) == -1 && errno == EPIPE);
	check(shutdown(fd[1], SHUT_WR) == 0 && write(fd[1], "x", 1) == -1 && errno == EPIPE);
	check(close(fd[0]) == 0 && close(fd[1]) == 0 && sigpipes == 0);
}

static void seqpacket_ends(void)
{
	int fd[2], server = bound(SOCK_SEQPACKET, "ends"), client = socket(AF_UNIX, SOCK_SEQPACKET, 0), served;
	char buf[8];

	check(read(client, buf, 1) == -1 && errno == ENOTCONN);
	check(write(client, buf, 1) == -1 && errno == ENOTCONN);
	check(listen(server, 3) == 0 && connect_to(client, "ends") == 0);
	served = accept(server, NULL, NULL);
	check(served >= 0 && write(client, "one", 3) == 3 && write(client, "two", 3) == 3);
	check(read(served, buf, 8) == 3 && close(client) == 0 && read(served, buf, 8) == 3);
	check(read(served, buf, 8) == 0 && recv(served, buf, 8, MSG_DONTWAIT) == 0);
	sigpipes = 0;
	check(write(served, "x", 1) == -1 && errno == EPIPE && sigpipes <= 1);
	check(close(served) == 0 && close(server) == 0);
	check(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == 0);
	check(write(fd[1], "x", 1) == 1 && close(fd[0]) == 0);
	check(read(fd[1], buf, 1) == -1 && errno == ECONNRESET && read(fd[1], buf, 1) == 0);
	check(close(fd[1]) == 0);
	sigpipes = 0;
}

/* ---- several ---- */

static void several(void)
{
	struct timespec soon = { 0, 30000000 };
	struct iovec out[3] = { { "a", 1 }, { "bb", 2 }, { "ccc", 3 } }, in[4];
	struct mmsghdr m[4];
	char buf[4][8];
	int fd[2];

	memset(m, 0, sizeof(m));
	for (int i = 0; i < 3; i++)
		m[i].msg_hdr = (struct msghdr){ .msg_iov = &out[i], .msg_iovlen = 1 };
	check(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd) == 0);
	check(sendmmsg(fd[0], m, 3, 0) == 3 && m[0].msg_len == 1 && m[2].msg_len == 3);
	for (int i = 0; i < 4; i++) {
		in[i] = (struct iovec){ buf[i], 8 };
		m[i].msg_hdr = (struct msghdr){ .msg_iov = &in[i], .msg_iovlen = 1 };
	}
	check(recvmmsg(fd[1], m, 2, 0, NULL) == 2 && m[1].msg_len == 2 && !memcmp(buf[1], "bb", 2));
	check(recvmmsg(fd[1], m, 4, MSG_WAITFORONE, &soon) == 1 && m[0].msg_len == 3);
	check(recvmmsg(fd[1], m, 4, MSG_DONTWAIT, NULL) == -1 && errno == EAGAIN);
	check(close(fd[0]) == 0 && close(fd[1]) == 0);
}

/* Many senders, one receiver that adds up; nothing is lost, doubled or mixed. */
static void many(void)
{
	int server = bound(SOCK_DGRAM, "many"), sum = 0, n = 0;
	char buf[300];

	for (int w = 0; w < 5; w++) {
		if (fork())
			continue;
		for (int i = 0; i < 100; i++) {
			struct name to = name_of("many");
			int len = 1 + (w * 100 + i) % 256;

			memset(buf, len, len);
			check(sendto(server, buf, len, 0, (struct sockaddr *)&to.addr, to.len) == len);
		}
		_exit(0);
	}
	for (; n < 500; n++) {
		int len = read(server, buf, sizeof(buf));

		check(len > 0);
		for (int i = 0; i < len; i++)
			check(buf[i] == (char)len);
		sum += len;
	}
	for (int k = 0; k < 500; k++)
		sum -= 1 + k % 256;
	check(sum == 0);
	while (wait(&n) > 0)
		check(n == 0);
	check(close(server) == 0);
}

int main(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	check(sigaction(SIGPIPE, &sa, NULL) == 0);
	whole_messages(SOCK_DGRAM);
	whole_messages(SOCK_SEQPACKET);
	sizes(SOCK_DGRAM);
	sizes(SOCK_SEQPACKET);
	addresses();
	kinds();
	full();
	pair_ends();
	seqpacket_ends();
	several();
	many();
	return 0;
}
