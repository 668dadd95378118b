/* SPDX-License-Identifier: MIT */
/* signals.c: the signal calls, all in the rt_ form with 64-bit masks. */
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "../libquire.h"

/* The kernel wants to be told the size of a mask. */
#define MASK_SIZE sizeof(sigset_t)

void __quire_sigreturn(void);
void __quire_rt_sigreturn(void);

int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	struct sigaction copy;

	if (act) {
		copy = *act;
		copy.sa_flags |= SA_RESTORER;
		copy.sa_restorer = act->sa_flags & SA_SIGINFO ? __quire_rt_sigreturn
							      : __quire_sigreturn;
		act = &copy;
	}
	return sysret(SYSCALL4(SYS_rt_sigaction, sig, act, old, MASK_SIZE));
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	return sysret(SYSCALL4(SYS_rt_sigprocmask, how, set, old, MASK_SIZE));
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	return -SYSCALL4(SYS_rt_sigprocmask, how, set, old, MASK_SIZE);
}

int sigpending(sigset_t *set)
{
	return sysret(SYSCALL2(SYS_rt_sigpending, set, MASK_SIZE));
}

int sigsuspend(const sigset_t *mask)
{
	return sysret(SYSCALL2(SYS_rt_sigsuspend, mask, MASK_SIZE));
}

/* The kernel's timespec here is the 32-bit one; a longer wait than it holds ends early, which POSIX
 * allows for no caller to notice before 68 years have passed. */
int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
	long ts[2];

	if (timeout) {
		ts[0] = timeout->tv_sec > __LONG_MAX__ ? __LONG_MAX__ : timeout->tv_sec;
		ts[1] = timeout->tv_nsec;
	}
	return sysret(SYSCALL4(SYS_rt_sigtimedwait, set, info, timeout ? ts : NULL, MASK_SIZE));
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *set, int *sig)
{
	int got;

	do {
		got = sigwaitinfo(set, NULL);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno;
	*sig = got;
	return 0;
}

int sigqueue(pid_t pid, int sig, const union sigval value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value = value;
	return sysret(SYSCALL3(SYS_rt_sigqueueinfo, pid, sig, &info));
}
