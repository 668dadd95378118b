/* SPDX-License-Identifier: MIT */
/*
 * Wait queues.  A waiter puts itself on the queue, sets its state, tests its
 * condition and calls schedule(); a waker makes the condition true, then wakes.
 * Exclusive waiters are woken one per wake_up (no thundering herd).
 * Any context may wake; q->lock is taken with interrupts off.
 */
#ifndef QUIRE_WAIT_H
#define QUIRE_WAIT_H

#include <quire/list.h>
#include <quire/lock.h>
#include <quire/types.h>

struct task_struct;
struct wait_queue_entry;

/* => 1 when the waiter was woken (counts for exclusive wake-ups). */
typedef int (*wait_func_t)(struct wait_queue_entry *entry, unsigned int mode, void *key);

struct wait_queue_entry {
	unsigned int flags;
#define WQ_FLAG_EXCLUSIVE 1u
	void *private;		/* the task for the default function */
	wait_func_t func;
	struct list_head link;
};

typedef struct wait_queue_head {
	spinlock_t lock;
	struct list_head list;
} wait_queue_head_t;

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, void *key);
int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, void *key);
void init_waitqueue_head(wait_queue_head_t *q);

extern struct lock_class waitqueue_lock_class; /* one class: no two queues are locked at once */

#define DECLARE_WAIT_QUEUE_HEAD(name)                                                              \
	wait_queue_head_t name = { .lock = SPINLOCK_INIT_CLASS(&waitqueue_lock_class),            \
				   .list = LIST_HEAD_INIT(name.list) }
#define DEFINE_WAIT(name)                                                                          \
	struct wait_queue_entry name = { .private = current,                                       \
					 .func = autoremove_wake_function,                         \
					 .link = LIST_HEAD_INIT(name.link) }
#define DECLARE_WAITQUEUE(name, task)                                                              \
	struct wait_queue_entry name = { .private = (task),                                        \
					 .func = default_wake_function,                            \
					 .link = LIST_HEAD_INIT(name.link) }

static inline void init_waitqueue_func_entry(struct wait_queue_entry *entry, wait_func_t func)
{
	entry->flags = 0;
	entry->private = NULL;
	entry->func = func;
	INIT_LIST_HEAD(&entry->link);
}

void add_wait_queue(wait_queue_head_t *q, struct wait_queue_entry *entry);
void add_wait_queue_exclusive(wait_queue_head_t *q, struct wait_queue_entry *entry);
void remove_wait_queue(wait_queue_head_t *q, struct wait_queue_entry *entry);
void prepare_to_wait(wait_queue_head_t *q, struct wait_queue_entry *entry, int state);
void prepare_to_wait_exclusive(wait_queue_head_t *q, struct wait_queue_entry *entry, int state);
void finish_wait(wait_queue_head_t *q, struct wait_queue_entry *entry);

void __wake_up(wait_queue_head_t *q, unsigned int mode, int nr_exclusive, void *key);
/* mode: TASK_NORMAL wakes both kinds of sleepers (sched.h). */
#define wake_up(q) __wake_up(q, TASK_NORMAL, 1, NULL)
#define wake_up_nr(q, nr) __wake_up(q, TASK_NORMAL, nr, NULL)
#define wake_up_all(q) __wake_up(q, TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(q) __wake_up(q, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_poll(q, m) __wake_up(q, TASK_NORMAL, 1, (void *)(unsigned long)(m))

static inline bool waitqueue_active(wait_queue_head_t *q)
{
	return !list_empty(&q->list);
}

#define __wait_event(q, condition, state, exclusive, ret, cmd)                                     \
	({                                                                                         \
		DEFINE_WAIT(__wait);                                                               \
		long __ret = (ret);                                                                \
		for (;;) {                                                                         \
			if (exclusive)                                                             \
				prepare_to_wait_exclusive(q, &__wait, state);                      \
			else                                                                       \
				prepare_to_wait(q, &__wait, state);                                \
			if (condition)                                                             \
				break;                                                             \
			if (signal_pending_state(state, current)) {                                \
				__ret = -ERESTARTSYS;                                              \
				break;                                                             \
			}                                                                          \
			cmd;                                                                       \
		}                                                                                  \
		finish_wait(q, &__wait);                                                           \
		__ret;                                                                             \
	})

#define wait_event(q, condition)                                                                   \
	do {                                                                                       \
		might_sleep();                                                                     \
		if (!(condition))                                                                  \
			(void)__wait_event(&(q), condition, TASK_UNINTERRUPTIBLE, 0, 0,            \
					   schedule());                                            \
	} while (0)
/* => 0 or -ERESTARTSYS */
#define wait_event_interruptible(q, condition)                                                     \
	({                                                                                         \
		long __r = 0;                                                                      \
		might_sleep();                                                                     \
		if (!(condition))                                                                  \
			__r = __wait_event(&(q), condition, TASK_INTERRUPTIBLE, 0, 0, schedule()); \
		(int)__r;                                                                          \
	})
#define wait_event_interruptible_exclusive(q, condition)                                           \
	({                                                                                         \
		long __r = 0;                                                                      \
		might_sleep();                                                                     \
		if (!(condition))                                                                  \
			__r = __wait_event(&(q), condition, TASK_INTERRUPTIBLE, 1, 0, schedule()); \
		(int)__r;                                                                          \
	})
#define wait_event_killable(q, condition)                                                          \
	({                                                                                         \
		long __r = 0;                                                                      \
		might_sleep();                                                                     \
		if (!(condition))                                                                  \
			__r = __wait_event(&(q), condition, TASK_KILLABLE, 0, 0, schedule());      \
		(int)__r;                                                                          \
	})
/* => 0 on time-out, else ticks left (at least 1) */
#define wait_event_timeout(q, condition, timeout)                                                  \
	({                                                                                         \
		long __left = (timeout);                                                           \
		if (!(condition))                                                                  \
			(void)__wait_event(&(q), (condition) || !__left, TASK_UNINTERRUPTIBLE, 0,  \
					   0, __left = schedule_timeout(__left));                  \
		(condition) && !__left ? 1 : __left;                                               \
	})
/* also -ERESTARTSYS */
#define wait_event_interruptible_timeout(q, condition, timeout)                                    \
	({                                                                                         \
		long __left = (timeout), __r = 0;                                                  \
		if (!(condition))                                                                  \
			__r = __wait_event(&(q), (condition) || !__left, TASK_INTERRUPTIBLE, 0, 0, \
					   __left = schedule_timeout(__left));                     \
		__r ? __r : (condition) && !__left ? 1 : __left;                                   \
	})

struct completion {
	unsigned int done;
	wait_queue_head_t wait;
};
void init_completion(struct completion *x);
void complete(struct completion *x); /* any context */
void wait_for_completion(struct completion *x);

#endif
