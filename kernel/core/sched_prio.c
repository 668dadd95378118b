/* SPDX-License-Identifier: MIT */
/*
 * The scheduler's policy: priorities, time slices, and who counts as interactive.
 *
 * A task's nice value gives a static priority and the length of its slice.  How much it slept of late
 * (sleep_avg: ticks asleep are added, ticks on the processor subtracted, at most one second) moves its effective priority
 * by up to five levels either way, so that an editor answers at once while a compiler fills the rest.  Only sleeps that
 * a signal ends count: who waits for a disk or for memory is not interactive, and when memory is short all do.  An
 * interactive task that uses up its slice goes back into the active array, and so does who wakes up.
 *
 * That ends when a round, the time between two changes of the arrays, has lasted too long: somebody may
 * wait since its beginning, expired or behind all those that sleep now and then.  Then all but real-time tasks are put
 * into the expired array, so the active one runs empty after a slice of each at most, and everybody's turn comes.
 *
 * All functions here want the rq lock.
 */
#include <quire/kernel.h>
#include <quire/sched.h>

#include "sched_internal.h"

#define MAX_SLEEP_AVG HZ	/* ticks */
#define MAX_BONUS 10		/* levels between the greatest sleeper and the greatest worker */
#define INTERACTIVE_BONUS 2	/* levels above the static priority */
#define NICE_0 20		/* static_prio of nice 0 */
#define NICE_LEVELS 40
#define SLICE_SHORT_MS 5	/* a slice's milliseconds per level, for nice >= 0 and for nice < 0 */
#define SLICE_LONG_MS 20
#define ROUND_TICKS (HZ / 5)	/* that a round may last per runnable task: twice a whole slice */

int full_time_slice(const struct task_struct *t)
{
	unsigned int per_level = t->static_prio < NICE_0 ? SLICE_LONG_MS : SLICE_SHORT_MS;

	return (int)msecs_to_jiffies(per_level * (NICE_LEVELS - (unsigned int)t->static_prio));
}

static int sleep_bonus(const struct task_struct *t)
{
	return (int)(t->sleep_avg * MAX_BONUS / MAX_SLEEP_AVG) - MAX_BONUS / 2;
}

int effective_prio(const struct task_struct *t)
{
	if (t->rt_priority)
		return MAX_RT_PRIO - 1 - t->rt_priority;
	return clamp(MAX_RT_PRIO + t->static_prio - sleep_bonus(t), MAX_RT_PRIO, MAX_PRIO - 1);
}

bool task_interactive(const struct task_struct *t)
{
	return t->prio <= MAX_RT_PRIO + t->static_prio - INTERACTIVE_BONUS;
}

/*
 * On wake-up from waiting for an event: what it slept counts for it, the more the less it has: a new sleeper is known soon. Less than
 * a tick is nothing.
 */
void credit_sleep(struct task_struct *t)
{
	unsigned long slept = min(jiffies - t->sleep_start, (unsigned long)MAX_SLEEP_AVG);

	if (!slept)
		return;
	slept *= MAX_BONUS - min(t->sleep_avg * MAX_BONUS / MAX_SLEEP_AVG, MAX_BONUS - 1u);
	t->sleep_avg = (unsigned int)min(t->sleep_avg + slept, (unsigned long)MAX_SLEEP_AVG);
	t->prio = effective_prio(t);
}

void enqueue_task(struct task_struct *t, struct prio_array *array)
{
	list_add_tail(&t->run_list, &array->queue[t->prio]);
	__set_bit((unsigned int)t->prio, array->bitmap);
	array->nr_active++;
	t->array = array;
}

void dequeue_task(struct task_struct *t)
{
	struct prio_array *array = t->array;

	list_del_init(&t->run_list);
	if (list_empty(&array->queue[t->prio]))
		__clear_bit((unsigned int)t->prio, array->bitmap);
	array->nr_active--;
	t->array = NULL;
}

/* Its priority may have changed while it was on a queue: the caller dequeued it before. */
void requeue_task(struct task_struct *t)
{
	struct prio_array *array = t->array;

	list_move_tail(&t->run_list, &array->queue[t->prio]);
}

static bool round_overdue(const struct runqueue *rq)
{
	return jiffies - rq->round_began > (unsigned long)ROUND_TICKS * rq->nr_running;
}

void enqueue_for_round(struct runqueue *rq, struct task_struct *t)
{
	enqueue_task(t, rt_task(t) || !round_overdue(rq) ? rq->active : rq->expired);
}

static void slice_used_up(struct runqueue *rq, struct task_struct *t)
{
	dequeue_task(t);
	t->prio = effective_prio(t);
	t->time_slice = full_time_slice(t);
	set_need_resched();
	if (task_interactive(t))
		enqueue_for_round(rq, t);
	else
		enqueue_task(t, rq->expired);
}

static void rt_tick(struct task_struct *t)
{
	if (t->policy != SCHED_RR || --t->time_slice > 0)
		return;
	t->time_slice = full_time_slice(t);
	requeue_task(t);
	set_need_resched();
}

/* One tick of the running task t, which is on a queue. */
void task_tick(struct runqueue *rq, struct task_struct *t)
{
	if (rt_task(t)) {
		rt_tick(t);
		return;
	}
	if (t->sleep_avg)
		t->sleep_avg--;
	if (--t->time_slice <= 0)
		slice_used_up(rq, t);
}
