/* SPDX-License-Identifier: MIT */
/*
 * Time as user space passes it, and what the files of the clocks share.
 */
#ifndef CORE_TIME_INTERNAL_H
#define CORE_TIME_INTERNAL_H

#include <abi/time.h>
#include <quire/fs.h>
#include <quire/ktime.h>
#include <quire/sched.h>

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define TIMER_ABSTIME 1

/* time_convert.c: 0 or -EFAULT */
int get_timespec32(struct timespec64 *ts, const struct old_timespec32 __user *uts);
int get_timespec64(struct timespec64 *ts, const struct kernel_timespec __user *uts);
int put_timespec32(const struct timespec64 *ts, struct old_timespec32 __user *uts);
int put_timespec64(const struct timespec64 *ts, struct kernel_timespec __user *uts);

bool timespec_valid(const struct timespec64 *ts);	/* not negative, nanoseconds below 10^9 */
u64 timespec_to_ns(const struct timespec64 *ts);	/* of a valid one; the far future saturates */
struct timespec64 ns_to_timespec(u64 ns);
long timespec_to_jiffies(const struct timespec64 *ts);	/* rounded up */
long ns_to_jiffies(u64 ns);				/* rounded up, at most MAX_SCHEDULE_TIMEOUT - 1 */

/* time_calls.c: a clock's time, => 0 or -EINVAL */
int clock_read(int clock, u64 *ns);

#endif
