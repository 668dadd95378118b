/* SPDX-License-Identifier: MIT */
/*
 * Stop the world, for the auditor: every task but the caller rests at a voluntary sleep or in user mode.
 *
 * Two steps.  First each task is asked (TIF_FREEZE) to stop in refrigerator() on its way to user mode; the
 * freezer sleeps a tick at a time until nobody is runnable: who is inside the kernel either arrives there or goes to
 * sleep.  A kernel thread has only its sleeps.  Then the run queue is told that only the freezer
 * may run: what interrupts wake meanwhile stays where it slept.
 *
 * One freezer at a time (freezer_mutex is held from freeze to thaw).  Between the two the freezer must not wait
 * for anything that another task has to do.
 */
#include <quire/bitops.h>
#include <quire/mutex.h>
#include <quire/sched.h>

#include "sched_internal.h"

#define FREEZE_TICKS (5 * HZ)	/* then the freezer gives up */

static DEFINE_MUTEX(freezer_mutex);
static DECLARE_WAIT_QUEUE_HEAD(thaw_wait);
static bool freezing;

static void for_each_thread(void (*fn)(struct task_struct *t))
{
	struct task_struct *p, *t;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p) {
		fn(p);
		list_for_each_entry(t, &p->thread_group, thread_group)
			fn(t);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

static void ask_to_freeze(struct task_struct *t)
{
	if (t != current && t->mm)
		set_bit(TIF_FREEZE, &t->work);
}

static void ask_no_more(struct task_struct *t)
{
	clear_bit(TIF_FREEZE, &t->work);
}

void refrigerator(void)
{
	struct task_struct *t = current;

	clear_bit(TIF_FREEZE, &t->work);
	t->flags |= PF_FROZEN;
	wait_event(thaw_wait, !READ_ONCE(freezing));
	t->flags &= ~PF_FROZEN;
}

/* Nobody else is runnable: from here on nobody else runs. */
static bool try_to_stop_others(void)
{
	struct runqueue *rq = &runqueue;
	bool alone;

	spin_lock_irq(&rq->lock);
	alone = rq->nr_running == 1;
	if (alone)
		rq->only = current;
	spin_unlock_irq(&rq->lock);
	return alone;
}

int freeze_all_tasks(void)
{
	unsigned long deadline = jiffies + FREEZE_TICKS;

	mutex_lock(&freezer_mutex);
	freezing = true;
	for_each_thread(ask_to_freeze);
	while (!try_to_stop_others()) {
		if (time_after(jiffies, deadline)) {
			thaw_all_tasks();
			return -EBUSY;
		}
		schedule_timeout_uninterruptible(1);
	}
	return 0;
}

void thaw_all_tasks(void)
{
	struct runqueue *rq = &runqueue;

	spin_lock_irq(&rq->lock);
	rq->only = NULL;
	spin_unlock_irq(&rq->lock);
	WRITE_ONCE(freezing, false);
	for_each_thread(ask_no_more);
	wake_up_all(&thaw_wait);
	mutex_unlock(&freezer_mutex);
}
