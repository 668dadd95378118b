/* SPDX-License-Identifier: MIT */
/*
 * Read-write semaphores and counting semaphores, with waiters served in order of arrival.
 *
 * A released semaphore is handed to the head of the queue before it is woken: to one writer, or to
 * all readers up to the next writer. New readers join the readers only while nobody waits, so
 * writers do not starve.
 */
#include <quire/assert.h>
#include <quire/rwsem.h>
#include <quire/sched.h>
#include <quire/signal.h>

#define WRITER	(-1)

struct rwsem_waiter {
	struct list_head link;		/* empty once granted */
	struct task_struct *task;	/* NULL once granted */
	bool write;
};

struct lock_class rwsem_wait_lock_class = { .name = "rwsem->wait_lock" };
struct lock_class semaphore_lock_class = { .name = "semaphore->lock" };

void init_rwsem_class(struct rw_semaphore *s, struct lock_class *cls)
{
	*s = (struct rw_semaphore){ .wait_lock = SPINLOCK_INIT_CLASS(&rwsem_wait_lock_class), .class = cls };
	INIT_LIST_HEAD(&s->waiters);
}

static void grant_locked(struct rw_semaphore *s, struct rwsem_waiter *w)
{
	struct task_struct *t = w->task;

	list_del_init(&w->link);
	if (w->write) {
		s->count = WRITER;
		s->writer = t;
	} else {
		s->count++;
	}
	w->task = NULL;			/* last: from here on the waiter's stack frame may be gone */
	wake_up_process(t);
}

/* Hand a free semaphore, or one that readers hold, to who may have it now. */
static void wake_waiters_locked(struct rw_semaphore *s)
{
	while (!list_empty(&s->waiters)) {
		struct rwsem_waiter *w = list_first_entry(&s->waiters, struct rwsem_waiter, link);

		if (w->write ? s->count != 0 : s->count < 0)
			break;
		grant_locked(s, w);
	}
}

/* wait_lock held: sleep until granted; drops the lock meanwhile. */
static void wait_for_grant(struct rw_semaphore *s, bool write)
{
	struct rwsem_waiter w = { .task = current, .write = write };

	list_add_tail(&w.link, &s->waiters);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (!READ_ONCE(w.task))
			break;
		spin_unlock_no_resched(&s->wait_lock);
		schedule();
		spin_lock(&s->wait_lock);
	}
	set_current_state(TASK_RUNNING);
}

void down_read(struct rw_semaphore *s)
{
	might_sleep();
	lock_order_acquire(s->class, s, 0, false, __return_address);
	spin_lock(&s->wait_lock);
	if (s->count >= 0 && list_empty(&s->waiters))
		s->count++;
	else
		wait_for_grant(s, false);
	spin_unlock(&s->wait_lock);
}

static void write_common(struct rw_semaphore *s, unsigned int subclass, unsigned long ip)
{
	might_sleep();
	lock_order_acquire(s->class, s, subclass, false, ip);
	spin_lock(&s->wait_lock);
	assert_msg(s->writer != current, "rwsem %s taken again", s->class ? s->class->name : "");
	if (s->count == 0 && list_empty(&s->waiters)) {
		s->count = WRITER;
		s->writer = current;
	} else {
		wait_for_grant(s, true);
	}
	spin_unlock(&s->wait_lock);
}

void down_write(struct rw_semaphore *s)
{
	write_common(s, 0, __return_address);
}

void down_write_nested(struct rw_semaphore *s, unsigned int subclass)
{
	write_common(s, subclass, __return_address);
}

bool down_read_trylock(struct rw_semaphore *s)
{
	bool got;

	spin_lock(&s->wait_lock);
	got = s->count >= 0 && list_empty(&s->waiters);
	if (got)
		s->count++;
	spin_unlock(&s->wait_lock);
	if (got)
		lock_order_acquire(s->class, s, 0, true, __return_address);
	return got;
}

bool down_write_trylock(struct rw_semaphore *s)
{
	bool got;

	spin_lock(&s->wait_lock);
	got = s->count == 0 && list_empty(&s->waiters);
	if (got) {
		s->count = WRITER;
		s->writer = current;
	}
	spin_unlock(&s->wait_lock);
	if (got)
		lock_order_acquire(s->class, s, 0, true, __return_address);
	return got;
}

void up_read(struct rw_semaphore *s)
{
	lock_order_release(s->class, s);
	spin_lock(&s->wait_lock);
	assert_msg(s->count > 0, "up_read of %s, which nobody reads", s->class ? s->class->name : "");
	if (--s->count == 0 && unlikely(!list_empty(&s->waiters)))
		wake_waiters_locked(s);
	spin_unlock(&s->wait_lock);
}

void up_write(struct rw_semaphore *s)
{
	lock_order_release(s->class, s);
	spin_lock(&s->wait_lock);
	assert_msg(s->count == WRITER && s->writer == current, "up_write of %s by who does not hold it",
		   s->class ? s->class->name : "");
	s->count = 0;
	s->writer = NULL;
	if (unlikely(!list_empty(&s->waiters)))
		wake_waiters_locked(s);
	spin_unlock(&s->wait_lock);
}

void downgrade_write(struct rw_semaphore *s)
{
	spin_lock(&s->wait_lock);
	assert(s->count == WRITER && s->writer == current);
	s->count = 1;
	s->writer = NULL;
	wake_waiters_locked(s);
	spin_unlock(&s->wait_lock);
}

bool rwsem_is_locked(const struct rw_semaphore *s)
{
	return s->count != 0;
}

bool rwsem_is_write_locked(const struct rw_semaphore *s)
{
	return s->count == WRITER && s->writer == current;
}

/* ---- counting semaphores ---- */

struct sema_waiter {
	struct list_head link;
	struct task_struct *task;
	bool granted;
};

void sema_init(struct semaphore *s, unsigned int count)
{
	*s = (struct semaphore){ .lock = SPINLOCK_INIT_CLASS(&semaphore_lock_class), .count = count };
	INIT_LIST_HEAD(&s->waiters);
}

static int down_common(struct semaphore *s, int state)
{
	struct sema_waiter w = { .task = current };
	int err = 0;

	might_sleep();
	spin_lock_irq(&s->lock);
	if (s->count) {
		s->count--;
		spin_unlock_irq(&s->lock);
		return 0;
	}
	list_add_tail(&w.link, &s->waiters);
	for (;;) {
		set_current_state(state);
		if (w.granted)
			break;
		if (signal_pending_state(state, current)) {
			list_del(&w.link);
			err = -EINTR;
			break;
		}
		spin_unlock_irq(&s->lock);
		schedule();
		spin_lock_irq(&s->lock);
	}
	set_current_state(TASK_RUNNING);
	spin_unlock_irq(&s->lock);
	return err;
}

void down(struct semaphore *s)
{
	(void)down_common(s, TASK_UNINTERRUPTIBLE);
}

int down_interruptible(struct semaphore *s)
{
	return down_common(s, TASK_INTERRUPTIBLE);
}

bool down_trylock(struct semaphore *s)
{
	unsigned long flags;
	bool got;

	spin_lock_irqsave(&s->lock, flags);
	got = s->count > 0;
	if (got)
		s->count--;
	spin_unlock_irqrestore(&s->lock, flags);
	return got;
}

void up(struct semaphore *s)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	if (list_empty(&s->waiters)) {
		s->count++;
	} else {
		struct sema_waiter *w = list_first_entry(&s->waiters, struct sema_waiter, link);

		list_del_init(&w->link);
		w->granted = true;
		wake_up_process(w->task);
	}
	spin_unlock_irqrestore(&s->lock, flags);
}
