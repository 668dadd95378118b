/* SPDX-License-Identifier: MIT */
/*
 * Sleeping locks for many readers or one writer, and counting semaphores.
 *
 * Fair: a reader that arrives after a waiting writer waits behind it, so down_read is not recursive
 * (a task that already reads must not ask again: a writer in between would deadlock both). Who took
 * it releases it.
 */
#ifndef QUIRE_RWSEM_H
#define QUIRE_RWSEM_H

#include <quire/lock.h>
#include <quire/list.h>

struct rw_semaphore {
	spinlock_t wait_lock;		/* guards the rest */
	int count;			/* -1: a writer; n > 0: n readers; 0: free */
	struct task_struct *writer;	/* while count == -1 */
	struct list_head waiters;	/* of struct rwsem_waiter, oldest first */
	struct lock_class *class;
};

extern struct lock_class rwsem_wait_lock_class;

#define RWSEM_INIT(s, cls) {						\
	.wait_lock = SPINLOCK_INIT_CLASS(&rwsem_wait_lock_class),	\
	.waiters = LIST_HEAD_INIT((s).waiters), .class = (cls) }
#define DECLARE_RWSEM(s)	struct rw_semaphore s = RWSEM_INIT(s, __LOCK_CLASS(#s))	/* file scope */

void init_rwsem_class(struct rw_semaphore *s, struct lock_class *cls);
#define init_rwsem(s) do {						\
	static struct lock_class class__ = { .name = #s };		\
	init_rwsem_class(s, &class__);					\
} while (0)

void down_read(struct rw_semaphore *s);
void down_write(struct rw_semaphore *s);
void down_write_nested(struct rw_semaphore *s, unsigned int subclass);
bool down_read_trylock(struct rw_semaphore *s);
bool down_write_trylock(struct rw_semaphore *s);
void up_read(struct rw_semaphore *s);
void up_write(struct rw_semaphore *s);
/* The writer becomes a reader without letting a writer in between; waiting readers come in too. */
void downgrade_write(struct rw_semaphore *s);
bool rwsem_is_locked(const struct rw_semaphore *s);
bool rwsem_is_write_locked(const struct rw_semaphore *s);	/* by the current task */

/* A counting semaphore; up() may be called by anyone, in any context. Not order-checked. */
struct semaphore {
	spinlock_t lock;		/* guards the rest; interrupt-safe */
	unsigned int count;
	struct list_head waiters;
};

extern struct lock_class semaphore_lock_class;
#define SEMAPHORE_INIT(s, n) { .lock = SPINLOCK_INIT_CLASS(&semaphore_lock_class), \
	.count = (n), .waiters = LIST_HEAD_INIT((s).waiters) }

void sema_init(struct semaphore *s, unsigned int count);
void down(struct semaphore *s);
int __must_check down_interruptible(struct semaphore *s);	/* 0 or -EINTR */
bool down_trylock(struct semaphore *s);				/* true: got it */
void up(struct semaphore *s);

#endif
