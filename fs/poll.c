/* SPDX-License-Identifier: MIT */
/*
 * poll and ppoll; poll_wait.c has the waiting.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/poll_wait.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/syscalls_fs.h>
#include <quire/timer.h>
#include <quire/uaccess.h>

#define POLL_FEW 16u	/* descriptors without an allocation */

struct pollfd {
	s32 fd;
	s16 events, revents;
};

/* => true: ready, or no such descriptor (POLLNVAL) */
static bool poll_one(struct pollfd *p, struct poll_table *table)
{
	struct file *file;
	unsigned int mask = 0;
	bool put;

	if (p->fd >= 0) {
		mask = POLLNVAL;
		file = fget_light((unsigned int)p->fd, &put);
		if (file) {
			mask = file_poll(file, table);
			mask &= (u16)p->events | POLLERR | POLLHUP;
			fput_light(file, put);
		}
	}
	p->revents = (s16)mask;
	return mask != 0;
}

struct poll_fds {
	struct pollfd *fds;
	unsigned int n;
};

static int poll_round(void *arg, struct poll_table *table)
{
	const struct poll_fds *p = arg;
	unsigned int i;
	int ready = 0;

	for (i = 0; i < p->n; i++)
		if (poll_one(&p->fds[i], ready ? NULL : table))
			ready++;
	return ready;
}

static int copy_and_poll(struct pollfd __user *ufds, unsigned int n, long *timeout)
{
	struct pollfd few[POLL_FEW], *fds = few;
	unsigned int i;
	int ready;

	if (n > rlimit(RLIMIT_NOFILE) || n > MAX_FDS)
		return -EINVAL;
	if (n > POLL_FEW)
		fds = kmalloc(n * sizeof(*fds), GFP_KERNEL);
	if (!fds)
		return -ENOMEM;
	if (copy_from_user(fds, ufds, n * sizeof(*fds)))
		ready = -EFAULT;
	else
		ready = poll_until(poll_round, &(struct poll_fds){ fds, n }, timeout);
	for (i = 0; i < n && ready >= 0; i++)
		if (put_user(fds[i].revents, &ufds[i].revents))
			ready = -EFAULT;
	if (fds != few)
		kfree(fds);
	return ready;
}

/* After a signal without a handler the call goes on with the time that is left. */
static long restart_poll(struct task_struct *t)
{
	struct pollfd __user *fds = (struct pollfd __user *)(unsigned long)t->restart_arg[0];
	unsigned long end = (unsigned long)t->restart_arg[2];
	bool forever = t->restart_arg[3];
	long ticks = MAX_SCHEDULE_TIMEOUT, ready;

	if (!forever)
		ticks = time_after(end, jiffies) ? (long)(end - jiffies) : 0;
	ready = copy_and_poll(fds, (unsigned int)t->restart_arg[1], &ticks);
	if (ready != -ERESTARTNOHAND)
		return ready;
	t->restart_fn = restart_poll;
	return -ERESTART_RESTARTBLOCK;
}

long sys_poll(struct pollfd __user *fds, unsigned int nfds, int timeout_ms)
{
	long ticks = MAX_SCHEDULE_TIMEOUT, ready;
	unsigned long start = jiffies;

	if (timeout_ms >= 0)
		poll_timeout_ticks(timeout_ms / 1000, timeout_ms % 1000 * (s64)NSEC_PER_MSEC, &ticks);
	current->restart_arg[2] = start + (unsigned long)ticks;
	ready = copy_and_poll(fds, nfds, &ticks);
	if (ready != -ERESTARTNOHAND)
		return ready;
	current->restart_fn = restart_poll;
	current->restart_arg[0] = (unsigned long)fds;
	current->restart_arg[1] = nfds;
	current->restart_arg[3] = timeout_ms < 0;
	return -ERESTART_RESTARTBLOCK;
}

static long do_ppoll(struct pollfd __user *fds, unsigned int nfds, bool timed, s64 sec, s64 nsec,
		     const void __user *sigmask, size_t size)
{
	long ticks = MAX_SCHEDULE_TIMEOUT, ready;

	if (timed && poll_timeout_ticks(sec, nsec, &ticks))
		return -EINVAL;
	ready = poll_set_sigmask(sigmask, size);
	if (ready)
		return ready;
	ready = copy_and_poll(fds, nfds, &ticks);
	poll_restore_sigmask(sigmask, ready);
	return ready;
}

long sys_ppoll(struct pollfd __user *fds, unsigned int nfds, struct old_timespec32 __user *tsp,
	       const void __user *sigmask, size_t sigsetsize)
{
	struct old_timespec32 ts = { .tv_sec = 0 };

	if (tsp && copy_from_user(&ts, tsp, sizeof(ts)))
		return -EFAULT;
	return do_ppoll(fds, nfds, tsp != NULL, ts.tv_sec, ts.tv_nsec, sigmask, sigsetsize);
}

long sys_ppoll_time64(struct pollfd __user *fds, unsigned int nfds,
		      struct kernel_timespec __user *tsp, const void __user *sigmask,
		      size_t sigsetsize)
{
	struct kernel_timespec ts = { .tv_sec = 0 };

	if (tsp && copy_from_user(&ts, tsp, sizeof(ts)))
		return -EFAULT;
	return do_ppoll(fds, nfds, tsp != NULL, ts.tv_sec, (s32)ts.tv_nsec, sigmask, sigsetsize);
}
