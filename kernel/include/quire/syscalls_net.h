/* SPDX-License-Identifier: MIT */
/*
 * System calls on sockets (syscalls.h includes this): defined in kernel/net/.
 */
#ifndef QUIRE_SYSCALLS_NET_H
#define QUIRE_SYSCALLS_NET_H

#include <quire/types.h>

struct kernel_timespec;
struct mmsghdr;
struct old_timespec32;
struct sockaddr;
struct user_msghdr;

long sys_socketcall(int call, unsigned long __user *args);
long sys_socket(int family, int type, int protocol);
long sys_socketpair(int family, int type, int protocol, int __user *fds);
long sys_bind(int fd, const struct sockaddr __user *uaddr, int len);
long sys_connect(int fd, const struct sockaddr __user *uaddr, int len);
long sys_listen(int fd, int backlog);
long sys_accept4(int fd, struct sockaddr __user *uaddr, int __user *ulen, int flags);
long sys_getsockname(int fd, struct sockaddr __user *uaddr, int __user *ulen);
long sys_getpeername(int fd, struct sockaddr __user *uaddr, int __user *ulen);
long sys_shutdown(int fd, int how);
long sys_getsockopt(int fd, int level, int name, void __user *value, int __user *len);
long sys_setsockopt(int fd, int level, int name, const void __user *value, int len);
long sys_sendto(int fd, const void __user *buf, size_t len, unsigned int flags,
		const struct sockaddr __user *uaddr, int addr_len);
long sys_recvfrom(int fd, void __user *buf, size_t len, unsigned int flags, struct sockaddr __user *uaddr,
		  int __user *ulen);
long sys_sendmsg(int fd, struct user_msghdr __user *msg, unsigned int flags);
long sys_recvmsg(int fd, struct user_msghdr __user *msg, unsigned int flags);
long sys_sendmmsg(int fd, struct mmsghdr __user *vec, unsigned int nr, unsigned int flags);
long sys_recvmmsg(int fd, struct mmsghdr __user *vec, unsigned int nr, unsigned int flags,
		  struct old_timespec32 __user *timeout);
long sys_recvmmsg_time64(int fd, struct mmsghdr __user *vec, unsigned int nr, unsigned int flags,
			 struct kernel_timespec __user *timeout);

#endif
