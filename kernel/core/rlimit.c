/* SPDX-License-Identifier: MIT */
/*
 * Resource limits.  They belong to the process and are guarded by task_lock of its leader.
 *
 * Inside the kernel a limit is 32 bits with RLIM_INFINITY as the largest; prlimit64 has 64, and what does not fit
 * is no limit.
 */
#include <abi/resource.h>
#include <quire/kernel.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"

#define OLD_INFINITY 0x7ffffffful	/* what the first getrlimit could say at most */
#define NOFILE_MAX (1024ul * 1024)	/* no table can be larger */

static int check_new(const struct task_struct *t, unsigned int resource, const struct rlimit *new)
{
	const struct rlimit *old = &t->signal->rlim[resource];

	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && new->rlim_max > NOFILE_MAX)
		return -EPERM;
	return new->rlim_max > old->rlim_max && !capable() ? -EPERM : 0;
}

/* Either may be NULL. */
static int do_prlimit(struct task_struct *t, unsigned int resource, const struct rlimit *new,
		      struct rlimit *old)
{
	struct rlimit *rlim;
	int err = 0;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	rlim = &t->signal->rlim[resource];
	task_lock(t->group_leader);
	if (new)
		err = check_new(t, resource, new);
	if (!err && old)
		*old = *rlim;
	if (!err && new)
		*rlim = *new;
	task_unlock(t->group_leader);
	return err;
}

long sys_ugetrlimit(unsigned int resource, struct rlimit __user *urlim)
{
	struct rlimit rlim;
	int err = do_prlimit(current, resource, NULL, &rlim);

	if (err)
		return err;
	return copy_to_user(urlim, &rlim, sizeof(rlim)) ? -EFAULT : 0;
}

long sys_getrlimit(unsigned int resource, struct rlimit __user *urlim)
{
	struct rlimit rlim;
	int err = do_prlimit(current, resource, NULL, &rlim);

	if (err)
		return err;
	rlim.rlim_cur = min(rlim.rlim_cur, OLD_INFINITY);
	rlim.rlim_max = min(rlim.rlim_max, OLD_INFINITY);
	return copy_to_user(urlim, &rlim, sizeof(rlim)) ? -EFAULT : 0;
}

long sys_setrlimit(unsigned int resource, const struct rlimit __user *urlim)
{
	struct rlimit rlim;

	if (copy_from_user(&rlim, urlim, sizeof(rlim)))
		return -EFAULT;
	return do_prlimit(current, resource, &rlim, NULL);
}

static unsigned long from64(u64 limit)
{
	return limit >= RLIM_INFINITY ? RLIM_INFINITY : (unsigned long)limit;
}

static u64 to64(unsigned long limit)
{
	return limit == RLIM_INFINITY ? RLIM64_INFINITY : limit;
}

static bool may_prlimit(const struct task_struct *t)
{
	const struct task_struct *me = current;

	if (t == me || capable())
		return true;
	return me->uid == t->euid && me->uid == t->suid && me->uid == t->uid && me->gid == t->egid &&
	       me->gid == t->sgid && me->gid == t->gid;
}

long sys_prlimit64(pid_t pid, unsigned int resource, const struct rlimit64 __user *unew,
		   struct rlimit64 __user *uold)
{
	struct rlimit64 new64, old64;
	struct rlimit new, old;
	struct task_struct *t;
	int err = -EPERM;

	if (unew && copy_from_user(&new64, unew, sizeof(new64)))
		return -EFAULT;
	if (unew)
		new = (struct rlimit){ from64(new64.rlim_cur), from64(new64.rlim_max) };
	t = get_task_by_pid(pid ? pid : current->pid);
	if (!t)
		return -ESRCH;
	if (may_prlimit(t))
		err = do_prlimit(t, resource, unew ? &new : NULL, &old);
	put_task_struct(t);
	if (err || !uold)
		return err;
	old64 = (struct rlimit64){ to64(old.rlim_cur), to64(old.rlim_max) };
	return copy_to_user(uold, &old64, sizeof(old64)) ? -EFAULT : 0;
}
