/* SPDX-License-Identifier: MIT */
/*
 * Nice values, scheduling policies, processor masks.
 */
#include <abi/resource.h>
#include <quire/kernel.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "sched_internal.h"
#include "task_internal.h"
#include "time_internal.h"

#define NICE_TO_RLIMIT(nice) (20 - (nice))	/* RLIMIT_NICE 1..40, and what getpriority returns */
#define MIN_NICE (-20)
#define MAX_NICE 19

static bool can_nice(const struct task_struct *t, int nice)
{
	return nice >= task_nice(t) || (unsigned long)NICE_TO_RLIMIT(nice) <= rlimit(RLIMIT_NICE) || capable();
}

long sys_nice(int increment)
{
	int nice = clamp(task_nice(current) + clamp(increment, 2 * MIN_NICE, -2 * MIN_NICE), MIN_NICE, MAX_NICE);

	if (increment < 0 && !can_nice(current, nice))
		return -EPERM;
	set_user_nice(current, nice);
	return 0;
}

/* ---- getpriority, setpriority: over the tasks that (which, who) names; tasklist_lock held ---- */

struct prio_walk {
	int nice;		/* set: the new value */
	int best;		/* get: highest 20 - nice */
	int err;
};

static bool owns(const struct task_struct *t)
{
	return t->uid == current->euid || t->euid == current->euid || capable();
}

static void set_one(struct task_struct *t, struct prio_walk *w)
{
	if (!owns(t)) {
		w->err = -EPERM;
	} else if (!can_nice(t, w->nice)) {
		w->err = -EACCES;
	} else {
		if (w->err == -ESRCH)
			w->err = 0;
		set_user_nice(t, w->nice);
	}
}

static void get_one(struct task_struct *t, struct prio_walk *w)
{
	w->best = max(w->best, NICE_TO_RLIMIT(task_nice(t)));
}

static bool names(int which, int who, const struct task_struct *p)
{
	if (which == PRIO_PGRP)
		return p->pgrp == (who ? who : current->pgrp);
	return p->uid == (who ? (uid_t)who : current->uid);
}

static void walk(int which, int who, void (*fn)(struct task_struct *, struct prio_walk *), struct prio_walk *w)
{
	struct task_struct *p, *t;

	spin_lock_irq(&tasklist_lock);
	if (which == PRIO_PROCESS) {
		t = who ? find_task_by_pid(who) : current;
		if (t)
			fn(t, w);
	} else {
		for_each_process(p) {
			t = p;
			if (!names(which, who, p))
				continue;
			do {
				fn(t, w);
			} while_each_thread(p, t);
		}
	}
	spin_unlock_irq(&tasklist_lock);
}

long sys_setpriority(int which, int who, int niceval)
{
	struct prio_walk w = { .nice = clamp(niceval, MIN_NICE, MAX_NICE), .err = -ESRCH };

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	walk(which, who, set_one, &w);
	return w.err;
}

/* 40..1, so that a result is never negative: the C library turns it back. */
long sys_getpriority(int which, int who)
{
	struct prio_walk w = { .best = -ESRCH };

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	walk(which, who, get_one, &w);
	return w.best;
}

/* ---- policies ---- */

long sys_sched_yield(void)
{
	yield();
	return 0;
}

static struct task_struct *get_target(pid_t pid)
{
	if (pid < 0)
		return NULL;
	return get_task_by_pid(pid ? pid : current->pid);
}

static int may_set_policy(const struct task_struct *t, int policy, int prio)
{
	bool rt = policy == SCHED_FIFO || policy == SCHED_RR;

	if (capable())
		return 0;
	if (rt && (unsigned long)prio > rlimit(RLIMIT_RTPRIO))
		return -EPERM;
	return owns(t) ? 0 : -EPERM;
}

/* policy -1: keep the one it has */
static long set_scheduler(pid_t pid, int policy, const struct sched_param __user *uparam)
{
	struct sched_param param;
	struct task_struct *t;
	int err;

	if (!uparam || pid < 0)
		return -EINVAL;
	if (copy_from_user(&param, uparam, sizeof(param)))
		return -EFAULT;
	t = get_target(pid);
	if (!t)
		return -ESRCH;
	policy = policy < 0 ? t->policy : policy & ~SCHED_RESET_ON_FORK;
	err = may_set_policy(t, policy, param.sched_priority);
	if (!err)
		err = sched_set_policy(t, policy, param.sched_priority);
	put_task_struct(t);
	return err;
}

long sys_sched_setscheduler(pid_t pid, int policy, const struct sched_param __user *param)
{
	return policy < 0 ? -EINVAL : set_scheduler(pid, policy, param);
}

long sys_sched_setparam(pid_t pid, const struct sched_param __user *param)
{
	return set_scheduler(pid, -1, param);
}

long sys_sched_getscheduler(pid_t pid)
{
	struct task_struct *t = get_target(pid);
	long policy;

	if (!t)
		return pid < 0 ? -EINVAL : -ESRCH;
	policy = t->policy;
	put_task_struct(t);
	return policy;
}

long sys_sched_getparam(pid_t pid, struct sched_param __user *uparam)
{
	struct task_struct *t = get_target(pid);
	struct sched_param param;

	if (!t)
		return pid < 0 ? -EINVAL : -ESRCH;
	param.sched_priority = t->rt_priority;
	put_task_struct(t);
	return copy_to_user(uparam, &param, sizeof(param)) ? -EFAULT : 0;
}

static long priority_bound(int policy, int rt)
{
	switch (policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		return rt;
	case SCHED_OTHER:
	case SCHED_BATCH:
	case SCHED_IDLE:
		return 0;
	default:
		return -EINVAL;
	}
}

long sys_sched_get_priority_max(int policy)
{
	return priority_bound(policy, MAX_RT_PRIO - 1);
}

long sys_sched_get_priority_min(int policy)
{
	return priority_bound(policy, 1);
}

static int rr_interval(pid_t pid, struct timespec64 *ts)
{
	struct task_struct *t = get_target(pid);

	if (!t)
		return pid < 0 ? -EINVAL : -ESRCH;
	*ts = ns_to_timespec(t->policy == SCHED_FIFO ? 0 : (u64)full_time_slice(t) * NSEC_PER_TICK);
	put_task_struct(t);
	return 0;
}

long sys_sched_rr_get_interval(pid_t pid, struct old_timespec32 __user *interval)
{
	struct timespec64 ts;
	int err = rr_interval(pid, &ts);

	return err ? err : put_timespec32(&ts, interval);
}

long sys_sched_rr_get_interval_time64(pid_t pid, struct kernel_timespec __user *interval)
{
	struct timespec64 ts;
	int err = rr_interval(pid, &ts);

	return err ? err : put_timespec64(&ts, interval);
}

/* ---- processors ---- */

#define CPU_MASK_ALL ((1ul << NR_CPUS) - 1)

long sys_sched_setaffinity(pid_t pid, unsigned int len, const unsigned long __user *umask)
{
	unsigned long mask = 0;
	struct task_struct *t;
	int err;

	if (copy_from_user(&mask, umask, min_t(size_t, len, sizeof(mask))))
		return -EFAULT;
	t = get_target(pid);
	if (!t)
		return -ESRCH;
	err = !owns(t) ? -EPERM : mask & CPU_MASK_ALL ? 0 : -EINVAL;
	put_task_struct(t);
	return err;
}

/* => bytes of the kernel's mask */
long sys_sched_getaffinity(pid_t pid, unsigned int len, unsigned long __user *umask)
{
	unsigned long mask = CPU_MASK_ALL;
	struct task_struct *t;

	if (len < sizeof(mask) || len % sizeof(mask))
		return -EINVAL;
	t = get_target(pid);
	if (!t)
		return -ESRCH;
	put_task_struct(t);
	return copy_to_user(umask, &mask, sizeof(mask)) ? -EFAULT : (long)sizeof(mask);
}

long sys_getcpu(unsigned int __user *cpu, unsigned int __user *node, void __user *unused)
{
	if (cpu && put_user(smp_processor_id(), cpu))
		return -EFAULT;
	return node && put_user(0u, node) ? -EFAULT : 0;
}
