/* SPDX-License-Identifier: MIT */
/*
 * Process groups and sessions, and the calls that tell a task its numbers.
 *
 * pgrp and session stand in every thread of a process and are changed for all of them at once, under
 * tasklist_lock; the process counts as one user of each number (pid.c).
 */
#include <quire/syscalls.h>

#include "task_internal.h"

long sys_getpid(void)
{
	return current->tgid;
}

long sys_gettid(void)
{
	return current->pid;
}

long sys_getppid(void)
{
	long ppid;

	spin_lock_irq(&tasklist_lock);
	ppid = current->group_leader->real_parent->tgid;
	spin_unlock_irq(&tasklist_lock);
	return ppid;
}

long sys_getpgrp(void)
{
	return current->pgrp;
}

long sys_getpgid(pid_t pid)
{
	struct task_struct *t;
	long pgrp = -ESRCH;

	spin_lock_irq(&tasklist_lock);
	t = pid ? find_task_by_pid(pid) : current;
	if (t)
		pgrp = t->pgrp;
	spin_unlock_irq(&tasklist_lock);
	return pgrp;
}

long sys_getsid(pid_t pid)
{
	struct task_struct *t;
	long session = -ESRCH;

	spin_lock_irq(&tasklist_lock);
	t = pid ? find_task_by_pid(pid) : current;
	if (t)
		session = t->session;
	spin_unlock_irq(&tasklist_lock);
	return session;
}

static bool group_in_session(pid_t pgrp, pid_t session)
{
	struct task_struct *p;

	for_each_process(p)
		if (p->pgrp == pgrp && p->session == session)
			return true;
	return false;
}

static void change_pgrp(struct task_struct *leader, pid_t pgrp)
{
	struct task_struct *t = leader;
	pid_t old = leader->pgrp;

	pid_get(pgrp);
	do {
		t->pgrp = pgrp;
	} while_each_thread(leader, t);
	pid_put(old);
}

/* tasklist_lock held */
static int setpgid_locked(pid_t pid, pid_t pgid)
{
	struct task_struct *leader = current->group_leader, *p = find_task_by_pid(pid);

	if (!p || p != p->group_leader)
		return p ? -EINVAL : -ESRCH;
	if (p->real_parent == leader) {
		if (p->session != leader->session)
			return -EPERM;
		if (p->did_exec)
			return -EACCES;
	} else if (p != leader) {
		return -ESRCH;
	}
	if (p->signal->leader)
		return -EPERM;
	if (pgid != pid && !group_in_session(pgid, current->session))
		return -EPERM;
	if (p->pgrp != pgid)
		change_pgrp(p, pgid);
	return 0;
}

long sys_setpgid(pid_t pid, pid_t pgid)
{
	int err;

	if (!pid)
		pid = current->tgid;
	if (!pgid)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	spin_lock_irq(&tasklist_lock);
	err = setpgid_locked(pid, pgid);
	spin_unlock_irq(&tasklist_lock);
	return err;
}

static bool group_exists(pid_t pgrp)
{
	struct task_struct *p;

	for_each_process(p)
		if (p->pgrp == pgrp)
			return true;
	return false;
}

static void change_session(struct task_struct *leader, pid_t session)
{
	struct task_struct *t = leader;
	pid_t old = leader->session;

	pid_get(session);
	do {
		t->session = session;
	} while_each_thread(leader, t);
	pid_put(old);
}

/* The new session has no terminal until its leader opens one. */
long sys_setsid(void)
{
	struct task_struct *leader = current->group_leader;
	pid_t sid = leader->pid;
	long ret = -EPERM;

	spin_lock_irq(&tasklist_lock);
	if (!leader->signal->leader && !group_exists(sid)) {
		leader->signal->leader = true;
		leader->signal->tty = NULL;
		change_session(leader, sid);
		change_pgrp(leader, sid);
		ret = sid;
	}
	spin_unlock_irq(&tasklist_lock);
	return ret;
}
