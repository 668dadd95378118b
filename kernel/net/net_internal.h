/* SPDX-License-Identifier: MIT */
/* Between the files of kernel/net/. */
#ifndef NET_INTERNAL_H
#define NET_INTERNAL_H

#include <quire/socket.h>

/* Linux's least buffers, on i386. */
#define MIN_SNDBUF 4608
#define MIN_RCVBUF 2304

/* ERR_PTR */
struct socket *socket_create(int family, int type, int protocol);
/* A user's address. => 0 or -EINVAL, -EFAULT */
int move_addr_to_kernel(const void __user *uaddr, int len, void *addr);
/* As much as fits in *ulen bytes; *ulen becomes the length it has. => 0 or -EINVAL, -EFAULT */
int move_addr_to_user(const void *addr, int len, void __user *uaddr, int __user *ulen);

#endif
