/* SPDX-License-Identifier: MIT */
/* signal.c: the older signal interfaces, on top of sigaction() and sigprocmask(). */
#include <errno.h>
#include <reent.h>
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

/* Signals that siginterrupt() wants to interrupt calls. */
static sigset_t interrupting;

_sig_func_ptr signal(int sig, _sig_func_ptr handler)
{
	struct sigaction act = { .sa_handler = handler }, old;

	if (sigismember(&interrupting, sig) != 1)
		act.sa_flags = SA_RESTART;
	sigemptyset(&act.sa_mask);
	return sigaction(sig, &act, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int siginterrupt(int sig, int interrupt)
{
	struct sigaction act;

	if (sigaction(sig, NULL, &act) < 0)
		return -1;
	if (interrupt) {
		sigaddset(&interrupting, sig);
		act.sa_flags &= ~SA_RESTART;
	} else {
		sigdelset(&interrupting, sig);
		act.sa_flags |= SA_RESTART;
	}
	return sigaction(sig, &act, NULL);
}

int raise(int sig)
{
	return tgkill(getpid(), gettid(), sig);
}

_sig_func_ptr _signal_r(struct _reent *reent, int sig, _sig_func_ptr handler)
{
	(void)reent;
	return signal(sig, handler);
}

int _raise_r(struct _reent *reent, int sig)
{
	(void)reent;
	return raise(sig);
}

int killpg(pid_t pgrp, int sig)
{
	if (pgrp < 0) {
		errno = EINVAL;
		return -1;
	}
	return kill(-pgrp, sig);
}

static sigset_t from_word(int word)
{
	return (sigset_t){ { (unsigned int)word, 0 } };
}

int sigblock(int word)
{
	sigset_t set = from_word(word), old;

	sigprocmask(SIG_BLOCK, &set, &old);
	return old.__bits[0];
}

int sigsetmask(int word)
{
	sigset_t set = from_word(word), old;

	sigprocmask(SIG_SETMASK, &set, &old);
	return old.__bits[0];
}

int siggetmask(void)
{
	return sigblock(0);
}

int sigpause(int word)
{
	sigset_t set = from_word(word);

	return sigsuspend(&set);
}

/* What newlib's header names when it is asked for System V's meaning. */
int __xpg_sigpause(int sig);
int __xpg_sigpause(int sig)
{
	sigset_t set;

	sigprocmask(SIG_SETMASK, NULL, &set);
	sigdelset(&set, sig);
	return sigsuspend(&set);
}

void __sigjmp_save(sigjmp_buf env, int save_mask)
{
	env[0].__mask_saved = save_mask;
	if (save_mask)
		sigprocmask(SIG_SETMASK, NULL, &env[0].__mask);
}

void siglongjmp(sigjmp_buf env, int value)
{
	if (env[0].__mask_saved)
		sigprocmask(SIG_SETMASK, &env[0].__mask, NULL);
	longjmp(env[0].__regs, value);
}

void _longjmp(jmp_buf env, int value)
{
	longjmp(env, value);
}
