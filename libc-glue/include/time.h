/* SPDX-License-Identifier: MIT */
/* time.h: newlib's, with Linux's clocks and timegm(). */
#ifndef _QUIRE_TIME_H
#define _QUIRE_TIME_H

#include_next <time.h>

#undef CLOCK_REALTIME
#undef CLOCK_MONOTONIC
#undef CLOCK_PROCESS_CPUTIME_ID
#undef CLOCK_THREAD_CPUTIME_ID
#undef CLOCK_MONOTONIC_RAW
#undef CLOCK_REALTIME_COARSE
#undef CLOCK_MONOTONIC_COARSE
#undef CLOCK_BOOTTIME
#undef TIMER_ABSTIME
#undef CLK_TCK
#define CLK_TCK				100
#define CLOCK_REALTIME			0
#define CLOCK_MONOTONIC			1
#define CLOCK_PROCESS_CPUTIME_ID	2
#define CLOCK_THREAD_CPUTIME_ID		3
#define CLOCK_MONOTONIC_RAW		4
#define CLOCK_REALTIME_COARSE		5
#define CLOCK_MONOTONIC_COARSE		6
#define CLOCK_BOOTTIME			7
#define TIMER_ABSTIME			1

_BEGIN_STD_C
time_t timegm(struct tm *tm);
time_t timelocal(struct tm *tm);
int stime(const time_t *t);
_END_STD_C

#endif
