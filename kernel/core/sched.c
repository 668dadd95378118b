/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: who runs next, and the switch to it.
 *
 * Idea.  Two arrays of queues, one queue for each of 140 priorities, with a bitmap: the next task is the first of
 * the first queue that is not empty, found in constant time.  Who has used up its time slice goes to the
 * expired array with a new slice; when the active array is empty the two change places, so every runnable task
 * gets its turn.  Priorities 0..99 are real time, 100..139 follow nice and a bonus for tasks that sleep
 * much (sched_prio.c).
 *
 * The kernel is preemptible wherever no lock is held: preempt_enable and the return from interrupts call
 * preempt_schedule.  A task that is preempted between setting its state and calling schedule() stays on the
 * queue whatever its state says; only schedule() itself takes tasks off.
 *
 * Address spaces.  A kernel thread runs in the address space of whom it follows (active_mm, counted by mm_count),
 * so switching to it and back costs no TLB flush.
 *
 * Locking.  rq->lock is released before the switch; on_cpu keeps other processors from running a task whose
 * stack is still in use.  The switch happens with interrupts off and a preempt count of 1.
 */
#include <arch/pgtable.h>
#include <arch/switch.h>
#include <quire/assert.h>
#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/uaccess.h>
#include <quire/vmstat.h>

#include "sched_internal.h"
#include "task_internal.h"

static struct lock_class runqueue_lock_class = { .name = "runqueue" };
struct runqueue runqueue = {
	.lock = SPINLOCK_INIT_CLASS(&runqueue_lock_class),
	.idle = &init_task,
	.active = &runqueue.arrays[0],
	.expired = &runqueue.arrays[1],
};

static void switch_arrays(struct runqueue *rq)
{
	swap(rq->active, rq->expired);
	rq->round_began = jiffies;
}

static unsigned int first_prio(const struct prio_array *array)
{
	unsigned int word = 0;

	while (!array->bitmap[word])
		word++;
	return word * BITS_PER_LONG + __ffs(array->bitmap[word]);
}

static struct task_struct *pick_next_task(struct runqueue *rq)
{
	if (unlikely(rq->only))
		return rq->only->on_rq ? rq->only : rq->idle;
	if (!rq->nr_running)
		return rq->idle;
	if (!rq->active->nr_active)
		switch_arrays(rq);
	return list_first_entry(&rq->active->queue[first_prio(rq->active)], struct task_struct, run_list);
}

/* Load next's address space, or let it borrow the one that is loaded. */
static void switch_mm(struct runqueue *rq, struct task_struct *prev, struct task_struct *next)
{
	struct mm_struct *oldmm = prev->active_mm;

	if (!next->mm) {
		next->active_mm = oldmm;
		mmgrab(oldmm);
		count_vm_event(mm_lazy);
	} else if (next->mm != oldmm) {
		load_pgd(next->mm->pgd);
	}
	if (!prev->mm) {
		prev->active_mm = NULL;
		rq->prev_mm = oldmm;
	}
}

/* The second half of a switch, in the context of the task switched to. */
static void finish_task_switch(void)
{
	struct runqueue *rq = &runqueue;
	struct task_struct *prev = rq->prev;
	struct mm_struct *mm = rq->prev_mm;
	bool gone = !prev->on_rq && (prev->state & (EXIT_ZOMBIE | EXIT_DEAD));

	rq->prev_mm = NULL;
	prev->on_cpu = false;
	local_irq_enable();
	if (mm)
		mmdrop(mm);
	if (unlikely(gone))
		put_task_struct(prev);
}

static void account_switch(struct task_struct *prev, struct task_struct *next)
{
	u64 now = ktime_get();

	prev->sum_exec_ns += now - prev->last_ran_ns;
	next->last_ran_ns = now;
}

/* A voluntary sleep takes the task off the queue, unless a signal came that the sleep lets through. */
static void maybe_sleep(struct runqueue *rq, struct task_struct *prev)
{
	if (signal_pending_state(prev->state, prev))
		prev->state = TASK_RUNNING;
	else
		deactivate_task(rq, prev);
}

static void __schedule(bool preempted)
{
	struct runqueue *rq = &runqueue;
	struct task_struct *prev = current, *next;

	preempt_disable();
	spin_lock_irq(&rq->lock);
	clear_need_resched();
	if (prev->state && !preempted) {
		prev->nvcsw++;
		maybe_sleep(rq, prev);
	} else {
		prev->nivcsw++;
	}
	next = pick_next_task(rq);
	if (next == prev) {
		spin_unlock_no_resched(&rq->lock);
		local_irq_enable();
		preempt_enable_no_resched();
		return;
	}
	rq->nr_switches++;
	account_switch(prev, next);
	switch_mm(rq, prev, next);
	next->on_cpu = true;
	spin_unlock_no_resched(&rq->lock);
	rq->prev = prev;
	switch_to(prev, next);
	finish_task_switch();
	preempt_enable_no_resched();
}

void schedule(void)
{
	struct task_struct *t = current;

	assert_msg(!in_atomic(), "schedule() by %s[%d] with preempt count %#x", t->comm, t->pid, preempt_count());
	do {
		__schedule(false);
	} while (need_resched());
}

/* Called with preemption enabled and interrupts on, when somebody better is ready. */
void preempt_schedule(void)
{
	if (in_atomic() || irqs_disabled())
		return;
	do {
		__schedule(true);
	} while (need_resched());
}

/* The first thing a new task runs: it was switched to with interrupts off. */
void schedule_tail(void)
{
	finish_task_switch();
	preempt_enable_no_resched();
	if (current->set_child_tid)
		(void)put_user(current->pid, current->set_child_tid);
}

void yield(void)
{
	struct runqueue *rq = &runqueue;
	struct task_struct *t = current;
	unsigned long flags;

	spin_lock_irqsave(&rq->lock, flags);
	if (t->on_rq) {
		dequeue_task(t);
		enqueue_task(t, rt_task(t) ? rq->active : rq->expired);
	}
	spin_unlock_irqrestore(&rq->lock, flags);
	schedule();
}

/* From the clock interrupt, interrupts off. */
void scheduler_tick(bool user_mode)
{
	struct runqueue *rq = &runqueue;
	struct task_struct *t = current;

	account_tick(t, user_mode);
	run_cpu_timers(t, user_mode);
	calc_load();
	if (t == rq->idle)
		return;
	spin_lock(&rq->lock);
	if (t->on_rq)
		task_tick(rq, t);
	spin_unlock_no_resched(&rq->lock);
}

void sched_init(void)
{
	struct runqueue *rq = &runqueue;

	for (unsigned int a = 0; a < ARRAY_SIZE(rq->arrays); a++)
		for (unsigned int p = 0; p < MAX_PRIO; p++)
			INIT_LIST_HEAD(&rq->arrays[a].queue[p]);
	this_cpu()->idle = &init_task;
	init_task.on_cpu = true;
	mmgrab(&init_mm);
}

/* The boot task ends here: sleep until an interrupt makes somebody runnable; clear free pages meanwhile. */
void cpu_idle(void)
{
	for (;;) {
		while (!need_resched()) {
			if (zero_pages_when_idle())
				continue;
			local_irq_disable();
			if (need_resched()) {
				local_irq_enable();
				break;
			}
			safe_halt();
		}
		schedule();
	}
}
