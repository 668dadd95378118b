/* SPDX-License-Identifier: MIT */
/*
 * The signal calls from before the rt_ ones: 32 signals in one word.
 */
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"

#define OLD_SIGNALS 0xffffffffull

long sys_signal(int sig, __sighandler_t handler)
{
	struct k_sigaction act = { .sa_handler = handler, .sa_flags = SA_RESETHAND | SA_NODEFER }, old;
	int err = do_sigaction(sig, &act, &old);

	return err ? err : (long)old.sa_handler;
}

long sys_sigaction(int sig, const struct old_sigaction __user *uact, struct old_sigaction __user *uoact)
{
	struct k_sigaction act, oact;
	struct old_sigaction old;
	int err;

	if (uact) {
		if (copy_from_user(&old, uact, sizeof(old)))
			return -EFAULT;
		act.sa_handler = old.sa_handler;
		act.sa_flags = old.sa_flags;
		act.sa_restorer = old.sa_restorer;
		act.sa_mask = old.sa_mask;
	}
	err = do_sigaction(sig, uact ? &act : NULL, uoact ? &oact : NULL);
	if (err || !uoact)
		return err;
	old = (struct old_sigaction){
		.sa_handler = oact.sa_handler, .sa_mask = (old_sigset_t)oact.sa_mask,
		.sa_flags = oact.sa_flags, .sa_restorer = oact.sa_restorer,
	};
	return copy_to_user(uoact, &old, sizeof(old)) ? -EFAULT : 0;
}

long sys_sigprocmask(int how, const old_sigset_t __user *uset, old_sigset_t __user *uoset)
{
	old_sigset_t set, old = (old_sigset_t)current->blocked;
	int err;

	if (uset) {
		if (get_user(set, uset))
			return -EFAULT;
		/* The signals above 32 are not this call's business. */
		err = do_sigprocmask(how, how == SIG_SETMASK ? (current->blocked & ~OLD_SIGNALS) | set : set);
		if (err)
			return err;
	}
	return uoset && put_user(old, uoset) ? -EFAULT : 0;
}

long sys_sigpending(old_sigset_t __user *uset)
{
	return put_user((old_sigset_t)pending_signals(), uset);
}

long sys_sigsuspend(int unused1, int unused2, old_sigset_t mask)
{
	return do_sigsuspend(mask);
}

long sys_sgetmask(void)
{
	return (long)(u32)current->blocked;
}

long sys_ssetmask(int newmask)
{
	u32 old = (u32)current->blocked;

	(void)do_sigprocmask(SIG_SETMASK, (u32)newmask);
	return (long)old;
}
