/* SPDX-License-Identifier: MIT */
/*
 * Layer 5: page_launder: what becomes of the pages on inactive_dirty; reclaim_page: of those on inactive_clean.
 *
 *	locked				somebody is at it: next time
 *	mapped, or used again		active
 *	under writeback			comes to the tail of the list when that ends
 *	slot that nobody needs		the page goes at once
 *	dirty				written, at most MAX_WRITES a pass
 *	clean				inactive_clean, but for the last FILE_FLOOR of files when no swap is left
 *
 * The floor: when anonymous memory has nowhere to go, taking the programs' own text away frees nothing, since it is
 * read again at once, and the machine would do nothing else before it found that memory is out.
 *
 * The list is looked at from the tail, oldest first, so pages are written in the order in which they were
 * given up; swap slots were given in that order too, and the queue makes long transfers of them.
 */
#include <quire/err.h>
#include <quire/page_lists.h>
#include <quire/pagemap.h>
#include <quire/sched.h>
#include <quire/shmem.h>
#include <quire/swap.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "reclaim_internal.h"

#define MAX_WRITES (4 * SWAP_CLUSTER_MAX)
#define FILE_FLOOR (totalram_pages / 32)

enum launder_result {
	LAUNDER_KEEP,	  /* nothing to be done now */
	LAUNDER_ACTIVATE, /* in use */
	LAUNDER_WRITTEN,  /* a write was started, the page unlocked */
	LAUNDER_FREED,	  /* out of its cache: our pin is the last reference */
	LAUNDER_CLEAN,	  /* to inactive_clean */
};

static bool is_swap_backed(const struct page *page)
{
	return PageAnon(page) || PageSwapCache(page) || !mapping_counts_dirty(page->mapping);
}

/* The last pages of files, while memory is full of what cannot go. */
static bool is_below_floor(const struct page *page)
{
	if (is_swap_backed(page) || nr_free_swap_slots() > 0 ||
	    nr_list_pages(LIST_ACTIVE) < totalram_pages / 2)
		return false;
	return nr_pagecache_pages() < FILE_FLOOR + nr_shmem_pages();
}

/* May this pass write the page?  File systems want __GFP_FS; swap wants only I/O. */
static bool may_write(const struct page *page, const struct scan_control *sc)
{
	if (!(sc->gfp & __GFP_IO) || sc->nr_written >= MAX_WRITES)
		return false;
	return PageSwapCache(page) || (sc->gfp & __GFP_FS);
}

/* Dirty, locked, unmapped, in a mapping. */
static enum launder_result write_page(struct page *page, struct scan_control *sc)
{
	struct address_space *mapping = page->mapping;
	int err;

	if (!may_write(page, sc) || !mapping->a_ops->writepage)
		return LAUNDER_KEEP;
	if (!clear_page_dirty_for_io(page))
		return LAUNDER_KEEP;
	SetPageReclaim(page);
	err = mapping->a_ops->writepage(page);
	if (err == WRITEPAGE_ACTIVATE) {
		ClearPageReclaim(page);
		return LAUNDER_ACTIVATE;
	}
	if (err < 0)
		mapping_set_error(mapping, err);
	sc->nr_written++;
	count_vm_event(pglaunder_write);
	return LAUNDER_WRITTEN;
}

/* Locked and pinned.  Still locked on return, but for LAUNDER_WRITTEN. */
static enum launder_result launder_locked(struct page *page, struct scan_control *sc)
{
	/* Anonymous memory that is mapped need not be in any cache. */
	if (page_mapcount(page))
		return LAUNDER_ACTIVATE;
	if (!page->mapping)
		return LAUNDER_KEEP;
	if (PageWriteback(page)) {
		SetPageReclaim(page);
		return LAUNDER_KEEP;
	}
	if (drop_swap_orphan(page))
		return LAUNDER_FREED;
	/* A first use of an unmapped file page does not count (streams). */
	if (TestClearPageReferenced(page) && is_swap_backed(page))
		return LAUNDER_ACTIVATE;
	if (PageDirty(page))
		return write_page(page, sc);
	if (is_below_floor(page))
		return LAUNDER_ACTIVATE;
	if (!page_release_buffers(page, sc->gfp))
		return LAUNDER_KEEP;
	return page_count(page) == freeable_count(page) ? LAUNDER_CLEAN : LAUNDER_KEEP;
}

static void launder_page(struct page *page, struct scan_control *sc)
{
	bool anon = PageAnon(page);
	enum launder_result result;

	if (!trylock_page(page))
		return;
	result = launder_locked(page, sc);
	if (result == LAUNDER_ACTIVATE) {
		activate_page(page);
		count_vm_event(pglaunder_active);
	} else if (result == LAUNDER_CLEAN) {
		page_to_inactive_clean(page);
	}
	if (result == LAUNDER_CLEAN || result == LAUNDER_FREED) {
		sc->nr_reclaimed++;
		__count_vm_events(anon ? VM_EVENT_pgsteal_anon : VM_EVENT_pgsteal_file, 1);
		__count_vm_events(sc->kswapd ? VM_EVENT_pgsteal_kswapd : VM_EVENT_pgsteal_direct, 1);
	}
	if (result != LAUNDER_WRITTEN)
		unlock_page(page);
}

void launder_now(struct page *page)
{
	struct scan_control sc = { .gfp = GFP_KERNEL };

	launder_page(page, &sc);
}

void page_launder(struct zone *zone, struct scan_control *sc)
{
	unsigned long todo = zone->nr_inactive_dirty >> sc->priority;
	unsigned long goal = sc->nr_reclaimed + sc->nr_to_reclaim;
	unsigned long seen = 0;

	if (todo < SWAP_CLUSTER_MAX)
		todo = zone->nr_inactive_dirty < SWAP_CLUSTER_MAX ? zone->nr_inactive_dirty :
								    SWAP_CLUSTER_MAX;
	while (seen < todo && sc->nr_reclaimed < goal) {
		struct page *page = page_list_next(zone, LIST_INACTIVE_DIRTY);

		if (!page)
			break;
		seen++;
		__count_vm_events(PageAnon(page) ? VM_EVENT_pgscan_anon : VM_EVENT_pgscan_file, 1);
		launder_page(page, sc);
		unpin_page(page);
		cond_resched();
	}
	sc->nr_scanned += seen;
	__count_vm_events(sc->kswapd ? VM_EVENT_pgscan_kswapd : VM_EVENT_pgscan_direct, seen);
}

/* ---- reclaim_page: a page of inactive_clean changes its owner ---- */

/*
 * A page is put on inactive_clean when it is clean and unused, but it can be found through its mapping
 * at any moment; so everything is looked at again here.  First the page leaves its list, so that no scan
 * can pin it any more; then its count is tested with the index locked, so that no lookup can. If it is
 * exactly cache + our pin, the cache lets go and our pin is the new owner's only reference.
 *
 * Does not sleep; any context that may take mapping->lock and the lru_lock.
 */

#define RECLAIM_TRIES 16 /* pages found in use before the caller goes another way */

/* Bits that tell of the use that ends here. */
#define OLD_USE                                                                                    \
	(1ul << PG_error | 1ul << PG_referenced | 1ul << PG_uptodate | 1ul << PG_reclaim |         \
	 1ul << PG_anon | 1ul << PG_readahead | 1ul << PG_mlocked)

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
