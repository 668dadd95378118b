/* SPDX-License-Identifier: MIT */
/*
 * The buddy lists of a zone: free blocks of 2^order frames.
 *
 * Idea.  A block of order n starts at a multiple of 2^n frames; its buddy is
 * the block whose number differs in bit n alone.  Freeing merges a block with its buddy
 * as long as that is free and whole; allocating takes the smallest block that
 * fits and gives the upper halves back.
 *
 * States.  Only the first frame of a free block is marked: PG_buddy, its order
 * in page->private, linked in free_area[order].  So "is the buddy free" is
 * PG_buddy and the same order: no bitmap, and a double free is seen at once.
 *
 * Pure: no allocation, no locks of its own (zone->lock is held), no knowledge
 * of watermarks; host tests link this file alone.
 */
#include <quire/assert.h>

#include "zone_internal.h"

void buddy_init(struct zone *zone)
{
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++) {
		INIT_LIST_HEAD(&zone->free_area[order].free_list);
		zone->free_area[order].nr_free = 0;
	}
}

static void block_insert(struct zone *zone, struct page *page, unsigned int order)
{
	SetPageBuddy(page);
	page->private = order;
	list_add(&page->lru, &zone->free_area[order].free_list);
	zone->free_area[order].nr_free++;
}

static void block_remove(struct zone *zone, struct page *page, unsigned int order)
{
	list_del(&page->lru);
	ClearPageBuddy(page);
	page->private = 0;
	zone->free_area[order].nr_free--;
}

/* The free, whole buddy of the block, in the same zone; else NULL. */
static struct page *free_buddy(struct zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned long buddy_pfn = pfn ^ (1ul << order);
	struct page *buddy;

	if (buddy_pfn < zone->start_pfn || buddy_pfn >= zone->start_pfn + zone->spanned_pages)
		return NULL;
	buddy = pfn_to_page(buddy_pfn);
	return PageBuddy(buddy) && buddy->private == order ? buddy : NULL;
}

void buddy_free_locked(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	assert(order < MAX_ORDER && !(pfn & ((1ul << order) - 1)));
	assert(!PageBuddy(page)); /* double free */
	for (; order < MAX_ORDER - 1; order++) {
		struct page *buddy = free_buddy(zone, pfn, order);

		if (!buddy)
			break;
		block_remove(zone, buddy, order);
		pfn &= ~(1ul << order);
	}
	block_insert(zone, pfn_to_page(pfn), order);
}

struct page *buddy_alloc_locked(struct zone *zone, unsigned int order)
{
	unsigned int from = order;
	struct page *page;

	while (from < MAX_ORDER && list_empty(&zone->free_area[from].free_list))
		from++;
	if (from == MAX_ORDER)
		return NULL;
	page = list_first_entry(&zone->free_area[from].free_list, struct page, lru);
	block_remove(zone, page, from);
	while (from > order) {
		from--;
		block_insert(zone, page + (1ul << from), from);
	}
	return page;
}
