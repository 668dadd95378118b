/* SPDX-License-Identifier: MIT */
/*
 * What a process has used: getrusage, times, and what wait4 reports.
 */
#include <abi/resource.h>
#include <quire/kernel.h>
#include <quire/math64.h>
#include <quire/mm.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"

#define PAGES_TO_KIB(pages) ((long)((pages) << (PAGE_SHIFT - 10)))

static struct old_timeval32 ns_to_timeval(u64 ns)
{
	u32 rest;
	u64 sec = div_u64_rem(ns, NSEC_PER_SEC, &rest);

	return (struct old_timeval32){ (s32)sec, (s32)(rest / NSEC_PER_USEC) };
}

struct usage {
	u64 utime, stime;
	unsigned long min_flt, maj_flt, nvcsw, nivcsw, maxrss;
};

static void add_thread(struct usage *u, struct task_struct *t)
{
	u64 utime, stime;

	task_cputime(t, &utime, &stime);
	u->utime += utime;
	u->stime += stime;
	u->min_flt += t->min_flt;
	u->maj_flt += t->maj_flt;
	u->nvcsw += t->nvcsw;
	u->nivcsw += t->nivcsw;
}

static void add_process(struct usage *u, struct task_struct *t)
{
	const struct signal_struct *sig = t->signal;
	struct task_struct *each = t;

	do {
		add_thread(u, each);
	} while_each_thread(t, each);
	u->utime += sig->utime_ns;
	u->stime += sig->stime_ns;
	u->min_flt += sig->min_flt;
	u->maj_flt += sig->maj_flt;
	u->nvcsw += sig->nvcsw;
	u->nivcsw += sig->nivcsw;
	u->maxrss = max(u->maxrss, sig->maxrss);
}

static void add_children(struct usage *u, const struct signal_struct *sig)
{
	u->utime += sig->cutime_ns;
	u->stime += sig->cstime_ns;
	u->min_flt += sig->cmin_flt;
	u->maj_flt += sig->cmaj_flt;
	u->nvcsw += sig->cnvcsw;
	u->nivcsw += sig->cnivcsw;
	u->maxrss = max(u->maxrss, sig->cmaxrss);
}

/* tasklist_lock held */
void fill_rusage(struct task_struct *t, int who, struct rusage *ru)
{
	struct usage u = { 0 };

	if (who == RUSAGE_THREAD)
		add_thread(&u, t);
	if (who == RUSAGE_SELF || who == RUSAGE_BOTH)
		add_process(&u, t);
	if (who == RUSAGE_CHILDREN || who == RUSAGE_BOTH)
		add_children(&u, t->signal);
	if (t->mm && who != RUSAGE_CHILDREN)
		u.maxrss = max(u.maxrss, max(t->mm->hiwater_rss, t->mm->file_rss + t->mm->anon_rss));
	memset(ru, 0, sizeof(*ru));
	ru->ru_utime = ns_to_timeval(u.utime);
	ru->ru_stime = ns_to_timeval(u.stime);
	ru->ru_maxrss = PAGES_TO_KIB(u.maxrss);
	ru->ru_minflt = (long)u.min_flt;
	ru->ru_majflt = (long)u.maj_flt;
	ru->ru_nvcsw = (long)u.nvcsw;
	ru->ru_nivcsw = (long)u.nivcsw;
}

long sys_getrusage(int who, struct rusage __user *uru)
{
	struct rusage ru;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	spin_lock_irq(&tasklist_lock);
	fill_rusage(current, who, &ru);
	spin_unlock_irq(&tasklist_lock);
	return copy_to_user(uru, &ru, sizeof(ru)) ? -EFAULT : 0;
}

static s32 ns_to_clock(u64 ns)
{
	return (s32)div_u64(ns, NSEC_PER_SEC / USER_HZ);
}

void process_cputime(struct task_struct *t, u64 *utime, u64 *stime)
{
	struct usage u = { 0 };

	spin_lock_irq(&tasklist_lock);
	add_process(&u, t);
	spin_unlock_irq(&tasklist_lock);
	*utime = u.utime;
	*stime = u.stime;
}

long sys_times(struct tms __user *buf)
{
	const struct signal_struct *sig = current->signal;
	u64 utime, stime;
	struct tms tms;

	process_cputime(current, &utime, &stime);
	tms.tms_utime = ns_to_clock(utime);
	tms.tms_stime = ns_to_clock(stime);
	tms.tms_cutime = ns_to_clock(sig->cutime_ns);
	tms.tms_cstime = ns_to_clock(sig->cstime_ns);
	if (buf && copy_to_user(buf, &tms, sizeof(tms)))
		return -EFAULT;
	/* A count that wraps; never an errno, which would be a moment in 2^32 ticks. */
	return ns_to_clock(ktime_get()) & LONG_MAX;
}
