/* SPDX-License-Identifier: MIT */
/*
 * Bytes through SOCK_STREAM sockets.  A write goes into the peer's queue in pieces; a read takes as much as it
 * wants of as many as it wants, but stops behind a piece that brings files, and, when credentials are asked for,
 * before one of another sender.
 */
#include <quire/err.h>
#include <quire/sched.h>

#include "unix.h"

#define PIECE_MAX (16u * PAGE_SIZE)

/* The sender's credentials: those that came with the message, or the caller's. */
static void sign_msg(struct unix_msg *msg, const struct message *m)
{
	if (m->has_creds)
		msg->creds = m->scm.creds;
	else
		msg->creds = (struct ucred){ .pid = current->tgid, .uid = current->uid, .gid = current->gid };
}

void unix_tell_sender(struct unix_socket *u, const struct unix_msg *msg, struct message *m)
{
	if (sock_flag(&u->sk, SO_PASSCRED) && !m->has_creds) {
		m->scm.creds = msg->creds;
		m->has_creds = true;
	}
	/* A sender without a name leaves none, not even the family. */
	if (m->name && !m->name_len && msg->from->addr)
		m->name_len = unix_copy_address(msg->from, m->name);
}

struct unix_msg *unix_make_msg(struct unix_socket *from, struct message *m, size_t len)
{
	struct unix_msg *msg = unix_alloc_msg(from, len);
	int err;

	if (IS_ERR(msg))
		return msg;
	sign_msg(msg, m);
	err = unix_fill_msg(msg, m) ?: unix_attach_files(msg, m);
	if (!err)
		return msg;
	unix_free_msg(msg);
	return ERR_PTR(err);
}

/* ---- sending ---- */

/* => 0 or -EPIPE: nobody will read it */
static int deliver(struct unix_socket *peer, struct unix_msg *msg)
{
	int err = 0;

	spin_lock(&peer->sk.lock);
	if (peer->sk.shutdown & RCV_SHUTDOWN)
		err = -EPIPE;
	else
		unix_enqueue(peer, msg);
	spin_unlock(&peer->sk.lock);
	if (!err)
		unix_news(&peer->sk.wait);
	return err;
}

/* The next piece, when there is room for it. => its bytes or -errno */
static ssize_t send_piece(struct unix_socket *u, struct message *m, long *timeo)
{
	struct unix_msg *msg;
	size_t n;
	int err = unix_wait_room(u, m->nonblock, timeo);

	if (err)
		return err;
	n = min(m->len, (size_t)min((unsigned int)PIECE_MAX, unix_sndbuf(u)));
	msg = unix_make_msg(u, m, n);
	if (IS_ERR(msg))
		return PTR_ERR(msg);
	err = deliver(u->peer, msg);
	if (!err)
		return (ssize_t)n;
	unix_free_msg(msg);
	return err;
}

ssize_t unix_stream_send(struct socket *sock, struct message *m)
{
	struct unix_socket *u = unix_sk(sock);
	long timeo = sock->sndtimeo;
	size_t sent = 0;
	ssize_t n = 0;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (m->name_len)
		return sock->state == SOCKET_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	if (!u->peer)
		return -ENOTCONN;
	if (sock->shutdown & SEND_SHUTDOWN)
		n = -EPIPE;
	while (n >= 0 && m->len) {
		n = send_piece(u, m, &timeo);
		if (n > 0)
			sent += (size_t)n;
	}
	if (sent)
		return (ssize_t)sent;
	if (n == -EPIPE && !(m->flags & MSG_NOSIGNAL))
		send_sig(SIGPIPE, current, 0);
	return n;
}

/* ---- receiving ---- */

/* Is a piece from whom the bytes before it were? */
static bool same_sender(const struct unix_msg *msg, const struct message *m)
{
	return !m->has_creds || (msg->creds.pid == m->scm.creds.pid && msg->creds.uid == m->scm.creds.uid &&
				 msg->creds.gid == m->scm.creds.gid);
}

/* Bytes n of it have been read: they go, and its files are the receiver's. */
static void consume(struct unix_socket *u, struct unix_msg *msg, struct message *m, size_t n)
{
	if (msg->files)
		m->scm.files = unix_detach_files(msg);
	spin_lock(&u->sk.lock);
	msg->offset += (unsigned int)n;
	msg->len -= (unsigned int)n;
	spin_unlock(&u->sk.lock);
	if (msg->len)
		return;
	unix_dequeue(u, msg);
	unix_free_msg(msg);
}

/* One message as far as it is wanted. => bytes or -errno; *more: the next one may follow */
static ssize_t read_msg(struct unix_socket *u, struct unix_msg *msg, struct message *m, bool *more)
{
	bool has_files = msg->files != NULL, peek = m->flags & MSG_PEEK;
	size_t n = min_t(size_t, m->len, msg->len);
	int err;

	unix_tell_sender(u, msg, m);
	err = unix_copy_msg(msg, m, n);
	if (!err && peek && has_files)
		err = unix_peek_files(msg, m);
	*more = m->len && !has_files;
	if (err)
		return err;
	if (!peek)
		consume(u, msg, m, n);
	return (ssize_t)n;
}

/* The message behind one that was peeked at, which stays: read_mutex is held. => NULL: there is none */
static struct unix_msg *next_msg(struct unix_socket *u, struct unix_msg *msg)
{
	struct unix_msg *next;

	spin_lock(&u->sk.lock);
	next = list_is_last(&msg->link, &u->queue) ? NULL : list_next_entry(msg, link);
	spin_unlock(&u->sk.lock);
	return next;
}

/* read_mutex held. */
static ssize_t recv_locked(struct unix_socket *u, struct message *m, size_t target)
{
	long timeo = u->sk.rcvtimeo;
	struct unix_msg *msg = NULL;
	bool peek = m->flags & MSG_PEEK, more = true;
	size_t done = 0;
	ssize_t n = 0;
	int err = 0;

	while (more) {
		if (peek && msg)
			msg = next_msg(u, msg);
		else
			msg = done >= target ? unix_first(u) : unix_wait_msg(u, m->nonblock, &timeo, &err);
		if (!msg || !same_sender(msg, m))
			break;
		n = read_msg(u, msg, m, &more);
		if (n < 0)
			break;
		done += (size_t)n;
	}
	if (done)
		return (ssize_t)done;
	return n < 0 ? n : err;
}

ssize_t unix_stream_recv(struct socket *sock, struct message *m)
{
	struct unix_socket *u = unix_sk(sock);
	size_t target = m->flags & MSG_WAITALL ? m->len : min(m->len, (size_t)sock->rcvlowat);
	ssize_t n;

	if (sock->state != SOCKET_CONNECTED)
		return -EINVAL;
	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	mutex_lock(&u->read_mutex);
	n = recv_locked(u, m, target);
	mutex_unlock(&u->read_mutex);
	return n;
}
