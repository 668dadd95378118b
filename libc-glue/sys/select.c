/* SPDX-License-Identifier: MIT */
/* select.c: select(), pselect() and ppoll(). Their timeouts are spans, so the old calls do. */
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/select.h>
#include "../libquire.h"

static long clamp(time_t seconds)
{
	return seconds > __LONG_MAX__ ? __LONG_MAX__ : (long)seconds;
}

/* As on Linux, the time that was left is written back. */
int select(int count, fd_set *rd, fd_set *wr, fd_set *ex, struct timeval *timeout)
{
	long tv[2], ret;

	if (timeout) {
		tv[0] = clamp(timeout->tv_sec);
		tv[1] = timeout->tv_usec;
	}
	ret = SYSCALL5(SYS__newselect, count, rd, wr, ex, timeout ? tv : NULL);
	if (timeout) {
		timeout->tv_sec = tv[0];
		timeout->tv_usec = tv[1];
	}
	return sysret(ret);
}

int pselect(int count, fd_set *rd, fd_set *wr, fd_set *ex, const struct timespec *timeout,
	    const sigset_t *mask)
{
	struct {
		const sigset_t *mask;
		size_t size;
	} packed = { mask, sizeof(*mask) };
	long ts[2];

	if (timeout) {
		ts[0] = clamp(timeout->tv_sec);
		ts[1] = timeout->tv_nsec;
	}
	return sysret(SYSCALL6(SYS_pselect6, count, rd, wr, ex, timeout ? ts : NULL, &packed));
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	long ts[2];

	if (timeout) {
		ts[0] = clamp(timeout->tv_sec);
		ts[1] = timeout->tv_nsec;
	}
	return sysret(SYSCALL5(SYS_ppoll, fds, count, timeout ? ts : NULL, mask, sizeof(*mask)));
}
