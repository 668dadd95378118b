/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: the swap cache: the address_space of all swap areas, indexed by swap entry.
 *
 * Its purpose: a slot has at most one page, so sharers that fault meet in the same page, and the page
 * lock is the slot's lock.  A page whose slot holds the same contents is clean: it goes without I/O.
 * The cache counts once in swap_map for each of its pages.
 *
 * PG_dirty of a page in the cache means: newer than the slot.  A page that leaves the cache while it is in use
 * becomes dirty, since nothing else holds its contents from then on.
 */
#include <quire/blkdev.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "swap_internal.h"

#define DEFAULT_PAGE_CLUSTER 3
#define SLOT_TRIES 4 /* slots tried when readahead has a page of the first already */
#define SWAP_RA_GFP (GFP_HIGHUSER | __GFP_COLD | __GFP_NORETRY | __GFP_NOWARN)

unsigned int page_cluster = DEFAULT_PAGE_CLUSTER;

static const struct address_space_operations swap_aops = {
	.writepage = swap_writepage,
};

struct address_space swapper_space;

void swap_init(void)
{
	static const unsigned long small = 16ul << (20 - PAGE_SHIFT);

	address_space_init(&swapper_space, NULL, &swap_aops, GFP_HIGHUSER);
	/* Blocks of readahead: 16 KiB on the smallest machines, 64 KiB from 32 MiB on. */
	page_cluster = num_physpages < small ? 2 : num_physpages < 2 * small ? 3 : 4;
}

static swp_entry_t entry_of(const struct page *page)
{
	return (swp_entry_t){ page->index };
}

/* ---- entering ---- */

int add_to_swap_cache(struct page *page, swp_entry_t entry)
{
	int err = cache_insert(&swapper_space, page, entry.val);

	if (!err)
		trace_vm(swap_cache_add, page, NULL, 0, 0, entry.val);
	return err;
}

int add_to_swap(struct page *page)
{
	int tries;

	assert(PageLocked(page) && PageUptodate(page) && !PageSwapCache(page));
	for (tries = 0; tries < SLOT_TRIES; tries++) {
		swp_entry_t entry = get_swap_page();
		int err;

		if (!entry.val)
			return 0;
		err = add_to_swap_cache(page, entry);
		if (!err) {
			trace_vm(slot_alloc, page, NULL, 0, 0, entry.val);
			set_page_dirty(page);
			return 1;
		}
		swap_free(entry);
		if (err != -EEXIST)
			break;
	}
	return 0;
}

int move_to_swap_cache(struct page *page, swp_entry_t entry)
{
	int err = swap_duplicate(entry);

	if (err)
		return err;
	err = cache_move(page, &swapper_space, entry.val);
	if (err)
		swap_free(entry);
	else
		trace_vm(swap_cache_add, page, NULL, 0, 0, entry.val);
	return err;
}

int move_from_swap_cache(struct page *page, pgoff_t index, struct address_space *mapping)
{
	swp_entry_t entry = entry_of(page);
	int err = cache_move(page, mapping, index);

	if (err)
		return err;
	trace_vm(swap_cache_del, page, NULL, 0, 0, entry.val);
	ClearPageAnon(page);
	set_page_dirty(page);
	swap_free(entry);
	return 0;
}

/* ---- leaving ---- */

void delete_from_swap_cache(struct page *page)
{
	swp_entry_t entry = entry_of(page);

	assert(PageLocked(page) && PageSwapCache(page) && !PageWriteback(page));
	trace_vm(swap_cache_del, page, NULL, 0, 0, entry.val);
	remove_from_page_cache(page);
	swap_free(entry);
}

bool drop_swap_orphan(struct page *page)
{
	if (!PageSwapCache(page) || PageWriteback(page) || page_mapcount(page) ||
	    swap_count(entry_of(page)) != 1)
		return false;
	delete_from_swap_cache(page);
	return true;
}

bool remove_exclusive_swap_page(struct page *page)
{
	if (!PageSwapCache(page) || PageWriteback(page) || swap_count(entry_of(page)) != 1)
		return false;
	SetPageDirty(page);
	delete_from_swap_cache(page);
	return true;
}

bool can_share_swap_page(struct page *page)
{
	int users = page_mapcount(page);

	assert(PageLocked(page));
	if (PageSwapCache(page))
		users += swap_count(entry_of(page)) - 1;
	return users <= 1;
}

/* ---- lookup and reading ---- */

struct page *lookup_swap_cache(swp_entry_t entry)
{
	struct page *page = find_get_page(&swapper_space, swap_tree_index(entry));

	if (page && PageReadahead(page) && TestClearPageReadahead(page))
		count_vm_event(swap_ra_hit);
	return page;
}

/* Give a new page (pinned) the entry and start reading. => 0; -EEXIST: look again; -errno: gone */
static int start_swap_in(struct page *page, swp_entry_t entry, bool ahead)
{
	int err = swap_duplicate(entry);

	if (err)
		return err;
	err = add_to_page_cache(page, &swapper_space, entry.val, GFP_KERNEL | __GFP_NOWARN);
	if (err) {
		swap_free(entry);
		return err;
	}
	SetPageAnon(page);
	trace_vm(swap_cache_add, page, NULL, 0, 0, entry.val);
	if (ahead) {
		SetPageReadahead(page);
		lru_cache_add_inactive(page);
		count_vm_event(swap_ra);
	} else {
		lru_cache_add_active(page);
	}
	swap_readpage(page);
	return 0;
}

static struct page *swap_in(swp_entry_t entry, bool ahead)
{
	struct page *new = NULL;

	for (;;) {
		struct page *page = find_get_page(&swapper_space, swap_tree_index(entry));
		int err;

		if (page) {
			if (new)
				unpin_page(new);
			return page;
		}
		if (!new)
			new = alloc_page(ahead ? SWAP_RA_GFP : GFP_HIGHUSER);
		if (!new)
			return NULL;
		err = start_swap_in(new, entry, ahead);
		if (!err)
			return new;
		if (err != -EEXIST)
			break;
		/* Whoever is between its slot and the cache must get on. */
		cond_resched();
	}
	unpin_page(new);
	return NULL;
}

struct page *read_swap_cache_async(swp_entry_t entry)
{
	return swap_in(entry, false);
}

/* => false: no memory */
static bool read_one_ahead(swp_entry_t entry)
{
	struct page *page = swap_in(entry, true);

	if (page)
		unpin_page(page);
	return page;
}

void swap_read_ahead(const swp_entry_t *entries, unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr && read_one_ahead(entries[i]); i++)
		;
	blk_run_queues();
}

/* A slot that may be read ahead. */
static bool slot_in_use(struct swap_info *si, unsigned long slot)
{
	bool used;
	unsigned long flags;

	spin_lock_irqsave(&swap_lock, flags);
	used = si->flags & SWP_USED && slot && slot < si->max && si->swap_map[slot] &&
	       si->swap_map[slot] != SWAP_MAP_BAD;
	spin_unlock_irqrestore(&swap_lock, flags);
	return used;
}

/* The aligned block of slots around the entry, in order, so that the queue makes one transfer of it. */
struct page *swapin_readahead(swp_entry_t entry)
{
	struct swap_info *si = &swap_areas[swp_type(entry)];
	unsigned long slot, base = swp_offset(entry) & ~((1ul << page_cluster) - 1);
	struct page *wanted = NULL;
	bool more = true;

	for (slot = base; slot < base + (1ul << page_cluster); slot++) {
		if (slot == swp_offset(entry))
			wanted = swap_in(entry, false);
		else if (more && slot_in_use(si, slot))
			more = read_one_ahead(swp_entry(swp_type(entry), slot));
	}
	blk_run_queues();
	return wanted;
}
