/* SPDX-License-Identifier: MIT */
/*
 * Layer 5: /proc/sys/vm/drop_caches: give up what is clean and unused, at once and whatever its age, so that a
 * test or a measurement can begin with a cold cache.  Dirty pages stay: sync first.
 */
#include <quire/gfp.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "reclaim_internal.h"

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
