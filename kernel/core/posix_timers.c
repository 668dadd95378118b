/* SPDX-License-Identifier: MIT */
/*
 * POSIX timers: timer_create and its like, on the real-time and monotonic clocks.
 *
 * A timer belongs to a process and has one queue entry of its own: its signal is pending at most once, and
 * expiries while it waits are counted as overruns.  The timer's function runs in an interrupt and finds the
 * process by number, as ITIMER_REAL does.
 *
 * The list of timers and all their fields belong to siglock; a kernel timer is stopped before its k_itimer is freed.
 */
#include <quire/kernel.h>
#include <quire/math64.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"
#include "time_internal.h"

#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD 2
#define SIGEV_THREAD_ID 4
#define SIGEV_PAD 13
#define OVERRUN_MAX INT_MAX

struct sigevent {
	sigval_t sigev_value;
	s32 sigev_signo;
	s32 sigev_notify;
	union {
		s32 _pad[SIGEV_PAD];
		s32 _tid;
	} _sigev_un;
};

struct k_itimer {
	struct list_head link;
	int id, clock;
	struct signal_struct *signal;
	pid_t target;			/* the process's leader, or a thread */
	bool to_thread, silent;
	int signo;
	sigval_t value;
	struct timer_list timer;
	u64 deadline, interval;		/* ns of the timer's clock; deadline 0: disarmed */
	int overrun, last_overrun;
	struct sigqueue q;
};

struct itimerspec64 {
	struct timespec64 interval, value;
};

static u64 clock_now(int clock)
{
	return clock == CLOCK_REALTIME ? ktime_get_real() : ktime_get();
}

/* ---- expiry ---- */

/* The signal is being taken: what it says of overruns is what came since the last one. */
static void timer_delivered(struct sigqueue *q, struct siginfo *info)
{
	struct k_itimer *t = container_of(q, struct k_itimer, q);

	t->last_overrun = t->overrun;
	t->overrun = 0;
	info->_sifields._timer.overrun = t->last_overrun;
}

/* siglock held.  How far behind now the deadline has to be moved, in whole intervals. */
static unsigned int advance(struct k_itimer *t, u64 now)
{
	u64 missed;

	if (!t->interval) {
		t->deadline = 0;
		return 1;
	}
	missed = now > t->deadline ? div64_u64(now - t->deadline, t->interval) : 0;
	t->deadline += (missed + 1) * t->interval;
	return (unsigned int)min(missed, (u64)OVERRUN_MAX - 1) + 1;
}

static void arm(struct k_itimer *t)
{
	u64 now = clock_now(t->clock);
	u64 left = t->deadline > now ? t->deadline - now : 0;

	if (t->deadline)
		mod_timer(&t->timer, jiffies + (unsigned long)ns_to_jiffies(left));
}

static void count_overruns(struct k_itimer *t, unsigned int n)
{
	t->overrun = (int)min((u64)t->overrun + n, (u64)OVERRUN_MAX);
}

static void expire_locked(struct k_itimer *t, struct task_struct *task)
{
	u64 now = clock_now(t->clock);
	unsigned int times;

	if (!t->deadline)
		return;
	if (now < t->deadline) { /* a tick early */
		arm(t);
		return;
	}
	times = advance(t, now);
	if (!t->silent) {
		bool waits = !list_empty(&t->q.list);

		count_overruns(t, waits ? times : times - 1);
		if (!waits)
			send_sigqueue_locked(&t->q, task, !t->to_thread);
	}
	arm(t);
}

static void posix_timer_fn(unsigned long data)
{
	struct k_itimer *t = (struct k_itimer *)data;
	struct task_struct *task;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	task = find_task_by_pid(t->target);
	if (task && task->signal == t->signal && task->sighand) {
		spin_lock(&task->sighand->siglock);
		expire_locked(t, task);
		spin_unlock(&task->sighand->siglock);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* ---- creation and deletion ---- */

static int check_event(const struct sigevent *ev)
{
	switch (ev->sigev_notify) {
	case SIGEV_NONE:
		return 0;
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
	case SIGEV_THREAD_ID:
		return ev->sigev_signo < 1 || ev->sigev_signo > _NSIG ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

static int check_thread(const struct sigevent *ev)
{
	struct task_struct *task;
	bool ok;

	if (ev->sigev_notify != SIGEV_THREAD_ID)
		return 0;
	task = get_task_by_pid(ev->_sigev_un._tid);
	if (!task)
		return -EINVAL;
	ok = task->signal == current->signal;
	put_task_struct(task);
	return ok ? 0 : -EINVAL;
}

/* Its entry is charged as long as the timer lives.  => NULL: no memory, or RLIMIT_SIGPENDING */
static struct k_itimer *new_timer(int clock, const struct sigevent *ev)
{
	struct user_struct *user = charge_sigqueue(current, false);
	struct k_itimer *t = user ? kzalloc(sizeof(*t), GFP_KERNEL) : NULL;

	if (user && !t)
		uncharge_user(user, &user->sigpending);
	if (!t)
		return NULL;
	t->q.user = user;
	t->clock = clock;
	t->signal = current->signal;
	t->to_thread = ev->sigev_notify == SIGEV_THREAD_ID;
	t->silent = ev->sigev_notify == SIGEV_NONE;
	t->target = t->to_thread ? ev->_sigev_un._tid : current->tgid;
	t->signo = ev->sigev_signo;
	t->value = ev->sigev_value;
	setup_timer(&t->timer, posix_timer_fn, (unsigned long)t);
	INIT_LIST_HEAD(&t->q.list);
	t->q.delivered = timer_delivered;
	t->q.info.si_signo = t->signo;
	t->q.info.si_code = SI_TIMER;
	return t;
}

/* Numbers count up and are given again only after all were; siglock held. */
static void publish_timer(struct k_itimer *t)
{
	t->id = t->signal->posix_timer_next++ & INT_MAX;
	t->q.info._sifields._timer.tid = t->id;
	t->q.info._sifields._timer.sigval = t->value;
	list_add_tail(&t->link, &t->signal->posix_timers);
}

long sys_timer_create(int clock, struct sigevent __user *uev, int __user *uid)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct k_itimer *t;
	int err;

	if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID || clock < 0)
		return -EOPNOTSUPP;
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
		return -EINVAL;
	if (uev && copy_from_user(&ev, uev, sizeof(ev)))
		return -EFAULT;
	err = check_event(&ev);
	if (!err)
		err = check_thread(&ev);
	if (err)
		return err;
	t = new_timer(clock, &ev);
	if (!t)
		return -EAGAIN;
	spin_lock_irq(&current->sighand->siglock);
	publish_timer(t);
	if (!uev) {
		t->value.sival_int = t->id;
		t->q.info._sifields._timer.sigval = t->value;
	}
	spin_unlock_irq(&current->sighand->siglock);
	if (put_user(t->id, uid)) {
		sys_timer_delete(t->id);
		return -EFAULT;
	}
	return 0;
}

/* siglock held */
static struct k_itimer *find_timer(int id)
{
	struct k_itimer *t;

	list_for_each_entry(t, &current->signal->posix_timers, link)
		if (t->id == id)
			return t;
	return NULL;
}

/* Off the list already, so that nobody arms it again. */
static void free_timer(struct k_itimer *t)
{
	del_timer_sync(&t->timer);
	uncharge_user(t->q.user, &t->q.user->sigpending);
	kfree(t);
}

long sys_timer_delete(int id)
{
	struct k_itimer *t;

	spin_lock_irq(&current->sighand->siglock);
	t = find_timer(id);
	if (t) {
		list_del(&t->link);
		t->deadline = 0;
		cancel_sigqueue_locked(&t->q);
	}
	spin_unlock_irq(&current->sighand->siglock);
	if (!t)
		return -EINVAL;
	free_timer(t);
	return 0;
}

/* The last thread exits, or execs. */
void exit_posix_timers(struct signal_struct *sig)
{
	struct k_itimer *t;

	for (;;) {
		spin_lock_irq(&current->sighand->siglock);
		t = list_first_entry_or_null(&sig->posix_timers, struct k_itimer, link);
		if (t) {
			list_del(&t->link);
			t->deadline = 0;
			cancel_sigqueue_locked(&t->q);
		}
		spin_unlock_irq(&current->sighand->siglock);
		if (!t)
			return;
		free_timer(t);
	}
}

/* ---- setting and reading ---- */

static void read_timer(const struct k_itimer *t, struct itimerspec64 *out)
{
	u64 now = clock_now(t->clock), left = 0;

	if (t->deadline)
		left = t->deadline > now ? t->deadline - now : 1;
	out->value = ns_to_timespec(left);
	out->interval = ns_to_timespec(t->interval);
}

static int do_timer_gettime(int id, struct itimerspec64 *out)
{
	struct k_itimer *t;

	spin_lock_irq(&current->sighand->siglock);
	t = find_timer(id);
	if (t)
		read_timer(t, out);
	spin_unlock_irq(&current->sighand->siglock);
	return t ? 0 : -EINVAL;
}

static void set_timer(struct k_itimer *t, int flags, const struct itimerspec64 *new)
{
	u64 value = timespec_to_ns(&new->value);

	del_timer(&t->timer);
	t->interval = timespec_to_ns(&new->interval);
	t->overrun = t->last_overrun = 0;
	t->deadline = 0;
	if (value)
		t->deadline = flags & TIMER_ABSTIME ? value : clock_now(t->clock) + value;
	arm(t);
}

static int do_timer_settime(int id, int flags, const struct itimerspec64 *new, struct itimerspec64 *old)
{
	struct k_itimer *t;

	if (!timespec_valid(&new->value) || !timespec_valid(&new->interval))
		return -EINVAL;
	spin_lock_irq(&current->sighand->siglock);
	t = find_timer(id);
	if (t) {
		read_timer(t, old);
		set_timer(t, flags, new);
	}
	spin_unlock_irq(&current->sighand->siglock);
	return t ? 0 : -EINVAL;
}

static int get_spec32(struct itimerspec64 *it, const struct old_timespec32 __user *u)
{
	return get_timespec32(&it->interval, u) || get_timespec32(&it->value, u + 1) ? -EFAULT : 0;
}

static int put_spec32(const struct itimerspec64 *it, struct old_timespec32 __user *u)
{
	return put_timespec32(&it->interval, u) || put_timespec32(&it->value, u + 1) ? -EFAULT : 0;
}

static int get_spec64(struct itimerspec64 *it, const struct kernel_timespec __user *u)
{
	return get_timespec64(&it->interval, u) || get_timespec64(&it->value, u + 1) ? -EFAULT : 0;
}

static int put_spec64(const struct itimerspec64 *it, struct kernel_timespec __user *u)
{
	return put_timespec64(&it->interval, u) || put_timespec64(&it->value, u + 1) ? -EFAULT : 0;
}

long sys_timer_settime(int id, int flags, const void __user *value, void __user *ovalue)
{
	struct itimerspec64 new, old;
	int err;

	if (!value)
		return -EINVAL;
	if (get_spec32(&new, value))
		return -EFAULT;
	err = do_timer_settime(id, flags, &new, &old);
	return err ? err : ovalue ? put_spec32(&old, ovalue) : 0;
}

long sys_timer_gettime(int id, void __user *value)
{
	struct itimerspec64 now;
	int err = do_timer_gettime(id, &now);

	return err ? err : put_spec32(&now, value);
}

long sys_timer_settime64(int id, int flags, const void __user *value, void __user *ovalue)
{
	struct itimerspec64 new, old;
	int err;

	if (!value)
		return -EINVAL;
	if (get_spec64(&new, value))
		return -EFAULT;
	err = do_timer_settime(id, flags, &new, &old);
	return err ? err : ovalue ? put_spec64(&old, ovalue) : 0;
}

long sys_timer_gettime64(int id, void __user *value)
{
	struct itimerspec64 now;
	int err = do_timer_gettime(id, &now);

	return err ? err : put_spec64(&now, value);
}

long sys_timer_getoverrun(int id)
{
	struct k_itimer *t;
	long overrun = -EINVAL;

	spin_lock_irq(&current->sighand->siglock);
	t = find_timer(id);
	if (t)
		overrun = t->last_overrun;
	spin_unlock_irq(&current->sighand->siglock);
	return overrun;
}
