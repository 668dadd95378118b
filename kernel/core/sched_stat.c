/* SPDX-License-Identifier: MIT */
/*
 * Where time goes: ticks of the processor and of tasks, load average, the task list for the log.
 *
 * A task's total (sum_exec_ns) is exact: the clock is read at every switch.  How it divides between user and
 * kernel mode is sampled by the clock interrupt; task_cputime scales the samples to the total.
 */
#include <quire/math64.h>
#include <quire/printk.h>
#include <quire/sched.h>

#include "sched_internal.h"

#define LOAD_PERIOD (5 * HZ + 1)
#define NR_LOADS 3

struct cpu_times cpu_times;
unsigned long avenrun[NR_LOADS];
static atomic_t iowait_count = ATOMIC_INIT(0);

/* exp(-5 s / 1, 5, 15 min), in FIXED_1 units */
static const unsigned long load_decay[NR_LOADS] = { 1884, 2014, 2037 };

unsigned int nr_running(void)
{
	return runqueue.nr_running;
}

u64 nr_context_switches(void)
{
	return runqueue.nr_switches;
}

unsigned int nr_iowait(void)
{
	return (unsigned int)atomic_read(&iowait_count);
}

void io_schedule(void)
{
	atomic_inc(&iowait_count);
	schedule();
	atomic_dec(&iowait_count);
}

long io_schedule_timeout(long timeout)
{
	long left;

	atomic_inc(&iowait_count);
	left = schedule_timeout(timeout);
	atomic_dec(&iowait_count);
	return left;
}

void account_tick(struct task_struct *t, bool user_mode)
{
	if (t == runqueue.idle) {
		if (nr_iowait())
			cpu_times.iowait++;
		else
			cpu_times.idle++;
	} else if (user_mode) {
		t->utime_ns += NSEC_PER_TICK;
		if (task_nice(t) > 0)
			cpu_times.nice++;
		else
			cpu_times.user++;
	} else {
		t->stime_ns += NSEC_PER_TICK;
		cpu_times.system++;
	}
}

void calc_load(void)
{
	static unsigned int ticks_left = LOAD_PERIOD;
	unsigned long active;

	if (--ticks_left)
		return;
	ticks_left = LOAD_PERIOD;
	active = (runqueue.nr_running + runqueue.nr_uninterruptible) * FIXED_1;
	for (unsigned int i = 0; i < NR_LOADS; i++)
		avenrun[i] = (avenrun[i] * load_decay[i] + active * (FIXED_1 - load_decay[i])) >> FSHIFT;
}

/* How far both must be shifted down to fit in 32 bits. */
static unsigned int excess_bits(u64 a)
{
	unsigned int shift = 0;

	for (; a >> shift > U32_MAX; shift++)
		;
	return shift;
}

void task_cputime(struct task_struct *t, u64 *utime_ns, u64 *stime_ns)
{
	u64 user = t->utime_ns, sampled = user + t->stime_ns, total = t->sum_exec_ns;
	unsigned int shift;

	if (t == current)
		total += ktime_get() - t->last_ran_ns;
	*stime_ns = 0;
	*utime_ns = total;
	if (!sampled)
		return;
	shift = excess_bits(total | sampled);
	*utime_ns = div_u64((total >> shift) * (user >> shift), (u32)(sampled >> shift)) << shift;
	*stime_ns = total > *utime_ns ? total - *utime_ns : 0;
}

static char state_letter(const struct task_struct *t)
{
	if (t->state == TASK_RUNNING)
		return 'R';
	if (t->state & TASK_INTERRUPTIBLE)
		return 'S';
	if (t->state & TASK_UNINTERRUPTIBLE)
		return 'D';
	return t->state & TASK_STOPPED ? 'T' : 'Z';
}

/* Any context but under tasklist_lock. */
void show_tasks(void)
{
	struct task_struct *p;
	unsigned long flags;

	printk(KERN_INFO "  PID  PPID S COMM             switches\n");
	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p)
		printk(KERN_INFO "%5d %5d %c %-16s %lu\n", p->pid, p->real_parent->tgid, state_letter(p),
		       p->comm, p->nvcsw + p->nivcsw);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}
