/* SPDX-License-Identifier: MIT */
/*
 * Messages with bounds: SOCK_DGRAM, to the peer or to any name, and SOCK_SEQPACKET, to the peer.  One goes in and
 * comes out whole; what a receiver has no room for is cut off.
 */
#include <quire/err.h>
#include <quire/sched.h>

#include "unix.h"

#define SNDBUF_OVERHEAD 32u	/* a message must leave so much of the buffer free, as on Linux */

/* ---- sending ---- */

/* Whom it goes to, referenced. => ERR_PTR */
static struct unix_socket *receiver(struct unix_socket *u, const struct message *m)
{
	struct unix_socket *to;

	if (m->name_len)
		return unix_find(m->name, m->name_len, SOCK_DGRAM);
	to = unix_get_peer(u);
	return to ? to : ERR_PTR(-ENOTCONN);
}

/* One who listens only to others, or has more messages than he reads, has no room; pairs have their buffers. */
static bool has_no_room(const struct unix_socket *u, const struct unix_socket *to)
{
	return to != u && to->peer != u && unix_queue_full(to);
}

/* => 0: in the queue; -EAGAIN: full; -ECONNREFUSED: it is dead; -EPERM, -EPIPE */
static int try_deliver(struct unix_socket *u, struct unix_socket *to, struct unix_msg *msg)
{
	int err = 0;

	spin_lock(&to->sk.lock);
	if (u->sk.type == SOCK_DGRAM && !unix_may_send(u, to))
		err = -EPERM;
	else if (to->dead)
		err = u->sk.type == SOCK_DGRAM ? -ECONNREFUSED : -EPIPE;
	else if (to->sk.shutdown & RCV_SHUTDOWN)
		err = -EPIPE;
	else if (has_no_room(u, to))
		err = -EAGAIN;
	else
		unix_enqueue(to, msg);
	spin_unlock(&to->sk.lock);
	if (!err)
		unix_news(&to->sk.wait);
	return err;
}

static int deliver(struct unix_socket *u, struct unix_msg *msg, const struct message *m, long *timeo)
{
	struct unix_socket *to = receiver(u, m);
	int err;

	if (IS_ERR(to))
		return (int)PTR_ERR(to);
	while ((err = try_deliver(u, to, msg)) == -EAGAIN && !m->nonblock && *timeo) {
		err = unix_wait_receiver(to, timeo);
		if (err)
			break;
	}
	if (err == -ECONNREFUSED && !m->name_len)
		unix_forget_peer(u, to);
	unix_put(to);
	return err;
}

ssize_t unix_dgram_send(struct socket *sock, struct message *m)
{
	struct unix_socket *u = unix_sk(sock);
	long timeo = sock->sndtimeo;
	size_t len = m->len;
	struct unix_msg *msg;
	int err;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (!m->name_len && !u->peer)
		return -ENOTCONN;
	if (sock_flag(sock, SO_PASSCRED)) {
		err = unix_autobind(u);
		if (err)
			return err;
	}
	if (len > sock->sndbuf - SNDBUF_OVERHEAD)
		return -EMSGSIZE;
	err = unix_wait_room(u, m->nonblock, &timeo);
	if (err)
		return err;
	msg = unix_make_msg(u, m, len);
	if (IS_ERR(msg))
		return PTR_ERR(msg);
	err = deliver(u, msg, m, &timeo);
	if (!err)
		return (ssize_t)len;
	unix_free_msg(msg);
	return err;
}

ssize_t unix_seqpacket_send(struct socket *sock, struct message *m)
{
	int err = sock_error(sock);

	if (err)
		return err;
	if (sock->state != SOCKET_CONNECTED)
		return -ENOTCONN;
	m->name_len = 0;
	return unix_dgram_send(sock, m);
}

/* ---- receiving ---- */

/* A message's bytes and what came with them; it is off the queue, or peeked at under read_mutex. */
static ssize_t read_msg(struct unix_socket *u, struct unix_msg *msg, struct message *m)
{
	bool peek = m->flags & MSG_PEEK, whole_length = m->flags & MSG_TRUNC;
	size_t n = min_t(size_t, m->len, msg->len);
	int err;

	unix_tell_sender(u, msg, m);
	m->flags &= ~MSG_TRUNC;
	if (n < msg->len)
		m->flags |= MSG_TRUNC;
	err = unix_copy_msg(msg, m, n);
	if (!err && msg->files && peek)
		err = unix_peek_files(msg, m);
	else if (!err && msg->files)
		m->scm.files = unix_detach_files(msg);
	if (err)
		return err;
	return whole_length ? (ssize_t)msg->len : (ssize_t)n;
}

ssize_t unix_dgram_recv(struct socket *sock, struct message *m)
{
	struct unix_socket *u = unix_sk(sock);
	bool peek = m->flags & MSG_PEEK;
	long timeo = sock->rcvtimeo;
	struct unix_msg *msg;
	ssize_t n = 0;
	int err;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	err = sock_error(sock);
	if (err)
		return err;
	mutex_lock(&u->read_mutex);
	msg = unix_wait_msg(u, m->nonblock, &timeo, &err);
	if (msg && !peek)
		unix_dequeue(u, msg);
	if (msg && peek)
		n = read_msg(u, msg, m);
	mutex_unlock(&u->read_mutex);
	/* Datagrams have no end: who does not wait for more is told to come again, as on Linux. */
	if (!msg)
		return !err && m->nonblock && sock->type == SOCK_DGRAM ? -EAGAIN : err;
	if (peek)
		return n;
	n = read_msg(u, msg, m);
	unix_free_msg(msg);
	return n;
}

ssize_t unix_seqpacket_recv(struct socket *sock, struct message *m)
{
	return sock->state == SOCKET_CONNECTED ? unix_dgram_recv(sock, m) : -ENOTCONN;
}
