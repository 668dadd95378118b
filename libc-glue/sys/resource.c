/* SPDX-License-Identifier: MIT */
/* resource.c: use of resources, priorities, and process times. */
#include <stddef.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>
#include "../libquire.h"
#include "rusage.h"

/* The kernel's getpriority() answers 20 - nice, so that no answer is negative. */
#define NICE_BIAS 20

int getrusage(int who, struct rusage *usage)
{
	struct kernel_rusage k;

	if (sysret(SYSCALL2(SYS_getrusage, who, &k)) < 0)
		return -1;
	rusage_from_kernel(usage, &k);
	return 0;
}

int getpriority(int which, id_t who)
{
	long ret = sysret(SYSCALL2(SYS_getpriority, which, who));

	return ret < 0 ? -1 : NICE_BIAS - ret;
}

int nice(int increment)
{
	int value;

	errno = 0;
	value = getpriority(PRIO_PROCESS, 0);
	if (value == -1 && errno)
		return -1;
	value += increment;
	if (value < PRIO_MIN)
		value = PRIO_MIN;
	if (value >= PRIO_MAX)
		value = PRIO_MAX - 1;
	if (setpriority(PRIO_PROCESS, 0, value) < 0) {
		if (errno == EACCES)
			errno = EPERM;
		return -1;
	}
	return value;
}

/* The answer counts up and wraps; values that look like errors are none. */
clock_t _times(struct tms *buf)
{
	return SYSCALL1(SYS_times, buf);
}
weak_alias(times, _times);

clock_t clock(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts) < 0)
		return -1;
	return ts.tv_sec * CLOCKS_PER_SEC + ts.tv_nsec / (1000000000 / CLOCKS_PER_SEC);
}
