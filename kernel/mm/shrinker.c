/* SPDX-License-Identifier: MIT */
/*
 * Layer 5: caches of objects under pressure: dentries, inodes, free slabs; and drop_caches.
 *
 * Each cache gives up the share of its objects that the pass looked at of the page lists, weighted by
 * what an object costs to make again.  Shares smaller than a batch add up in pending.
 */
#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/mutex.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "reclaim_internal.h"

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
