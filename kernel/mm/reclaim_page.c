/* SPDX-License-Identifier: MIT */
/*
 * Layer 5: reclaim_page: a page of inactive_clean changes its owner.
 *
 * A page is put on inactive_clean when it is clean and unused, but it can be found through its mapping
 * at any moment; so everything is looked at again here.  First the page leaves its list, so that no scan
 * can pin it any more; then its count is tested with the index locked, so that no lookup can. If it is
 * exactly cache + our pin, the cache lets go and our pin is the new owner's only reference.
 *
 * Does not sleep; any context that may take mapping->lock and the lru_lock.
 */
#include <quire/page_lists.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "reclaim_internal.h"

#define RECLAIM_TRIES 16 /* pages found in use before the caller goes another way */

/* Bits that tell of the use that ends here. */
#define OLD_USE                                                                                    \
	(1ul << PG_error | 1ul << PG_referenced | 1ul << PG_uptodate | 1ul << PG_reclaim |         \
	 1ul << PG_anon | 1ul << PG_readahead)

/* Locked page that cannot be freed: where does it belong? */
static void put_back(struct page *page)
{
	if (PageDirty(page) || PageWriteback(page) || page->buffers)
		page_to_inactive_dirty_tail(page);
	else
		activate_page(page);
}

/* Pinned, locked.  => true: out of list and cache; the pin is the only reference */
static bool take_clean_page(struct page *page)
{
	if (!page->mapping || !PageInactiveClean(page) || page_mapcount(page) ||
	    PageReferenced(page) || PageDirty(page) || PageWriteback(page) || page->buffers) {
		put_back(page);
		return false;
	}
	page_list_del(page);
	if (remove_mapping_if_unused(page))
		return true;
	/* Somebody found it in between, or a scan has it pinned. */
	lru_cache_add_active(page);
	return false;
}

struct page *reclaim_page(struct zone *zone)
{
	int tries;

	for (tries = 0; tries < RECLAIM_TRIES && zone->nr_inactive_clean; tries++) {
		struct page *page = page_list_next(zone, LIST_INACTIVE_CLEAN);

		if (!page)
			break;
		if (trylock_page(page)) {
			bool taken = take_clean_page(page);

			if (taken) {
				u64 before = trace_snapshot(page);

				page->flags &= ~OLD_USE;
				page->index = 0;
				trace_vm_from(before, reclaim, page, NULL, 0, 0, 0);
			}
			unlock_page(page);
			if (taken)
				return page;
		}
		unpin_page(page);
	}
	return NULL;
}

unsigned long free_clean_pages(struct zone *zone, unsigned long target)
{
	unsigned long freed = 0;

	while (zone->free_pages < target) {
		struct page *page = reclaim_page(zone);

		if (!page)
			break;
		unpin_page(page);
		freed++;
	}
	return freed;
}
