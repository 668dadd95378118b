/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/stat, status, statm and other small files about a task, in Linux's formats
 * (Linux Documentation/filesystems/proc.rst, tables 1-2 to 1-4).
 */
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/math64.h>
#include <quire/mm.h>
#include <quire/string.h>
#include <quire/swap.h>
#include <quire/tty.h>
#include <quire/uaccess.h>

#include "proc_internal.h"

static const char state_letters[] = "RSDTZX";
static const char *const state_names[] = { "R (running)", "S (sleeping)", "D (disk sleep)",
					   "T (stopped)", "Z (zombie)", "X (dead)" };

static unsigned int state_index(const struct task_struct *t)
{
	int state = t->state;

	if (state & EXIT_ZOMBIE)
		return 4;
	if (state & EXIT_DEAD)
		return 5;
	if (state & TASK_STOPPED)
		return 3;
	if (state & TASK_UNINTERRUPTIBLE)
		return 2;
	return state & TASK_INTERRUPTIBLE ? 1 : 0;
}

static u64 ns_to_ticks(u64 ns)
{
	return div_u64(ns, NSEC_PER_SEC / USER_HZ);
}

/* What is gathered under locks, to be printed without. */
struct task_numbers {
	pid_t ppid, pgrp, session;
	unsigned long cmin_flt, cmaj_flt, min_flt, maj_flt;
	u64 utime, stime, cutime, cstime;
	int threads;
	u64 pending, shared_pending, blocked, ignored, caught;
};

static void add_thread_times(struct task_struct *leader, struct task_numbers *n)
{
	struct task_struct *t = leader;

	do {
		n->utime += t->utime_ns;
		n->stime += t->stime_ns;
		n->min_flt += t->min_flt;
		n->maj_flt += t->maj_flt;
		n->threads++;
		t = list_entry(t->thread_group.next, struct task_struct, thread_group);
	} while (t != leader);
}

static void signal_sets(const struct sighand_struct *sh, struct task_numbers *n)
{
	int sig;

	for (sig = 1; sig <= _NSIG; sig++) {
		__sighandler_t h = sh->action[sig - 1].sa_handler;

		if (h == SIG_IGN)
			n->ignored |= sigmask(sig);
		else if (h != SIG_DFL)
			n->caught |= sigmask(sig);
	}
}

static void gather(struct task_struct *t, struct task_numbers *n)
{
	memset(n, 0, sizeof(*n));
	spin_lock_irq(&tasklist_lock);
	n->ppid = t->real_parent ? t->real_parent->tgid : 0;
	n->pgrp = t->pgrp;
	n->session = t->session;
	n->pending = t->pending.signal;
	n->blocked = t->blocked;
	if (t->sighand && t->signal) {
		add_thread_times(t, n);
		signal_sets(t->sighand, n);
		n->shared_pending = t->signal->shared_pending.signal;
		n->utime += t->signal->utime_ns;
		n->stime += t->signal->stime_ns;
		n->cutime = t->signal->cutime_ns;
		n->cstime = t->signal->cstime_ns;
		n->min_flt += t->signal->min_flt;
		n->maj_flt += t->signal->maj_flt;
		n->cmin_flt = t->signal->cmin_flt;
		n->cmaj_flt = t->signal->cmaj_flt;
	}
	spin_unlock_irq(&tasklist_lock);
}

int pid_stat_show(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	struct task_numbers n;
	unsigned long vsize = 0, rss = 0, code = 0, end_code = 0, stack = 0;

	gather(t, &n);
	if (mm) {
		vsize = mm->total_vm << PAGE_SHIFT;
		rss = mm->anon_rss + mm->file_rss;
		code = mm->start_code;
		end_code = mm->end_code;
		stack = mm->start_stack;
		mmput(mm);
	}
	seq_printf(m, "%d (%s) %c %d %d %d %d %d %u %lu %lu %lu %lu ", t->pid, t->comm,
		   state_letters[state_index(t)], n.ppid, n.pgrp, n.session, (int)task_tty_dev(t),
		   task_tty_pgrp(t), t->flags, n.min_flt, n.cmin_flt, n.maj_flt,
		   n.cmaj_flt);
	seq_printf(m, "%llu %llu %llu %llu %d %d %d 0 %llu %lu %lu %lu ", ns_to_ticks(n.utime),
		   ns_to_ticks(n.stime), ns_to_ticks(n.cutime), ns_to_ticks(n.cstime),
		   20 + task_nice(t), task_nice(t), n.threads, ns_to_ticks(t->start_time_ns), vsize,
		   rss, t->signal ? t->signal->rlim[RLIMIT_RSS].rlim_cur : 0);
	seq_printf(m, "%lu %lu %lu 0 0 %lu %lu %lu %lu 0 0 0 %d 0 0 0 0 0 0 0 0 0 0 0 0 0 %d\n", code,
		   end_code, stack, (unsigned long)n.pending & 0x7ffffffful,
		   (unsigned long)n.blocked & 0x7ffffffful, (unsigned long)n.ignored & 0x7ffffffful,
		   (unsigned long)n.caught & 0x7ffffffful, t->exit_signal, t->exit_code);
	return 0;
}

static void show_groups(struct seq_file *m, const struct task_struct *t)
{
	int i;

	seq_puts(m, "Groups:\t");
	for (i = 0; i < t->ngroups; i++)
		seq_printf(m, "%u ", t->groups[i]);
	seq_putc(m, '\n');
}

int pid_status_show(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	struct task_numbers n;

	gather(t, &n);
	seq_printf(m, "Name:\t%s\nUmask:\t%04o\nState:\t%s\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\n", t->comm,
		   t->fs ? t->fs->umask : 0, state_names[state_index(t)], t->tgid, t->pid, n.ppid);
	seq_printf(m, "TracerPid:\t0\nUid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n", t->uid, t->euid,
		   t->suid, t->fsuid, t->gid, t->egid, t->sgid, t->fsgid);
	show_groups(m, t);
	if (mm) {
		task_mem_show(m, mm);
		mmput(mm);
	}
	seq_printf(m, "Threads:\t%d\nSigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\n",
		   n.threads, n.pending, n.shared_pending, n.blocked);
	seq_printf(m, "SigIgn:\t%016llx\nSigCgt:\t%016llx\n", n.ignored, n.caught);
	seq_printf(m, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n", t->nvcsw,
		   t->nivcsw);
	return 0;
}

int pid_statm_show(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	unsigned long v[7] = { 0 };

	if (mm) {
		task_statm(mm, v);
		mmput(mm);
	}
	seq_printf(m, "%lu %lu %lu %lu %lu %lu %lu\n", v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
	return 0;
}

int pid_comm_show(struct seq_file *m, struct task_struct *t)
{
	seq_printf(m, "%s\n", t->comm);
	return 0;
}

int pid_io_show(struct seq_file *m, struct task_struct *t)
{
	seq_printf(m, "read_bytes: %llu\nwrite_bytes: %llu\n", t->read_bytes, t->write_bytes);
	return 0;
}

static void show_limit_value(struct seq_file *m, unsigned long value)
{
	if (value == RLIM_INFINITY)
		seq_printf(m, "%-20s ", "unlimited");
	else
		seq_printf(m, "%-20lu ", value);
}

int pid_limits_show(struct seq_file *m, struct task_struct *t)
{
	static const struct { const char *name, *unit; } names[RLIM_NLIMITS] = {
		[RLIMIT_CPU] = { "Max cpu time", "seconds" },
		[RLIMIT_FSIZE] = { "Max file size", "bytes" },
		[RLIMIT_DATA] = { "Max data size", "bytes" },
		[RLIMIT_STACK] = { "Max stack size", "bytes" },
		[RLIMIT_CORE] = { "Max core file size", "bytes" },
		[RLIMIT_RSS] = { "Max resident set", "bytes" },
		[RLIMIT_NPROC] = { "Max processes", "processes" },
		[RLIMIT_NOFILE] = { "Max open files", "files" },
		[RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" },
		[RLIMIT_AS] = { "Max address space", "bytes" },
		[RLIMIT_LOCKS] = { "Max file locks", "locks" },
		[RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
		[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" },
		[RLIMIT_NICE] = { "Max nice priority", "" },
		[RLIMIT_RTPRIO] = { "Max realtime priority", "" },
		[RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
	};
	struct rlimit limits[RLIM_NLIMITS];
	unsigned int i;

	spin_lock_irq(&tasklist_lock);
	if (t->signal)
		memcpy(limits, t->signal->rlim, sizeof(limits));
	else
		memset(limits, 0, sizeof(limits));
	spin_unlock_irq(&tasklist_lock);
	seq_printf(m, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (i = 0; i < RLIM_NLIMITS; i++) {
		seq_printf(m, "%-25s ", names[i].name);
		show_limit_value(m, limits[i].rlim_cur);
		show_limit_value(m, limits[i].rlim_max);
		seq_printf(m, "%-10s\n", names[i].unit);
	}
	return 0;
}

/* ---- the OOM killer's view ---- */

int pid_oom_score_show(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	unsigned long pages = 0, all = totalram_pages + nr_total_swap_slots();
	long score;

	if (mm) {
		pages = mm_footprint(mm);
		mmput(mm);
	}
	score = (long)(pages * 1000 / all) + t->oom_score_adj;
	seq_printf(m, "%ld\n", max(score, 0l));
	return 0;
}

int pid_oom_score_adj_show(struct seq_file *m, struct task_struct *t)
{
	seq_printf(m, "%d\n", t->oom_score_adj);
	return 0;
}

static int oom_adj_show(struct seq_file *m, void *v)
{
	struct task_struct *t = proc_task(m->private);

	if (!t)
		return -ESRCH;
	pid_oom_score_adj_show(m, t);
	put_task_struct(t);
	return 0;
}

static int oom_adj_open(struct inode *inode, struct file *file)
{
	return single_open(file, oom_adj_show, inode);
}

#define OOM_ADJ_MIN (-1000)
#define OOM_ADJ_MAX 1000

static ssize_t oom_adj_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct task_struct *t;
	char text[16];
	int value, err = 0;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	text[count] = '\0';
	if (kstrtoint(text, 0, &value) || value < OOM_ADJ_MIN || value > OOM_ADJ_MAX)
		return -EINVAL;
	t = proc_task(file_inode(file));
	if (!t)
		return -ESRCH;
	if (!proc_may_look(t) || (value < t->oom_score_adj && !capable()))
		err = -EACCES;
	else
		t->oom_score_adj = value;
	put_task_struct(t);
	return err ? err : (ssize_t)count;
}

const struct file_operations pid_oom_adj_operations = {
	.open = oom_adj_open,
	.read = seq_read,
	.write = oom_adj_write,
	.llseek = seq_lseek,
	.release = single_release,
};
