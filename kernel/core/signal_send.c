/* SPDX-License-Identifier: MIT */
/*
 * kill and its like: who may signal whom.
 *
 * A user signals processes whose real or saved uid is his real or effective one; SIGCONT also reaches all of his
 * session; the superuser reaches everybody.  Signal 0 only asks.
 */
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"


static bool may_signal(int sig, const struct task_struct *t)
{
	const struct task_struct *me = current;

	if (capable() || me->euid == t->suid || me->euid == t->uid || me->uid == t->suid || me->uid == t->uid)
		return true;
	return sig == SIGCONT && me->session == t->session;
}

static void user_info(struct siginfo *info, int sig, int code)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = code;
	info->si_pid = current->tgid;
	info->si_uid = current->uid;
}

/* ---- to processes; tasklist_lock held ---- */

static int kill_one(struct task_struct *p, int sig, struct siginfo *info)
{
	return may_signal(sig, p) ? group_send_sig_info(sig, info, p) : -EPERM;
}

static int kill_group(pid_t pgrp, int sig, struct siginfo *info)
{
	struct task_struct *p;
	int err = -ESRCH;

	for_each_process(p) {
		if (p->pgrp != pgrp || p->flags & PF_KTHREAD)
			continue;
		/* One that could be signalled is success. */
		if (err)
			err = kill_one(p, sig, info);
		else
			(void)kill_one(p, sig, info);
	}
	return err;
}

/* Every process but init and the caller's own. */
static int kill_everybody(int sig, struct siginfo *info)
{
	struct task_struct *p;
	bool any = false;
	int err = 0;

	for_each_process(p) {
		int ret;

		if (p->pid == INIT_PID || p->tgid == current->tgid || p->flags & PF_KTHREAD)
			continue;
		any = true;
		ret = kill_one(p, sig, info);
		if (ret != -EPERM)
			err = ret;
	}
	return any ? err : -ESRCH;
}

static int kill_something(pid_t pid, int sig, struct siginfo *info)
{
	struct task_struct *p;

	if (pid == -1)
		return kill_everybody(sig, info);
	if (pid <= 0)
		return kill_group(pid ? -pid : current->pgrp, sig, info);
	p = find_task_by_pid(pid);
	return p ? kill_one(p, sig, info) : -ESRCH;
}

static bool bad_signal(int sig)
{
	return sig < 0 || sig > _NSIG;
}

long sys_kill(pid_t pid, int sig)
{
	struct siginfo info;
	int err;

	if (bad_signal(sig))
		return -EINVAL;
	if (pid == INT_MIN)
		return -ESRCH;
	user_info(&info, sig, SI_USER);
	spin_lock_irq(&tasklist_lock);
	err = kill_something(pid, sig, &info);
	spin_unlock_irq(&tasklist_lock);
	return err;
}

/* ---- to threads ---- */

static int send_to_thread(struct task_struct *t, int sig, struct siginfo *info)
{
	int err;

	if (!t->sighand)
		return -ESRCH;
	if (!may_signal(sig, t))
		return -EPERM;
	if (sig == 0)
		return 0;
	spin_lock(&t->sighand->siglock);
	err = send_signal_locked(sig, info, t, false);
	spin_unlock(&t->sighand->siglock);
	return err;
}

/* tgid 0: whatever process the thread is in. */
static int kill_thread(pid_t tgid, pid_t pid, int sig, struct siginfo *info)
{
	struct task_struct *t;
	int err = -ESRCH;

	spin_lock_irq(&tasklist_lock);
	t = find_task_by_pid(pid);
	if (t && (!tgid || t->tgid == tgid))
		err = send_to_thread(t, sig, info);
	spin_unlock_irq(&tasklist_lock);
	return err;
}

long sys_tkill(pid_t pid, int sig)
{
	struct siginfo info;

	if (pid <= 0 || bad_signal(sig))
		return -EINVAL;
	user_info(&info, sig, SI_TKILL);
	return kill_thread(0, pid, sig, &info);
}

long sys_tgkill(pid_t tgid, pid_t pid, int sig)
{
	struct siginfo info;

	if (pid <= 0 || tgid <= 0 || bad_signal(sig))
		return -EINVAL;
	user_info(&info, sig, SI_TKILL);
	return kill_thread(tgid, pid, sig, &info);
}

/* ---- with a siginfo of the caller's making ---- */

/* Only to oneself may it look as if it came from the kernel or from kill. */
static int get_info(struct siginfo *info, const struct siginfo __user *uinfo, int sig, pid_t pid)
{
	if (copy_from_user(info, uinfo, sizeof(*info)))
		return -EFAULT;
	info->si_signo = sig;
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && pid != current->tgid)
		return -EPERM;
	return bad_signal(sig) ? -EINVAL : 0;
}

long sys_rt_sigqueueinfo(pid_t pid, int sig, struct siginfo __user *uinfo)
{
	struct task_struct *p;
	struct siginfo info;
	int err = get_info(&info, uinfo, sig, pid);

	if (err)
		return err;
	spin_lock_irq(&tasklist_lock);
	p = find_task_by_pid(pid);
	err = p ? kill_one(p, sig, &info) : -ESRCH;
	spin_unlock_irq(&tasklist_lock);
	return err;
}

long sys_rt_tgsigqueueinfo(pid_t tgid, pid_t pid, int sig, struct siginfo __user *uinfo)
{
	struct siginfo info;
	int err;

	if (pid <= 0 || tgid <= 0)
		return -EINVAL;
	err = get_info(&info, uinfo, sig, tgid);
	return err ? err : kill_thread(tgid, pid, sig, &info);
}
