/* SPDX-License-Identifier: MIT */
/*
 * socket.c: sockets. On i386 the classic kernels have one system call for all of them, which takes
 * the number of the operation and a pointer to its arguments.
 */
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "../libquire.h"

enum {
	OP_SOCKET = 1, OP_BIND, OP_CONNECT, OP_LISTEN, OP_ACCEPT, OP_GETSOCKNAME, OP_GETPEERNAME,
	OP_SOCKETPAIR, OP_SEND, OP_RECV, OP_SENDTO, OP_RECVFROM, OP_SHUTDOWN, OP_SETSOCKOPT,
	OP_GETSOCKOPT, OP_SENDMSG, OP_RECVMSG, OP_ACCEPT4, OP_RECVMMSG, OP_SENDMMSG,
};

#define CALL(op, ...) \
	sysret(SYSCALL2(SYS_socketcall, (op), ((long[]){ __VA_ARGS__ })))

int socket(int domain, int type, int protocol)
{
	return CALL(OP_SOCKET, domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	return CALL(OP_SOCKETPAIR, domain, type, protocol, (long)fds);
}

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	return CALL(OP_BIND, fd, (long)addr, len);
}

int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return CALL(OP_CONNECT, fd, (long)addr, len);
}

int listen(int fd, int backlog)
{
	return CALL(OP_LISTEN, fd, backlog);
}

int accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	return CALL(OP_ACCEPT, fd, (long)addr, (long)len);
}

int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	return CALL(OP_ACCEPT4, fd, (long)addr, (long)len, flags);
}

int getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
	return CALL(OP_GETSOCKNAME, fd, (long)addr, (long)len);
}

int getpeername(int fd, struct sockaddr *addr, socklen_t *len)
{
	return CALL(OP_GETPEERNAME, fd, (long)addr, (long)len);
}

ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	return CALL(OP_SEND, fd, (long)buf, len, flags);
}

ssize_t recv(int fd, void *buf, size_t len, int flags)
{
	return CALL(OP_RECV, fd, (long)buf, len, flags);
}

ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *addr,
	       socklen_t addr_len)
{
	return CALL(OP_SENDTO, fd, (long)buf, len, flags, (long)addr, addr_len);
}

ssize_t recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *addr,
		 socklen_t *addr_len)
{
	return CALL(OP_RECVFROM, fd, (long)buf, len, flags, (long)addr, (long)addr_len);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	return CALL(OP_SENDMSG, fd, (long)msg, flags);
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	return CALL(OP_RECVMSG, fd, (long)msg, flags);
}

int shutdown(int fd, int how)
{
	return CALL(OP_SHUTDOWN, fd, how);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags)
{
	return CALL(OP_SENDMMSG, fd, (long)messages, count, flags);
}

/* The time-out is a span, so the old call does; what is left of it is written back. */
int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags, struct timespec *timeout)
{
	long ts[2], ret;

	if (timeout) {
		ts[0] = timeout->tv_sec > __LONG_MAX__ ? __LONG_MAX__ : (long)timeout->tv_sec;
		ts[1] = timeout->tv_nsec;
	}
	ret = CALL(OP_RECVMMSG, fd, (long)messages, count, flags, (long)(timeout ? ts : NULL));
	if (timeout && ret > 0) {
		timeout->tv_sec = ts[0];
		timeout->tv_nsec = ts[1];
	}
	return ret;
}

/* The kernel's options of time have a struct timeval of two words. */
static int is_time(int level, int option)
{
	return level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	const struct timeval *tv = value;
	long words[2];

	if (is_time(level, option) && len >= sizeof(*tv)) {
		words[0] = tv->tv_sec > __LONG_MAX__ ? __LONG_MAX__ : (long)tv->tv_sec;
		words[1] = tv->tv_usec;
		value = words;
		len = sizeof(words);
	} else if (is_time(level, option)) {
		len = 0;	/* too short for one, so it is for the kernel */
	}
	return CALL(OP_SETSOCKOPT, fd, level, option, (long)value, len);
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	struct timeval *tv = value;
	long words[2];
	socklen_t words_len = sizeof(words);

	if (!is_time(level, option) || *len < sizeof(*tv))
		return CALL(OP_GETSOCKOPT, fd, level, option, (long)value, (long)len);
	if (CALL(OP_GETSOCKOPT, fd, level, option, (long)words, (long)&words_len))
		return -1;
	tv->tv_sec = words[0];
	tv->tv_usec = words[1];
	*len = sizeof(*tv);
	return 0;
}
