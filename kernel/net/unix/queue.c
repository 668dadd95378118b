/* SPDX-License-Identifier: MIT */
/*
 * Messages: their memory, who is charged for it, queues of them, and waiting for both ends of a queue.
 *
 * A short message holds its bytes itself, a longer one in pages (OWNER_SOCKET).  Its sender is charged until it is
 * freed: the socket up to its send buffer (SO_SNDBUF), and the user to whom the socket belongs.  Messages
 * cannot go to swap, and nobody's death is sure to free them; so beyond net.unix.user_pages_soft each of a
 * user's sockets may have two pages under way, as pipes do, and beyond user_pages_hard there are none (ENOBUFS).
 * Root's sockets are not limited.
 */
#include <quire/err.h>
#include <quire/gfp.h>
#include <quire/highmem.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/slab.h>

#include "unix.h"

#define SHORT_MAX 1024u			/* bytes that need no page */
#define LEAST_SNDBUF (2u * PAGE_SIZE)	/* of a socket beyond the soft limit */
#define SOFT_SHARE 16			/* of memory */
#define HARD_SHARE 8
#define DGRAM_QLEN 10			/* Linux's default */

static unsigned long user_pages_soft, user_pages_hard;
int unix_max_dgram_qlen = DGRAM_QLEN;

void unix_queue_init(void)
{
	user_pages_soft = totalram_pages / SOFT_SHARE;
	user_pages_hard = totalram_pages / HARD_SHARE;
	sysctl_register_ulong("sys/net/unix/user_pages_soft", &user_pages_soft, 0, INT_MAX, NULL);
	sysctl_register_ulong("sys/net/unix/user_pages_hard", &user_pages_hard, 0, INT_MAX, NULL);
	sysctl_register_int("sys/net/unix/max_dgram_qlen", &unix_max_dgram_qlen, 0, INT_MAX, NULL);
}

/* ---- who is charged ---- */

/* A limit of 0 is none. */
static bool beyond(const struct unix_socket *u, unsigned long limit)
{
	return limit && u->user != &root_user &&
	       (unsigned long)atomic_read(&u->user->socket_bytes) >> PAGE_SHIFT >= limit;
}

static int charge_owner(struct unix_socket *u, unsigned int bytes)
{
	if (unlikely(beyond(u, user_pages_hard)))
		return -ENOBUFS;
	atomic_add((int)bytes, &u->user->socket_bytes);
	return 0;
}

static void uncharge_owner(struct unix_socket *u, unsigned int bytes)
{
	atomic_sub((int)bytes, &u->user->socket_bytes);
}

unsigned int unix_sndbuf(const struct unix_socket *u)
{
	return unlikely(beyond(u, user_pages_soft)) ? min(u->sk.sndbuf, (unsigned int)LEAST_SNDBUF) : u->sk.sndbuf;
}

/* For poll, and before sleepers are woken: a quarter full at the most, so that they find work when they run. */
bool unix_writable(const struct unix_socket *u)
{
	return (unsigned int)atomic_read(&u->wmem) <= unix_sndbuf(u) / 4;
}

/* The socket may send so much more. */
static void give_room(struct unix_socket *u, unsigned int bytes)
{
	atomic_sub((int)bytes, &u->wmem);
	smp_mb();
	if (waitqueue_active(&u->sk.space) && unix_writable(u))
		wake_up_all(&u->sk.space);
}

/* ---- memory ---- */

static void *msg_data(const struct unix_msg *msg)
{
	return (void *)msg->pages;
}

static void free_pages_of(struct unix_msg *msg, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		page_disclaim(msg->pages[i]);
		unpin_page(msg->pages[i]);
	}
}

static int alloc_pages_of(struct unix_msg *msg)
{
	for (unsigned int i = 0; i < msg->nr_pages; i++) {
		msg->pages[i] = alloc_page(GFP_HIGHUSER);
		if (!msg->pages[i]) {
			free_pages_of(msg, i);
			return -ENOBUFS;
		}
		page_claim(msg->pages[i], OWNER_SOCKET);
	}
	return 0;
}

static struct unix_msg *new_msg(struct unix_socket *from, size_t size, unsigned int nr_pages)
{
	unsigned int bytes = (unsigned int)size + nr_pages * PAGE_SIZE;
	struct unix_msg *msg;

	if (charge_owner(from, bytes))
		return NULL;
	msg = kmalloc(size, GFP_KERNEL);
	if (!msg)
		goto uncharge;
	msg->nr_pages = nr_pages;
	msg->charge = bytes;
	if (!alloc_pages_of(msg))
		return msg;
	kfree(msg);
uncharge:
	uncharge_owner(from, bytes);
	return NULL;
}

static void free_memory(struct unix_socket *from, struct unix_msg *msg)
{
	free_pages_of(msg, msg->nr_pages);
	uncharge_owner(from, msg->charge);
	kfree(msg);
}

/* ---- spares ---- */

/*
 * A receiver who frees messages while their sender waits for room gives them back to him, who is about to need the
 * same again.  They stay charged to the user.  They go with the first message that is freed while nobody waits, when
 * one of another size is wanted, and with the socket.
 */
static bool keep_spare(struct unix_socket *from, struct unix_msg *msg)
{
	bool keep;

	spin_lock(&from->sk.lock);
	keep = !from->dead && !(from->sk.shutdown & SEND_SHUTDOWN) && waitqueue_active(&from->sk.space);
	if (keep)
		list_add(&msg->link, &from->spares);
	spin_unlock(&from->sk.lock);
	return keep;
}

static struct unix_msg *take_spare(struct unix_socket *u, unsigned int nr_pages)
{
	struct unix_msg *msg;

	spin_lock(&u->sk.lock);
	msg = list_first_entry_or_null(&u->spares, struct unix_msg, link);
	if (msg && msg->nr_pages == nr_pages)
		list_del(&msg->link);
	else
		msg = NULL;
	spin_unlock(&u->sk.lock);
	return msg;
}

void unix_drop_spares(struct unix_socket *u)
{
	struct unix_msg *msg, *next;
	LIST_HEAD(spares);

	if (list_empty(&u->spares))
		return;
	spin_lock(&u->sk.lock);
	list_splice_init(&u->spares, &spares);
	spin_unlock(&u->sk.lock);
	list_for_each_entry_safe(msg, next, &spares, link)
		free_memory(u, msg);
}

/* ---- messages ---- */

struct unix_msg *unix_alloc_msg(struct unix_socket *from, size_t len)
{
	unsigned int nr_pages = len > SHORT_MAX ? (unsigned int)((len + PAGE_SIZE - 1) >> PAGE_SHIFT) : 0;
	size_t size = sizeof(struct unix_msg) + (nr_pages ? nr_pages * sizeof(struct page *) : len);
	struct unix_msg *msg = NULL;

	if (nr_pages && !list_empty(&from->spares))
		msg = take_spare(from, nr_pages);
	if (!msg) {
		unix_drop_spares(from);
		msg = new_msg(from, size, nr_pages);
	}
	if (!msg)
		return ERR_PTR(-ENOBUFS);
	msg->from = unix_get(from);
	msg->embryo = NULL;
	msg->files = NULL;
	msg->offset = 0;
	msg->len = (unsigned int)len;
	atomic_add((int)msg->charge, &from->wmem);
	return msg;
}

/* For what comes with it: charged and given back as if it were part of the message. => 0 or -ENOBUFS */
int unix_charge_more(struct unix_msg *msg, unsigned int bytes)
{
	if (charge_owner(msg->from, bytes))
		return -ENOBUFS;
	msg->charge += bytes;
	atomic_add((int)bytes, &msg->from->wmem);
	return 0;
}

/* Its files, and the connection that it brings, go too. */
void unix_free_msg(struct unix_msg *msg)
{
	struct unix_socket *from = msg->from;
	unsigned int bytes = msg->charge;

	if (msg->files)
		scm_files_drop(unix_detach_files(msg));
	if (msg->embryo)
		unix_release(&msg->embryo->sk);
	if (!msg->nr_pages || !keep_spare(from, msg)) {
		unix_drop_spares(from);
		free_memory(from, msg);
	}
	give_room(from, bytes);
	unix_put(from);
}

/* ---- contents ---- */

int unix_fill_msg(struct unix_msg *msg, struct message *m)
{
	size_t left = msg->len, n;
	int err;

	if (!msg->nr_pages)
		return message_read(m, msg_data(msg), left);
	for (unsigned int i = 0; i < msg->nr_pages; i++, left -= n) {
		n = min_t(size_t, left, PAGE_SIZE);
		err = message_read(m, kmap(msg->pages[i]), n);
		kunmap(msg->pages[i]);
		if (err)
			return err;
	}
	return 0;
}

int unix_copy_msg(const struct unix_msg *msg, struct message *m, size_t n)
{
	size_t at = msg->offset, part;
	int err;

	if (!msg->nr_pages)
		return message_write(m, (char *)msg_data(msg) + at, n);
	for (; n; at += part, n -= part) {
		struct page *page = msg->pages[at >> PAGE_SHIFT];
		size_t in_page = at & (PAGE_SIZE - 1);

		part = min_t(size_t, n, PAGE_SIZE - in_page);
		err = message_write(m, (char *)kmap(page) + in_page, part);
		kunmap(page);
		if (err)
			return err;
	}
	return 0;
}

/* ---- queues ---- */

void unix_news(wait_queue_head_t *q)
{
	smp_mb();	/* who waits is on the queue before it looks */
	if (waitqueue_active(q))
		wake_up(q);
}

void unix_enqueue(struct unix_socket *to, struct unix_msg *msg)
{
	list_add_tail(&msg->link, &to->queue);
	to->qlen++;
}

/* Clients whose datagrams did not fit may send again: those that sleep, and those that poll. u->sk.lock held. */
static void room_again(struct unix_socket *u)
{
	struct unix_socket *client;

	wake_up_all(&u->room);
	list_for_each_entry(client, &u->clients, client_link)
		wake_up_all(&client->sk.space);
}

void unix_dequeue(struct unix_socket *u, struct unix_msg *msg)
{
	bool was_full;

	spin_lock(&u->sk.lock);
	was_full = unix_queue_full(u);
	list_del(&msg->link);
	u->qlen--;
	if (was_full)
		room_again(u);
	spin_unlock(&u->sk.lock);
}

/* Everything that nobody will read. */
void unix_purge(struct unix_socket *u)
{
	struct unix_msg *msg, *next;
	LIST_HEAD(all);

	spin_lock(&u->sk.lock);
	list_splice_init(&u->queue, &all);
	u->qlen = 0;
	room_again(u);
	spin_unlock(&u->sk.lock);
	list_for_each_entry_safe(msg, next, &all, link)
		unix_free_msg(msg);
}

/* ---- waiting ---- */

/* Why a sender need not wait for room. => 0: there is some; -errno; 1: wait */
static int room_state(struct unix_socket *u)
{
	int err = sock_error(&u->sk);

	if (err)
		return err;
	if (u->sk.shutdown & SEND_SHUTDOWN)
		return -EPIPE;
	return (unsigned int)atomic_read(&u->wmem) >= unix_sndbuf(u);
}

int unix_wait_room(struct unix_socket *u, bool nonblock, long *timeo)
{
	int state;

	while ((state = room_state(u)) > 0) {
		DEFINE_WAIT(wait);

		if (nonblock || !*timeo)
			return -EAGAIN;
		if (signal_pending(current))
			return sock_intr_errno(*timeo);
		prepare_to_wait(&u->sk.space, &wait, TASK_INTERRUPTIBLE);
		if ((unsigned int)atomic_read(&u->wmem) >= unix_sndbuf(u) && !u->sk.err &&
		    !(u->sk.shutdown & SEND_SHUTDOWN) && !signal_pending(current))
			*timeo = schedule_timeout(*timeo);
		finish_wait(&u->sk.space, &wait);
	}
	return state;
}

/* A message has one receiver, so one is woken for each; but a reader of a stream may leave some for the next. */
static void sleep_for_msg(struct unix_socket *u, long *timeo)
{
	DEFINE_WAIT(wait);

	if (u->sk.type == SOCK_STREAM && u->sk.state != SOCKET_LISTENING)
		prepare_to_wait(&u->sk.wait, &wait, TASK_INTERRUPTIBLE);
	else
		prepare_to_wait_exclusive(&u->sk.wait, &wait, TASK_INTERRUPTIBLE);
	if (list_empty(&u->queue) && !u->sk.err && !(u->sk.shutdown & RCV_SHUTDOWN) && !signal_pending(current))
		*timeo = schedule_timeout(*timeo);
	finish_wait(&u->sk.wait, &wait);
}

struct unix_msg *unix_wait_msg(struct unix_socket *u, bool nonblock, long *timeo, int *err)
{
	struct unix_msg *msg;

	while (!(msg = unix_first(u))) {
		*err = sock_error(&u->sk);
		if (*err || u->sk.shutdown & RCV_SHUTDOWN)
			return NULL;
		*err = -EAGAIN;
		if (nonblock || !*timeo)
			return NULL;
		*err = sock_intr_errno(*timeo);
		if (signal_pending(current))
			return NULL;
		mutex_unlock(&u->read_mutex);
		sleep_for_msg(u, timeo);
		mutex_lock(&u->read_mutex);
	}
	return msg;
}
