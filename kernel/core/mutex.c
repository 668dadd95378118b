/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: a spinlock guards an owner and a queue. mutex_unlock gives the mutex to the oldest
 * waiter before it wakes it, so arrival order is service order and a woken waiter never has to try
 * again. A waiter that a signal takes off the queue may find that it was given the mutex meanwhile:
 * then it has it.
 */
#include <quire/assert.h>
#include <quire/mutex.h>
#include <quire/sched.h>
#include <quire/signal.h>

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

/* On the queue, wait_lock held; => 0 with the mutex, or -EINTR. Drops and retakes the lock to sleep. */
static int wait_for_turn(struct mutex *m, int state)
{
	struct task_struct *t = current;
	struct mutex_waiter w = { .task = t };
	int err = 0;

	list_add_tail(&w.link, &m->waiters);
	for (;;) {
		set_current_state(state);
		if (m->owner == t)
			break;
		if (signal_pending_state(state, t)) {
			list_del(&w.link);
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

static int lock_common(struct mutex *m, int state, unsigned int subclass, unsigned long ip)
{
	int err = 0;

	might_sleep();
	lock_order_acquire(m->class, m, subclass, false, ip);
	spin_lock(&m->wait_lock);
	assert_msg(m->owner != current, "mutex %s taken again", m->class ? m->class->name : "");
	if (!m->owner)
		m->owner = current;
	else
		err = wait_for_turn(m, state);
	spin_unlock(&m->wait_lock);
	if (err)
		lock_order_release(m->class, m);
	return err;
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
	bool got;

	spin_lock(&m->wait_lock);
	got = !m->owner;
	if (got)
		m->owner = current;
	spin_unlock(&m->wait_lock);
	if (got)
		lock_order_acquire(m->class, m, 0, true, __return_address);
	return got;
}

void mutex_unlock(struct mutex *m)
{
	lock_order_release(m->class, m);
	spin_lock(&m->wait_lock);
	assert_msg(m->owner == current, "mutex %s unlocked by who does not hold it",
		   m->class ? m->class->name : "");
	m->owner = NULL;
	if (!list_empty(&m->waiters)) {
		struct mutex_waiter *w = list_first_entry(&m->waiters, struct mutex_waiter, link);

		list_del_init(&w->link);
		m->owner = w->task;
		wake_up_process(w->task);
	}
	spin_unlock(&m->wait_lock);
}

bool mutex_is_locked(const struct mutex *m)
{
	return m->owner != NULL;
}

bool mutex_is_mine(const struct mutex *m)
{
	return m->owner == current;
}
