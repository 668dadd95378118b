/* SPDX-License-Identifier: MIT */
/*
 * What travels beside the bytes of AF_UNIX sockets: open files and credentials. They arrive with their bytes, once;
 * those for which there is no room are closed. Sockets that hold each other in messages are freed when nobody can
 * receive them any more, however long the chain is, and no sooner.
 */
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "check.h"

#define NOBODY		65534
#define MAX_FD		253
#define CHAIN		300
#define PATIENCE_MS	10000	/* Linux collects in the background */

struct control {
	union {
		struct cmsghdr first;
		char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE((MAX_FD + 1) * sizeof(int))];
	};
};

/* => what sendmsg does */
static ssize_t send_fds(int sock, const char *text, const int *fds, int n, int flags)
{
	struct control c;
	struct iovec iov = { (char *)text, strlen(text) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c,
			    .msg_controllen = CMSG_SPACE(n * sizeof(int)) };

	c.first = (struct cmsghdr){ CMSG_LEN(n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&c.first), fds, n * sizeof(int));
	return sendmsg(sock, &m, flags);
}

static void send_fd(int sock, int fd)
{
	check(send_fds(sock, "f", &fd, 1, 0) == 1);
}

/* Receives up to len bytes. => their number; *n descriptors into fds, of which there is room for that many */
static ssize_t recv_fds(int sock, char *text, int len, int *fds, int *n, int *flags)
{
	struct control c;
	struct iovec iov = { text, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c,
			    .msg_controllen = CMSG_LEN(*n * sizeof(int)) };
	ssize_t got = recvmsg(sock, &m, *flags);

	*n = 0;
	*flags = m.msg_flags;
	if (got < 0 || !m.msg_controllen)
		return got;
	check(c.first.cmsg_level == SOL_SOCKET && c.first.cmsg_type == SCM_RIGHTS);
	*n = (c.first.cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(&c.first), *n * sizeof(int));
	return got;
}

static int recv_fd(int sock)
{
	int fd = -1, n = 1, flags = 0;
	char c;

	check(recv_fds(sock, &c, 1, &fd, &n, &flags) == 1 && n == 1 && flags == 0);
	return fd;
}

static void pair(int type, int fd[2])
{
	check(socketpair(AF_UNIX, type, 0, fd) == 0);
}

static void shut_pair(int fd[2])
{
	check(close(fd[0]) == 0 && close(fd[1]) == 0);
}

static int open_count(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* The pipe's other end is gone, now or soon. */
static void hung_up(int fd)
{
	struct pollfd p = { .fd = fd };

	check(poll(&p, 1, PATIENCE_MS) == 1 && p.revents == POLLHUP);
}

static void not_hung_up(int fd)
{
	struct pollfd p = { .fd = fd };

	check(poll(&p, 1, 20) == 0);
}

/* ---- files ---- */

static void one_file(int type)
{
	struct stat a, b;
	int sock[2], fd, got;

	pair(type, sock);
	fd = open("/etc/passwd", O_RDONLY);
	check(fd >= 0 && lseek(fd, 3, SEEK_SET) == 3);
	send_fd(sock[0], fd);
	check(fstat(fd, &a) == 0 && close(fd) == 0);
	got = recv_fd(sock[1]);
	check(fstat(got, &b) == 0 && a.st_ino == b.st_ino && lseek(got, 0, SEEK_CUR) == 3 && close(got) == 0);
	shut_pair(sock);
}

static void bounds(void)
{
	int sock[2], fds[MAX_FD + 1], n, flags, before = open_count();
	char text[16];

	pair(SOCK_STREAM, sock);
	for (int i = 0; i <= MAX_FD; i++)
		fds[i] = sock[0];
	check(send_fds(sock[0], "x", fds, MAX_FD + 1, 0) == -1 && errno == EINVAL);
	check(send_fds(sock[0], "x", fds, MAX_FD, 0) == 1);
	n = MAX_FD;
	flags = MSG_CMSG_CLOEXEC;
	check(recv_fds(sock[1], text, 16, fds, &n, &flags) == 1 && n == MAX_FD && !(flags & MSG_CTRUNC));
	check(fcntl(fds[0], F_GETFD) == FD_CLOEXEC);
	for (int i = 0; i < n; i++)
		check(close(fds[i]) == 0);
	fds[0] = fds[1] = fds[2] = sock[0];
	check(send_fds(sock[0], "x", fds, 3, 0) == 1);
	n = 2;
	flags = 0;
	check(recv_fds(sock[1], text, 16, fds, &n, &flags) == 1 && n == 2 && flags == MSG_CTRUNC);
	check(close(fds[0]) == 0 && close(fds[1]) == 0);
	fds[0] = sock[0];
	check(send_fds(sock[0], "x", fds, 1, 0) == 1 && read(sock[1], text, 16) == 1);	/* closed with its byte */
	fds[0] = 1000;
	check(send_fds(sock[0], "x", fds, 1, 0) == -1 && errno == EBADF);
	fds[0] = -1;
	check(send_fds(sock[0], "x", fds, 1, 0) == -1 && errno == EBADF);
	check(open_count() == before + 2);
	shut_pair(sock);
}

/* A read stops behind the bytes that bring files. */
static void with_their_bytes(void)
{
	int sock[2], fd, n, flags = 0;
	char text[16];

	pair(SOCK_STREAM, sock);
	check(write(sock[0], "ab", 2) == 2 && send_fds(sock[0], "cd", &sock[0], 1, 0) == 2);
	check(write(sock[0], "ef", 2) == 2);
	n = 1;
	flags = MSG_PEEK;
	check(recv_fds(sock[1], text, 16, &fd, &n, &flags) == 4 && n == 1 && close(fd) == 0);
	n = 1;
	flags = 0;
	check(recv_fds(sock[1], text, 3, &fd, &n, &flags) == 3 && n == 1 && !memcmp(text, "abc", 3) && close(fd) == 0);
	n = 1;
	check(recv_fds(sock[1], text, 16, &fd, &n, &flags) == 3 && n == 0 && !memcmp(text, "def", 3));
	shut_pair(sock);
}

static void bad_control(void)
{
	struct control c;
	struct iovec iov = { "x", 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = CMSG_LEN(4) };
	static struct cmsghdr big[(1 << 20) / sizeof(struct cmsghdr)] = { { sizeof(big), 77, 0 } };
	int sock[2];

	pair(SOCK_DGRAM, sock);
	c.first = (struct cmsghdr){ 4, SOL_SOCKET, SCM_RIGHTS };
	check(sendmsg(sock[0], &m, 0) == -1 && errno == EINVAL);
	c.first.cmsg_len = CMSG_LEN(100);
	check(sendmsg(sock[0], &m, 0) == -1 && errno == EINVAL);
	c.first = (struct cmsghdr){ CMSG_LEN(4), SOL_SOCKET, 77 };
	check(sendmsg(sock[0], &m, 0) == -1 && errno == EINVAL);
	c.first = (struct cmsghdr){ CMSG_LEN(4), 77, SCM_RIGHTS };	/* not for us: passed over */
	check(sendmsg(sock[0], &m, 0) == 1);
	m.msg_control = big;
	m.msg_controllen = sizeof(big);
	check(sendmsg(sock[0], &m, 0) == -1 && errno == ENOBUFS);
	m.msg_controllen = 0;
	m.msg_iovlen = 1025;
	check(sendmsg(sock[0], &m, 0) == -1 && errno == EMSGSIZE);
	shut_pair(sock);
}

/* ---- credentials ---- */

static ssize_t send_creds(int sock, struct ucred creds)
{
	struct control c;
	struct iovec iov = { "c", 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c,
			    .msg_controllen = CMSG_SPACE(sizeof(creds)) };

	c.first = (struct cmsghdr){ CMSG_LEN(sizeof(creds)), SOL_SOCKET, SCM_CREDENTIALS };
	memcpy(CMSG_DATA(&c.first), &creds, sizeof(creds));
	return sendmsg(sock, &m, 0);
}

/* => bytes read; *creds: who sent them */
static ssize_t recv_creds(int sock, int len, struct ucred *creds)
{
	struct control c;
	char text[16];
	struct iovec iov = { text, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c) };
	ssize_t n = recvmsg(sock, &m, 0);

	check(n > 0 && m.msg_controllen == CMSG_SPACE(sizeof(*creds)) && m.msg_flags == 0);
	check(c.first.cmsg_type == SCM_CREDENTIALS && c.first.cmsg_len == CMSG_LEN(sizeof(*creds)));
	memcpy(creds, CMSG_DATA(&c.first), sizeof(*creds));
	return n;
}

static void credentials(void)
{
	struct ucred creds, mine = { getpid(), 0, 0 };
	int sock[2], on = 1;
	socklen_t len = sizeof(creds);
	pid_t pid;
	char c;

	pair(SOCK_STREAM, sock);
	check(getsockopt(sock[0], SOL_SOCKET, SO_PEERCRED, &creds, &len) == 0 && len == sizeof(creds));
	check(!memcmp(&creds, &mine, sizeof(creds)));
	check(setsockopt(sock[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0);
	check(write(sock[0], "a", 1) == 1 && recv_creds(sock[1], 16, &creds) == 1);
	check(!memcmp(&creds, &mine, sizeof(mine)));
	check(write(sock[0], "b", 1) == 1);
	pid = fork();
	if (pid == 0) {
		struct ucred other = { getpid(), NOBODY, NOBODY };

		check(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
		check(write(sock[0], "c", 1) == 1 && send_creds(sock[0], other) == 1);
		check(send_creds(sock[0], mine) == -1 && errno == EPERM);
		other.uid = 0;
		check(send_creds(sock[0], other) == -1 && errno == EPERM);
		_exit(0);
	}
	join(pid);
	check(recv_creds(sock[1], 16, &creds) == 1 && creds.pid == getpid());	/* not glued to another's */
	check(recv_creds(sock[1], 16, &creds) == 2 && creds.pid == pid && creds.uid == NOBODY && creds.gid == NOBODY);
	mine.uid = 77;
	check(send_creds(sock[0], mine) == 1);	/* root may */
	check(recv_creds(sock[1], 16, &creds) == 1 && creds.uid == 77);
	mine.pid = 32000;
	check(send_creds(sock[0], mine) == -1 && errno == ESRCH);
	check(write(sock[0], "d", 1) == 1 && read(sock[1], &c, 1) == 1);
	shut_pair(sock);
}

static void peer_of_connection(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "\0unix_rights" };
	socklen_t addr_len = offsetof(struct sockaddr_un, sun_path) + 12, len = sizeof(struct ucred);
	int server = socket(AF_UNIX, SOCK_STREAM, 0), served;
	struct ucred creds;
	pid_t pid;

	check(getsockopt(server, SOL_SOCKET, SO_PEERCRED, &creds, &len) == 0);
	check(creds.pid == 0 && creds.uid == (uid_t)-1);
	check(bind(server, (struct sockaddr *)&addr, addr_len) == 0 && listen(server, 1) == 0);
	pid = fork();
	if (pid == 0) {
		int client = socket(AF_UNIX, SOCK_STREAM, 0);

		check(setuid(NOBODY) == 0 && connect(client, (struct sockaddr *)&addr, addr_len) == 0);
		check(getsockopt(client, SOL_SOCKET, SO_PEERCRED, &creds, &len) == 0);
		check(creds.pid == getppid() && creds.uid == 0);
		_exit(0);
	}
	served = accept(server, NULL, NULL);
	check(served >= 0 && getsockopt(served, SOL_SOCKET, SO_PEERCRED, &creds, &len) == 0);
	check(creds.pid == pid && creds.uid == NOBODY && creds.gid == 0);
	join(pid);
	check(close(served) == 0 && close(server) == 0);
}

/* ---- rings and chains ---- */

/* A pipe whose write end is sent to sock[1], and closed here. => its read end */
static int planted(int sock)
{
	int fd[2];

	check(pipe(fd) == 0);
	send_fd(sock, fd[1]);
	check(close(fd[1]) == 0);
	return fd[0];
}

/* Any socket's end lets the collector look. */
static void end_a_socket(void)
{
	int sock = socket(AF_UNIX, SOCK_DGRAM, 0);

	check(sock >= 0 && close(sock) == 0);
}

static void closed_with_queue(void)
{
	int sock[2], end;

	pair(SOCK_STREAM, sock);
	end = planted(sock[0]);
	not_hung_up(end);
	check(close(sock[1]) == 0);
	hung_up(end);
	check(close(sock[0]) == 0 && close(end) == 0);
}

/* A socket in its own queue. */
static void ring_of_one(int type)
{
	int sock[2], end;

	pair(type, sock);
	end = planted(sock[0]);
	send_fd(sock[0], sock[1]);
	check(close(sock[1]) == 0);
	end_a_socket();
	hung_up(end);
	check(close(sock[0]) == 0 && close(end) == 0);
}

/* Each end of each of two pairs in the queue of the other pair; and the same with one that can be received. */
static void ring_of_two(int received)
{
	int a[2], b[2], out[2], end, got;

	pair(SOCK_STREAM, a);
	pair(SOCK_DGRAM, b);
	pair(SOCK_STREAM, out);
	end = planted(a[0]);
	send_fd(a[0], b[1]);
	send_fd(b[0], a[1]);
	if (received)
		send_fd(out[0], a[1]);
	shut_pair(a);
	shut_pair(b);
	end_a_socket();
	if (received) {
		not_hung_up(end);
		got = recv_fd(out[1]);
		end_a_socket();
		not_hung_up(end);
		check(close(recv_fd(got)) == 0);	/* the pipe's end */
		check(close(got) == 0);
		end_a_socket();
	}
	hung_up(end);
	shut_pair(out);
	check(close(end) == 0);
}

/* A listener in the queue of a connection that waits for it. */
static void ring_with_listener(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "\0unix_rights.l" };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 14;
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0), end;

	check(bind(server, (struct sockaddr *)&addr, len) == 0 && listen(server, 1) == 0);
	check(connect(client, (struct sockaddr *)&addr, len) == 0);
	end = planted(client);
	send_fd(client, server);
	check(close(server) == 0);
	end_a_socket();
	hung_up(end);
	check(close(client) == 0 && close(end) == 0);
}

/* Each socket in the queue of the next: the last close frees them all, one after the other. */
static void chain(void)
{
	int sock[2], next[2], end;

	pair(SOCK_STREAM, sock);
	end = planted(sock[0]);
	check(close(sock[0]) == 0);
	for (int i = 0; i < CHAIN; i++) {
		pair(SOCK_STREAM, next);
		send_fd(next[0], sock[1]);
		check(close(next[0]) == 0 && close(sock[1]) == 0);
		sock[1] = next[1];
	}
	not_hung_up(end);
	check(close(sock[1]) == 0);
	hung_up(end);
	check(close(end) == 0);
}

/* One user's files in flight are bounded by the descriptors that he may have; rings do not use them up. */
static void too_many(void)
{
	struct rlimit limit = { 20, 20 };
	int sock[2], ring[2], n = 0;

	check(setrlimit(RLIMIT_NOFILE, &limit) == 0 && setuid(NOBODY) == 0);
	pair(SOCK_STREAM, sock);
	while (send_fds(sock[0], "x", &sock[0], 1, MSG_DONTWAIT) == 1)
		n++;
	check(errno == ETOOMANYREFS && (n == 20 || n == 21));
	check(close(recv_fd(sock[1])) == 0 && send_fds(sock[0], "x", &sock[0], 1, 0) == 1);
	shut_pair(sock);
	for (int i = 0; i < 60; i++) {
		pair(SOCK_STREAM, ring);
		for (int tries = 0; send_fds(ring[0], "r", &ring[1], 1, 0) != 1; tries++) {
			check(errno == ETOOMANYREFS && tries < 1000);
			usleep(10000);
		}
		shut_pair(ring);
	}
}

int main(void)
{
	pid_t pid;

	one_file(SOCK_STREAM);
	one_file(SOCK_DGRAM);
	one_file(SOCK_SEQPACKET);
	bounds();
	with_their_bytes();
	bad_control();
	credentials();
	peer_of_connection();
	closed_with_queue();
	ring_of_one(SOCK_STREAM);
	ring_of_one(SOCK_DGRAM);
	ring_of_two(0);
	ring_of_two(1);
	ring_with_listener();
	chain();
	pid = fork();
	if (pid == 0) {
		too_many();
		_exit(0);
	}
	join(pid);
	return 0;
}
