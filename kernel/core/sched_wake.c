/* SPDX-License-Identifier: MIT */
/*
 * Onto the run queue and off it: wake-ups, new tasks, changes of nice and policy.
 *
 * Wake-ups are idempotent: waking a task that is not asleep in a state of the given mask does nothing.  They may come
 * from any context; the rq lock is the innermost but for the log's.
 */
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/sched.h>

#include "sched_internal.h"

void activate_task(struct runqueue *rq, struct task_struct *t)
{
	enqueue_for_round(rq, t);
	rq->nr_running++;
	t->on_rq = true;
}

void deactivate_task(struct runqueue *rq, struct task_struct *t)
{
	dequeue_task(t);
	rq->nr_running--;
	t->on_rq = false;
	t->sleep_start = jiffies;
	if (t->state & TASK_UNINTERRUPTIBLE)
		rq->nr_uninterruptible++;
}

/* A better task is ready, or the processor idles. */
static void check_preempt(struct runqueue *rq, struct task_struct *t)
{
	struct task_struct *running = current;

	if (running == rq->idle || (t->array == rq->active && t->prio < running->prio))
		set_need_resched();
}

int try_to_wake_up(struct task_struct *t, unsigned int state)
{
	struct runqueue *rq = &runqueue;
	unsigned long flags;
	int woken = 0;

	spin_lock_irqsave(&rq->lock, flags);
	if (t->state & state) {
		if (!t->on_rq) {
			if (t->state & TASK_UNINTERRUPTIBLE)
				rq->nr_uninterruptible--;
			else
				credit_sleep(t);
			activate_task(rq, t);
			check_preempt(rq, t);
		}
		t->state = TASK_RUNNING;
		woken = 1;
	}
	spin_unlock_irqrestore(&rq->lock, flags);
	return woken;
}

int wake_up_process(struct task_struct *t)
{
	return try_to_wake_up(t, TASK_NORMAL);
}

/* The slice is shared, so that forking does not make time. */
void sched_fork(struct task_struct *child)
{
	struct task_struct *parent = current;
	unsigned long flags;

	INIT_LIST_HEAD(&child->run_list);
	child->array = NULL;
	child->on_rq = false;
	child->on_cpu = false;
	child->sum_exec_ns = 0;
	child->nvcsw = child->nivcsw = 0;
	child->sleep_start = jiffies;
	if (child->flags & PF_KTHREAD)
		child->sleep_avg = 0; /* it is a new kind of work; a forked process is taken for what its parent was */
	spin_lock_irqsave(&runqueue.lock, flags);
	child->time_slice = (parent->time_slice + 1) / 2;
	parent->time_slice = max(parent->time_slice / 2, 1);
	spin_unlock_irqrestore(&runqueue.lock, flags);
}

void wake_up_new_task(struct task_struct *t)
{
	struct runqueue *rq = &runqueue;
	unsigned long flags;

	spin_lock_irqsave(&rq->lock, flags);
	t->state = TASK_RUNNING;
	t->prio = effective_prio(t);
	activate_task(rq, t);
	check_preempt(rq, t);
	spin_unlock_irqrestore(&rq->lock, flags);
}

/* Put t where its changed priority belongs; the processor is given up if that may matter. */
static void change_prio(struct runqueue *rq, struct task_struct *t)
{
	struct prio_array *array = t->array;

	if (array)
		dequeue_task(t);
	t->prio = effective_prio(t);
	if (!array)
		return;
	enqueue_task(t, array);
	if (t == current || t->prio < current->prio)
		set_need_resched();
}

void set_user_nice(struct task_struct *t, int nice)
{
	struct runqueue *rq = &runqueue;
	unsigned long flags;

	spin_lock_irqsave(&rq->lock, flags);
	t->static_prio = clamp(nice, -20, 19) + 20;
	change_prio(rq, t);
	spin_unlock_irqrestore(&rq->lock, flags);
}

/* => 0 or -EINVAL; whether the caller may is the caller's question. */
int sched_set_policy(struct task_struct *t, int policy, int rt_priority)
{
	struct runqueue *rq = &runqueue;
	bool rt = policy == SCHED_FIFO || policy == SCHED_RR;
	unsigned long flags;

	if (!rt && policy != SCHED_OTHER && policy != SCHED_BATCH && policy != SCHED_IDLE)
		return -EINVAL;
	if (rt ? rt_priority < 1 || rt_priority >= MAX_RT_PRIO : rt_priority != 0)
		return -EINVAL;
	spin_lock_irqsave(&rq->lock, flags);
	t->policy = policy;
	t->rt_priority = rt_priority;
	change_prio(rq, t);
	spin_unlock_irqrestore(&rq->lock, flags);
	return 0;
}
