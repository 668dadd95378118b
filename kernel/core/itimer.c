/* SPDX-License-Identifier: MIT */
/*
 * Interval timers (setitimer, alarm) and the limits on processor time.
 *
 * ITIMER_REAL is a kernel timer of the process; its function finds the process by number, because it runs in
 * an interrupt that may come when the process is already gone.  ITIMER_VIRTUAL and ITIMER_PROF are counted
 * down by the clock interrupt, in nanoseconds, by the tick that hits a thread of the process.
 *
 * signal->it_* belong to siglock, it_real_incr and the timer too.
 */
#include <abi/resource.h>
#include <quire/kernel.h>
#include <quire/math64.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"
#include "time_internal.h"

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2

struct itimer {
	u64 value, interval;	/* ns; value 0: not set */
};

/* The timer's function: in an interrupt, interrupts on. */
void it_real_fn(unsigned long data)
{
	struct signal_struct *sig = (struct signal_struct *)data;
	struct task_struct *t;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	t = find_task_by_pid(sig->it_real_pid);
	if (t && t->signal == sig) {
		group_send_sig_info(SIGALRM, SEND_SIG_KERNEL, t);
		if (sig->it_real_incr)
			mod_timer(&sig->real_timer, jiffies + sig->it_real_incr);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* No thread is left to see them. */
void exit_itimers(struct signal_struct *sig)
{
	del_timer_sync(&sig->real_timer);
	exit_posix_timers(sig);
}

/* ---- processor time; the clock interrupt ---- */

/* => true: it has run out in this tick */
static bool count_down(u64 *value, u64 incr)
{
	if (!*value)
		return false;
	if (*value > NSEC_PER_TICK) {
		*value -= NSEC_PER_TICK;
		return false;
	}
	*value = incr;
	return true;
}

static void check_cpu_limit(struct task_struct *t)
{
	const struct rlimit *rlim = &t->signal->rlim[RLIMIT_CPU];
	u64 used = t->signal->utime_ns + t->signal->stime_ns + t->utime_ns + t->stime_ns;
	u64 rest = used;

	if (rlim->rlim_cur == RLIM_INFINITY || do_div(rest, NSEC_PER_SEC) >= NSEC_PER_TICK)
		return;	/* looked at once a second */
	if (rest >= rlim->rlim_max)
		send_signal_locked(SIGKILL, SEND_SIG_KERNEL, t, true);
	else if (rest >= rlim->rlim_cur)
		send_signal_locked(SIGXCPU, SEND_SIG_KERNEL, t, true);
}

void run_cpu_timers(struct task_struct *t, bool user_mode)
{
	struct signal_struct *sig = t->signal;

	if (!t->sighand || t->flags & (PF_KTHREAD | PF_EXITING))
		return;
	if (!sig->it_virt_ns && !sig->it_prof_ns && sig->rlim[RLIMIT_CPU].rlim_cur == RLIM_INFINITY)
		return;
	spin_lock(&t->sighand->siglock);
	if (user_mode && count_down(&sig->it_virt_ns, sig->it_virt_incr_ns))
		send_signal_locked(SIGVTALRM, SEND_SIG_KERNEL, t, true);
	if (count_down(&sig->it_prof_ns, sig->it_prof_incr_ns))
		send_signal_locked(SIGPROF, SEND_SIG_KERNEL, t, true);
	check_cpu_limit(t);
	spin_unlock(&t->sighand->siglock);
}

/* ---- the calls ---- */

static u64 jiffies_to_ns(unsigned long j)
{
	return (u64)j * NSEC_PER_TICK;
}

static void get_itimer_locked(int which, struct itimer *it)
{
	struct signal_struct *sig = current->signal;

	if (which == ITIMER_VIRTUAL) {
		*it = (struct itimer){ sig->it_virt_ns, sig->it_virt_incr_ns };
	} else if (which == ITIMER_PROF) {
		*it = (struct itimer){ sig->it_prof_ns, sig->it_prof_incr_ns };
	} else {
		long left = (long)(sig->real_timer.expires - jiffies);

		it->value = 0;
		if (timer_pending(&sig->real_timer))
			it->value = jiffies_to_ns((unsigned long)max(left, 1l));
		it->interval = jiffies_to_ns(sig->it_real_incr);
	}
}

static void set_real_locked(struct signal_struct *sig, const struct itimer *it)
{
	del_timer(&sig->real_timer);
	sig->it_real_incr = it->value ? (unsigned long)ns_to_jiffies(it->interval) : 0;
	/* One tick more: the one that runs is partly gone. */
	if (it->value)
		mod_timer(&sig->real_timer, jiffies + (unsigned long)ns_to_jiffies(it->value) + 1);
}

static void set_itimer(int which, const struct itimer *it, struct itimer *old)
{
	struct signal_struct *sig = current->signal;

	spin_lock_irq(&current->sighand->siglock);
	get_itimer_locked(which, old);
	if (which == ITIMER_VIRTUAL) {
		sig->it_virt_ns = it->value;
		sig->it_virt_incr_ns = it->interval;
	} else if (which == ITIMER_PROF) {
		sig->it_prof_ns = it->value;
		sig->it_prof_incr_ns = it->interval;
	} else {
		set_real_locked(sig, it);
	}
	spin_unlock_irq(&current->sighand->siglock);
}

static bool timeval_valid(const struct old_timeval32 *tv)
{
	return tv->tv_sec >= 0 && tv->tv_usec >= 0 && tv->tv_usec < (s32)USEC_PER_SEC;
}

static u64 timeval_to_ns(const struct old_timeval32 *tv)
{
	return (u64)tv->tv_sec * NSEC_PER_SEC + (u64)tv->tv_usec * NSEC_PER_USEC;
}

static struct old_timeval32 ns_to_timeval(u64 ns)
{
	struct timespec64 ts = ns_to_timespec(ns);

	return (struct old_timeval32){ (s32)ts.tv_sec, ts.tv_nsec / (s32)NSEC_PER_USEC };
}

static int put_itimer(const struct itimer *it, struct old_itimerval32 __user *uvalue)
{
	struct old_itimerval32 v = { ns_to_timeval(it->interval), ns_to_timeval(it->value) };

	return copy_to_user(uvalue, &v, sizeof(v)) ? -EFAULT : 0;
}

long sys_getitimer(int which, struct old_itimerval32 __user *uvalue)
{
	struct itimer it;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	spin_lock_irq(&current->sighand->siglock);
	get_itimer_locked(which, &it);
	spin_unlock_irq(&current->sighand->siglock);
	return put_itimer(&it, uvalue);
}

/* Without a new value the timer is disarmed, as Linux has it. */
long sys_setitimer(int which, const struct old_itimerval32 __user *uvalue,
		   struct old_itimerval32 __user *uold)
{
	struct old_itimerval32 v = { { 0, 0 }, { 0, 0 } };
	struct itimer it, old;

	if (uvalue && copy_from_user(&v, uvalue, sizeof(v)))
		return -EFAULT;
	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	if (!timeval_valid(&v.it_value) || !timeval_valid(&v.it_interval))
		return -EINVAL;
	it = (struct itimer){ timeval_to_ns(&v.it_value), timeval_to_ns(&v.it_interval) };
	set_itimer(which, &it, &old);
	return uold ? put_itimer(&old, uold) : 0;
}

/* => seconds that were left, rounded to the nearest, but never 0 for a timer that runs */
long sys_alarm(unsigned int seconds)
{
	struct itimer it = { (u64)min(seconds, (unsigned int)INT_MAX) * NSEC_PER_SEC, 0 }, old;
	u32 rest;
	u64 left;

	set_itimer(ITIMER_REAL, &it, &old);
	left = div_u64_rem(old.value, NSEC_PER_SEC, &rest);
	if (rest >= NSEC_PER_SEC / 2 || (!left && rest))
		left++;
	return (long)left;
}
