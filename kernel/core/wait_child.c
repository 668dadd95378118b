/* SPDX-License-Identifier: MIT */
/*
 * wait4, waitpid, waitid: a parent learns what became of its children.
 *
 * Any thread may wait for the children of the whole process.  A waiter is on the queue before it looks, so no
 * change escapes it.  A dead child is claimed (ZOMBIE -> DEAD) under tasklist_lock: of several waiters one
 * gets it, and the status is copied out afterwards without locks.
 */
#include <abi/resource.h>
#include <quire/kernel.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"

struct wait_opts {
	int type;		/* P_ALL, P_PID, P_PGID */
	pid_t pid;
	int options;
	struct rusage *ru;	/* kernel memory, or NULL */
	/* result */
	pid_t found;
	uid_t uid;
	int status;		/* as wait4 gives it */
	int why;		/* CLD_* */
};

/* => does the wait concern this child? tasklist_lock held */
static bool eligible(const struct wait_opts *wo, const struct task_struct *p)
{
	bool clone_child = p->exit_signal != SIGCHLD;

	if (wo->type == P_PID && p->pid != wo->pid)
		return false;
	if (wo->type == P_PGID && p->pgrp != wo->pid)
		return false;
	if (wo->options & __WALL)
		return true;
	return clone_child == !!(wo->options & (int)__WCLONE);
}

static void report(struct wait_opts *wo, struct task_struct *p, int status, int why)
{
	wo->found = p->pid;
	wo->uid = p->uid;
	wo->status = status;
	wo->why = why;
	if (wo->ru)
		fill_rusage(p, RUSAGE_BOTH, wo->ru);
}

/* The dead child's times and faults are the parent's cutime and so on.  tasklist_lock held. */
static void add_child_sums(struct task_struct *p)
{
	struct signal_struct *to = current->signal, *from = p->signal;
	u64 utime, stime;

	task_cputime(p, &utime, &stime);
	spin_lock(&current->sighand->siglock);
	to->cutime_ns += utime + from->utime_ns + from->cutime_ns;
	to->cstime_ns += stime + from->stime_ns + from->cstime_ns;
	to->cmin_flt += p->min_flt + from->min_flt + from->cmin_flt;
	to->cmaj_flt += p->maj_flt + from->maj_flt + from->cmaj_flt;
	to->cnvcsw += p->nvcsw + from->nvcsw + from->cnvcsw;
	to->cnivcsw += p->nivcsw + from->nivcsw + from->cnivcsw;
	to->cmaxrss = max(to->cmaxrss, max(from->maxrss, from->cmaxrss));
	spin_unlock(&current->sighand->siglock);
}

/* tasklist_lock held; => the child to be released by the caller, or NULL (WNOWAIT) */
static struct task_struct *take_zombie(struct wait_opts *wo, struct task_struct *p)
{
	int code = process_exit_code(p), why = CLD_EXITED;

	if (code & 0x7f)
		why = code & 0x80 ? CLD_DUMPED : CLD_KILLED;
	report(wo, p, code, why);
	if (wo->options & WNOWAIT)
		return NULL;
	add_child_sums(p);
	p->state = EXIT_DEAD;
	return p;
}

static bool take_stopped(struct wait_opts *wo, struct task_struct *p)
{
	struct signal_struct *sig = p->signal;
	bool taken = false;

	if (!(wo->options & WSTOPPED))
		return false;
	spin_lock(&p->sighand->siglock);
	if ((sig->stop_flags & (SIGNAL_STOPPED | SIGNAL_STOP_REPORTED)) == SIGNAL_STOPPED) {
		taken = true;
		if (!(wo->options & WNOWAIT))
			sig->stop_flags |= SIGNAL_STOP_REPORTED;
	}
	spin_unlock(&p->sighand->siglock);
	if (taken)
		report(wo, p, sig->group_exit_code << 8 | 0x7f, CLD_STOPPED);
	return taken;
}

static bool take_continued(struct wait_opts *wo, struct task_struct *p)
{
	struct signal_struct *sig = p->signal;
	bool taken = false;

	if (!(wo->options & WCONTINUED))
		return false;
	spin_lock(&p->sighand->siglock);
	if (sig->stop_flags & SIGNAL_CONTINUED) {
		taken = true;
		if (!(wo->options & WNOWAIT))
			sig->stop_flags &= ~SIGNAL_CONTINUED;
	}
	spin_unlock(&p->sighand->siglock);
	if (taken)
		report(wo, p, 0xffff, CLD_CONTINUED);
	return taken;
}

/* One look at all children.  => 1: found (*dead: to be released), 0: none yet, -ECHILD: none ever */
static int look(struct wait_opts *wo, struct task_struct **dead)
{
	struct task_struct *p;
	int err = -ECHILD;

	list_for_each_entry(p, &current->group_leader->children, sibling) {
		if (p->state == EXIT_DEAD || !eligible(wo, p))
			continue;
		err = 0;
		if (process_is_dead(p)) {
			if (!(wo->options & WEXITED))
				continue;
			*dead = take_zombie(wo, p);
			return 1;
		}
		if (take_stopped(wo, p) || take_continued(wo, p))
			return 1;
	}
	return err;
}

static int look_once(struct wait_opts *wo)
{
	struct task_struct *dead = NULL;
	int ret;

	spin_lock_irq(&tasklist_lock);
	ret = look(wo, &dead);
	spin_unlock_irq(&tasklist_lock);
	if (dead)
		release_task(dead);
	return ret;
}

/* => 1: found, 0: WNOHANG and nothing, or -errno */
static int do_wait(struct wait_opts *wo)
{
	wait_queue_head_t *q = &current->signal->wait_chldexit;
	DECLARE_WAITQUEUE(wait, current);
	int ret;

	add_wait_queue(q, &wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		ret = look_once(wo);
		if (ret || wo->options & WNOHANG)
			break;
		ret = -ERESTARTSYS;
		if (signal_pending(current))
			break;
		schedule();
	}
	set_current_state(TASK_RUNNING);
	remove_wait_queue(q, &wait);
	return ret;
}

long sys_wait4(pid_t pid, int __user *status, int options, struct rusage __user *uru)
{
	struct rusage ru;
	struct wait_opts wo = { .options = options | WEXITED, .ru = uru ? &ru : NULL };
	int ret;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | (int)__WCLONE | __WALL))
		return -EINVAL;
	if (pid == INT_MIN)
		return -ESRCH;
	wo.type = pid == -1 ? P_ALL : pid > 0 ? P_PID : P_PGID;
	wo.pid = pid > 0 ? pid : pid == 0 ? current->pgrp : -pid;
	ret = do_wait(&wo);
	if (ret <= 0)
		return ret;
	if (status && put_user(wo.status, status))
		return -EFAULT;
	if (uru && copy_to_user(uru, &ru, sizeof(ru)))
		return -EFAULT;
	return wo.found;
}

long sys_waitpid(pid_t pid, int __user *status, int options)
{
	return sys_wait4(pid, status, options, NULL);
}

static int info_status(const struct wait_opts *wo)
{
	switch (wo->why) {
	case CLD_EXITED:
	case CLD_STOPPED:
		return wo->status >> 8 & 0xff;
	case CLD_CONTINUED:
		return SIGCONT;
	default:
		return wo->status & 0x7f;
	}
}

/* Nothing found (WNOHANG): all zero, as Linux does. */
static int put_info(struct siginfo __user *uinfo, const struct wait_opts *wo, bool found)
{
	struct siginfo info;

	if (!uinfo)
		return 0;
	memset(&info, 0, sizeof(info));
	if (found) {
		info.si_signo = SIGCHLD;
		info.si_code = wo->why;
		info.si_pid = wo->found;
		info.si_uid = wo->uid;
		info.si_status = info_status(wo);
	}
	/* Only the fields that a wait fills: the rest of the caller's structure stays. */
	return copy_to_user(uinfo, &info, offsetof(struct siginfo, si_utime)) ? -EFAULT : 0;
}

long sys_waitid(int which, pid_t pid, struct siginfo __user *info, int options, struct rusage __user *uru)
{
	struct rusage ru;
	struct wait_opts wo = { .type = which, .pid = pid, .options = options, .ru = uru ? &ru : NULL };
	int ret;

	if (options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD | (int)__WCLONE |
			__WALL))
		return -EINVAL;
	if (!(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	if (which != P_ALL && which != P_PID && which != P_PGID)
		return -EINVAL;
	if (which == P_PID && pid <= 0)
		return -EINVAL;
	if (which == P_PGID && pid < 0)
		return -EINVAL;
	if (which == P_PGID && pid == 0)
		wo.pid = current->pgrp;
	ret = do_wait(&wo);
	if (ret > 0 && uru && copy_to_user(uru, &ru, sizeof(ru)))
		return -EFAULT;
	if (ret >= 0 && put_info(info, &wo, ret > 0))
		return -EFAULT;
	return ret < 0 ? ret : 0;
}
