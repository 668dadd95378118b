/* SPDX-License-Identifier: MIT */
/*
 * Layer 5: the threads, and the caches other than pages.  kswapd makes pages clean ahead of demand;
 * kreclaimd keeps some of them entirely free for those who cannot wait; bdflush and kupdated write
 * dirty files.  At the end: shrinkers, and drop_caches.
 *
 * kswapd sleeps until an allocation finds a zone short against LOW; then it works, pass
 * after pass with growing reach, until none is short against HIGH.  It waits only
 * when a pass achieved nothing and a transfer is under way.  When passes
 * over everything achieve nothing, it gives up until it is woken again: the allocators come to
 * direct reclaim and, at last, to out_of_memory.  With nothing short it does nothing at all.
 *
 * Those who must wait for memory wait for kswapd's passes here, for a bounded time, since they may hold
 * what kswapd needs.
 */
#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/mutex.h>
#include <quire/page_lists.h>
#include <quire/pagemap.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/timer.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "reclaim_internal.h"

#define KSWAPD_NICE (-5)
#define KSWAPD_GFP (__GFP_IO | __GFP_FS | __GFP_WAIT)
#define IO_WAIT_TICKS (HZ / 20)
#define FAILED_ROUNDS 2		 /* rounds over all priorities without one page before it gives up */
#define WAIT_FOR_KSWAPD (HZ / 10)

static DECLARE_WAIT_QUEUE_HEAD(kswapd_queue);
static DECLARE_WAIT_QUEUE_HEAD(kswapd_done_queue);
static DECLARE_WAIT_QUEUE_HEAD(kreclaimd_queue);
/* Highest class that is short, -1 none; set by those who wake, any context. */
static volatile int kswapd_class = -1;
static volatile bool kreclaimd_wanted, kswapd_works;

/* Free pages proper are few although clean ones are there: interrupts cannot use those.  At min they are
 * always while memory is short, since the allocator takes them before clean pages. */
static bool wants_kreclaimd(void)
{
	struct zone *zone;

	for_each_zone(zone)
		if (zone->free_pages < zone->watermark[WMARK_MIN] / 2 && zone->nr_inactive_clean)
			return true;
	return false;
}

void wake_kreclaimd(void)
{
	if (kreclaimd_wanted)
		return;
	kreclaimd_wanted = true;
	wake_up(&kreclaimd_queue);
}

void wake_kswapd(enum zone_type class)
{
	if (wants_kreclaimd())
		wake_kreclaimd();
	if (!class_short(class, WMARK_LOW))
		return;
	if (kswapd_class < (int)class)
		kswapd_class = class;
	if (!kswapd_works)
		wake_up(&kswapd_queue);
}

bool wait_for_kswapd(enum zone_type class)
{
	if (!kswapd_works && kswapd_class < 0)
		return !class_short(class, WMARK_MIN);
	(void)wait_event_timeout(kswapd_done_queue,
				 !class_short(class, WMARK_MIN) ||
					 (!kswapd_works && kswapd_class < 0),
				 WAIT_FOR_KSWAPD);
	return !class_short(class, WMARK_MIN);
}

/*
 * Passes from low to high reach.  Where the last round found pages, the next begins, since
 * what lies before it has just been looked at.  => pages made clean
 */
static unsigned long balance_round(enum zone_type class, unsigned int *start)
{
	struct scan_control sc = { .class = class, .gfp = KSWAPD_GFP, .kswapd = true };
	int priority;

	for (priority = *start; priority >= 0 && class_short(class, WMARK_HIGH); priority--) {
		unsigned long reclaimed = sc.nr_reclaimed;
		unsigned int since = writes_ended();

		sc.priority = priority;
		sc.nr_to_reclaim = zones[class].watermark[WMARK_HIGH] + SWAP_CLUSTER_MAX;
		sc.nr_written = 0;
		shrink_pass(&sc);
		count_vm_event(pageoutrun);
		wake_up_all(&kswapd_done_queue);
		if (sc.nr_reclaimed > reclaimed)
			*start = priority < DEF_PRIORITY ? priority + 1 : DEF_PRIORITY;
		else
			wait_for_writeback(since, IO_WAIT_TICKS);
		cond_resched();
	}
	return sc.nr_reclaimed;
}

static void balance(enum zone_type class)
{
	unsigned int start = DEF_PRIORITY;
	int failed = 0;

	while (class_short(class, WMARK_HIGH) && failed < FAILED_ROUNDS) {
		if (balance_round(class, &start)) {
			failed = 0;
			continue;
		}
		failed++;
		start = DEF_PRIORITY;
	}
}

int kswapd(void *unused)
{
	/* What it needs, it may take from the reserves: it gives back more. */
	current->flags |= PF_MEMALLOC | PF_KSWAPD;
	set_user_nice(current, KSWAPD_NICE);
	for (;;) {
		enum zone_type class;

		trace_vm(kswapd_sleep, NULL, NULL, 0, 0, 0);
		kswapd_works = false;
		wake_up_all(&kswapd_done_queue);
		(void)wait_event_interruptible(kswapd_queue, kswapd_class >= 0);
		kswapd_works = true;
		class = kswapd_class;
		kswapd_class = -1;
		trace_vm(kswapd_wake, NULL, NULL, class, 0, 0);
		balance(class);
	}
	return 0;
}

int kreclaimd(void *unused)
{
	struct zone *zone;

	current->flags |= PF_MEMALLOC;
	for (;;) {
		(void)wait_event_interruptible(kreclaimd_queue, kreclaimd_wanted);
		for_each_zone(zone)
			(void)free_clean_pages(zone, zone->watermark[WMARK_LOW]);
		kreclaimd_wanted = false;
	}
	return 0;
}

/* ---- bdflush and kupdated: writing dirty file data behind everybody's back ---- */

/*
 *	bdflush		woken above the background limit: writes until below it
 *	kupdated	every dirty_writeback_centisecs: what is older than
 *			dirty_expire_centisecs, and super blocks
 */

#define BDFLUSH_CHUNK 1024	   /* pages a pass */
#define KUPDATED_CHUNK (16 * 1024)
#define BDFLUSH_WAIT_TICKS (HZ / 10)
#define CENTISECS_PER_SEC 100
#define LOOK_AGAIN_TICKS (5 * HZ) /* kupdated while it is switched off */

int bdflush(void *unused)
{
	for (;;) {
		wait_for_bdflush_work();
		while (writeback_ops && background_writing_wanted()) {
			unsigned int since = writes_ended();
			long written = writeback_ops->writeback_inodes(BDFLUSH_CHUNK, 0);

			count_vm_event(writeback_runs);
			/* All of it is being written already, or none of it can be: let transfers end. */
			if (written <= 0) {
				wait_for_writeback(since, BDFLUSH_WAIT_TICKS);
				break;
			}
			cond_resched();
		}
	}
	return 0;
}

static unsigned long centisecs_to_ticks(int centisecs)
{
	return (unsigned long)centisecs * HZ / CENTISECS_PER_SEC;
}

int kupdated(void *unused)
{
	for (;;) {
		unsigned long interval = centisecs_to_ticks(dirty_writeback_centisecs);

		schedule_timeout_interruptible(interval ? (long)interval : LOOK_AGAIN_TICKS);
		if (!interval || !writeback_ops)
			continue;
		writeback_ops->sync_supers();
		writeback_ops->writeback_inodes(KUPDATED_CHUNK,
						max(centisecs_to_ticks(dirty_expire_centisecs), 1ul));
		count_vm_event(writeback_runs);
	}
	return 0;
}

/* ---- caches of objects under pressure ---- */

/*
 * Dentries, inodes, free slabs.
 *
 * Each cache gives up the share of its objects that the pass looked at of the page lists, weighted by
 * what an object costs to make again.  Shares smaller than a batch add up in pending.
 */

#define SHRINK_BATCH 64
#define PRESSURE 4 /* objects are smaller and more than pages: look at more of them */

static LIST_HEAD(shrinkers);
static DEFINE_MUTEX(shrinkers_mutex);

void register_shrinker(struct shrinker *s)
{
	s->pending = 0;
	mutex_lock(&shrinkers_mutex);
	list_add_tail(&s->link, &shrinkers);
	mutex_unlock(&shrinkers_mutex);
}

void unregister_shrinker(struct shrinker *s)
{
	mutex_lock(&shrinkers_mutex);
	list_del(&s->link);
	mutex_unlock(&shrinkers_mutex);
}

/* n * part / whole without overflow and without 64 bits. */
static unsigned long share_of(unsigned long n, unsigned long part, unsigned long whole)
{
	while (part > U16_MAX || n > U16_MAX) {
		if (n > U16_MAX)
			return n / whole * part;
		part >>= 1;
		whole >>= 1;
		if (!whole)
			return n;
	}
	return n * part / whole;
}

static void shrink_one(struct shrinker *s, struct scan_control *sc, unsigned long lru_pages)
{
	long total = s->shrink(0, sc->gfp);
	unsigned long seeks = s->seeks ? s->seeks : DEFAULT_SEEKS;

	if (total <= 0)
		return;
	s->pending += share_of(total, PRESSURE * sc->nr_scanned / seeks, lru_pages + 1);
	s->pending = min(s->pending, 2 * total);
	while (s->pending >= SHRINK_BATCH) {
		count_vm_events(slabs_scanned, SHRINK_BATCH);
		s->pending -= SHRINK_BATCH;
		if (s->shrink(SHRINK_BATCH, sc->gfp) < 0)
			break;
	}
}

void shrink_object_caches(struct scan_control *sc, unsigned long lru_pages)
{
	struct shrinker *s;
	unsigned long pages;

	/* Somebody is at it: a second one would only wait for the same locks. */
	if (!mutex_trylock(&shrinkers_mutex))
		return;
	list_for_each_entry(s, &shrinkers, link)
		shrink_one(s, sc, lru_pages);
	pages = kmem_cache_reap(sc->gfp);
	mutex_unlock(&shrinkers_mutex);
	sc->nr_reclaimed += pages;
}

/* ---- drop_caches ---- */

/*
 * /proc/sys/vm/drop_caches: give up what is clean and unused, at once and whatever its age, so that a
 * test or a measurement can begin with a cold cache.  Dirty pages stay: sync first.
 */

/* Pinned.  => true: the page has left its cache */
static bool drop_page(struct page *page)
{
	bool gone = false;

	if (!trylock_page(page))
		return false;
	if (page->mapping && !PageSwapCache(page) && !PageDirty(page) && !PageWriteback(page) &&
	    !page_mapcount(page) && page_release_buffers(page, GFP_KERNEL))
		gone = remove_mapping_if_unused(page);
	unlock_page(page);
	return gone;
}

static unsigned long drop_list(struct zone *zone, enum page_list list)
{
	unsigned long left = zone_list_count(zone, list), dropped = 0;

	while (left--) {
		struct page *page = page_list_next(zone, list);

		if (!page)
			break;
		dropped += drop_page(page);
		unpin_page(page);
		cond_resched();
	}
	return dropped;
}

unsigned long drop_pagecache(void)
{
	unsigned long dropped = 0;
	struct zone *zone;
	int list;

	count_vm_event(drop_pagecache);
	for_each_zone(zone)
		for (list = LIST_ACTIVE; list <= LIST_INACTIVE_CLEAN; list++)
			dropped += drop_list(zone, list);
	return dropped;
}

void drop_slab(void)
{
	struct scan_control sc = { .gfp = GFP_KERNEL, .nr_scanned = nr_free_pages() };

	count_vm_event(drop_slab);
	/* A pass that has looked at many more pages than there are: every object is due. */
	shrink_object_caches(&sc, 0);
}
