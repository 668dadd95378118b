/* SPDX-License-Identifier: MIT */
/*
 * Between nanoseconds, ticks and the two layouts of timespec that user space passes.
 */
#include <quire/math64.h>
#include <quire/timer.h>
#include <quire/uaccess.h>

#include "time_internal.h"

#define MAX_SECONDS 9223372036ll	/* what fits in 63 bits of nanoseconds */

int get_timespec32(struct timespec64 *ts, const struct old_timespec32 __user *uts)
{
	struct old_timespec32 t;

	if (copy_from_user(&t, uts, sizeof(t)))
		return -EFAULT;
	ts->tv_sec = t.tv_sec;
	ts->tv_nsec = t.tv_nsec;
	return 0;
}

int get_timespec64(struct timespec64 *ts, const struct kernel_timespec __user *uts)
{
	struct kernel_timespec t;

	if (copy_from_user(&t, uts, sizeof(t)))
		return -EFAULT;
	ts->tv_sec = t.tv_sec;
	ts->tv_nsec = (s32)t.tv_nsec; /* the high half is padding for 32-bit programs */
	return 0;
}

int put_timespec32(const struct timespec64 *ts, struct old_timespec32 __user *uts)
{
	struct old_timespec32 t = { (s32)ts->tv_sec, ts->tv_nsec };

	return copy_to_user(uts, &t, sizeof(t)) ? -EFAULT : 0;
}

int put_timespec64(const struct timespec64 *ts, struct kernel_timespec __user *uts)
{
	struct kernel_timespec t = { ts->tv_sec, ts->tv_nsec };

	return copy_to_user(uts, &t, sizeof(t)) ? -EFAULT : 0;
}

bool timespec_valid(const struct timespec64 *ts)
{
	return ts->tv_sec >= 0 && ts->tv_nsec >= 0 && ts->tv_nsec < (s32)NSEC_PER_SEC;
}

u64 timespec_to_ns(const struct timespec64 *ts)
{
	u64 sec = (u64)(ts->tv_sec > MAX_SECONDS ? MAX_SECONDS : ts->tv_sec);

	return sec * NSEC_PER_SEC + (u64)ts->tv_nsec;
}

struct timespec64 ns_to_timespec(u64 ns)
{
	struct timespec64 ts;
	u32 rest;

	ts.tv_sec = (s64)div_u64_rem(ns, NSEC_PER_SEC, &rest);
	ts.tv_nsec = (s32)rest;
	return ts;
}

long ns_to_jiffies(u64 ns)
{
	u64 ticks = div_u64(ns + NSEC_PER_TICK - 1, NSEC_PER_TICK);

	return ticks >= MAX_SCHEDULE_TIMEOUT ? MAX_SCHEDULE_TIMEOUT - 1 : (long)ticks;
}

long timespec_to_jiffies(const struct timespec64 *ts)
{
	return ns_to_jiffies(timespec_to_ns(ts));
}
