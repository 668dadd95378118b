/* SPDX-License-Identifier: MIT */
/*
 * Taking signals: which one a thread handles next, default actions, job control stops.
 *
 * A stop.  The thread that takes a stop signal makes a round: every thread of the process is asked
 * (group_stop_count of them) and stops on its way to user mode or out of an interruptible sleep; the last one tells the
 * parent.  SIGCONT ends the stop wherever it stands (signal.c) and leaves a note for the first thread that
 * runs again to tell the parent: the sender must not take the parent's locks.
 */
#include <quire/bitops.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/sched.h>

#include "task_internal.h"

/* Locks: siglock is let go around this. */
static void tell_parent(int why)
{
	spin_lock_irq(&tasklist_lock);
	notify_parent_stop(current->group_leader, why);
	spin_unlock_irq(&tasklist_lock);
}

/* siglock held at entry, not at return.  The caller's thread counts itself out and stands. */
static void stand_still(void)
{
	struct signal_struct *sig = current->signal;
	bool last = --sig->group_stop_count == 0;

	if (last)
		sig->stop_flags = SIGNAL_STOPPED;
	current->exit_code = sig->group_exit_code;
	set_current_state(TASK_STOPPED);
	spin_unlock_irq(&current->sighand->siglock);
	if (last)
		tell_parent(CLD_STOPPED);
	schedule();
}

/* Another thread has begun a stop; siglock held at entry, not if true is returned. */
static bool join_stop(void)
{
	if (!current->signal->group_stop_count)
		return false;
	stand_still();
	return true;
}

/* siglock held.  => false: a SIGCONT or an exit came between; nothing happened.  True: siglock was let go */
static bool begin_stop(int sig)
{
	struct signal_struct *s = current->signal;
	struct task_struct *t = current;

	if (!(s->stop_flags & SIGNAL_STOP_DEQUEUED) || s->group_exit || s->exec_task)
		return false;
	if (!s->group_stop_count) {
		s->group_exit_code = sig;
		s->group_stop_count = 1;
		while_each_thread(current, t) {
			if (t->flags & PF_EXITING || t->state & TASK_STOPPED)
				continue;
			s->group_stop_count++;
			signal_wake_up(t, false);
		}
	}
	stand_still();
	return true;
}

/* A stop signal from the terminal does nothing to a group that nobody could continue.  siglock held. */
static bool stop_by(int sig)
{
	bool orphaned;

	if (sig != SIGSTOP) {
		spin_unlock_irq(&current->sighand->siglock);
		orphaned = is_current_pgrp_orphaned();
		spin_lock_irq(&current->sighand->siglock);
		if (orphaned)
			return false;
	}
	return begin_stop(sig);
}

enum verdict { NEXT_SIGNAL, HANDLE, STOPPED, DIE };

/* siglock held; after STOPPED it is not. */
static enum verdict decide(int sig, struct k_sigaction *ka)
{
	struct k_sigaction *action = &current->sighand->action[sig - 1];

	if (sig == SIGKILL)
		return DIE;
	if (action->sa_handler == SIG_IGN)
		return NEXT_SIGNAL;
	if (action->sa_handler != SIG_DFL) {
		*ka = *action;
		if (action->sa_flags & SA_RESETHAND)
			action->sa_handler = SIG_DFL;
		return HANDLE;
	}
	if (sigmask(sig) & SIG_KERNEL_IGNORE || current->signal->unkillable)
		return NEXT_SIGNAL;
	if (sigmask(sig) & SIG_KERNEL_STOP)
		return stop_by(sig) ? STOPPED : NEXT_SIGNAL;
	return DIE;
}

/* A program that dies of its own fault: one line in the log, as Linux writes. */
static void report_fault(int sig, const struct pt_regs *regs)
{
	const struct thread_struct *thread = &current->thread;

	if (sigmask(sig) & (sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGFPE)))
		printk_ratelimited(KERN_INFO "%s[%d]: signal %d at %08x ip %08x sp %08x trap %u error %x\n",
				   current->comm, current->pid, sig, thread->cr2, regs->eip, regs->esp,
				   thread->trap_no, thread->error_code);
}

/* One pass under siglock: => signal to handle, 0: none, -1: look again (it stood still). */
static int next_signal(struct siginfo *info, struct k_sigaction *ka, const struct pt_regs *regs)
{
	spinlock_t *lock = &current->sighand->siglock;
	enum verdict v;
	int sig;

	spin_lock_irq(lock);
	if (current->signal->stop_flags & SIGNAL_CLD_CONTINUED) {
		current->signal->stop_flags &= ~SIGNAL_CLD_CONTINUED;
		spin_unlock_irq(lock);
		tell_parent(CLD_CONTINUED);
		return -1;
	}
	do {
		if (join_stop())
			return -1;
		sig = dequeue_signal_locked(current->blocked, info);
		v = sig ? decide(sig, ka) : HANDLE;
		if (v == STOPPED)
			return -1;
	} while (v == NEXT_SIGNAL);
	if (!sig)
		recalc_sigpending();
	spin_unlock_irq(lock);
	if (v == DIE) {
		report_fault(sig, regs);
		do_group_exit(sig);
	}
	return sig;
}

int get_signal_to_deliver(struct siginfo *info, struct k_sigaction *ka, struct pt_regs *regs)
{
	int sig;

	do {
		if (test_bit(TIF_FREEZE, &current->work))
			refrigerator();
		sig = next_signal(info, ka, regs);
	} while (sig < 0);
	return sig;
}

void set_current_blocked(const sigset_t *set)
{
	struct task_struct *t = current;

	spin_lock_irq(&t->sighand->siglock);
	t->blocked = *set & ~SIG_UNBLOCKABLE;
	recalc_sigpending();
	spin_unlock_irq(&t->sighand->siglock);
}

void signal_delivered(int sig, const struct k_sigaction *ka)
{
	sigset_t blocked = current->blocked | ka->sa_mask;

	if (!(ka->sa_flags & SA_NODEFER))
		blocked |= sigmask(sig);
	set_current_blocked(&blocked);
}

/* exec: handlers of the old program are gone; what was ignored stays so. */
void flush_signal_handlers(struct task_struct *t, bool force_default)
{
	spin_lock_irq(&t->sighand->siglock);
	for (unsigned int i = 0; i < _NSIG; i++) {
		struct k_sigaction *action = &t->sighand->action[i];

		if (force_default || action->sa_handler != SIG_IGN)
			action->sa_handler = SIG_DFL;
		action->sa_flags = 0;
		action->sa_restorer = NULL;
		action->sa_mask = 0;
	}
	spin_unlock_irq(&t->sighand->siglock);
}
