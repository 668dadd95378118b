/* SPDX-License-Identifier: MIT */
/*
 * Who a task is: user and group identities, and the calls that change them.
 *
 * Each task has a real, effective, saved and file-system id of both kinds.  The superuser is effective uid 0;
 * there are no finer capabilities (capget tells so: all or none).  A task changes only its own ids, so
 * readers in other tasks see either the old or the new word.
 */
#include <quire/kernel.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"

#define UNCHANGED ((uid_t)-1)

bool capable(void)
{
	return current->euid == 0;
}

bool in_group_p(gid_t gid)
{
	if (gid == current->fsgid)
		return true;
	for (int i = 0; i < current->ngroups; i++)
		if (current->groups[i] == gid)
			return true;
	return false;
}

/* The task is counted for another user from now on.  => 0 or -EAGAIN */
static int switch_user(uid_t uid)
{
	struct user_struct *user, *old = current->user;

	if (uid == old->uid)
		return 0;
	user = alloc_uid(uid);
	if (!user)
		return -EAGAIN;
	atomic_inc(&user->processes);
	atomic_dec(&old->processes);
	spin_lock_irq(&current->sighand->siglock);	/* a sender may be charging the old one */
	current->user = user;
	spin_unlock_irq(&current->sighand->siglock);
	free_uid(old);
	return 0;
}

static int set_uids(uid_t ruid, uid_t euid, uid_t suid)
{
	struct task_struct *t = current;
	int err = ruid != t->uid ? switch_user(ruid) : 0;

	if (err)
		return err;
	if (euid != t->euid)
		t->pdeath_signal = 0;
	t->uid = ruid;
	t->suid = suid;
	t->euid = t->fsuid = euid;
	return 0;
}

static int set_gids(gid_t rgid, gid_t egid, gid_t sgid)
{
	struct task_struct *t = current;

	if (egid != t->egid)
		t->pdeath_signal = 0;
	t->gid = rgid;
	t->sgid = sgid;
	t->egid = t->fsgid = egid;
	return 0;
}

long sys_getuid(void)
{
	return (long)current->uid;
}

long sys_geteuid(void)
{
	return (long)current->euid;
}

long sys_getgid(void)
{
	return (long)current->gid;
}

long sys_getegid(void)
{
	return (long)current->egid;
}

long sys_setuid(uid_t uid)
{
	struct task_struct *t = current;

	if (uid == UNCHANGED)
		return -EINVAL;
	if (capable())
		return set_uids(uid, uid, uid);
	if (uid != t->uid && uid != t->suid)
		return -EPERM;
	return set_uids(t->uid, uid, t->suid);
}

long sys_setgid(gid_t gid)
{
	struct task_struct *t = current;

	if (gid == UNCHANGED)
		return -EINVAL;
	if (capable())
		return set_gids(gid, gid, gid);
	if (gid != t->gid && gid != t->sgid)
		return -EPERM;
	return set_gids(t->gid, gid, t->sgid);
}

long sys_setreuid(uid_t ruid, uid_t euid)
{
	struct task_struct *t = current;
	uid_t r = ruid == UNCHANGED ? t->uid : ruid, e = euid == UNCHANGED ? t->euid : euid;
	uid_t s = t->suid;

	if (!capable() && ((r != t->uid && r != t->euid) || (e != t->uid && e != t->euid && e != t->suid)))
		return -EPERM;
	if (ruid != UNCHANGED || (euid != UNCHANGED && e != t->uid))
		s = e;
	return set_uids(r, e, s);
}

long sys_setregid(gid_t rgid, gid_t egid)
{
	struct task_struct *t = current;
	gid_t r = rgid == UNCHANGED ? t->gid : rgid, e = egid == UNCHANGED ? t->egid : egid;
	gid_t s = t->sgid;

	if (!capable() && ((r != t->gid && r != t->egid) || (e != t->gid && e != t->egid && e != t->sgid)))
		return -EPERM;
	if (rgid != UNCHANGED || (egid != UNCHANGED && e != t->gid))
		s = e;
	return set_gids(r, e, s);
}

static bool is_one_of(uid_t id, uid_t a, uid_t b, uid_t c)
{
	return id == UNCHANGED || id == a || id == b || id == c;
}

long sys_setresuid(uid_t ruid, uid_t euid, uid_t suid)
{
	struct task_struct *t = current;

	if (!capable() && !(is_one_of(ruid, t->uid, t->euid, t->suid) &&
			    is_one_of(euid, t->uid, t->euid, t->suid) &&
			    is_one_of(suid, t->uid, t->euid, t->suid)))
		return -EPERM;
	return set_uids(ruid == UNCHANGED ? t->uid : ruid, euid == UNCHANGED ? t->euid : euid,
			suid == UNCHANGED ? t->suid : suid);
}

long sys_setresgid(gid_t rgid, gid_t egid, gid_t sgid)
{
	struct task_struct *t = current;

	if (!capable() && !(is_one_of(rgid, t->gid, t->egid, t->sgid) &&
			    is_one_of(egid, t->gid, t->egid, t->sgid) &&
			    is_one_of(sgid, t->gid, t->egid, t->sgid)))
		return -EPERM;
	return set_gids(rgid == UNCHANGED ? t->gid : rgid, egid == UNCHANGED ? t->egid : egid,
			sgid == UNCHANGED ? t->sgid : sgid);
}

long sys_getresuid(uid_t __user *ruid, uid_t __user *euid, uid_t __user *suid)
{
	struct task_struct *t = current;

	return put_user(t->uid, ruid) || put_user(t->euid, euid) || put_user(t->suid, suid) ? -EFAULT : 0;
}

long sys_getresgid(gid_t __user *rgid, gid_t __user *egid, gid_t __user *sgid)
{
	struct task_struct *t = current;

	return put_user(t->gid, rgid) || put_user(t->egid, egid) || put_user(t->sgid, sgid) ? -EFAULT : 0;
}

/* Both give the old id, whether or not they changed it. */
long sys_setfsuid(uid_t uid)
{
	struct task_struct *t = current;
	uid_t old = t->fsuid;

	if (uid != UNCHANGED && (capable() || uid == old || is_one_of(uid, t->uid, t->euid, t->suid)))
		t->fsuid = uid;
	return (long)old;
}

long sys_setfsgid(gid_t gid)
{
	struct task_struct *t = current;
	gid_t old = t->fsgid;

	if (gid != UNCHANGED && (capable() || gid == old || is_one_of(gid, t->gid, t->egid, t->sgid)))
		t->fsgid = gid;
	return (long)old;
}

long sys_getgroups(int size, gid_t __user *list)
{
	int n = current->ngroups;

	if (size < 0)
		return -EINVAL;
	if (size == 0)
		return n;
	if (n > size)
		return -EINVAL;
	return copy_to_user(list, current->groups, (size_t)n * sizeof(gid_t)) ? -EFAULT : n;
}

long sys_setgroups(int size, const gid_t __user *list)
{
	gid_t groups[NGROUPS_MAX];

	if (!capable())
		return -EPERM;
	if (size < 0 || size > NGROUPS_MAX)
		return -EINVAL;
	if (copy_from_user(groups, list, (size_t)size * sizeof(gid_t)))
		return -EFAULT;
	memcpy(current->groups, groups, (size_t)size * sizeof(gid_t));
	current->ngroups = size;
	return 0;
}
