/* SPDX-License-Identifier: MIT */
/*
 * The debug build's watch over locks: their order, sleeping where it is forbidden, random
 * preemption.
 *
 * Idea.  Each lock belongs to a class. Taking B while holding A records the edge A -> B, once. When
 * a new edge closes a cycle, two tasks could deadlock, and that is reported although nothing has
 * happened yet. A class with a subclass counts as a class of its own. Trylocks are held but make no
 * edges to them: they never wait.
 *
 * Held locks are kept per task, in order; an interrupt's locks lie on top of the interrupted
 * task's, which is the truth: it waits for them. The graph is guarded by interrupts off (one CPU)
 * and read by nobody else.
 */
#ifdef CONFIG_DEBUG
#include <quire/assert.h>
#include <quire/bitmap.h>
#include <quire/cmdline.h>
#include <quire/irqflags.h>
#include <quire/ksyms.h>
#include <quire/lock.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include "lock_internal.h"

#define CLASSES_MAX	256
#define SUBCLASSES	4		/* ids per class */

static const char *names[CLASSES_MAX];
static DECLARE_BITMAP(after[CLASSES_MAX], CLASSES_MAX);	/* after[a] has b: b was taken while a was held */
static unsigned int nr_ids = 1;		/* 0: a lock without a class */
static bool broken;			/* one report is enough: what follows is noise */
static unsigned int seed = 1;

static int set_seed(const char *v) { return cmdline_uint(v, &seed); }
BOOT_OPTION_EARLY("preempt_seed=", set_seed, "random preemption: start of the sequence, 0 is off (1)");

static unsigned int class_id(struct lock_class *cls, unsigned int subclass)
{
	if (!cls)
		return 0;
	if (!cls->id && nr_ids + SUBCLASSES <= CLASSES_MAX) {
		cls->id = nr_ids;
		nr_ids += SUBCLASSES;
		for (unsigned int i = 0; i < SUBCLASSES; i++)
			names[cls->id + i] = cls->name;
	}
	return cls->id ? cls->id + subclass % SUBCLASSES : 0;
}

/* Is there a way from a to b? Breadth first over the recorded edges. */
static bool reaches(unsigned int a, unsigned int b)
{
	static unsigned long seen[BITS_TO_LONGS(CLASSES_MAX)];
	static u16 queue[CLASSES_MAX];
	unsigned int head = 0, tail = 0, next;

	bitmap_zero(seen, CLASSES_MAX);
	queue[tail++] = (u16)a;
	__set_bit(a, seen);
	while (head < tail) {
		unsigned int at = queue[head++];

		if (at == b)
			return true;
		for_each_set_bit(next, after[at], nr_ids)
			if (!__test_and_set_bit(next, seen))
				queue[tail++] = (u16)next;
	}
	return false;
}

static void print_held(const struct held_locks *h)
{
	char sym[KSYM_BUF];

	for (unsigned int i = 0; i < h->n; i++)
		pr_err("  holds %s/%u, taken at %s\n", h->held[i].class ? h->held[i].class->name : "(no class)",
		       h->held[i].subclass, ksym_format(h->held[i].ip, sym, sizeof(sym)));
}

static void report_order(const struct held_locks *h, unsigned int from, unsigned int to, unsigned long ip)
{
	char sym[KSYM_BUF];

	broken = true;
	pr_err("lock order: task %d (%s) takes %s at %s while it holds %s,\n", current->pid, current->comm,
	       names[to], ksym_format(ip, sym, sizeof(sym)), names[from]);
	pr_err("but %s was taken before %s elsewhere\n", names[to], names[from]);
	print_held(h);
	panic("lock order violated: %s -> %s", names[from], names[to]);
}

static void record_edges(const struct held_locks *h, unsigned int id, unsigned long ip)
{
	for (unsigned int i = 0; i < h->n; i++) {
		unsigned int from = class_id(h->held[i].class, h->held[i].subclass);

		if (!from || test_bit(id, after[from]))
			continue;
		if (from == id || reaches(id, from))
			report_order(h, from, id, ip);
		__set_bit(id, after[from]);
	}
}

void lock_order_acquire(struct lock_class *cls, const void *lock, unsigned int subclass, bool trylock,
			unsigned long ip)
{
	struct held_locks *h = &current->held;
	unsigned int id;
	unsigned long flags;

	if (panicking || broken)
		return;
	local_irq_save(flags);
	id = class_id(cls, subclass);
	if (id && !trylock)
		record_edges(h, id, ip);
	assert_msg(h->n < HELD_LOCKS_MAX, "too many locks held");
	h->held[h->n].class = cls;
	h->held[h->n].lock = lock;
	h->held[h->n].subclass = subclass;
	h->held[h->n++].ip = ip;
	local_irq_restore(flags);
}

void lock_order_release(struct lock_class *cls, const void *lock)
{
	struct held_locks *h = &current->held;
	unsigned long flags;
	unsigned int i;

	if (panicking || broken)
		return;
	local_irq_save(flags);
	for (i = h->n; i > 0 && h->held[i - 1].lock != lock; i--)
		;
	if (!i)
		panic("%s released by task %d (%s), which did not take it", cls ? cls->name : "lock",
		      current->pid, current->comm);
	for (; i < h->n; i++)
		h->held[i - 1] = h->held[i];
	h->n--;
	local_irq_restore(flags);
}

void lock_order_assert_none(void)
{
	if (likely(!current->held.n) || broken)
		return;
	print_held(&current->held);
	panic("task %d (%s) leaves the kernel with locks held", current->pid, current->comm);
}

void might_sleep_check(const char *file, int line)
{
	if (likely(!in_atomic() && !irqs_disabled()) || panicking || current->pid == 0)
		return;
	print_held(&current->held);
	panic("sleeping function called at %s:%d with preempt count %#x, interrupts %s", file, line,
	      preempt_count(), irqs_disabled() ? "off" : "on");
}

/* A linear congruential sequence: the same seed gives the same decisions for the same sequence of unlocks. */
void random_preemption(void)
{
	struct percpu *pc = this_cpu();

	if (!seed)
		return;
	if (!pc->preempt_seed)
		pc->preempt_seed = seed;
	pc->preempt_seed = pc->preempt_seed * 1664525u + 1013904223u;
	if (pc->preempt_seed >> 27 == 0 && current->state == TASK_RUNNING && current->pid)
		set_need_resched();
}
#endif
