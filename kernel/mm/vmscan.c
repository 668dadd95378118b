/* SPDX-License-Identifier: MIT */
/*
 * Layer 5: page reclaim: the policy in one place.
 *
 * Idea.  Memory that is merely free is wasted, but allocation must never wait
 * long.  So pages are given up in steps, each of which can be taken back cheaply:
 *
 *	active -> inactive_dirty	old by age, mapped nowhere	(refill_inactive_scan)
 *	       -> written, clean	the contents are on disk	(page_launder)
 *	       -> inactive_clean	free at once, or rescued by a use
 *	       -> free			(reclaim_page, by whoever needs a page)
 *
 * and kswapd keeps inactive_clean supplied ahead of demand.  Ptes are
 * read by swap_out alone (layer 6); everything here looks at pages only.
 *
 * Structures.  scan_control says what a pass may do and what it has done.  priority
 * runs from DEF_PRIORITY, a small part of each list, to 0, all of it.
 *
 * Age.  0..64; one more when a scan finds the page used, halved when not.  At 0 swap_out
 * unmaps it and refill_inactive_scan deactivates it.  Both walk their part of memory
 * in the same proportion per pass, so a mapped page is seen by one about as often as by
 * the other.
 *
 * The predicate.  zone_short(zone, mark): free + inactive_clean against a mark.  LOW wakes kswapd,
 * HIGH lets it sleep, the allocator's direct reclaimers go on at MIN.  An empty zone is never short.
 *
 * Balance.  The inactive lists hold at least INACTIVE_SHARE of what is on lists; only
 * below that is active scanned for more than its slow aging by the clock.  A stream of pages
 * read once lives and dies on the inactive lists.
 *
 * Locking.  None held across calls; list and page locks inside layers 3 and 4.
 *
 * Limits.  A pass looks at no more than the lists' length >> priority (at least
 * SWAP_CLUSTER_MAX) and starts MAX_WRITES writes.  Nothing here allocates without PF_MEMALLOC.
 */
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/page_lists.h>
#include <quire/pagemap.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/swap.h>
#include <quire/timer.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "reclaim_internal.h"

#define INACTIVE_SHARE 8       /* 1/8 of the pages on lists */
#define DEFAULT_SWAPPINESS 60
#define SWAPPINESS_EVEN 60     /* ptes and active pages are looked at in equal numbers */
#define DIRECT_WAIT_TICKS (HZ / 20)
#define RECLAIMERS_MOST 4     /* allocating tasks that scan at the same time */
#define RECLAIMERS_WAIT (HZ / 10)
#define AGING_PERIOD (2 * HZ)
#define URGENT_PRIORITY 1      /* from here on swappiness does not spare ptes */

int vm_swappiness = DEFAULT_SWAPPINESS;

static const struct mm_ops *mm_ops;
static unsigned long last_aged[MAX_NR_ZONES]; /* jiffies */
static DECLARE_WAIT_QUEUE_HEAD(reclaimers_queue);
static atomic_t reclaimers = ATOMIC_INIT(0);

void register_mm_ops(const struct mm_ops *ops)
{
	mm_ops = ops;
}

/* ---- what is short ---- */

bool zone_short(struct zone *zone, enum zone_watermark mark)
{
	return zone->present_pages &&
	       !zone_watermark_ok(zone, 0, zone->watermark[mark], (enum zone_type)(zone - zones));
}

bool class_short(enum zone_type class, enum zone_watermark mark)
{
	int z;

	for (z = 0; z <= (int)class; z++)
		if (zone_short(&zones[z], mark))
			return true;
	return false;
}

static unsigned long zone_list_pages(const struct zone *zone)
{
	return zone->nr_active + zone->nr_inactive_dirty + zone->nr_inactive_clean;
}

/*
 * Does a pass work on the zone?  kswapd leaves one alone that has pages to spare for the class: the allocator takes
 * those first, so that all zones of the class age together, however small each is.
 */
static bool zone_in_pass(struct zone *zone, const struct scan_control *sc)
{
	return zone->present_pages &&
	       (!sc->kswapd || !zone_watermark_ok(zone, 0, zone->watermark[WMARK_HIGH] +
						  SWAP_CLUSTER_MAX, sc->class));
}

/* Pages that should be on the inactive lists and are not. */
static unsigned long inactive_shortage(const struct zone *zone)
{
	unsigned long target = max(zone_list_pages(zone) / INACTIVE_SHARE,
				   zone->watermark[WMARK_HIGH]);
	unsigned long have = zone->nr_inactive_dirty + zone->nr_inactive_clean;

	return have < target ? target - have : 0;
}

/* ---- aging ---- */

/* => the page was old and is inactive now */
static bool age_active_page(struct page *page, bool urgent)
{
	u64 before = trace_snapshot(page);

	if (TestClearPageReferenced(page)) {
		/* A mapped page was aged up by swap_out when it found the pte's Accessed bit. */
		if (!page_mapcount(page))
			age_page_up(page);
		trace_vm_from(before, age_up, page, NULL, 0, 0, 0);
		return false;
	}
	/* swap_out ages it: it looks once a round, too. */
	if (page_mapcount(page) == 1)
		return false;
	if (page->age) {
		age_page_down(page);
		trace_vm_from(before, age_down, page, NULL, 0, 0, 0);
		if (page->age && !urgent)
			return false;
	}
	if (page_mapcount(page) || page_count(page) > freeable_count(page))
		return false;
	deactivate_page(page);
	return true;
}

/* Look at nr active pages, deactivate at most want. */
static void refill_inactive_scan(struct zone *zone, struct scan_control *sc, unsigned long nr,
				 unsigned long want)
{
	unsigned long seen = 0, moved = 0;

	while (seen < nr && moved < want) {
		struct page *page = page_list_next(zone, LIST_ACTIVE);

		if (!page)
			break;
		seen++;
		moved += age_active_page(page, sc->priority == 0);
		unpin_page(page);
		cond_resched();
	}
	count_vm_events(pgrefill, seen);
}

/* The share of a list that a pass looks at. */
static unsigned long pass_share(unsigned long nr, unsigned int priority)
{
	return min(max(nr >> priority, (unsigned long)SWAP_CLUSTER_MAX), nr);
}

/* ---- a pass ---- */

/*
 * How many active pages to look at.  The inactive lists need pages: by priority.  They do not: as many as the
 * clock says, once round in AGING_PERIOD while memory is short, so that what is idle does not stay for
 * ever, and what is used every second stays however fast a stream goes by.
 */
static unsigned long active_share(struct zone *zone, const struct scan_control *sc)
{
	unsigned long *last = &last_aged[zone - zones];
	unsigned long ticks = min(jiffies - *last, (unsigned long)AGING_PERIOD);
	unsigned long nr = zone->nr_active * ticks / AGING_PERIOD;

	if (!zone_in_pass(zone, sc))
		return 0;
	if (inactive_shortage(zone))
		nr = pass_share(zone->nr_active, sc->priority);
	else if (nr < SWAP_CLUSTER_MAX && ticks < AGING_PERIOD)
		return 0;
	*last = jiffies;
	return nr;
}

static void scan_ptes(struct scan_control *sc, unsigned long nr_active)
{
	unsigned long nr = nr_active;

	if (sc->priority > URGENT_PRIORITY)
		nr = nr * vm_swappiness / SWAPPINESS_EVEN;
	if (mm_ops && nr)
		(void)mm_ops->swap_out(sc, nr);
}

/* First the ptes' Accessed bits reach the pages, then the pages are judged. */
static void age_zones(struct scan_control *sc)
{
	unsigned long to_scan[MAX_NR_ZONES] = { 0 }, sum = 0;
	int z;

	for (z = sc->class; z >= 0; z--) {
		to_scan[z] = active_share(&zones[z], sc);
		sum += to_scan[z];
	}
	if (!sum)
		return;
	scan_ptes(sc, sum);
	for (z = sc->class; z >= 0; z--) {
		if (to_scan[z])
			refill_inactive_scan(&zones[z], sc, to_scan[z],
					     max(inactive_shortage(&zones[z]),
						 (unsigned long)SWAP_CLUSTER_MAX));
	}
}

void shrink_pass(struct scan_control *sc)
{
	unsigned long lru_pages = 0;
	int z;

	age_zones(sc);
	for (z = sc->class; z >= 0; z--) {
		struct zone *zone = &zones[z];

		if (!zone->present_pages)
			continue;
		lru_pages += zone_list_pages(zone);
		if (zone_in_pass(zone, sc))
			page_launder(zone, sc);
	}
	shrink_object_caches(sc, lru_pages);
	if (sc->nr_reclaimed)
		oom_note_progress();
}

/* ---- reclaim by the allocating task ---- */

/* A large block: what is clean becomes free, so that neighbours can merge. */
static unsigned long free_for_order(enum zone_type class, unsigned int order)
{
	unsigned long freed = 0;
	int z;

	for (z = class; z >= 0 && order; z--)
		freed += free_clean_pages(&zones[z], zones[z].free_pages + (2ul << order));
	return freed;
}

/* The caller scans, harder each time, until it has what a batch needs or has seen everything. */
static unsigned long scan_directly(enum zone_type class, gfp_t gfp, unsigned int order)
{
	struct scan_control sc = {
		.class = class, .gfp = gfp, .nr_to_reclaim = SWAP_CLUSTER_MAX, .priority = DEF_PRIORITY,
	};
	unsigned long freed;

	do {
		unsigned int since = writes_ended();

		shrink_pass(&sc);
		freed = free_for_order(class, order);
		if (sc.nr_reclaimed >= SWAP_CLUSTER_MAX || freed)
			break;
		/* Nothing could be done but start transfers: let one end. */
		if (sc.priority <= DEF_PRIORITY / 2)
			wait_for_writeback(since, DIRECT_WAIT_TICKS);
	} while (sc.priority-- > 0);
	return sc.nr_reclaimed + freed;
}

/*
 * kswapd does the work when it can: it writes in larger pieces, and the caller
 * need not.  The caller helps itself when that does not help soon, or when it
 * may hold what kswapd is waiting for (no __GFP_FS).  When memory is out and many tasks want
 * some, a few scan and the others wait: what all of them scanned together would leave no
 * processor time for those who could give memory back.
 */
static unsigned long direct_reclaim(enum zone_type class, gfp_t gfp, unsigned int order)
{
	bool patient = !order && (gfp & __GFP_FS) && (gfp & __GFP_IO);
	unsigned long freed;

	wake_kswapd(class);
	if (patient && wait_for_kswapd(class))
		return SWAP_CLUSTER_MAX;
	if (patient && atomic_read(&reclaimers) >= RECLAIMERS_MOST) {
		(void)wait_event_timeout(reclaimers_queue, atomic_read(&reclaimers) < RECLAIMERS_MOST,
					 RECLAIMERS_WAIT);
		return 0;
	}
	atomic_inc(&reclaimers);
	freed = scan_directly(class, gfp, order);
	atomic_dec(&reclaimers);
	wake_up(&reclaimers_queue);
	return freed;
}

static unsigned long nr_reclaimable(struct zone *zone)
{
	return zone->nr_inactive_clean;
}

static const struct reclaim_ops reclaim_ops = {
	.reclaim_page = reclaim_page,
	.nr_reclaimable = nr_reclaimable,
	.wake = wake_kswapd,
	.wake_freeing = wake_kreclaimd,
	.direct_reclaim = direct_reclaim,
	.out_of_memory = out_of_memory,
};

void reclaim_init(void)
{
	register_reclaim_ops(&reclaim_ops);
}

void reclaim_threads_start(void)
{
	static const struct {
		int (*fn)(void *);
		const char *name;
	} threads[] = {
		{ kswapd, "kswapd" }, { kreclaimd, "kreclaimd" },
		{ bdflush, "bdflush" }, { kupdated, "kupdated" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(threads); i++)
		if (kernel_thread(threads[i].fn, NULL, threads[i].name) < 0)
			panic("cannot start %s", threads[i].name);
}

/* ---- out of memory: when is it true?  Whom to kill, and how, is core's part (oom_ops) ---- */

/*
 * An allocation asks after its reclaim made no progress several times running.  It is true only when that goes
 * on: OOM_FAILURES such questions over at least OOM_SPAN, with nothing reclaimed by anybody and no transfer
 * under way.  Nobody is killed while a victim still has memory to give back (oom_ops).  When memory is out again
 * soon after, there are many who want it, and each kill helps little: then a shorter span will do.
 */

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
	if (swapoff_fails(current))
		return false;
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
