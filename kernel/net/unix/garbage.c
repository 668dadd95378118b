/* SPDX-License-Identifier: MIT */
/*
 * Files in flight: sent in a message (SCM_RIGHTS) and not yet received.
 *
 * A socket may be sent through itself, or two through each other; when their descriptors are closed, each is
 * held by a message in the other's queue, and nobody can ever receive it.  The collector finds such rings:
 *
 *  1. A socket is a candidate when every reference to its file is from a message.
 *  2. What stands in the queues of candidates explains some of these references.  A candidate whose references are
 *     not all explained is held by a message that somebody can receive; so is all that its queue holds.
 *  3. The other candidates are garbage: the messages with files in their queues are freed.
 *
 * Why this is sound.  inflight counts under inflight_mutex, before a message enters a queue and after it has left
 * one, so a message that is in neither only makes the collector keep what it could free.  A candidate has no
 * descriptor, and gets none while inflight_mutex is held: receiving and peeking at a file takes the mutex.
 *
 * It runs when a descriptor of a socket in flight is closed, which may have been the last way to a ring (it is the
 * release of none of its sockets); at each release of a socket, whose queue may have held the last way; and before
 * a user is told that he has too many in flight.
 */
#include <quire/file.h>
#include <quire/sched.h>
#include <quire/slab.h>

#include "unix.h"

static DEFINE_MUTEX(inflight_mutex);
static LIST_HEAD(inflight_sockets);

static struct unix_socket *unix_of(struct file *file)
{
	struct socket *sock = socket_of(file);

	return sock && sock->ops->family == AF_UNIX ? unix_sk(sock) : NULL;
}

/* ---- counting ---- */

static void count_up(struct unix_socket *u)
{
	if (!u->inflight++)
		list_add_tail(&u->inflight_link, &inflight_sockets);
}

static void count_down(struct unix_socket *u)
{
	assert(u->inflight);
	if (!--u->inflight)
		list_del_init(&u->inflight_link);
}

/* inflight_mutex held. */
static void for_each_socket(const struct scm_files *files, void (*fn)(struct unix_socket *u))
{
	for (unsigned int i = 0; i < files->nr; i++) {
		struct unix_socket *u = unix_of(files->files[i]);

		if (u)
			fn(u);
	}
}

static bool too_many(unsigned int nr)
{
	return (unsigned int)atomic_read(&current->user->files_in_flight) + nr > rlimit(RLIMIT_NOFILE) &&
	       !capable();
}

int unix_attach_files(struct unix_msg *msg, struct message *m)
{
	struct scm_files *files = m->scm.files;

	if (!files)
		return 0;
	if (too_many(files->nr))
		unix_collect_garbage();
	if (too_many(files->nr))
		return -ETOOMANYREFS;
	mutex_lock(&inflight_mutex);
	files->user = get_uid(current->user);
	atomic_add((int)files->nr, &files->user->files_in_flight);
	for_each_socket(files, count_up);
	msg->files = files;
	m->scm.files = NULL;
	mutex_unlock(&inflight_mutex);
	return 0;
}

/* inflight_mutex held. */
static struct scm_files *detach_locked(struct unix_msg *msg)
{
	struct scm_files *files = msg->files;

	for_each_socket(files, count_down);
	atomic_sub((int)files->nr, &files->user->files_in_flight);
	free_uid(files->user);
	files->user = NULL;
	msg->files = NULL;
	return files;
}

struct scm_files *unix_detach_files(struct unix_msg *msg)
{
	struct scm_files *files;

	mutex_lock(&inflight_mutex);
	files = detach_locked(msg);
	mutex_unlock(&inflight_mutex);
	return files;
}

int unix_peek_files(struct unix_msg *msg, struct message *m)
{
	mutex_lock(&inflight_mutex);
	m->scm.files = scm_files_dup(msg->files);
	mutex_unlock(&inflight_mutex);
	return m->scm.files ? 0 : -ENOMEM;
}

/* ---- collecting ---- */

static void queue_sockets(struct unix_socket *u, void (*fn)(struct unix_socket *u))
{
	struct unix_msg *msg;

	list_for_each_entry(msg, &u->queue, link)
		if (msg->files)
			for_each_socket(msg->files, fn);
}

/* All sockets in its queue, and, of a listener, in those of the sockets that wait for accept(). */
static void for_each_child(struct unix_socket *u, void (*fn)(struct unix_socket *u))
{
	struct unix_msg *msg;

	spin_lock(&u->sk.lock);
	queue_sockets(u, fn);
	list_for_each_entry(msg, &u->queue, link) {
		if (!msg->embryo)
			continue;
		spin_lock_nested(&msg->embryo->sk.lock, 1);
		queue_sockets(msg->embryo, fn);
		spin_unlock(&msg->embryo->sk.lock);
	}
	spin_unlock(&u->sk.lock);
}

/* closing: about to be dropped by the caller, who can do nothing else with it any more; or NULL. */
static void find_candidates(struct list_head *candidates, const struct unix_socket *closing)
{
	struct unix_socket *u, *next;

	list_for_each_entry_safe(u, next, &inflight_sockets, inflight_link) {
		if ((unsigned int)atomic_read(&u->sk.file->f_count) != u->inflight + (u == closing))
			continue;
		u->gc_refs = u->inflight;
		u->gc_state = GC_CANDIDATE;
		list_move_tail(&u->inflight_link, candidates);
	}
}

static void explain(struct unix_socket *u)
{
	if (u->gc_state == GC_CANDIDATE && u->gc_refs)
		u->gc_refs--;
}

static LIST_HEAD(reachable);	/* inflight_mutex; empty but within unix_collect_garbage */

static void reach(struct unix_socket *u)
{
	if (u->gc_state != GC_CANDIDATE)
		return;
	u->gc_state = GC_REACHABLE;
	list_move_tail(&u->inflight_link, &reachable);
}

static void keep_reachable(struct list_head *candidates)
{
	struct unix_socket *u, *next;

	list_for_each_entry(u, candidates, inflight_link)
		for_each_child(u, explain);
	list_for_each_entry_safe(u, next, candidates, inflight_link)
		if (u->gc_refs)
			reach(u);
	/* The list grows behind the entry that is looked at. */
	list_for_each_entry(u, &reachable, inflight_link)
		for_each_child(u, reach);
}

/* The messages with files in its queue; sk.lock held. */
static void take_messages(struct unix_socket *u, struct list_head *garbage)
{
	struct unix_msg *msg, *next;

	list_for_each_entry_safe(msg, next, &u->queue, link) {
		if (!msg->files)
			continue;
		list_move_tail(&msg->link, garbage);
		u->qlen--;
	}
}

/* Of a garbage socket and of those that wait for accept() in its queue. */
static void take_garbage(struct unix_socket *u, struct list_head *garbage)
{
	struct unix_msg *msg;

	spin_lock(&u->sk.lock);
	take_messages(u, garbage);
	list_for_each_entry(msg, &u->queue, link) {
		if (!msg->embryo)
			continue;
		spin_lock_nested(&msg->embryo->sk.lock, 1);
		take_messages(msg->embryo, garbage);
		spin_unlock(&msg->embryo->sk.lock);
	}
	spin_unlock(&u->sk.lock);
}

static void forget_state(struct list_head *list)
{
	struct unix_socket *u;

	list_for_each_entry(u, list, inflight_link)
		u->gc_state = GC_NONE;
	list_splice_init(list, &inflight_sockets);
}

static void collect(const struct unix_socket *closing)
{
	struct unix_msg *msg, *next_msg;
	struct unix_socket *u;
	LIST_HEAD(candidates);
	LIST_HEAD(garbage);

	mutex_lock(&inflight_mutex);
	find_candidates(&candidates, closing);
	keep_reachable(&candidates);
	list_for_each_entry(u, &candidates, inflight_link)
		take_garbage(u, &garbage);
	forget_state(&candidates);
	forget_state(&reachable);
	mutex_unlock(&inflight_mutex);
	list_for_each_entry_safe(msg, next_msg, &garbage, link)
		unix_free_msg(msg);
}

void unix_collect_garbage(void)
{
	if (!list_empty(&inflight_sockets))
		collect(NULL);
}

void unix_closing(struct socket *sock)
{
	if (unix_sk(sock)->inflight)
		collect(unix_sk(sock));
}
