/* SPDX-License-Identifier: MIT */
/*
 * The signal calls: handlers, masks, waiting, sending.
 */
#include <quire/bitops.h>
#include <quire/kernel.h>
#include <quire/math64.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"
#include "time_internal.h"

static bool valid_signal(int sig)
{
	return sig >= 1 && sig <= _NSIG;
}

/* ---- handlers ---- */

/* Either may be NULL. */
int do_sigaction(int sig, const struct k_sigaction *act, struct k_sigaction *oact)
{
	struct task_struct *t = current;
	struct k_sigaction *slot;

	if (!valid_signal(sig) || (act && sigmask(sig) & SIG_UNBLOCKABLE))
		return -EINVAL;
	slot = &t->sighand->action[sig - 1];
	spin_lock_irq(&t->sighand->siglock);
	if (oact)
		*oact = *slot;
	if (act) {
		*slot = *act;
		slot->sa_mask &= ~SIG_UNBLOCKABLE;
		/* POSIX: what is ignored now is dropped even if it is pending and blocked. */
		if (act->sa_handler == SIG_IGN ||
		    (act->sa_handler == SIG_DFL && sigmask(sig) & SIG_KERNEL_IGNORE)) {
			remove_pending_locked(t, sigmask(sig));
			recalc_sigpending();
		}
	}
	spin_unlock_irq(&t->sighand->siglock);
	return 0;
}

long sys_rt_sigaction(int sig, const struct k_sigaction __user *uact, struct k_sigaction __user *uoact,
		      size_t sigsetsize)
{
	struct k_sigaction act, oact;
	int err;

	if (sigsetsize != sizeof(sigset_t))
		return -EINVAL;
	if (uact && copy_from_user(&act, uact, sizeof(act)))
		return -EFAULT;
	err = do_sigaction(sig, uact ? &act : NULL, uoact ? &oact : NULL);
	if (!err && uoact && copy_to_user(uoact, &oact, sizeof(oact)))
		err = -EFAULT;
	return err;
}

/* ---- masks ---- */

int do_sigprocmask(int how, sigset_t set)
{
	sigset_t blocked = current->blocked;

	switch (how) {
	case SIG_BLOCK:
		blocked |= set;
		break;
	case SIG_UNBLOCK:
		blocked &= ~set;
		break;
	case SIG_SETMASK:
		blocked = set;
		break;
	default:
		return -EINVAL;
	}
	set_current_blocked(&blocked);
	return 0;
}

long sys_rt_sigprocmask(int how, const sigset_t __user *uset, sigset_t __user *uoset, size_t sigsetsize)
{
	sigset_t set, old = current->blocked;
	int err;

	if (sigsetsize != sizeof(sigset_t))
		return -EINVAL;
	if (uset) {
		if (copy_from_user(&set, uset, sizeof(set)))
			return -EFAULT;
		err = do_sigprocmask(how, set);
		if (err)
			return err;
	}
	return uoset && copy_to_user(uoset, &old, sizeof(old)) ? -EFAULT : 0;
}

sigset_t pending_signals(void)
{
	struct task_struct *t = current;
	sigset_t set;

	spin_lock_irq(&t->sighand->siglock);
	set = (t->pending.signal | t->signal->shared_pending.signal) & t->blocked;
	spin_unlock_irq(&t->sighand->siglock);
	return set;
}

long sys_rt_sigpending(sigset_t __user *uset, size_t sigsetsize)
{
	sigset_t set = pending_signals();

	if (sigsetsize > sizeof(set))
		return -EINVAL;
	return copy_to_user(uset, &set, sigsetsize) ? -EFAULT : 0;
}

/* ---- waiting ---- */

/* The handler runs before the old mask comes back: do_signal restores it (TIF_RESTORE_SIGMASK). */
long do_sigsuspend(sigset_t mask)
{
	struct task_struct *t = current;

	t->saved_sigmask = t->blocked;
	set_current_blocked(&mask);
	while (!signal_pending(t)) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!signal_pending(t))
			schedule();
	}
	set_current_state(TASK_RUNNING);
	set_bit(TIF_RESTORE_SIGMASK, &t->work);
	return -ERESTARTNOHAND;
}

long sys_rt_sigsuspend(const sigset_t __user *uset, size_t sigsetsize)
{
	sigset_t set;

	if (sigsetsize != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, uset, sizeof(set)))
		return -EFAULT;
	return do_sigsuspend(set);
}

long sys_pause(void)
{
	while (!signal_pending(current)) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!signal_pending(current))
			schedule();
	}
	set_current_state(TASK_RUNNING);
	return -ERESTARTNOHAND;
}

static int dequeue_from(sigset_t wanted, struct siginfo *info)
{
	int sig;

	spin_lock_irq(&current->sighand->siglock);
	sig = dequeue_signal_locked(~wanted, info);
	spin_unlock_irq(&current->sighand->siglock);
	return sig;
}

/* Unblocked while it sleeps, so that one of the wanted signals wakes it. */
static long sleep_for_signal(sigset_t wanted, long timeout)
{
	struct task_struct *t = current;
	sigset_t old = t->blocked, open = old & ~wanted;

	t->real_blocked = old;
	set_current_state(TASK_INTERRUPTIBLE);
	set_current_blocked(&open);
	timeout = signal_pending(t) ? timeout : schedule_timeout(timeout);
	set_current_state(TASK_RUNNING);
	set_current_blocked(&old);
	t->real_blocked = 0;
	return timeout;
}

/* timeout in ticks.  => the signal, -EAGAIN, -EINTR */
static long do_sigtimedwait(sigset_t wanted, struct siginfo *info, long timeout)
{
	int sig;

	wanted &= ~SIG_UNBLOCKABLE;
	sig = dequeue_from(wanted, info);
	if (sig)
		return sig;
	if (!timeout)
		return -EAGAIN;
	timeout = sleep_for_signal(wanted, timeout);
	sig = dequeue_from(wanted, info);
	if (sig)
		return sig;
	return timeout ? -EINTR : -EAGAIN;
}

static long sigtimedwait_call(const sigset_t __user *uset, struct siginfo __user *uinfo,
			      const struct timespec64 *ts, size_t sigsetsize)
{
	struct siginfo info;
	sigset_t set;
	long ret;

	if (sigsetsize != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, uset, sizeof(set)))
		return -EFAULT;
	if (ts && !timespec_valid(ts))
		return -EINVAL;
	ret = do_sigtimedwait(set, &info, ts ? timespec_to_jiffies(ts) : MAX_SCHEDULE_TIMEOUT);
	if (ret > 0 && uinfo && copy_to_user(uinfo, &info, sizeof(info)))
		ret = -EFAULT;
	return ret;
}

long sys_rt_sigtimedwait(const sigset_t __user *uset, struct siginfo __user *uinfo,
			 const struct old_timespec32 __user *timeout, size_t sigsetsize)
{
	struct timespec64 ts;

	if (timeout && get_timespec32(&ts, timeout))
		return -EFAULT;
	return sigtimedwait_call(uset, uinfo, timeout ? &ts : NULL, sigsetsize);
}

long sys_rt_sigtimedwait_time64(const sigset_t __user *uset, struct siginfo __user *uinfo,
				const struct kernel_timespec __user *timeout, size_t sigsetsize)
{
	struct timespec64 ts;

	if (timeout && get_timespec64(&ts, timeout))
		return -EFAULT;
	return sigtimedwait_call(uset, uinfo, timeout ? &ts : NULL, sigsetsize);
}

/* What was interrupted left a function that knows how to go on. */
long sys_restart_syscall(void)
{
	long (*fn)(struct task_struct *) = current->restart_fn;

	current->restart_fn = NULL;
	return fn ? fn(current) : -EINTR;
}
