/* SPDX-License-Identifier: MIT */
/*
 * Failures on purpose, to test that every failure has a caller that copes.
 *
 * should_fail() (gfp.h) is asked at each place that may fail.  It says yes when
 *	- the task's own countdown runs out (/proc/sys/vm/fail_nth), or
 *	- the kind's attributes say so: every interval-th call, or ratio of 10000
 *	  by a seeded generator, at most times times.
 * Interrupts, kernel threads and (fail_pid set) other tasks are left alone, but for swap slots.
 */
#ifndef QUIRE_FAULT_INJECT_H
#define QUIRE_FAULT_INJECT_H

#include <quire/gfp.h>

struct fail_attr {
	int interval; /* every n-th call fails; 0: not so */
	int ratio;    /* of 10000 calls fail; 0: none */
	int times;    /* failures still to make; -1: no limit */
	unsigned long calls, failed;
};

extern struct fail_attr fail_attr[FAIL_count];
extern int fail_task_pid; /* only this task and its children; 0: every user task */
extern int fail_seed;	  /* of the generator; writing it starts the sequence again */
const char *fail_kind_name(enum fail_kind kind);
/* "N" or "N KIND": the caller's N-th call from now that may fail, of that kind or any, does. => 0, -EINVAL */
int fail_set_countdown(char *text);
/* Start the generator at fail_seed. */
void fail_inject_reset(void);

#endif
