/* SPDX-License-Identifier: MIT */
/*
 * Sleeping locks with one owner. Only tasks take them, only the owner unlocks; not recursive.
 * Waiters are served in order of arrival; unlocking hands the mutex over, so that nobody starves.
 */
#ifndef QUIRE_MUTEX_H
#define QUIRE_MUTEX_H

#include <quire/lock.h>
#include <quire/list.h>

struct mutex {
	volatile unsigned long owner;	/* the task; bit 0: somebody waits; 0: free (mutex.c) */
	spinlock_t wait_lock;		/* guards the waiters */
	struct list_head waiters;	/* of struct mutex_waiter, oldest first */
	struct lock_class *class;
};

extern struct lock_class mutex_wait_lock_class;

#define MUTEX_INIT(m, cls) {						\
	.wait_lock = SPINLOCK_INIT_CLASS(&mutex_wait_lock_class),	\
	.waiters = LIST_HEAD_INIT((m).waiters), .class = (cls) }
#define DEFINE_MUTEX(m)	struct mutex m = MUTEX_INIT(m, __LOCK_CLASS(#m))	/* file scope */

void mutex_init_class(struct mutex *m, struct lock_class *cls);
#define mutex_init(m) do {						\
	static struct lock_class class__ = { .name = #m };		\
	mutex_init_class(m, &class__);					\
} while (0)

void mutex_lock(struct mutex *m);
/* For a second mutex of the same class: subclass 1, 2, ... in the order documented for the class. */
void mutex_lock_nested(struct mutex *m, unsigned int subclass);
/* => 0 with the mutex held, or -EINTR without it when a signal is pending. */
int __must_check mutex_lock_interruptible(struct mutex *m);
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
bool mutex_is_locked(const struct mutex *m);
bool mutex_is_mine(const struct mutex *m);

#endif
