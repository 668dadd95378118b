/* SPDX-License-Identifier: MIT */
/*
 * Sockets as files: made, read, written, polled and closed like any file; which families there are.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/poll.h>
#include <quire/printk.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/socket.h>
#include <quire/specfs.h>
#include <quire/string.h>

#include "net_internal.h"

/* What Linux's sums of 256 small buffers come to on i386, so that programs meet the same limits. */
#define DEFAULT_BUFFER 163840
#define DEFAULT_SOMAXCONN 4096
#define NR_FAMILIES 46	/* numbers from here on were never assigned */

int sock_wmem_default = DEFAULT_BUFFER, sock_wmem_max = DEFAULT_BUFFER;
int sock_somaxconn = DEFAULT_SOMAXCONN;

static const struct socket_family *families[NR_FAMILIES];

void socket_register(const struct socket_family *family)
{
	families[family->family] = family;
}

void socket_init(void)
{
	sysctl_register_int("sys/net/core/wmem_default", &sock_wmem_default, MIN_SNDBUF, INT_MAX, NULL);
	sysctl_register_int("sys/net/core/wmem_max", &sock_wmem_max, MIN_SNDBUF, INT_MAX, NULL);
	sysctl_register_int("sys/net/core/somaxconn", &sock_somaxconn, 0, INT_MAX, NULL);
	unix_init();
}

void sock_init(struct socket *sock, int type, int protocol, const struct socket_ops *ops)
{
	sock->ops = ops;
	sock->type = type;
	sock->protocol = protocol;
	spin_lock_init(&sock->lock);
	init_waitqueue_head(&sock->wait);
	init_waitqueue_head(&sock->space);
	sock->sndbuf = (unsigned int)sock_wmem_default;
	sock->rcvbuf = (unsigned int)sock_wmem_default;
	sock->rcvlowat = 1;
	sock->rcvtimeo = sock->sndtimeo = MAX_SCHEDULE_TIMEOUT;
	sock->peercred = (struct ucred){ .pid = 0, .uid = (uid_t)-1, .gid = (gid_t)-1 };
}

struct socket *socket_create(int family, int type, int protocol)
{
	if (family < 0 || family >= NR_FAMILIES)
		return ERR_PTR(-EAFNOSUPPORT);
	if (type < 0 || type >= SOCK_MAX)
		return ERR_PTR(-EINVAL);
	if (!families[family])
		return ERR_PTR(-EAFNOSUPPORT);
	return families[family]->create(type, protocol);
}

struct socket *socket_of(struct file *file)
{
	return file->f_op == &socket_fops ? file->private_data : NULL;
}

struct inode *socket_inode(const struct socket *sock)
{
	return file_inode(sock->file);
}

struct file *socket_file(struct socket *sock, unsigned int flags)
{
	struct inode *inode = new_anon_inode(S_IFSOCK | S_IRWXUGO);
	struct file *file;
	char name[24];

	if (!inode)
		return ERR_PTR(-ENFILE);
	init_special_inode(inode, inode->i_mode, 0);	/* /proc/PID/fd/N cannot open it once more */
	scnprintf(name, sizeof(name), "socket:[%lu]", inode->i_ino);
	file = alloc_anon_file(inode, name, FMODE_READ | FMODE_WRITE, &socket_fops);
	if (IS_ERR(file))
		return file;
	file->private_data = sock;
	file->f_flags |= flags & O_NONBLOCK;
	sock->file = file;
	return file;
}

int sockfd_get(int fd, struct sockfd *s)
{
	s->file = fget_light((unsigned int)fd, &s->put);
	if (!s->file)
		return -EBADF;
	s->sock = socket_of(s->file);
	if (s->sock)
		return 0;
	fput_light(s->file, s->put);
	return -ENOTSOCK;
}

void sockfd_put(struct sockfd *s)
{
	fput_light(s->file, s->put);
}

int sock_error(struct socket *sock)
{
	int err;

	if (likely(!sock->err))
		return 0;
	spin_lock(&sock->lock);
	err = sock->err;
	sock->err = 0;
	spin_unlock(&sock->lock);
	return -err;
}

int sock_intr_errno(long timeo)
{
	return timeo == MAX_SCHEDULE_TIMEOUT ? -ERESTARTSYS : -EINTR;
}

/* ---- file operations ---- */

/* iov is the caller's, and changed. */
static ssize_t sock_transfer(struct file *file, struct iovec *iov, unsigned long nr, size_t len, bool write)
{
	struct socket *sock = file->private_data;
	struct message m = { .iov = iov, .nr_iov = nr, .len = len };
	ssize_t n;

	m.nonblock = (file->f_flags & O_NONBLOCK) != 0;
	if (write)
		return sock->ops->sendmsg(sock, &m);
	n = sock->ops->recvmsg(sock, &m);
	scm_files_drop(m.scm.files);
	return n;
}

static ssize_t sock_read(struct file *file, char __user *to, size_t count, loff_t *ppos)
{
	struct iovec iov = { .iov_base = to, .iov_len = count };

	return count ? sock_transfer(file, &iov, 1, count, false) : 0;
}

static ssize_t sock_write(struct file *file, const char __user *from, size_t count, loff_t *ppos)
{
	struct iovec iov = { .iov_base = (__force void __user *)from, .iov_len = count };

	return sock_transfer(file, &iov, 1, count, true);
}

/* A vector is one message. */
static ssize_t sock_rw_vector(struct file *file, struct iovec *iov, unsigned long nr, size_t len, bool write)
{
	return len || write ? sock_transfer(file, iov, nr, len, write) : 0;
}

static unsigned int sock_poll(struct file *file, struct poll_table *table)
{
	struct socket *sock = file->private_data;

	return sock->ops->poll(sock, file, table);
}

static long sock_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct socket *sock = file->private_data;

	return sock->ops->ioctl(sock, cmd, arg);
}

static int sock_flush(struct file *file)
{
	struct socket *sock = file->private_data;

	sock->ops->closing(sock);
	return 0;
}

static int sock_release(struct inode *inode, struct file *file)
{
	struct socket *sock = file->private_data;

	sock->ops->release(sock);
	return 0;
}

const struct file_operations socket_fops = {
	.llseek = no_llseek,
	.read = sock_read,
	.write = sock_write,
	.rw_vector = sock_rw_vector,
	.poll = sock_poll,
	.ioctl = sock_ioctl,
	.flush = sock_flush,
	.release = sock_release,
};
