/* SPDX-License-Identifier: MIT */
/*
 * The system calls that send and receive: a user's buffers, address and control messages become a struct
 * message, which the family works on, and what it filled in goes back.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/math64.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "net_internal.h"

#define MAX_LEN ((size_t)0x7ffff000)	/* most bytes of one call, as of read and write */

static bool is_nonblock(const struct file *file, unsigned int flags)
{
	return flags & MSG_DONTWAIT || file->f_flags & O_NONBLOCK;
}

/* ---- one buffer ---- */

long sys_sendto(int fd, const void __user *buf, size_t len, unsigned int flags,
		const struct sockaddr __user *uaddr, int addr_len)
{
	struct sockfd s;
	struct iovec iov = { .iov_base = (__force void __user *)buf, .iov_len = min(len, MAX_LEN) };
	struct message m = { .iov = &iov, .nr_iov = 1, .len = iov.iov_len, .flags = flags };
	char addr[SOCKADDR_MAX];
	ssize_t n;
	int err;

	if (!access_ok(buf, iov.iov_len))
		return -EFAULT;
	err = sockfd_get(fd, &s);
	if (err)
		return err;
	n = uaddr ? move_addr_to_kernel(uaddr, addr_len, addr) : 0;
	if (!n) {
		m.name = addr;
		m.name_len = uaddr ? addr_len : 0;
		m.nonblock = is_nonblock(s.file, flags);
		n = s.sock->ops->sendmsg(s.sock, &m);
	}
	sockfd_put(&s);
	return n;
}

long sys_recvfrom(int fd, void __user *buf, size_t len, unsigned int flags, struct sockaddr __user *uaddr,
		  int __user *ulen)
{
	struct sockfd s;
	struct iovec iov = { .iov_base = buf, .iov_len = min(len, MAX_LEN) };
	struct message m = { .iov = &iov, .nr_iov = 1, .len = iov.iov_len, .flags = flags };
	char addr[SOCKADDR_MAX];
	ssize_t n;
	int err;

	if (!access_ok(buf, iov.iov_len))
		return -EFAULT;
	err = sockfd_get(fd, &s);
	if (err)
		return err;
	m.name = uaddr ? addr : NULL;
	m.nonblock = is_nonblock(s.file, flags);
	n = s.sock->ops->recvmsg(s.sock, &m);
	scm_files_drop(m.scm.files);
	if (n >= 0 && uaddr) {
		err = move_addr_to_user(addr, m.name_len, uaddr, ulen);
		n = err ? err : n;
	}
	sockfd_put(&s);
	return n;
}

/* ---- struct msghdr ---- */

/* What the calls on a msghdr keep on the stack. */
struct call {
	struct user_msghdr hdr;
	struct iovec fast[UIO_FASTIOV], *iov;
	char addr[SOCKADDR_MAX];
	struct message m;
};

static int import_header(struct call *c, const struct user_msghdr __user *umsg)
{
	ssize_t len;

	if (copy_from_user(&c->hdr, umsg, sizeof(c->hdr)))
		return -EFAULT;
	if (!c->hdr.msg_name)
		c->hdr.msg_namelen = 0;
	if (c->hdr.msg_namelen < 0)
		return -EINVAL;
	c->hdr.msg_namelen = min(c->hdr.msg_namelen, SOCKADDR_MAX);
	if (c->hdr.msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	len = import_iovec(c->hdr.msg_iov, c->hdr.msg_iovlen, c->fast, &c->iov);
	if (len < 0)
		return (int)len;
	c->m = (struct message){ .iov = c->iov, .nr_iov = c->hdr.msg_iovlen, .len = (size_t)len };
	return 0;
}

static void free_iovec(struct call *c)
{
	if (c->iov != c->fast)
		kfree(c->iov);
}

static ssize_t send_one(struct socket *sock, const struct file *file, const struct user_msghdr __user *umsg,
			unsigned int flags)
{
	struct call c;
	ssize_t n;

	c.iov = c.fast;
	n = import_header(&c, umsg);
	if (n)
		goto out;
	c.m.flags = flags;
	c.m.nonblock = is_nonblock(file, flags);
	c.m.name = c.addr;
	c.m.name_len = c.hdr.msg_namelen;
	n = move_addr_to_kernel(c.hdr.msg_name, c.m.name_len, c.addr);
	if (!n)
		n = scm_send(&c.m, &c.hdr);
	if (!n) {
		n = sock->ops->sendmsg(sock, &c.m);
		scm_files_drop(c.m.scm.files);
	}
out:
	free_iovec(&c);
	return n;
}

/* What the family filled in goes to the user. => 0 or -EFAULT */
static int export_header(struct call *c, struct user_msghdr __user *umsg)
{
	const void __user *control = c->hdr.msg_control;
	int err = 0;

	if (c->hdr.msg_name)
		err = move_addr_to_user(c->addr, c->m.name_len, c->hdr.msg_name, &umsg->msg_namelen);
	scm_recv(&c->m, &c->hdr);
	if (err)
		return err;
	if (put_user((size_t)((const char __user *)c->hdr.msg_control - (const char __user *)control),
		     &umsg->msg_controllen))
		return -EFAULT;
	return put_user(c->m.flags, &umsg->msg_flags);
}

static ssize_t recv_one(struct socket *sock, const struct file *file, struct user_msghdr __user *umsg,
			unsigned int flags)
{
	const unsigned int told = MSG_TRUNC | MSG_CTRUNC | MSG_EOR | MSG_CMSG_CLOEXEC;
	struct call c;
	ssize_t n;
	int err;

	c.iov = c.fast;
	n = import_header(&c, umsg);
	if (n)
		goto out;
	c.m.flags = flags;
	c.m.nonblock = is_nonblock(file, flags);
	c.m.name = c.hdr.msg_name ? c.addr : NULL;
	n = sock->ops->recvmsg(sock, &c.m);
	if (n < 0) {
		scm_files_drop(c.m.scm.files);
		goto out;
	}
	/* MSG_TRUNC asked for the whole length; it is told only of a message that was cut. */
	c.m.flags &= told;
	err = export_header(&c, umsg);
	n = err ? err : n;
out:
	free_iovec(&c);
	return n;
}

long sys_sendmsg(int fd, struct user_msghdr __user *msg, unsigned int flags)
{
	struct sockfd s;
	ssize_t n;
	int err = sockfd_get(fd, &s);

	if (err)
		return err;
	n = send_one(s.sock, s.file, msg, flags);
	sockfd_put(&s);
	return n;
}

long sys_recvmsg(int fd, struct user_msghdr __user *msg, unsigned int flags)
{
	struct sockfd s;
	ssize_t n;
	int err = sockfd_get(fd, &s);

	if (err)
		return err;
	n = recv_one(s.sock, s.file, msg, flags);
	sockfd_put(&s);
	return n;
}

/* ---- several messages ---- */

long sys_sendmmsg(int fd, struct mmsghdr __user *vec, unsigned int nr, unsigned int flags)
{
	struct sockfd s;
	unsigned int done;
	ssize_t n = 0;
	int err = sockfd_get(fd, &s);

	if (err)
		return err;
	nr = min(nr, UIO_MAXIOV);
	for (done = 0; done < nr; done++) {
		n = send_one(s.sock, s.file, &vec[done].msg_hdr, flags);
		if (n >= 0 && put_user((unsigned int)n, &vec[done].msg_len))
			n = -EFAULT;
		if (n < 0)
			break;
	}
	sockfd_put(&s);
	return done ? (long)done : n;
}

/* Until nr messages are there, one is missing, or it is `end` (ns) when one has come. */
static long recv_several(int fd, struct mmsghdr __user *vec, unsigned int nr, unsigned int flags, u64 end)
{
	struct sockfd s;
	unsigned int done;
	ssize_t n = 0;
	int err = sockfd_get(fd, &s);

	if (err)
		return err;
	err = sock_error(s.sock);
	if (err) {
		sockfd_put(&s);
		return err;
	}
	for (done = 0; done < nr;) {
		n = recv_one(s.sock, s.file, &vec[done].msg_hdr, flags & ~MSG_WAITFORONE);
		if (n >= 0 && put_user((unsigned int)n, &vec[done].msg_len))
			n = -EFAULT;
		if (n < 0)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (ktime_get() >= end)
			break;
	}
	sockfd_put(&s);
	return done ? (long)done : n;
}

static bool bad_time(const struct kernel_timespec *ts)
{
	return ts->tv_sec < 0 || ts->tv_sec > S32_MAX || ts->tv_nsec < 0 || ts->tv_nsec >= (s64)NSEC_PER_SEC;
}

/* *ts: how long; then what is left of it. => messages or -errno */
static long recv_timed(int fd, struct mmsghdr __user *vec, unsigned int nr, unsigned int flags,
		       struct kernel_timespec *ts)
{
	u64 end, now;
	u32 nsec = 0;
	long n;

	if (bad_time(ts))
		return -EINVAL;
	end = ktime_get() + (u64)ts->tv_sec * NSEC_PER_SEC + (u64)ts->tv_nsec;
	n = recv_several(fd, vec, nr, flags, end);
	now = ktime_get();
	ts->tv_sec = now < end ? (s64)div_u64_rem(end - now, NSEC_PER_SEC, &nsec) : 0;
	ts->tv_nsec = nsec;
	return n;
}

long sys_recvmmsg(int fd, struct mmsghdr __user *vec, unsigned int nr, unsigned int flags,
		  struct old_timespec32 __user *timeout)
{
	struct old_timespec32 ts32;
	struct kernel_timespec ts;
	long n;

	if (!timeout)
		return recv_several(fd, vec, nr, flags, U64_MAX);
	if (copy_from_user(&ts32, timeout, sizeof(ts32)))
		return -EFAULT;
	ts = (struct kernel_timespec){ .tv_sec = ts32.tv_sec, .tv_nsec = ts32.tv_nsec };
	n = recv_timed(fd, vec, nr, flags, &ts);
	ts32 = (struct old_timespec32){ .tv_sec = (s32)ts.tv_sec, .tv_nsec = (s32)ts.tv_nsec };
	return n > 0 && copy_to_user(timeout, &ts32, sizeof(ts32)) ? -EFAULT : n;
}

long sys_recvmmsg_time64(int fd, struct mmsghdr __user *vec, unsigned int nr, unsigned int flags,
			 struct kernel_timespec __user *timeout)
{
	struct kernel_timespec ts;
	long n;

	if (!timeout)
		return recv_several(fd, vec, nr, flags, U64_MAX);
	if (copy_from_user(&ts, timeout, sizeof(ts)))
		return -EFAULT;
	n = recv_timed(fd, vec, nr, flags, &ts);
	return n > 0 && copy_to_user(timeout, &ts, sizeof(ts)) ? -EFAULT : n;
}
