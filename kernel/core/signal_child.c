/* SPDX-License-Identifier: MIT */
/*
 * What a parent hears of its children: SIGCHLD, and the wake-up of who waits for them.
 * tasklist_lock is held everywhere; the parent's siglock is taken inside.
 */
#include <quire/math64.h>
#include <quire/string.h>

#include "task_internal.h"

#define NSEC_PER_USER_TICK (NSEC_PER_SEC / USER_HZ)

static s32 user_ticks(u64 ns)
{
	return (s32)div_u64(ns, NSEC_PER_USER_TICK);
}

static void fill_child_info(struct siginfo *info, struct task_struct *child, int sig, int why, int status)
{
	u64 utime, stime;

	memset(info, 0, sizeof(*info));
	task_cputime(child, &utime, &stime);
	info->si_signo = sig;
	info->si_code = why;
	info->si_pid = child->pid;
	info->si_uid = child->uid;
	info->si_status = status;
	info->si_utime = user_ticks(utime + child->signal->utime_ns);
	info->si_stime = user_ticks(stime + child->signal->stime_ns);
}

static void wake_waiters(struct task_struct *parent)
{
	__wake_up(&parent->signal->wait_chldexit, TASK_INTERRUPTIBLE, 0, NULL);
}

static void send_to_parent(struct task_struct *parent, int sig, struct siginfo *info)
{
	spin_lock(&parent->sighand->siglock);
	send_signal_locked(sig, info, parent, true);
	spin_unlock(&parent->sighand->siglock);
}

bool notify_parent_exit(struct task_struct *leader)
{
	struct task_struct *parent = leader->real_parent;
	const struct k_sigaction *chld = &parent->sighand->action[SIGCHLD - 1];
	int sig = leader->exit_signal, code = process_exit_code(leader);
	bool unwanted = false;
	struct siginfo info;

	if (sig == SIGCHLD && (chld->sa_handler == SIG_IGN || chld->sa_flags & SA_NOCLDWAIT)) {
		unwanted = true;
		if (chld->sa_handler == SIG_IGN)
			sig = 0;
	}
	if (sig > 0) {
		fill_child_info(&info, leader, sig, code & 0x7f ? CLD_KILLED : CLD_EXITED,
				code & 0x7f ? code & 0x7f : code >> 8 & 0xff);
		if (code & 0x80)
			info.si_code = CLD_DUMPED;
		send_to_parent(parent, sig, &info);
	}
	wake_waiters(parent);
	return unwanted;
}

void notify_parent_stop(struct task_struct *leader, int why)
{
	struct task_struct *parent = leader->real_parent;
	const struct k_sigaction *chld = &parent->sighand->action[SIGCHLD - 1];
	struct siginfo info;

	if (chld->sa_handler != SIG_IGN && !(chld->sa_flags & SA_NOCLDSTOP)) {
		fill_child_info(&info, leader, SIGCHLD, why,
				why == CLD_CONTINUED ? SIGCONT : leader->signal->group_exit_code & 0x7f);
		send_to_parent(parent, SIGCHLD, &info);
	}
	wake_waiters(parent);
}
