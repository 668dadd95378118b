/* SPDX-License-Identifier: MIT */
/*
 * Reading and setting the clocks.
 *
 * Real time and monotonic time are arch's (ktime.h); CPU-time clocks are sums of tasks' exact run times.  A CPU
 * clock of another process or thread is named by a negative number that holds its pid.
 */
#include <quire/errno.h>
#include <quire/math64.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"
#include "time_internal.h"

#define CPUCLOCK_PERTHREAD 4
#define CPUCLOCK_WHICH 3
#define CPUCLOCK_VIRT 1
#define CPUCLOCK_SCHED 2
#define CPUCLOCK_PID(clock) (~((clock) >> 3))

static int read_cpu_clock(struct task_struct *t, bool thread, int which, u64 *ns)
{
	u64 utime, stime;

	if (thread)
		task_cputime(t, &utime, &stime);
	else
		process_cputime(t, &utime, &stime);
	*ns = which == CPUCLOCK_VIRT ? utime : utime + stime;
	return 0;
}

static int read_other_cpu_clock(int clock, u64 *ns)
{
	bool thread = clock & CPUCLOCK_PERTHREAD;
	int which = clock & CPUCLOCK_WHICH, err = -EINVAL;
	pid_t pid = CPUCLOCK_PID(clock);
	struct task_struct *t;

	if (which > CPUCLOCK_SCHED)
		return -EINVAL;
	if (pid == 0)
		return read_cpu_clock(current, thread, which, ns);
	t = get_task_by_pid(pid);
	if (!t)
		return -EINVAL;
	if (thread ? t->tgid == current->tgid : t == t->group_leader)
		err = read_cpu_clock(t, thread, which, ns);
	put_task_struct(t);
	return err;
}

int clock_read(int clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		*ns = ktime_get_real();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*ns = ktime_get();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		return read_cpu_clock(current, false, CPUCLOCK_SCHED, ns);
	case CLOCK_THREAD_CPUTIME_ID:
		return read_cpu_clock(current, true, CPUCLOCK_SCHED, ns);
	default:
		return clock < 0 ? read_other_cpu_clock(clock, ns) : -EINVAL;
	}
}

static int clock_set(int clock, const struct timespec64 *ts)
{
	u64 ns;

	if (clock != CLOCK_REALTIME)
		return clock_read(clock, &ns) ? -EINVAL : clock < 0 ? -EPERM : -EINVAL;
	if (!timespec_valid(ts))
		return -EINVAL;
	if (!capable())
		return -EPERM;
	ktime_set_real(timespec_to_ns(ts));
	return 0;
}

static int clock_resolution(int clock, struct timespec64 *ts)
{
	bool coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
	u64 ns;

	if (clock_read(clock, &ns))
		return -EINVAL;
	ts->tv_sec = 0;
	ts->tv_nsec = coarse ? (s32)NSEC_PER_TICK : 1;
	return 0;
}

long sys_clock_gettime(int clock, struct old_timespec32 __user *tp)
{
	struct timespec64 ts;
	u64 ns;
	int err = clock_read(clock, &ns);

	if (err)
		return err;
	ts = ns_to_timespec(ns);
	return put_timespec32(&ts, tp);
}

long sys_clock_gettime64(int clock, struct kernel_timespec __user *tp)
{
	struct timespec64 ts;
	u64 ns;
	int err = clock_read(clock, &ns);

	if (err)
		return err;
	ts = ns_to_timespec(ns);
	return put_timespec64(&ts, tp);
}

long sys_clock_settime(int clock, const struct old_timespec32 __user *tp)
{
	struct timespec64 ts;

	return get_timespec32(&ts, tp) ? -EFAULT : clock_set(clock, &ts);
}

long sys_clock_settime64(int clock, const struct kernel_timespec __user *tp)
{
	struct timespec64 ts;

	return get_timespec64(&ts, tp) ? -EFAULT : clock_set(clock, &ts);
}

long sys_clock_getres(int clock, struct old_timespec32 __user *tp)
{
	struct timespec64 ts;
	int err = clock_resolution(clock, &ts);

	return err ? err : tp ? put_timespec32(&ts, tp) : 0;
}

long sys_clock_getres_time64(int clock, struct kernel_timespec __user *tp)
{
	struct timespec64 ts;
	int err = clock_resolution(clock, &ts);

	return err ? err : tp ? put_timespec64(&ts, tp) : 0;
}

long sys_time(s32 __user *tloc)
{
	s32 now = (s32)div_u64(ktime_get_real(), NSEC_PER_SEC);

	return tloc && put_user(now, tloc) ? -EFAULT : now;
}

long sys_stime(const s32 __user *tptr)
{
	struct timespec64 ts = { 0 };
	s32 sec;

	if (!capable())
		return -EPERM;
	if (get_user(sec, tptr))
		return -EFAULT;
	ts.tv_sec = sec;
	return clock_set(CLOCK_REALTIME, &ts);
}

/* The kernel keeps universal time; the zone is only stored for programs that ask. */
struct timezone {
	s32 minuteswest, dsttime;
};
static struct timezone system_zone;

long sys_gettimeofday(struct old_timeval32 __user *tv, void __user *tz)
{
	struct timespec64 ts = ns_to_timespec(ktime_get_real());
	struct old_timeval32 now = { (s32)ts.tv_sec, ts.tv_nsec / (s32)NSEC_PER_USEC };

	if (tv && copy_to_user(tv, &now, sizeof(now)))
		return -EFAULT;
	return tz && copy_to_user(tz, &system_zone, sizeof(system_zone)) ? -EFAULT : 0;
}

long sys_settimeofday(const struct old_timeval32 __user *utv, const void __user *utz)
{
	struct old_timeval32 tv = { 0, 0 };
	struct timezone tz = system_zone;
	struct timespec64 ts;

	if (utv && copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	if (utz && copy_from_user(&tz, utz, sizeof(tz)))
		return -EFAULT;
	if (utv && (tv.tv_sec < 0 || tv.tv_usec < 0 || tv.tv_usec >= (s32)USEC_PER_SEC))
		return -EINVAL;
	if (!capable())
		return -EPERM;
	system_zone = tz;
	ts = (struct timespec64){ tv.tv_sec, tv.tv_usec * (s32)NSEC_PER_USEC };
	return utv ? clock_set(CLOCK_REALTIME, &ts) : 0;
}
