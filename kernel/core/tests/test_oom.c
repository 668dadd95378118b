/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of the OOM reaper: it takes an address space's private pages away, and no victim is forgotten while it
 * is busy with another, whose mmap_sem is not to be had.
 */
#include <quire/ktest.h>
#include <quire/mm.h>
#include <quire/sched.h>

#include "../task_internal.h"

#define PLACE (STACK_TOP - PAGE_SIZE)
#define PATIENCE_TICKS (4 * HZ)
#define STEP_TICKS (HZ / 50)

/* => with one page of its own; NULL: no memory */
static struct mm_struct *new_victim(void)
{
	struct mm_struct *mm = mm_alloc();
	u32 word = 1;

	if (!ktest_assert(mm))
		return NULL;
	ktest_equal(setup_stack_vma(mm, STACK_TOP, PAGE_SIZE), 0);
	ktest_equal(access_remote_vm(mm, PLACE, &word, sizeof(word), true), sizeof(word));
	ktest_equal(mm->anon_rss, 1);
	return mm;
}

static void queue(struct mm_struct *mm)
{
	spin_lock_irq(&tasklist_lock);
	oom_reap(mm);
	spin_unlock_irq(&tasklist_lock);
}

/* => the reaper is done with it */
static bool wait_for_reaper(struct mm_struct *mm)
{
	for (int ticks = 0; ticks < PATIENCE_TICKS; ticks += STEP_TICKS) {
		if (test_bit(MM_OOM_SKIP, &mm->flags))
			return true;
		schedule_timeout_uninterruptible(STEP_TICKS);
	}
	return false;
}

KTEST(oom_reaper_takes_pages)
{
	struct mm_struct *mm = new_victim();

	if (!mm)
		return;
	queue(mm);
	ktest_assert(wait_for_reaper(mm));
	ktest_equal(mm->anon_rss, 0);
	ktest_assert(test_bit(MM_REAPED, &mm->flags));
	mmput(mm);
}

KTEST(oom_reaper_forgets_no_victim)
{
	struct mm_struct *stuck = new_victim(), *next = new_victim();

	if (stuck && next) {
		down_write(&stuck->mmap_sem);
		queue(stuck);
		schedule_timeout_uninterruptible(STEP_TICKS);
		queue(next);
		ktest_assert(wait_for_reaper(stuck) && wait_for_reaper(next));
		up_write(&stuck->mmap_sem);
		ktest_equal(stuck->anon_rss, 1);
		ktest_equal(next->anon_rss, 0);
	}
	if (stuck)
		mmput(stuck);
	if (next)
		mmput(next);
}
