/* SPDX-License-Identifier: MIT */
/*
 * The system calls that make, name, connect and end sockets; socketcall(2), which is all of them.
 * What moves data is message_calls.c's.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "net_internal.h"

#define FILE_FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)

int move_addr_to_kernel(const void __user *uaddr, int len, void *addr)
{
	if (len < 0 || len > SOCKADDR_MAX)
		return -EINVAL;
	return len && copy_from_user(addr, uaddr, (size_t)len) ? -EFAULT : 0;
}

int move_addr_to_user(const void *addr, int len, void __user *uaddr, int __user *ulen)
{
	int room;

	if (get_user(room, ulen))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	room = min(room, len);
	if (room && copy_to_user(uaddr, addr, (size_t)room))
		return -EFAULT;
	return put_user(len, ulen);
}

/* A descriptor for a new socket, which is released when there is none. => fd or -errno */
static long install_socket(struct socket *sock, unsigned int flags)
{
	struct file *file;
	int fd = get_unused_fd(flags);

	file = fd < 0 ? ERR_PTR(fd) : socket_file(sock, flags);
	if (IS_ERR(file)) {
		if (fd >= 0)
			put_unused_fd((unsigned int)fd);
		sock->ops->release(sock);
		return PTR_ERR(file);
	}
	fd_install((unsigned int)fd, file);
	return fd;
}

long sys_socket(int family, int type, int protocol)
{
	unsigned int flags = (unsigned int)type & ~SOCK_TYPE_MASK;
	struct socket *sock;

	if (flags & ~(unsigned int)FILE_FLAGS)
		return -EINVAL;
	sock = socket_create(family, type & SOCK_TYPE_MASK, protocol);
	return IS_ERR(sock) ? PTR_ERR(sock) : install_socket(sock, flags);
}

/* ---- socketpair ---- */

/* Two connected sockets. => 0 or -errno */
static int create_pair(int family, int type, int protocol, struct socket *socks[2])
{
	int err;

	socks[0] = socket_create(family, type, protocol);
	if (IS_ERR(socks[0]))
		return (int)PTR_ERR(socks[0]);
	socks[1] = socket_create(family, type, protocol);
	err = PTR_ERR_OR_ZERO(socks[1]);
	if (!err) {
		err = socks[0]->ops->pair(socks[0], socks[1]);
		if (!err)
			return 0;
		socks[1]->ops->release(socks[1]);
	}
	socks[0]->ops->release(socks[0]);
	return err;
}

/* Their files; on failure neither file nor socket is left. => 0 or -errno */
static int pair_files(struct socket *socks[2], unsigned int flags, struct file *files[2])
{
	files[0] = socket_file(socks[0], flags);
	if (IS_ERR(files[0])) {
		socks[0]->ops->release(socks[0]);
		socks[1]->ops->release(socks[1]);
		return (int)PTR_ERR(files[0]);
	}
	files[1] = socket_file(socks[1], flags);
	if (!IS_ERR(files[1]))
		return 0;
	fput(files[0]);
	socks[1]->ops->release(socks[1]);
	return (int)PTR_ERR(files[1]);
}

long sys_socketpair(int family, int type, int protocol, int __user *fds)
{
	unsigned int flags = (unsigned int)type & ~SOCK_TYPE_MASK;
	struct socket *socks[2];
	struct file *files[2];
	int fd[2], err;

	if (flags & ~(unsigned int)FILE_FLAGS)
		return -EINVAL;
	err = get_unused_fd_pair(flags, fd, fds);
	if (err)
		return err;
	err = create_pair(family, type & SOCK_TYPE_MASK, protocol, socks);
	if (!err)
		err = pair_files(socks, flags, files);
	if (err) {
		put_unused_fd_pair(fd);
		return err;
	}
	fd_install((unsigned int)fd[0], files[0]);
	fd_install((unsigned int)fd[1], files[1]);
	return 0;
}

/* ---- names and connections ---- */

long sys_bind(int fd, const struct sockaddr __user *uaddr, int len)
{
	struct sockfd s;
	char addr[SOCKADDR_MAX];
	int err = sockfd_get(fd, &s);

	if (err)
		return err;
	err = move_addr_to_kernel(uaddr, len, addr);
	if (!err)
		err = s.sock->ops->bind(s.sock, addr, len);
	sockfd_put(&s);
	return err;
}

long sys_connect(int fd, const struct sockaddr __user *uaddr, int len)
{
	struct sockfd s;
	char addr[SOCKADDR_MAX];
	int err = sockfd_get(fd, &s);

	if (err)
		return err;
	err = move_addr_to_kernel(uaddr, len, addr);
	if (!err)
		err = s.sock->ops->connect(s.sock, addr, len, s.file->f_flags);
	sockfd_put(&s);
	return err;
}

long sys_listen(int fd, int backlog)
{
	struct sockfd s;
	int err = sockfd_get(fd, &s);

	if (err)
		return err;
	if ((unsigned int)backlog > (unsigned int)sock_somaxconn)
		backlog = sock_somaxconn;
	err = s.sock->ops->listen(s.sock, backlog);
	sockfd_put(&s);
	return err;
}

/* The accepted socket's file, and its peer's address to the user. => file or ERR_PTR */
static struct file *accept_file(struct socket *sock, const struct file *listener, struct sockaddr __user *uaddr,
				int __user *ulen, unsigned int flags)
{
	char addr[SOCKADDR_MAX];
	struct socket *fresh = sock->ops->accept(sock, listener->f_flags);
	struct file *file;
	int len;

	if (IS_ERR(fresh))
		return ERR_CAST(fresh);
	file = socket_file(fresh, flags);
	if (IS_ERR(file)) {
		fresh->ops->release(fresh);
		return file;
	}
	if (!uaddr)
		return file;
	len = fresh->ops->getname(fresh, true, addr);
	if (len < 0)
		len = -ECONNABORTED;
	else
		len = move_addr_to_user(addr, len, uaddr, ulen);
	if (!len)
		return file;
	fput(file);
	return ERR_PTR(len);
}

long sys_accept4(int fd, struct sockaddr __user *uaddr, int __user *ulen, int flags)
{
	struct sockfd s;
	struct file *fresh;
	int err, new_fd;

	if (flags & ~FILE_FLAGS)
		return -EINVAL;
	err = sockfd_get(fd, &s);
	if (err)
		return err;
	new_fd = get_unused_fd((unsigned int)flags);
	if (new_fd >= 0) {
		fresh = accept_file(s.sock, s.file, uaddr, ulen, (unsigned int)flags);
		if (IS_ERR(fresh)) {
			put_unused_fd((unsigned int)new_fd);
			new_fd = (int)PTR_ERR(fresh);
		} else {
			fd_install((unsigned int)new_fd, fresh);
		}
	}
	sockfd_put(&s);
	return new_fd;
}

static long get_name(int fd, bool peer, struct sockaddr __user *uaddr, int __user *ulen)
{
	struct sockfd s;
	char addr[SOCKADDR_MAX];
	int err = sockfd_get(fd, &s);

	if (err)
		return err;
	err = s.sock->ops->getname(s.sock, peer, addr);
	if (err >= 0)
		err = move_addr_to_user(addr, err, uaddr, ulen);
	sockfd_put(&s);
	return err;
}

long sys_getsockname(int fd, struct sockaddr __user *uaddr, int __user *ulen)
{
	return get_name(fd, false, uaddr, ulen);
}

long sys_getpeername(int fd, struct sockaddr __user *uaddr, int __user *ulen)
{
	return get_name(fd, true, uaddr, ulen);
}

long sys_shutdown(int fd, int how)
{
	struct sockfd s;
	int err = sockfd_get(fd, &s);

	if (err)
		return err;
	/* SHUT_RD, SHUT_WR, SHUT_RDWR are one less than what they shut down. */
	err = how < SHUT_RD || how > SHUT_RDWR ? -EINVAL : s.sock->ops->shutdown(s.sock, (unsigned int)how + 1);
	sockfd_put(&s);
	return err;
}

long sys_getsockopt(int fd, int level, int name, void __user *value, int __user *len)
{
	struct sockfd s;
	int err = sockfd_get(fd, &s);

	if (err)
		return err;
	err = (int)sock_getsockopt(s.sock, level, name, value, len);
	sockfd_put(&s);
	return err;
}

long sys_setsockopt(int fd, int level, int name, const void __user *value, int len)
{
	struct sockfd s;
	int err;

	if (len < 0)
		return -EINVAL;
	err = sockfd_get(fd, &s);
	if (err)
		return err;
	err = (int)sock_setsockopt(s.sock, level, name, value, len);
	sockfd_put(&s);
	return err;
}

/* ---- socketcall ---- */

/* How many arguments each operation takes. */
static const unsigned char nr_args[SYS_SOCKETCALL_END] = {
	[SYS_SOCKET] = 3, [SYS_BIND] = 3, [SYS_CONNECT] = 3, [SYS_LISTEN] = 2, [SYS_ACCEPT] = 3,
	[SYS_GETSOCKNAME] = 3, [SYS_GETPEERNAME] = 3, [SYS_SOCKETPAIR] = 4, [SYS_SEND] = 4, [SYS_RECV] = 4,
	[SYS_SENDTO] = 6, [SYS_RECVFROM] = 6, [SYS_SHUTDOWN] = 2, [SYS_SETSOCKOPT] = 5, [SYS_GETSOCKOPT] = 5,
	[SYS_SENDMSG] = 3, [SYS_RECVMSG] = 3, [SYS_ACCEPT4] = 4, [SYS_RECVMMSG] = 5, [SYS_SENDMMSG] = 4,
};

#define MAX_ARGS 6
#define PTR(arg) ((__force void __user *)(arg))

static long transfer_call(int call, const unsigned long *a)
{
	int fd = (int)a[0];

	switch (call) {
	case SYS_SEND:
		return sys_sendto(fd, PTR(a[1]), a[2], (unsigned int)a[3], NULL, 0);
	case SYS_SENDTO:
		return sys_sendto(fd, PTR(a[1]), a[2], (unsigned int)a[3], PTR(a[4]), (int)a[5]);
	case SYS_RECV:
		return sys_recvfrom(fd, PTR(a[1]), a[2], (unsigned int)a[3], NULL, NULL);
	case SYS_RECVFROM:
		return sys_recvfrom(fd, PTR(a[1]), a[2], (unsigned int)a[3], PTR(a[4]), PTR(a[5]));
	case SYS_SENDMSG:
		return sys_sendmsg(fd, PTR(a[1]), (unsigned int)a[2]);
	case SYS_RECVMSG:
		return sys_recvmsg(fd, PTR(a[1]), (unsigned int)a[2]);
	case SYS_SENDMMSG:
		return sys_sendmmsg(fd, PTR(a[1]), (unsigned int)a[2], (unsigned int)a[3]);
	default:
		return sys_recvmmsg(fd, PTR(a[1]), (unsigned int)a[2], (unsigned int)a[3], PTR(a[4]));
	}
}

long sys_socketcall(int call, unsigned long __user *args)
{
	unsigned long a[MAX_ARGS];

	if (call < SYS_SOCKET || call >= SYS_SOCKETCALL_END)
		return -EINVAL;
	if (copy_from_user(a, args, nr_args[call] * sizeof(*a)))
		return -EFAULT;
	switch (call) {
	case SYS_SOCKET:
		return sys_socket((int)a[0], (int)a[1], (int)a[2]);
	case SYS_SOCKETPAIR:
		return sys_socketpair((int)a[0], (int)a[1], (int)a[2], PTR(a[3]));
	case SYS_BIND:
		return sys_bind((int)a[0], PTR(a[1]), (int)a[2]);
	case SYS_CONNECT:
		return sys_connect((int)a[0], PTR(a[1]), (int)a[2]);
	case SYS_LISTEN:
		return sys_listen((int)a[0], (int)a[1]);
	case SYS_ACCEPT:
		return sys_accept4((int)a[0], PTR(a[1]), PTR(a[2]), 0);
	case SYS_ACCEPT4:
		return sys_accept4((int)a[0], PTR(a[1]), PTR(a[2]), (int)a[3]);
	case SYS_GETSOCKNAME:
		return sys_getsockname((int)a[0], PTR(a[1]), PTR(a[2]));
	case SYS_GETPEERNAME:
		return sys_getpeername((int)a[0], PTR(a[1]), PTR(a[2]));
	case SYS_SHUTDOWN:
		return sys_shutdown((int)a[0], (int)a[1]);
	case SYS_GETSOCKOPT:
		return sys_getsockopt((int)a[0], (int)a[1], (int)a[2], PTR(a[3]), PTR(a[4]));
	case SYS_SETSOCKOPT:
		return sys_setsockopt((int)a[0], (int)a[1], (int)a[2], PTR(a[3]), (int)a[4]);
	default:
		return transfer_call(call, a);
	}
}
