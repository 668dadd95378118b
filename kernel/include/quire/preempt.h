/* SPDX-License-Identifier: MIT */
/*
 * Preemption control. The count is per CPU: bits 0-7 nested preempt_disable calls and spinlocks
 * held, bits 16-23 nested interrupts. Zero means: the scheduler may run here. At every context
 * switch it is exactly 1 (the switcher's own), which the scheduler asserts.
 */
#ifndef QUIRE_PREEMPT_H
#define QUIRE_PREEMPT_H

#include <quire/percpu.h>

#define PREEMPT_MASK	0x000000ffu
#define HARDIRQ_OFFSET	0x00010000u
#define HARDIRQ_MASK	0x00ff0000u

#define preempt_count()		percpu_read(preempt_count)
#define in_interrupt()		((preempt_count() & HARDIRQ_MASK) != 0)
/* Sleeping is forbidden here (interrupts being off is checked by might_sleep too). */
#define in_atomic()		(preempt_count() != 0)

#define need_resched()		percpu_is_set(need_resched)
#define set_need_resched()	percpu_write(need_resched, 1)
#define clear_need_resched()	percpu_write(need_resched, 0)

/* scheduler: called with count 0 and interrupts on, when need_resched() (or, in the debug build, at random). */
void preempt_schedule(void);
/* lockdebug.c: the slow half of preempt_enable. Does nothing while interrupts are off. */
void preempt_check_resched(void);

static inline void preempt_disable(void)
{
	percpu_add(preempt_count, 1);
}

static inline void preempt_enable_no_resched(void)
{
	percpu_add(preempt_count, -1);
}

static inline void preempt_enable(void)
{
	preempt_enable_no_resched();
#ifdef CONFIG_DEBUG
	preempt_check_resched();
#else
	if (unlikely(need_resched()))
		preempt_check_resched();
#endif
}

/* Complains (debug build) when called where sleeping is forbidden. Every function that may sleep begins with it. */
#ifdef CONFIG_DEBUG
void might_sleep_check(const char *file, int line);
#define might_sleep()	might_sleep_check(__FILE__, __LINE__)
#else
#define might_sleep()	((void)0)
#endif

#endif
