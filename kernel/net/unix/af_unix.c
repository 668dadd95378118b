/* SPDX-License-Identifier: MIT */
/*
 * AF_UNIX sockets (unix.h): their life, and what all types have in common.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/poll.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/uaccess.h>

#include "unix.h"

DEFINE_MUTEX(unix_mutex);
LIST_HEAD(unix_sockets);
static struct kmem_cache *unix_cache;

static const struct socket_ops stream_ops, dgram_ops, seqpacket_ops;

/* ---- life ---- */

static const struct socket_ops *ops_of(int type)
{
	switch (type) {
	case SOCK_STREAM:
		return &stream_ops;
	case SOCK_DGRAM:
		return &dgram_ops;
	case SOCK_SEQPACKET:
		return &seqpacket_ops;
	default:
		return NULL;
	}
}

struct unix_socket *unix_alloc(int type, int protocol)
{
	struct unix_socket *u = kmem_cache_zalloc(unix_cache, GFP_KERNEL);

	if (!u)
		return ERR_PTR(-ENOMEM);
	sock_init(&u->sk, type, protocol, ops_of(type));
	atomic_set(&u->count, 1);
	u->user = get_uid(current->user);
	u->backlog = (unsigned int)unix_max_dgram_qlen;
	INIT_LIST_HEAD(&u->clients);
	INIT_LIST_HEAD(&u->client_link);
	INIT_LIST_HEAD(&u->queue);
	INIT_LIST_HEAD(&u->spares);
	INIT_LIST_HEAD(&u->inflight_link);
	mutex_init(&u->read_mutex);
	init_waitqueue_head(&u->room);
	mutex_lock(&unix_mutex);
	list_add_tail(&u->all, &unix_sockets);
	mutex_unlock(&unix_mutex);
	return u;
}

static struct socket *unix_create(int type, int protocol)
{
	struct unix_socket *u;

	if (protocol && protocol != AF_UNIX)
		return ERR_PTR(-EPROTONOSUPPORT);
	if (type == SOCK_RAW)	/* BSD's name for it */
		type = SOCK_DGRAM;
	if (!ops_of(type))
		return ERR_PTR(-ESOCKTNOSUPPORT);
	u = unix_alloc(type, protocol);
	return IS_ERR(u) ? ERR_CAST(u) : &u->sk;
}

void unix_put(struct unix_socket *u)
{
	if (!atomic_dec_and_test(&u->count))
		return;
	assert(u->dead && list_empty(&u->queue) && list_empty(&u->spares) && !u->inflight);
	if (u->addr)
		unix_put_address(u->addr);
	free_uid(u->user);
	kmem_cache_free(unix_cache, u);
}

/* ---- peers ---- */

struct unix_socket *unix_get_peer(struct unix_socket *u)
{
	struct unix_socket *peer;

	spin_lock(&u->sk.lock);
	peer = u->peer ? unix_get(u->peer) : NULL;
	spin_unlock(&u->sk.lock);
	return peer;
}

void unix_set_error(struct unix_socket *u, int err)
{
	spin_lock(&u->sk.lock);
	u->sk.err = err;
	spin_unlock(&u->sk.lock);
	wake_up_all(&u->sk.wait);
	wake_up_all(&u->sk.space);
}

static void shut(struct unix_socket *u, unsigned int how)
{
	spin_lock(&u->sk.lock);
	u->sk.shutdown |= how;
	spin_unlock(&u->sk.lock);
	wake_up_all(&u->sk.wait);
	wake_up_all(&u->sk.space);
}

/* The other end of a connection hears of the end; what was sent and not read is an error. unix_mutex held. */
static void hang_up(struct unix_socket *u, struct unix_socket *peer)
{
	shut(peer, SHUTDOWN_MASK);
	if (!list_empty(&u->queue) || !u->sk.file)
		unix_set_error(peer, ECONNRESET);
}

static void leave_peer(struct unix_socket *u)
{
	struct unix_socket *peer;

	spin_lock(&u->sk.lock);
	peer = u->peer;
	u->peer = NULL;
	u->dead = true;
	u->sk.shutdown = SHUTDOWN_MASK;
	u->sk.state = SOCKET_UNCONNECTED;
	spin_unlock(&u->sk.lock);
	if (!peer)
		return;
	if (is_stream_like(u)) {
		hang_up(u, peer);
	} else {
		spin_lock(&peer->sk.lock);
		list_del_init(&u->client_link);
		spin_unlock(&peer->sk.lock);
	}
	unix_put(peer);
}

void unix_release(struct socket *sock)
{
	struct unix_socket *u = unix_sk(sock);
	struct path path;

	mutex_lock(&unix_mutex);
	list_del(&u->all);
	unix_unbind(u);
	path = u->path;
	leave_peer(u);
	mutex_unlock(&unix_mutex);
	if (path.dentry)
		path_put(&path);
	unix_purge(u);
	unix_drop_spares(u);
	unix_put(u);
	/* Those that a list of files frees one after the other need not look for rings one by one. */
	if (!current->dropped_files)
		unix_collect_garbage();
}

/* ---- operations of all types ---- */

int unix_pair(struct socket *a, struct socket *b)
{
	const struct ucred creds = { .pid = current->tgid, .uid = current->euid, .gid = current->egid };
	struct unix_socket *ua = unix_sk(a), *ub = unix_sk(b);

	a->peercred = b->peercred = creds;
	a->state = b->state = SOCKET_CONNECTED;
	ua->peer = unix_get(ub);
	ub->peer = unix_get(ua);
	if (!is_stream_like(ua)) {
		list_add(&ua->client_link, &ub->clients);
		list_add(&ub->client_link, &ua->clients);
	}
	return 0;
}

int unix_getname(struct socket *sock, bool peer, void *addr)
{
	struct unix_socket *u = unix_sk(sock), *other;
	int len;

	if (!peer)
		return unix_copy_address(u, addr);
	other = unix_get_peer(u);
	if (!other)
		return -ENOTCONN;
	len = unix_copy_address(other, addr);
	unix_put(other);
	return len;
}

int unix_shutdown(struct socket *sock, unsigned int how)
{
	struct unix_socket *u = unix_sk(sock), *peer;

	shut(u, how);
	wake_up_all(&u->room);
	peer = unix_get_peer(u);
	if (!peer)
		return 0;
	if (is_stream_like(u))
		shut(peer, (how & RCV_SHUTDOWN ? SEND_SHUTDOWN : 0) | (how & SEND_SHUTDOWN ? RCV_SHUTDOWN : 0));
	unix_put(peer);
	return 0;
}

/* A datagram socket whose peer has no room, and does not listen to it in turn. */
static bool peer_is_full(struct unix_socket *u)
{
	struct unix_socket *peer;
	bool full;

	spin_lock(&u->sk.lock);
	peer = u->peer;
	full = peer && peer->peer != u && unix_queue_full(peer);
	spin_unlock(&u->sk.lock);
	return full;
}

unsigned int unix_poll(struct socket *sock, struct file *file, struct poll_table *table)
{
	struct unix_socket *u = unix_sk(sock);
	unsigned int mask = 0;

	poll_wait(file, &sock->wait, table);
	poll_wait(file, &sock->space, table);
	if (sock->err)
		mask |= POLLERR;
	if (sock->shutdown == SHUTDOWN_MASK)
		mask |= POLLHUP;
	if (sock->shutdown & RCV_SHUTDOWN)
		mask |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (!list_empty(&u->queue))
		mask |= POLLIN | POLLRDNORM;
	if (is_stream_like(u) && sock->state == SOCKET_UNCONNECTED)
		mask |= POLLHUP;
	if (sock->state != SOCKET_LISTENING && unix_writable(u) && !(sock->type == SOCK_DGRAM && peer_is_full(u)))
		mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
	return mask;
}

/* Bytes that can be read: of a stream all, else of the next message. */
static long bytes_to_read(struct unix_socket *u)
{
	struct unix_msg *msg;
	long bytes = 0;

	if (u->sk.state == SOCKET_LISTENING)
		return -EINVAL;
	spin_lock(&u->sk.lock);
	list_for_each_entry(msg, &u->queue, link) {
		bytes += (long)msg->len;
		if (u->sk.type == SOCK_DGRAM)
			break;
	}
	spin_unlock(&u->sk.lock);
	return bytes;
}

long unix_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	struct unix_socket *u = unix_sk(sock);
	long bytes;

	switch (cmd) {
	case SIOCINQ:
		bytes = bytes_to_read(u);
		break;
	case SIOCOUTQ:
		bytes = atomic_read(&u->wmem);
		break;
	default:
		return -ENOIOCTLCMD;
	}
	return bytes < 0 ? bytes : put_user((int)bytes, (int __user *)arg);
}

/* ---- the types ---- */

static const struct socket_ops stream_ops = {
	.family = AF_UNIX,
	.bind = unix_bind,
	.connect = unix_stream_connect,
	.pair = unix_pair,
	.listen = unix_listen,
	.accept = unix_accept,
	.getname = unix_getname,
	.shutdown = unix_shutdown,
	.sendmsg = unix_stream_send,
	.recvmsg = unix_stream_recv,
	.poll = unix_poll,
	.ioctl = unix_ioctl,
	.closing = unix_closing,
	.release = unix_release,
};

static const struct socket_ops dgram_ops = {
	.family = AF_UNIX,
	.bind = unix_bind,
	.connect = unix_dgram_connect,
	.pair = unix_pair,
	.listen = unix_no_listen,
	.accept = unix_no_accept,
	.getname = unix_getname,
	.shutdown = unix_shutdown,
	.sendmsg = unix_dgram_send,
	.recvmsg = unix_dgram_recv,
	.poll = unix_poll,
	.ioctl = unix_ioctl,
	.closing = unix_closing,
	.release = unix_release,
};

static const struct socket_ops seqpacket_ops = {
	.family = AF_UNIX,
	.bind = unix_bind,
	.connect = unix_stream_connect,
	.pair = unix_pair,
	.listen = unix_listen,
	.accept = unix_accept,
	.getname = unix_getname,
	.shutdown = unix_shutdown,
	.sendmsg = unix_seqpacket_send,
	.recvmsg = unix_seqpacket_recv,
	.poll = unix_poll,
	.ioctl = unix_ioctl,
	.closing = unix_closing,
	.release = unix_release,
};

static const struct socket_family unix_family = {
	.family = AF_UNIX,
	.create = unix_create,
};

void unix_init(void)
{
	unix_cache = kmem_cache_create("unix_socket", sizeof(struct unix_socket), 0, 0, NULL);
	unix_queue_init();
	unix_proc_init();
	socket_register(&unix_family);
}
