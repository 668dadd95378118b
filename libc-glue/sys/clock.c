/* SPDX-License-Identifier: MIT */
/*
 * clock.c: reading, setting and waiting for clocks.
 *
 * time_t has 64 bits. What carries a date goes by the kernel's time64 calls, and by the older ones
 * where a kernel has no others; what is only a span of time goes by the older ones, cut to what
 * they hold.
 */
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "../libquire.h"

#define NSEC_PER_USEC 1000

static void from_old(struct timespec *ts, const long old[2])
{
	ts->tv_sec = old[0];
	ts->tv_nsec = old[1];
}

static void to_old(long old[2], const struct timespec *ts)
{
	old[0] = ts->tv_sec > __LONG_MAX__ ? __LONG_MAX__ : ts->tv_sec;
	old[1] = ts->tv_nsec;
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	long old[2], ret = SYSCALL2(SYS_clock_gettime64, clock, ts);

	if (ret == -ENOSYS) {
		ret = SYSCALL2(SYS_clock_gettime, clock, old);
		if (ret == 0)
			from_old(ts, old);
	}
	return sysret(ret);
}

int clock_settime(clockid_t clock, const struct timespec *ts)
{
	long old[2], ret = SYSCALL2(SYS_clock_settime64, clock, ts);

	if (ret == -ENOSYS) {
		to_old(old, ts);
		ret = SYSCALL2(SYS_clock_settime, clock, old);
	}
	return sysret(ret);
}

int clock_getres(clockid_t clock, struct timespec *ts)
{
	long old[2], ret = SYSCALL2(SYS_clock_getres, clock, old);

	if (ret == 0 && ts)
		from_old(ts, old);
	return sysret(ret);
}

/* Answers the error itself. Only an absolute time can be a date past what the old call holds. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *want, struct timespec *rest)
{
	long old[2], old_rest[2];
	long ret = SYSCALL4(SYS_clock_nanosleep_time64, clock, flags, want, rest);

	if (ret != -ENOSYS)
		return -ret;
	to_old(old, want);
	ret = SYSCALL4(SYS_clock_nanosleep, clock, flags, old, old_rest);
	if (ret == -EINTR && rest && !(flags & TIMER_ABSTIME))
		from_old(rest, old_rest);
	return -ret;
}

int nanosleep(const struct timespec *want, struct timespec *rest)
{
	long old[2], old_rest[2], ret;

	if (want->tv_sec < 0) {
		errno = EINVAL;
		return -1;
	}
	to_old(old, want);
	ret = SYSCALL2(SYS_nanosleep, old, old_rest);
	if (ret == -EINTR && rest)
		from_old(rest, old_rest);
	return sysret(ret);
}

int _gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec ts;

	if (zone)
		*(struct timezone *)zone = (struct timezone){ 0, 0 };
	if (!tv)
		return 0;
	if (clock_gettime(CLOCK_REALTIME, &ts) < 0)
		return -1;
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / NSEC_PER_USEC;
	return 0;
}
weak_alias(gettimeofday, _gettimeofday);

int settimeofday(const struct timeval *tv, const struct timezone *zone)
{
	struct timespec ts;

	(void)zone;
	if (!tv)
		return 0;
	ts.tv_sec = tv->tv_sec;
	ts.tv_nsec = tv->tv_usec * NSEC_PER_USEC;
	return clock_settime(CLOCK_REALTIME, &ts);
}

int stime(const time_t *t)
{
	struct timespec ts = { *t, 0 };

	return clock_settime(CLOCK_REALTIME, &ts);
}
