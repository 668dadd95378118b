/* SPDX-License-Identifier: MIT */
/*
 * nanosleep and clock_nanosleep.
 *
 * A sleep has a deadline on the monotonic clock, so that one that was interrupted by a signal without a handler
 * (a stop and SIGCONT) goes on to the same end: the deadline is kept in restart_arg.  An absolute sleep on the
 * real-time clock computes its deadline anew in each round.
 */
#include <quire/bitops.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"
#include "time_internal.h"

enum restart_arg_use { ARG_DEADLINE, ARG_REMAINDER, ARG_IS_64 };

/* Sleep to a point of monotonic time.  => ns left, 0: slept through */
static u64 sleep_until(u64 deadline)
{
	for (;;) {
		u64 now = ktime_get();

		if (now >= deadline)
			return 0;
		if (signal_pending(current))
			return deadline - now;
		schedule_timeout_interruptible(ns_to_jiffies(deadline - now));
	}
}

/* Absolute real time: the clock may be set meanwhile.  => 0 or -ERESTARTNOHAND */
static long sleep_until_real(u64 deadline)
{
	for (;;) {
		u64 now = ktime_get_real();

		if (now >= deadline)
			return 0;
		if (signal_pending(current))
			return -ERESTARTNOHAND;
		schedule_timeout_interruptible(ns_to_jiffies(deadline - now));
	}
}

static int put_remainder(u64 left)
{
	const u64 *arg = current->restart_arg;
	struct timespec64 ts = ns_to_timespec(left);
	unsigned long to = (unsigned long)arg[ARG_REMAINDER];

	if (!to)
		return 0;
	return arg[ARG_IS_64] ? put_timespec64(&ts, (struct kernel_timespec __user *)to)
			      : put_timespec32(&ts, (struct old_timespec32 __user *)to);
}

static long relative_sleep(struct task_struct *t)
{
	u64 left = sleep_until(t->restart_arg[ARG_DEADLINE]);

	if (!left)
		return 0;
	if (put_remainder(left))
		return -EFAULT;
	t->restart_fn = relative_sleep;
	return -ERESTART_RESTARTBLOCK;
}

static long begin_relative(const struct timespec64 *ts, void __user *rem, bool is_64)
{
	u64 *arg = current->restart_arg;

	arg[ARG_DEADLINE] = ktime_get() + timespec_to_ns(ts);
	arg[ARG_REMAINDER] = (unsigned long)rem;
	arg[ARG_IS_64] = is_64;
	return relative_sleep(current);
}

static long do_clock_nanosleep(int clock, int flags, const struct timespec64 *ts, void __user *rem, bool is_64)
{
	if (clock == CLOCK_THREAD_CPUTIME_ID)
		return -EINVAL;
	if (clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_MONOTONIC_RAW ||
	    clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
		return -EOPNOTSUPP;
	if (clock > CLOCK_BOOTTIME || !timespec_valid(ts))
		return -EINVAL;
	if (!(flags & TIMER_ABSTIME))
		return begin_relative(ts, rem, is_64);
	if (clock == CLOCK_REALTIME)
		return sleep_until_real(timespec_to_ns(ts));
	return sleep_until(timespec_to_ns(ts)) ? -ERESTARTNOHAND : 0;
}

long sys_nanosleep(const struct old_timespec32 __user *req, struct old_timespec32 __user *rem)
{
	return sys_clock_nanosleep(CLOCK_MONOTONIC, 0, req, rem);
}

long sys_clock_nanosleep(int clock, int flags, const struct old_timespec32 __user *req,
			 struct old_timespec32 __user *rem)
{
	struct timespec64 ts;

	if (get_timespec32(&ts, req))
		return -EFAULT;
	return do_clock_nanosleep(clock, flags, &ts, rem, false);
}

long sys_clock_nanosleep_time64(int clock, int flags, const struct kernel_timespec __user *req,
				struct kernel_timespec __user *rem)
{
	struct timespec64 ts;

	if (get_timespec64(&ts, req))
		return -EFAULT;
	return do_clock_nanosleep(clock, flags, &ts, rem, true);
}
