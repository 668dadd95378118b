/* SPDX-License-Identifier: MIT */
/* itimer.c: interval timers. The kernel's itimerval has 32-bit times. */
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>
#include "../libquire.h"

#define USEC_PER_SEC 1000000

struct kernel_itimerval {
	long interval_sec, interval_usec;
	long value_sec, value_usec;
};

static void from_kernel(struct itimerval *t, const struct kernel_itimerval *k)
{
	t->it_interval = (struct timeval){ k->interval_sec, k->interval_usec };
	t->it_value = (struct timeval){ k->value_sec, k->value_usec };
}

int getitimer(int which, struct itimerval *value)
{
	struct kernel_itimerval k;

	if (sysret(SYSCALL2(SYS_getitimer, which, &k)) < 0)
		return -1;
	from_kernel(value, &k);
	return 0;
}

int setitimer(int which, const struct itimerval *__restrict value,
	      struct itimerval *__restrict old)
{
	struct kernel_itimerval new_timer, old_timer;

	new_timer = (struct kernel_itimerval){
		value->it_interval.tv_sec, value->it_interval.tv_usec,
		value->it_value.tv_sec, value->it_value.tv_usec,
	};
	if (sysret(SYSCALL3(SYS_setitimer, which, &new_timer, old ? &old_timer : NULL)) < 0)
		return -1;
	if (old)
		from_kernel(old, &old_timer);
	return 0;
}

useconds_t ualarm(useconds_t usec, useconds_t interval)
{
	struct itimerval new_timer = {
		.it_interval = { interval / USEC_PER_SEC, interval % USEC_PER_SEC },
		.it_value = { usec / USEC_PER_SEC, usec % USEC_PER_SEC },
	}, old;

	if (setitimer(ITIMER_REAL, &new_timer, &old) < 0)
		return -1;
	return old.it_value.tv_sec * USEC_PER_SEC + old.it_value.tv_usec;
}
