/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of borrowed address spaces: a kernel thread that runs between two turns of a task costs no write to
 * CR3, and a directory that is borrowed outlives its owner until somebody else's is loaded.
 */
#include <arch/pgtable.h>
#include <arch/tlb.h>
#include <quire/binfmts.h>
#include <quire/gfp.h>
#include <quire/ktest.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/vmstat.h>

#define TURNS 20
#define PATIENCE (2 * HZ)

/* A thread with an address space of its own, as a program has; it runs when told and ends after its turns. */
struct owner {
	struct task_struct *task;
	struct mm_struct *mm;
	struct page *pgd;
	struct completion go, ran;
	unsigned int turns;
	struct page *must_be_gone; /* this directory, as soon as the owner runs */
	bool gone;
};

static int own_and_run(void *arg)
{
	struct owner *o = arg;
	struct linux_binprm bprm = { .mm = o->mm };

	o->task = current;
	exec_use_new_mm(&bprm);
	mmdrop(bprm.old_active); /* borrowed no more */
	while (o->turns--) {
		complete(&o->ran);
		wait_for_completion(&o->go);
		o->gone = o->must_be_gone && !page_count(o->must_be_gone);
	}
	return 0;
}

static bool start_owner(struct owner *o, unsigned int turns)
{
	o->mm = mm_alloc();
	if (!ktest_assert(o->mm))
		return false;
	o->pgd = virt_to_page(o->mm->pgd);
	o->turns = turns;
	init_completion(&o->go);
	init_completion(&o->ran);
	if (!ktest_assert(kernel_thread(own_and_run, o, "owner") > 0)) {
		mmput(o->mm);
		return false;
	}
	wait_for_completion(&o->ran);
	/* Preempted as it told us, it would run once more, at a moment of its own. */
	while (READ_ONCE(o->task->on_rq))
		schedule_timeout_uninterruptible(1);
	return true;
}

/* Its thread has ended, and only we, who run on its directory, hold what is left of it. */
static bool owner_is_gone(const struct owner *o)
{
	const struct mm_struct *mm = o->mm;

	for (unsigned long end = jiffies + PATIENCE; time_before(jiffies, end);) {
		if (!atomic_read(&mm->mm_users) && atomic_read(&mm->mm_count) == 1)
			return current->active_mm == mm;
		schedule_timeout_uninterruptible(1);
	}
	return false;
}

KTEST(lazy_mm_writes_no_cr3)
{
	static struct owner a;
	unsigned long written, borrowed;

	a = (struct owner){ .must_be_gone = NULL };
	if (!start_owner(&a, TURNS))
		return;
	ktest_equal(current->active_mm, a.mm);
	ktest_equal(loaded_pgd(), a.mm->pgd);
	written = vm_events(mm_switch);
	borrowed = vm_events(mm_lazy);
	for (unsigned int i = 1; i < TURNS; i++) {
		complete(&a.go);
		wait_for_completion(&a.ran);
	}
	ktest_equal(vm_events(mm_switch), written);
	ktest_assert(vm_events(mm_lazy) >= borrowed + TURNS - 1);
	complete(&a.go);
	ktest_assert(owner_is_gone(&a));
}

KTEST(lazy_mm_outlives_its_owner)
{
	static struct owner first, second;

	second = (struct owner){ .must_be_gone = NULL };
	first = (struct owner){ .must_be_gone = NULL };
	if (!start_owner(&second, 1) || !start_owner(&first, 1))
		return;
	second.must_be_gone = first.pgd;
	complete(&first.go);
	ktest_assert(owner_is_gone(&first));
	ktest_equal(loaded_pgd(), first.mm->pgd);
	ktest_equal(first.pgd->owner, OWNER_PGD);
	complete(&second.go);
	ktest_assert(owner_is_gone(&second));
	ktest_assert(second.gone);
}

/* ---- two owners by turns, at every tick, and a borrower in between who flushes without end ---- */

#define FLUSH_TICKS (HZ / 2)

static volatile bool interrupting;
static atomic_t interrupters;

static int own_and_interrupt(void *arg)
{
	struct linux_binprm bprm = { .mm = arg };
	unsigned long odd = (unsigned long)atomic_inc_return(&interrupters) & 1;

	exec_use_new_mm(&bprm);
	mmdrop(bprm.old_active);
	while (interrupting)
		schedule_timeout_uninterruptible((jiffies & 1) == odd ? 2 : 1);
	atomic_dec(&interrupters);
	return 0;
}

static bool start_interrupter(void)
{
	struct mm_struct *mm = mm_alloc();

	if (!ktest_assert(mm))
		return false;
	if (ktest_assert(kernel_thread(own_and_interrupt, mm, "interrupter") > 0))
		return true;
	mmput(mm);
	return false;
}

/* The directory that is loaded is the one that is borrowed, wherever the flush was interrupted. */
KTEST(lazy_mm_flush_keeps_the_directory)
{
	bool right = true;
	unsigned long flags;

	interrupting = true;
	if (start_interrupter() && start_interrupter())
		for (unsigned long end = jiffies + FLUSH_TICKS; right && time_before(jiffies, end);) {
			flush_tlb_mm(READ_ONCE(current->active_mm));
			local_irq_save(flags);
			right = loaded_pgd() == current->active_mm->pgd;
			if (!right)
				load_pgd(current->active_mm->pgd);
			local_irq_restore(flags);
		}
	ktest_assert(right);
	interrupting = false;
	while (atomic_read(&interrupters))
		schedule_timeout_uninterruptible(1);
}
