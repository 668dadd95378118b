/* SPDX-License-Identifier: MIT */
/*
 * Time as the machine gives it. ktime_get() is monotonic nanoseconds since boot, from the TSC
 * calibrated against the PIT; it never goes back and may be called in any context. The tick runs HZ
 * times a second.
 */
#ifndef QUIRE_KTIME_H
#define QUIRE_KTIME_H

#include <quire/types.h>

#define HZ		250
#define USER_HZ		100		/* what clock_t means to user space */
#define NSEC_PER_SEC	1000000000ul
#define NSEC_PER_MSEC	1000000ul
#define NSEC_PER_USEC	1000ul
#define USEC_PER_SEC	1000000ul
#define NSEC_PER_TICK	(NSEC_PER_SEC / HZ)

extern volatile unsigned long jiffies;	/* ticks since boot; wraps: compare with time_after */

#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	time_after_eq(b, a)

#define msecs_to_jiffies(ms)	((unsigned long)(ms) / (1000 / HZ) + !!((unsigned long)(ms) % (1000 / HZ)))
#define jiffies_to_msecs(j)	((unsigned long)(j) * (1000 / HZ))

u64 ktime_get(void);			/* ns since boot */
u64 ktime_get_real(void);		/* ns since 1970 */
void ktime_get_tick_real(u64 *sec, u32 *nsec); /* the same as of the last tick, cheaper: file times */
void ktime_set_real(u64 ns);		/* settimeofday; monotonic time is untouched */
/* Slew: add ns (may be negative) to real time. */
void ktime_adjust_real(s64 ns);

/* Busy waits; for device set-up only. */
void udelay(unsigned long usec);
void mdelay(unsigned long msec);

/* time.c: before the TSC is calibrated ktime_get() returns 0. */
void time_init(void);
unsigned int tsc_khz(void);

#endif
