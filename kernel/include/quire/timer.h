/* SPDX-License-Identifier: MIT */
/*
 * Timers in ticks of 1/HZ s.  Functions run in the timer interrupt's tail
 * with interrupts on and preemption off; they must not sleep.  A timer's owner keeps it
 * alive until del_timer_sync returns.
 */
#ifndef QUIRE_TIMER_H
#define QUIRE_TIMER_H

#include <quire/ktime.h>
#include <quire/list.h>
#include <quire/types.h>

struct timer_list {
	struct list_head link;
	unsigned long expires; /* jiffies */
	void (*function)(unsigned long data);
	unsigned long data;
};

void setup_timer(struct timer_list *timer, void (*function)(unsigned long), unsigned long data);
/* => true if it was pending already */
bool mod_timer(struct timer_list *timer, unsigned long expires);
bool del_timer(struct timer_list *timer);
bool del_timer_sync(struct timer_list *timer);
static inline bool timer_pending(const struct timer_list *timer)
{
	return timer->link.next != NULL;
}
void run_timers(void); /* from the clock interrupt */

/* Sleep for a number of ticks in the state set by the caller; => ticks left. */
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_uninterruptible(long timeout);
#define MAX_SCHEDULE_TIMEOUT 0x7fffffffL
void msleep(unsigned int msecs);

#endif
