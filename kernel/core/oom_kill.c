/* SPDX-License-Identifier: MIT */
/*
 * Out of memory: who is killed, and how.  When it comes to that, layer 5 decides (mm/oom.c).
 *
 * Choice.  Points are pages that would become free: resident ones, swap entries, page
 * tables and areas, weighted by oom_score_adj (thousandths of all memory; -1000: never).
 * The superuser's small processes are spared, since they are what others are helped with; of
 * equals the youngest is chosen: it has least to lose, and a bomb's parts are younger than their victims.
 * init and kernel threads are never chosen.  While a victim is still dying nobody else
 * is chosen.
 *
 * Every process that shares the victim's mm dies with it, or nothing would become
 * free; each of their threads may use the reserves (TIF_MEMDIE) to get out, and runs before
 * all others: behind a bomb's processes it would wait for its turn as long as they do.
 *
 * A victim may be unable to die: it waits for a lock whose holder waits for memory.  So a
 * thread, the reaper, frees its private pages meanwhile.  When that is done, or cannot be, the
 * victim is done with (MM_OOM_SKIP): if memory is still out, another one is chosen.  A victim may
 * also die by itself while the reaper is still at it, so that the next is chosen: victims queue.
 */
#include <quire/err.h>
#include <quire/gfp.h>
#include <quire/mm.h>
#include <quire/printk.h>
#include <quire/reclaim.h>
#include <quire/sched.h>
#include <quire/swap.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "task_internal.h"

#define OOM_ADJ_NEVER (-1000)
#define ROOT_SHARE 32	/* of memory: so much the superuser's processes are spared */
#define REAP_TRIES 10
#define REAP_PAUSE (HZ / 10)
#define RT_PRIORITY 1	/* of the reaper and of who is to die: before all who wait for what they free */
#define KIB(pages) ((unsigned long)(pages) << (PAGE_SHIFT - 10))

static DECLARE_WAIT_QUEUE_HEAD(reaper_wait);
static LIST_HEAD(to_reap);	/* mm_structs by oom_link; tasklist_lock; each holds mm_count */

static bool is_unkillable(const struct task_struct *t)
{
	return t->tgid == INIT_PID || (t->flags & PF_KTHREAD) || t->oom_score_adj == OOM_ADJ_NEVER;
}

static long points_of(const struct task_struct *t, const struct mm_struct *mm)
{
	long all = totalram_pages + nr_total_swap_slots();
	long points = (long)mm_footprint(mm) + all / 1000 * t->oom_score_adj;

	if (t->uid == 0)
		points -= all / ROOT_SHARE;
	if (t->exec_mm)
		points += (long)mm_footprint(t->exec_mm);
	return points > 0 ? points : 1;
}

/* A thread of the group that still has the mm: the leader may have left before the others. */
static struct task_struct *thread_with_mm(struct task_struct *leader)
{
	struct task_struct *t = leader;

	do {
		if (t->mm)
			return t;
		t = list_entry(t->thread_group.next, struct task_struct, thread_group);
	} while (t != leader);
	return NULL;
}

/* => points; 0: not this one; -1: it is dying already */
static long judge(struct task_struct *p)
{
	struct task_struct *t = thread_with_mm(p);
	long points = 0;

	if (!t || is_unkillable(p))
		return 0;
	task_lock(t);
	/* The reaper does not see the arguments of an exec; the victim frees them as soon as it runs. */
	if (t->mm && (!test_bit(MM_OOM_SKIP, &t->mm->flags) || t->exec_mm))
		points = test_bit(TIF_MEMDIE, &t->work) ? -1 : points_of(p, t->mm);
	task_unlock(t);
	return points;
}

static struct task_struct *oom_select(unsigned long *points)
{
	struct task_struct *p, *worst = NULL;
	long best = 0, n;

	spin_lock_irq(&tasklist_lock);
	for_each_process(p) {
		n = judge(p);
		if (n < 0) {
			spin_unlock_irq(&tasklist_lock);
			return ERR_PTR(-1);
		}
		if (n && n >= best) {
			best = n;
			worst = p;
		}
	}
	if (worst)
		get_task_struct(worst);
	spin_unlock_irq(&tasklist_lock);
	*points = best;
	return worst;
}

/* tasklist_lock held */
static void kill_process(struct task_struct *p)
{
	struct task_struct *t = p;

	do {
		set_bit(TIF_MEMDIE, &t->work);
		(void)sched_set_policy(t, SCHED_FIFO, RT_PRIORITY);
		t = list_entry(t->thread_group.next, struct task_struct, thread_group);
	} while (t != p);
	group_send_sig_info(SIGKILL, SEND_SIG_KERNEL, p);
}

static void report(const struct task_struct *victim, const struct mm_struct *mm)
{
	pr_err("Out of memory: killed process %d (%s): anonymous %lu kB, file %lu kB, swapped %lu kB, "
	       "page tables %lu kB, oom_score_adj %d; free %lu kB, swap left %lu of %lu kB\n",
	       victim->pid, victim->comm, KIB(mm->anon_rss), KIB(mm->file_rss), KIB(mm->swap_ptes),
	       KIB(mm->nr_ptes), victim->oom_score_adj, KIB(nr_free_pages()),
	       KIB(nr_free_swap_slots()), KIB(nr_total_swap_slots()));
}

/* tasklist_lock held */
static void kill_users(struct mm_struct *mm)
{
	struct task_struct *p, *t;
	bool all = true;

	for_each_process(p) {
		t = thread_with_mm(p);
		if (!t || t->mm != mm)
			continue;
		if (p->tgid == INIT_PID || (p->flags & PF_KTHREAD))
			all = false;
		else
			kill_process(p);
	}
	if (all)
		oom_reap(mm);
	else
		set_bit(MM_OOM_SKIP, &mm->flags);
}

/* Takes over the reference that oom_select gave. */
static void oom_kill(struct task_struct *victim)
{
	struct mm_struct *mm;
	struct task_struct *t;

	spin_lock_irq(&tasklist_lock);
	t = thread_with_mm(victim);
	mm = t ? t->mm : NULL;
	if (mm) {
		report(victim, mm);
		trace_vm(oom_kill, NULL, mm, victim->pid, 0, 0);
		count_vm_event(oom_kill);
		kill_users(mm);
	}
	spin_unlock_irq(&tasklist_lock);
	put_task_struct(victim);
}

/* ---- the reaper ---- */

void oom_reap(struct mm_struct *mm)
{
	mmgrab(mm);
	list_add_tail(&mm->oom_link, &to_reap);
	wake_up(&reaper_wait);
}

static void reap(struct mm_struct *mm)
{
	bool done = false;

	for (int i = 0; i < REAP_TRIES && !done && mmget_not_zero(mm); i++) {
		done = reap_mm(mm);
		mmput(mm);
		if (!done)
			schedule_timeout_uninterruptible(REAP_PAUSE);
	}
	set_bit(MM_OOM_SKIP, &mm->flags);
}

static struct mm_struct *next_victim(void)
{
	struct mm_struct *mm;

	spin_lock_irq(&tasklist_lock);
	mm = list_first_entry(&to_reap, struct mm_struct, oom_link);
	list_del(&mm->oom_link);
	spin_unlock_irq(&tasklist_lock);
	return mm;
}

static int oom_reaper(void *unused)
{
	struct mm_struct *mm;

	(void)sched_set_policy(current, SCHED_FIFO, RT_PRIORITY);
	for (;;) {
		(void)wait_event_interruptible(reaper_wait, !list_empty(&to_reap));
		mm = next_victim();
		reap(mm);
		mmdrop(mm);
	}
	return 0;
}

void oom_reaper_start(void)
{
	if (kernel_thread(oom_reaper, NULL, "oom_reaper") < 0)
		panic("the OOM reaper cannot be started");
}

static const struct oom_ops oom_ops = { .select = oom_select, .kill = oom_kill };

void oom_kill_init(void)
{
	register_oom_ops(&oom_ops);
}
