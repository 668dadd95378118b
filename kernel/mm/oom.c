/* SPDX-License-Identifier: MIT */
/*
 * Layer 5: out of memory: when is it true?  Whom to kill, and how, is core's part (oom_ops).
 *
 * An allocation asks after its reclaim made no progress several times running.  It is true only when that goes
 * on: OOM_FAILURES such questions over at least OOM_SPAN, with nothing reclaimed by anybody and no transfer
 * under way.  Nobody is killed while a victim still has memory to give back (oom_ops).  When memory is out again
 * soon after, there are many who want it, and each kill helps little: then a shorter span will do.
 */
#include <quire/err.h>
#include <quire/page_lists.h>
#include <quire/pagemap.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/swap.h>
#include <quire/timer.h>

#include "cache_internal.h"
#include "reclaim_internal.h"

#define OOM_FAILURES 5
#define OOM_SPAN (HZ / 2)
#define OOM_SPAN_AGAIN (HZ / 20)
#define OOM_FORGET (5 * HZ) /* failures further apart do not belong together; nor do kills */
#define SWAP_FREE_PATIENCE 4 /* times as many failures while there are free slots */

static const struct oom_ops *oom_ops;

/* One processor's worth of races may lose a count; no more. */
static struct {
	unsigned long first, last, killed;
	unsigned int failures;
	bool any_kill;
} oom;

void register_oom_ops(const struct oom_ops *ops)
{
	oom_ops = ops;
}

void oom_note_progress(void)
{
	oom.failures = 0;
}

/* Free slots help only as long as there are pages to put there: kernel memory does not go to swap. */
static bool swap_could_help(void)
{
	unsigned long pages = nr_list_pages(LIST_ACTIVE) + nr_list_pages(LIST_INACTIVE_DIRTY);

	return nr_free_swap_slots() > 0 && pages > min_free_kbytes >> (PAGE_SHIFT - 10);
}

/* => the failures of late show that memory is out */
static bool note_failure(void)
{
	bool again = oom.any_kill && time_before(jiffies, oom.killed + OOM_FORGET);
	unsigned int patience = swap_could_help() ? SWAP_FREE_PATIENCE : 1;

	if (!oom.failures || time_after(jiffies, oom.last + OOM_FORGET)) {
		oom.first = jiffies;
		oom.failures = 0;
	}
	oom.last = jiffies;
	oom.failures++;
	return oom.failures >= OOM_FAILURES * patience &&
	       time_after(jiffies, oom.first + (again ? OOM_SPAN_AGAIN : OOM_SPAN) * patience);
}

static void report(enum zone_type class, gfp_t gfp, unsigned int order)
{
	struct zone *zone;

	pr_warn("out of memory: %s wants 2^%u frames, mode %#x, class %s; swap %ld of %ld slots free\n",
		current->comm, order, gfp, zones[class].name, nr_free_swap_slots(),
		nr_total_swap_slots());
	for_each_zone(zone)
		if (zone->present_pages)
			pr_warn("  %-7s free %lu (min %lu), active %lu, inactive %lu dirty + %lu clean\n",
				zone->name, zone->free_pages, zone->watermark[WMARK_MIN],
				zone->nr_active, zone->nr_inactive_dirty, zone->nr_inactive_clean);
}

static bool kill_somebody(enum zone_type class, gfp_t gfp, unsigned int order)
{
	struct task_struct *victim;
	unsigned long points;

	if (!oom_ops)
		return false;
	report(class, gfp, order);
	victim = oom_ops->select(&points);
	if (IS_ERR(victim))
		return true; /* one is dying */
	if (!victim)
		return false;
	oom_ops->kill(victim);
	oom.killed = jiffies;
	oom.any_kill = true;
	return true;
}

bool out_of_memory(enum zone_type class, gfp_t gfp, unsigned int order)
{
	if (!class_short(class, WMARK_MIN) || writes_in_flight()) {
		oom.failures = 0;
		return true;
	}
	if (!note_failure())
		return true;
	oom.failures = 0;
	if (swapoff_give_up())
		return true;
	return kill_somebody(class, gfp, order);
}
