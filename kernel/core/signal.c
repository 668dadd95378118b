/* SPDX-License-Identifier: MIT */
/*
 * Sending signals.
 *
 * A signal goes to a process (shared_pending; any thread that does not block it takes it) or to one thread.
 * Sending has immediate effects, whatever the handler: a stop signal cancels a pending SIGCONT, SIGCONT cancels
 * stop signals and lets stopped threads run.  A signal that will kill the process is turned into
 * SIGKILL for each of its threads at once, so that killable sleeps end.
 *
 * Locking.  A task's sighand goes away at its release, under tasklist_lock; senders hold that while
 * they take siglock.  Order: tasklist_lock, siglock, rq lock.  Everything here may run in interrupts.
 */
#include <quire/assert.h>
#include <quire/bitops.h>
#include <quire/string.h>

#include "task_internal.h"

bool signal_pending(const struct task_struct *t)
{
	return t->work >> TIF_SIGPENDING & 1;
}

bool fatal_signal_pending(const struct task_struct *t)
{
	return signal_pending(t) && t->pending.signal & sigmask(SIGKILL);
}

bool signal_pending_state(int state, const struct task_struct *t)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || !signal_pending(t))
		return false;
	return state & TASK_INTERRUPTIBLE || fatal_signal_pending(t);
}

void signal_wake_up(struct task_struct *t, bool fatal)
{
	set_bit(TIF_SIGPENDING, &t->work);
	try_to_wake_up(t, TASK_INTERRUPTIBLE | (fatal ? TASK_WAKEKILL | TASK_STOPPED : 0));
}

static bool handler_ignores(const struct task_struct *t, int sig)
{
	__sighandler_t handler = t->sighand->action[sig - 1].sa_handler;

	if (handler == SIG_DFL && t->signal->unkillable)
		return true;
	return handler == SIG_IGN || (handler == SIG_DFL && sigmask(sig) & SIG_KERNEL_IGNORE);
}

/* A blocked signal is kept: the handler may be another one when it is unblocked. */
bool sig_ignored(const struct task_struct *t, int sig)
{
	return !((t->blocked | t->real_blocked) & sigmask(sig)) && handler_ignores(t, sig);
}

bool sigismasked_or_ignored(int sig)
{
	return current->blocked & sigmask(sig) ||
	       current->sighand->action[sig - 1].sa_handler == SIG_IGN;
}

/* ---- what sending does at once; siglock held ---- */

static void continue_process(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;
	struct task_struct *each = t;

	remove_pending_locked(t, SIG_KERNEL_STOP);
	do {
		try_to_wake_up(each, TASK_STOPPED);
	} while_each_thread(t, each);
	if (sig->stop_flags & SIGNAL_STOPPED || sig->group_stop_count)
		sig->stop_flags |= SIGNAL_CONTINUED | SIGNAL_CLD_CONTINUED;
	sig->stop_flags &= ~(SIGNAL_STOPPED | SIGNAL_STOP_DEQUEUED | SIGNAL_STOP_REPORTED);
	sig->group_stop_count = 0;
}

static void prepare_signal(int sig, struct task_struct *t)
{
	if (t->signal->group_exit)
		return;
	if (sigmask(sig) & SIG_KERNEL_STOP)
		remove_pending_locked(t, sigmask(SIGCONT));
	else if (sig == SIGCONT)
		continue_process(t);
}

static bool wants_signal(int sig, const struct task_struct *t)
{
	if (t->blocked & sigmask(sig) || t->flags & PF_EXITING)
		return false;
	return sig == SIGKILL || !(t->state & TASK_STOPPED);
}

static struct task_struct *pick_thread(int sig, struct task_struct *t, bool group)
{
	struct task_struct *each = t;

	do {
		if (wants_signal(sig, each))
			return each;
	} while (group && (each = next_thread(each)) != t);
	return NULL;
}

void zap_other_threads_locked(struct task_struct *t)
{
	struct task_struct *each = t;

	t->signal->group_stop_count = 0;
	while_each_thread(t, each) {
		if (each->flags & PF_EXITING)
			continue;
		each->pending.signal |= sigmask(SIGKILL);
		signal_wake_up(each, true);
	}
}

/* The default action ends the process and nothing has to be left for a core dump. */
static bool sig_fatal(const struct task_struct *t, int sig)
{
	sigset_t others = SIG_KERNEL_IGNORE | SIG_KERNEL_STOP | SIG_KERNEL_COREDUMP;

	if (t->signal->unkillable)
		return false;
	if (sig == SIGKILL)
		return true;
	if (t->real_blocked & sigmask(sig)) /* it will be taken by sigtimedwait */
		return false;
	return t->sighand->action[sig - 1].sa_handler == SIG_DFL && !(sigmask(sig) & others);
}

static void begin_group_exit(int sig, struct task_struct *t)
{
	struct task_struct *each = t;

	t->signal->group_exit = true;
	t->signal->group_exit_code = sig;
	t->signal->group_stop_count = 0;
	do {
		each->pending.signal |= sigmask(SIGKILL);
		signal_wake_up(each, true);
	} while_each_thread(t, each);
}

static void complete_signal(int sig, struct task_struct *t, bool group)
{
	struct task_struct *target = pick_thread(sig, t, group);

	if (!target)
		return;
	if (sig_fatal(target, sig) && !target->signal->group_exit)
		begin_group_exit(sig, target);
	else
		signal_wake_up(target, sig == SIGKILL);
}

int send_signal_locked(int sig, struct siginfo *info, struct task_struct *t, bool group)
{
	int err;

	assert_spin_locked(&t->sighand->siglock);
	prepare_signal(sig, t);
	if (t->flags & PF_KTHREAD || sig_ignored(t, sig))
		return 0;
	err = queue_signal_locked(t, group ? &t->signal->shared_pending : &t->pending, sig, info);
	if (err)
		return err < 0 ? err : 0;
	complete_signal(sig, t, group);
	return 0;
}

void send_sigqueue_locked(struct sigqueue *q, struct task_struct *t, bool group)
{
	struct sigpending *pending = group ? &t->signal->shared_pending : &t->pending;
	int sig = q->info.si_signo;

	prepare_signal(sig, t);
	if (sig_ignored(t, sig))
		return;
	list_add_tail(&q->list, &pending->list);
	pending->signal |= sigmask(sig);
	complete_signal(sig, t, group);
}

/* ---- to a task; tasklist_lock held ---- */

static int send_locked(int sig, struct siginfo *info, struct task_struct *t, bool group)
{
	int err;

	if (!t->sighand)
		return -ESRCH;
	if (sig == 0)
		return 0;
	spin_lock(&t->sighand->siglock);
	err = send_signal_locked(sig, info, t, group);
	spin_unlock(&t->sighand->siglock);
	return err;
}

int group_send_sig_info(int sig, struct siginfo *info, struct task_struct *t)
{
	return send_locked(sig, info, t, true);
}

int kill_pgrp_locked(pid_t pgrp, int sig, struct siginfo *info)
{
	struct task_struct *p;
	int err = -ESRCH;

	for_each_process(p)
		if (p->pgrp == pgrp) {
			int ret = group_send_sig_info(sig, info, p);

			if (err)
				err = ret;
		}
	return err;
}

/* ---- for the rest of the kernel: no lock held ---- */

int send_sig_info(int sig, struct siginfo *info, struct task_struct *t)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&tasklist_lock, flags);
	err = send_locked(sig, info, t, true);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return err;
}

int send_thread_sig_info(int sig, struct siginfo *info, struct task_struct *t)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&tasklist_lock, flags);
	err = send_locked(sig, info, t, false);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return err;
}

static struct siginfo *sender(int from_kernel)
{
	return from_kernel ? SEND_SIG_KERNEL : SEND_SIG_USER;
}

int send_sig(int sig, struct task_struct *t, int from_kernel)
{
	return send_sig_info(sig, sender(from_kernel), t);
}

int kill_pgrp(pid_t pgrp, int sig, int from_kernel)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&tasklist_lock, flags);
	err = kill_pgrp_locked(pgrp, sig, sender(from_kernel));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return err;
}

int kill_proc(pid_t pid, int sig, int from_kernel)
{
	struct task_struct *t;
	unsigned long flags;
	int err = -ESRCH;

	spin_lock_irqsave(&tasklist_lock, flags);
	t = find_task_by_pid(pid);
	if (t)
		err = group_send_sig_info(sig, sender(from_kernel), t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return err;
}

/* A fault cannot wait: who blocks or ignores it dies of it, init included. */
int force_sig_info(int sig, struct siginfo *info, struct task_struct *t)
{
	struct k_sigaction *action;
	unsigned long flags;
	int err;

	spin_lock_irqsave(&t->sighand->siglock, flags);
	action = &t->sighand->action[sig - 1];
	if (t->blocked & sigmask(sig) || action->sa_handler == SIG_IGN) {
		action->sa_handler = SIG_DFL;
		t->blocked &= ~sigmask(sig);
		recalc_sigpending_task(t);
	}
	if (action->sa_handler == SIG_DFL)
		t->signal->unkillable = false;
	err = send_signal_locked(sig, info, t, false);
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	return err;
}

int force_sig(int sig, struct task_struct *t)
{
	return force_sig_info(sig, SEND_SIG_KERNEL, t);
}

int force_sig_fault(int sig, int code, void __user *addr)
{
	struct siginfo info = { .si_signo = sig, .si_code = code };

	info.si_addr = (void __force *)addr;
	return force_sig_info(sig, &info, current);
}
