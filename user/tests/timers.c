/* SPDX-License-Identifier: MIT */
/* Clocks and timers: monotonic time, sleeping long enough, interval timers, alarm, CPU time, times(). */
#include <signal.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

#include "check.h"

static volatile int ticks;

static void on_tick(int sig)
{
	(void)sig;
	ticks++;
}

static long long now_us(clockid_t clock)
{
	struct timespec ts;

	check(clock_gettime(clock, &ts) == 0 && ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

static void clocks(void)
{
	long long last = now_us(CLOCK_MONOTONIC), now;
	struct timespec res;
	struct timeval tv;

	for (int i = 0; i < 2000; i++, last = now) {
		now = now_us(CLOCK_MONOTONIC);
		check(now >= last);
	}
	check(gettimeofday(&tv, NULL) == 0 && tv.tv_sec - time(NULL) <= 1 && tv.tv_sec > 946684800);
	check(clock_getres(CLOCK_MONOTONIC, &res) == 0 && res.tv_sec == 0 && res.tv_nsec > 0);
	check(clock_gettime(99, &res) == -1 && errno == EINVAL);
}

static void sleeps(void)
{
	static const long lengths_us[] = { 1, 1000, 10000, 35000 };
	struct timespec bad = { 0, 1000000000 };

	for (int i = 0; i < 4; i++) {
		long long start = now_us(CLOCK_MONOTONIC);

		check(usleep(lengths_us[i]) == 0);
		check(now_us(CLOCK_MONOTONIC) - start >= lengths_us[i]);
	}
	check(nanosleep(&bad, NULL) == -1 && errno == EINVAL);
}

static void intervals(void)
{
	struct itimerval t = { { 0, 20000 }, { 0, 20000 } }, left;
	struct sigaction act = { .sa_handler = on_tick };
	long long start = now_us(CLOCK_MONOTONIC);

	check(sigaction(SIGALRM, &act, NULL) == 0 && setitimer(ITIMER_REAL, &t, NULL) == 0);
	while (ticks < 5)
		pause();
	check(now_us(CLOCK_MONOTONIC) - start >= 99000);
	check(getitimer(ITIMER_REAL, &left) == 0 && left.it_interval.tv_usec == 20000);
	memset(&t, 0, sizeof(t));
	check(setitimer(ITIMER_REAL, &t, &left) == 0 && left.it_interval.tv_usec == 20000);
	ticks = 0;
	usleep(50000);
	check(ticks == 0);
	check(alarm(10) == 0 && alarm(0) == 10);
}

/* A timer of CPU time does not run while the process sleeps. */
static void processor_time(void)
{
	struct itimerval t = { { 0, 0 }, { 0, 30000 } };
	struct sigaction act = { .sa_handler = on_tick };
	long long start;
	struct tms tms;
	clock_t ended;

	ticks = 0;
	check(sigaction(SIGVTALRM, &act, NULL) == 0 && setitimer(ITIMER_VIRTUAL, &t, NULL) == 0);
	usleep(60000);
	check(ticks == 0);
	start = now_us(CLOCK_PROCESS_CPUTIME_ID);
	while (!ticks)
		;
	check(now_us(CLOCK_PROCESS_CPUTIME_ID) > start);
	ended = times(&tms);
	check(ended != -1 && tms.tms_utime >= 1 && tms.tms_cutime == 0);
}

int main(void)
{
	clocks();
	sleeps();
	intervals();
	processor_time();
	return 0;
}
