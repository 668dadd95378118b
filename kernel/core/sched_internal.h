/* SPDX-License-Identifier: MIT */
/*
 * What the files of the scheduler share (sched.c, sched_prio.c, sched_wake.c, sched_stat.c, freezer.c).
 */
#ifndef CORE_SCHED_INTERNAL_H
#define CORE_SCHED_INTERNAL_H

#include <quire/bitops.h>
#include <quire/sched.h>

/* Tasks of equal right to the processor, by priority: bitmap bit p is set while queue[p] has a task. */
struct prio_array {
	unsigned int nr_active;
	unsigned long bitmap[BITS_TO_LONGS(MAX_PRIO)];
	struct list_head queue[MAX_PRIO];
};

struct runqueue {
	spinlock_t lock;		/* interrupts off; guards all here and the tasks' scheduling fields */
	unsigned int nr_running;	/* tasks in both arrays; the idle task is in neither */
	unsigned int nr_uninterruptible;
	unsigned long round_began;	/* jiffies when the arrays last changed places */
	u64 nr_switches;
	struct prio_array *active, *expired;
	struct prio_array arrays[2];
	struct task_struct *idle;
	struct task_struct *prev;	/* the task just switched away from */
	struct mm_struct *prev_mm;	/* what it had borrowed: to be dropped */
	struct task_struct *only;	/* the freezer runs: nobody else may */
};

extern struct runqueue runqueue;

static inline bool rt_task(const struct task_struct *t) { return t->prio < MAX_RT_PRIO; }

/* sched_prio.c: policy; rq lock held */
int effective_prio(const struct task_struct *t);
int full_time_slice(const struct task_struct *t);
bool task_interactive(const struct task_struct *t);
void credit_sleep(struct task_struct *t);
void task_tick(struct runqueue *rq, struct task_struct *t);
void enqueue_task(struct task_struct *t, struct prio_array *array);
void dequeue_task(struct task_struct *t);
void requeue_task(struct task_struct *t);
/* Into the active array, or, when its round has lasted too long, into the expired one. */
void enqueue_for_round(struct runqueue *rq, struct task_struct *t);

/* sched_wake.c */
void activate_task(struct runqueue *rq, struct task_struct *t);
void deactivate_task(struct runqueue *rq, struct task_struct *t);

/* sched_stat.c: from the clock interrupt */
void account_tick(struct task_struct *t, bool user_mode);
void calc_load(void);

#endif
