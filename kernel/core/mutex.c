/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: a word says who has it, and a queue who waits. A mutex that is free is taken, and one for
 * which nobody waits is given back, by one exchange of that word. While somebody waits its bit 0 is
 * set, so the owner cannot give it back unnoticed: the word then changes only under wait_lock.
 *
 * mutex_unlock gives the mutex to the oldest waiter before it wakes it, so arrival order is service
 * order and a woken waiter never has to try again. A waiter that a signal takes off the queue may find
 * that it was given the mutex meanwhile: then it has it.
 */
#include <arch/atomic.h>
#include <quire/assert.h>
#include <quire/mutex.h>
#include <quire/sched.h>
#include <quire/signal.h>

#define HAS_WAITERS 1ul

struct mutex_waiter {
	struct list_head link;		/* mutex->waiters; empty once it was given the mutex */
	struct task_struct *task;
};

struct lock_class mutex_wait_lock_class = { .name = "mutex->wait_lock" };

void mutex_init_class(struct mutex *m, struct lock_class *cls)
{
	*m = (struct mutex){ .wait_lock = SPINLOCK_INIT_CLASS(&mutex_wait_lock_class), .class = cls };
	INIT_LIST_HEAD(&m->waiters);
}

static struct task_struct *owner_of(const struct mutex *m)
{
	return (struct task_struct *)(m->owner & ~HAS_WAITERS);
}

static inline bool take_free(struct mutex *m)
{
	return !cmpxchg(&m->owner, 0, (unsigned long)current);
}

/* wait_lock held; => false: it was free, and is ours now. */
static bool mark_waited_for(struct mutex *m)
{
	unsigned long owner;

	do {
		if (take_free(m))
			return false;
		owner = m->owner;
	} while (!owner || cmpxchg(&m->owner, owner, owner | HAS_WAITERS) != owner);
	return true;
}

/* On the queue, wait_lock held; => 0 with the mutex, or -EINTR. Drops and retakes the lock to sleep. */
static int wait_for_turn(struct mutex *m, int state)
{
	struct task_struct *t = current;
	struct mutex_waiter w = { .task = t };
	int err = 0;

	list_add_tail(&w.link, &m->waiters);
	for (;;) {
		set_current_state(state);
		if (owner_of(m) == t)
			break;
		if (signal_pending_state(state, t)) {
			list_del(&w.link);
			if (list_empty(&m->waiters))
				m->owner &= ~HAS_WAITERS;
			err = -EINTR;
			break;
		}
		spin_unlock_no_resched(&m->wait_lock);
		schedule();
		spin_lock(&m->wait_lock);
	}
	set_current_state(TASK_RUNNING);
	return err;
}

static __noinline int lock_slowly(struct mutex *m, int state)
{
	int err = 0;

	assert_msg(owner_of(m) != current, "mutex %s taken again", m->class ? m->class->name : "");
	spin_lock(&m->wait_lock);
	if (mark_waited_for(m))
		err = wait_for_turn(m, state);
	spin_unlock(&m->wait_lock);
	if (err)
		lock_order_release(m->class, m);
	return err;
}

static inline int lock_common(struct mutex *m, int state, unsigned int subclass, unsigned long ip)
{
	might_sleep();
	lock_order_acquire(m->class, m, subclass, false, ip);
	return likely(take_free(m)) ? 0 : lock_slowly(m, state);
}

void mutex_lock(struct mutex *m)
{
	(void)lock_common(m, TASK_UNINTERRUPTIBLE, 0, __return_address);
}

void mutex_lock_nested(struct mutex *m, unsigned int subclass)
{
	(void)lock_common(m, TASK_UNINTERRUPTIBLE, subclass, __return_address);
}

int mutex_lock_interruptible(struct mutex *m)
{
	return lock_common(m, TASK_INTERRUPTIBLE, 0, __return_address);
}

bool mutex_trylock(struct mutex *m)
{
	bool got = take_free(m);

	if (got)
		lock_order_acquire(m->class, m, 0, true, __return_address);
	return got;
}

/* To the oldest waiter. */
static __noinline void hand_over(struct mutex *m)
{
	struct mutex_waiter *w;

	assert_msg(owner_of(m) == current, "mutex %s unlocked by who does not hold it",
		   m->class ? m->class->name : "");
	spin_lock(&m->wait_lock);
	if (list_empty(&m->waiters)) {	/* a signal took the last one away meanwhile */
		m->owner = 0;
	} else {
		w = list_first_entry(&m->waiters, struct mutex_waiter, link);
		list_del_init(&w->link);
		m->owner = (unsigned long)w->task | (list_empty(&m->waiters) ? 0 : HAS_WAITERS);
		wake_up_process(w->task);
	}
	spin_unlock(&m->wait_lock);
}

void mutex_unlock(struct mutex *m)
{
	unsigned long me = (unsigned long)current;

	lock_order_release(m->class, m);
	if (unlikely(cmpxchg(&m->owner, me, 0) != me))
		hand_over(m);
}

bool mutex_is_locked(const struct mutex *m)
{
	return m->owner != 0;
}

bool mutex_is_mine(const struct mutex *m)
{
	return owner_of(m) == current;
}
