/* SPDX-License-Identifier: MIT */
/*
 * Connections of AF_UNIX sockets: listen, connect, accept; and whom a datagram socket sends to.
 *
 * connect() makes the other end itself and puts it, as a message without bytes, into the listener's queue; both
 * ends are connected from then on.  accept() takes it out and gives it a file.
 */
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/sched.h>

#include "unix.h"

static struct ucred own_creds(void)
{
	return (struct ucred){ .pid = current->tgid, .uid = current->euid, .gid = current->egid };
}

/* ---- listen ---- */

int unix_listen(struct socket *sock, int backlog)
{
	struct unix_socket *u = unix_sk(sock);
	int err = 0;

	mutex_lock(&unix_mutex);
	if (!u->addr || sock->state == SOCKET_CONNECTED) {
		err = -EINVAL;
	} else {
		if ((unsigned int)backlog > u->backlog)
			wake_up_all(&u->room);
		u->backlog = (unsigned int)backlog;
		sock->state = SOCKET_LISTENING;
		sock->peercred = own_creds();
	}
	mutex_unlock(&unix_mutex);
	return err;
}

int unix_no_listen(struct socket *sock, int backlog)
{
	return -EOPNOTSUPP;
}

/* ---- connect ---- */

/* Sleep until the listener, or the receiver, has room again or goes. => 0 or -errno */
int unix_wait_receiver(struct unix_socket *other, long *timeo)
{
	DEFINE_WAIT(wait);

	prepare_to_wait_exclusive(&other->room, &wait, TASK_INTERRUPTIBLE);
	if (!other->dead && !(other->sk.shutdown & RCV_SHUTDOWN) && unix_queue_full(other) &&
	    !signal_pending(current))
		*timeo = schedule_timeout(*timeo);
	finish_wait(&other->room, &wait);
	return signal_pending(current) ? sock_intr_errno(*timeo) : 0;
}

/* Both ends become each other's peer. unix_mutex held. */
static void join(struct unix_socket *u, struct unix_socket *fresh, struct unix_socket *listener)
{
	if (listener->addr) {
		atomic_inc(&listener->addr->count);
		fresh->addr = listener->addr;
	}
	fresh->sk.peercred = own_creds();
	fresh->sk.state = SOCKET_CONNECTED;
	fresh->peer = unix_get(u);
	u->sk.peercred = listener->sk.peercred;
	spin_lock(&u->sk.lock);
	u->peer = unix_get(fresh);
	u->sk.state = SOCKET_CONNECTED;
	spin_unlock(&u->sk.lock);
}

/* unix_mutex held. => 0: request is in the queue; -EAGAIN: full; -errno */
static int try_connect(struct unix_socket *u, struct unix_socket *listener, struct unix_msg *request)
{
	if (listener->dead || listener->sk.state != SOCKET_LISTENING || listener->sk.shutdown & RCV_SHUTDOWN)
		return -ECONNREFUSED;
	if (unix_queue_full(listener))
		return -EAGAIN;
	if (u->sk.state != SOCKET_UNCONNECTED)
		return u->sk.state == SOCKET_CONNECTED ? -EISCONN : -EINVAL;
	join(u, request->embryo, listener);
	spin_lock(&listener->sk.lock);
	unix_enqueue(listener, request);
	spin_unlock(&listener->sk.lock);
	unix_news(&listener->sk.wait);
	return 0;
}

/* Until there is room, or no sense in waiting. */
static int connect_to(struct unix_socket *u, const void *addr, int len, struct unix_msg *request, bool nonblock)
{
	long timeo = nonblock ? 0 : u->sk.sndtimeo;
	struct unix_socket *listener;
	int err;

	for (;;) {
		listener = unix_find(addr, len, u->sk.type);
		if (IS_ERR(listener))
			return (int)PTR_ERR(listener);
		mutex_lock(&unix_mutex);
		err = try_connect(u, listener, request);
		mutex_unlock(&unix_mutex);
		if (err == -EAGAIN && timeo) {
			err = unix_wait_receiver(listener, &timeo);
			if (!err)
				err = -EAGAIN;
		} else {
			timeo = 0;
		}
		unix_put(listener);
		if (err != -EAGAIN || !timeo)
			return err;
	}
}

/* The other end, in a message for the listener's queue, which is charged with both to who connects; ERR_PTR. */
static struct unix_msg *new_request(struct unix_socket *u)
{
	struct unix_socket *fresh = unix_alloc(u->sk.type, 0);
	struct unix_msg *request;

	if (IS_ERR(fresh))
		return ERR_CAST(fresh);
	request = unix_alloc_msg(fresh, 0);
	if (IS_ERR(request)) {
		unix_release(&fresh->sk);
		return request;
	}
	request->embryo = fresh;
	if (!unix_charge_more(request, sizeof(*fresh)))
		return request;
	unix_free_msg(request);
	return ERR_PTR(-ENOBUFS);
}

int unix_stream_connect(struct socket *sock, const void *addr, int len, unsigned int file_flags)
{
	struct unix_socket *u = unix_sk(sock);
	struct unix_msg *request;
	int err = 0;

	if (sock_flag(sock, SO_PASSCRED))
		err = unix_autobind(u);
	if (err)
		return err;
	request = new_request(u);
	if (IS_ERR(request))
		return (int)PTR_ERR(request);
	err = connect_to(u, addr, len, request, (file_flags & O_NONBLOCK) != 0);
	if (err)
		unix_free_msg(request);
	return err;
}

/* ---- accept ---- */

/* What it sends is charged like what its listener sends. */
static void hand_over(struct unix_socket *fresh, struct unix_socket *listener)
{
	free_uid(fresh->user);
	fresh->user = get_uid(listener->user);
}

struct socket *unix_accept(struct socket *sock, unsigned int file_flags)
{
	struct unix_socket *u = unix_sk(sock), *fresh;
	long timeo = sock->rcvtimeo;
	struct unix_msg *request;
	int err = 0;

	if (sock->state != SOCKET_LISTENING)
		return ERR_PTR(-EINVAL);
	mutex_lock(&u->read_mutex);
	request = unix_wait_msg(u, (file_flags & O_NONBLOCK) != 0, &timeo, &err);
	if (request)
		unix_dequeue(u, request);
	mutex_unlock(&u->read_mutex);
	if (!request)
		return ERR_PTR(err ? err : -EINVAL);	/* shut down */
	fresh = request->embryo;
	request->embryo = NULL;
	unix_free_msg(request);
	hand_over(fresh, u);
	return &fresh->sk;
}

struct socket *unix_no_accept(struct socket *sock, unsigned int file_flags)
{
	return ERR_PTR(-EOPNOTSUPP);
}

/* ---- datagrams ---- */

bool unix_may_send(const struct unix_socket *u, const struct unix_socket *other)
{
	return !other->peer || other->peer == u;
}

/* peer: NULL for none; the references of the new and the old one change hands. unix_mutex held. => the old one */
static struct unix_socket *change_peer(struct unix_socket *u, struct unix_socket *peer)
{
	struct unix_socket *old = u->peer;

	if (old) {
		spin_lock(&old->sk.lock);
		list_del_init(&u->client_link);
		spin_unlock(&old->sk.lock);
	}
	spin_lock(&u->sk.lock);
	u->peer = peer;
	u->sk.state = peer ? SOCKET_CONNECTED : SOCKET_UNCONNECTED;
	spin_unlock(&u->sk.lock);
	if (peer) {
		spin_lock(&peer->sk.lock);
		list_add(&u->client_link, &peer->clients);
		spin_unlock(&peer->sk.lock);
	}
	wake_up_all(&u->sk.space);
	return old;
}

/* The peer is not that any more, which the caller holds: what came from it is lost, and it is told if it cared. */
static void disconnected(struct unix_socket *u, struct unix_socket *old)
{
	if (!list_empty(&u->queue)) {
		unix_purge(u);
		if (!old->dead && old->peer == u)
			unix_set_error(old, ECONNRESET);
	}
}

void unix_forget_peer(struct unix_socket *u, struct unix_socket *peer)
{
	struct unix_socket *old = NULL;

	mutex_lock(&unix_mutex);
	if (u->peer == peer)
		old = change_peer(u, NULL);
	mutex_unlock(&unix_mutex);
	if (old) {
		disconnected(u, old);
		unix_put(old);
	}
}

int unix_dgram_connect(struct socket *sock, const void *addr, int len, unsigned int file_flags)
{
	struct unix_socket *u = unix_sk(sock), *peer = NULL, *old = NULL;
	int err = 0;

	if (len < (int)sizeof(((const struct sockaddr *)addr)->sa_family))
		return -EINVAL;
	if (((const struct sockaddr *)addr)->sa_family != AF_UNSPEC) {
		peer = unix_find(addr, len, SOCK_DGRAM);
		if (!IS_ERR(peer) && sock_flag(sock, SO_PASSCRED))
			err = unix_autobind(u);
	}
	if (IS_ERR(peer))
		return (int)PTR_ERR(peer);
	mutex_lock(&unix_mutex);
	if (!err && peer && peer->dead)
		err = -ECONNREFUSED;
	if (!err && peer && !unix_may_send(u, peer))
		err = -EPERM;
	if (!err)
		old = change_peer(u, peer);
	mutex_unlock(&unix_mutex);
	if (err)
		old = peer;
	else if (old && old != peer)
		disconnected(u, old);
	if (old)
		unix_put(old);
	return err;
}
