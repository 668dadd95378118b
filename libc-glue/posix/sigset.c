/* SPDX-License-Identifier: MIT */
/* sigset.c: sets of signals; bit n-1 stands for signal n. */
#include <errno.h>
#include <signal.h>

#define WORD_BITS 32

static unsigned long *word_of(sigset_t *set, int sig)
{
	return &set->__bits[(sig - 1) / WORD_BITS];
}

static unsigned long bit_of(int sig)
{
	return 1UL << ((sig - 1) % WORD_BITS);
}

static int valid(int sig)
{
	if (sig > 0 && sig < NSIG)
		return 1;
	errno = EINVAL;
	return 0;
}

int sigemptyset(sigset_t *set)
{
	set->__bits[0] = set->__bits[1] = 0;
	return 0;
}

int sigfillset(sigset_t *set)
{
	set->__bits[0] = set->__bits[1] = ~0UL;
	return 0;
}

int sigisemptyset(const sigset_t *set)
{
	return set->__bits[0] == 0 && set->__bits[1] == 0;
}

int sigaddset(sigset_t *set, int sig)
{
	if (!valid(sig))
		return -1;
	*word_of(set, sig) |= bit_of(sig);
	return 0;
}

int sigdelset(sigset_t *set, int sig)
{
	if (!valid(sig))
		return -1;
	*word_of(set, sig) &= ~bit_of(sig);
	return 0;
}

int sigismember(const sigset_t *set, int sig)
{
	if (!valid(sig))
		return -1;
	return (set->__bits[(sig - 1) / WORD_BITS] & bit_of(sig)) != 0;
}
