/* SPDX-License-Identifier: MIT */
/*
 * Layer 1: the free frames of a zone: the buddy lists of blocks of 2^order frames, and the lists of
 * single frames in front of them.
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
 * of watermarks; host tests link this file.
 */
#include <quire/assert.h>
#include <quire/kernel.h>
#include <quire/vmstat.h>

#include "zone_internal.h"

#define HOT_BATCH_MAX 16u
#define ZEROED_MAX 256u
#define HOT_SHARE 256	 /* the hot list may hold 1/256 of the zone (at most 3 batches) */
#define ZEROED_SHARE 64	 /* the zeroed list 1/64 */

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

/* ---- single frames in front of the blocks ---- */

/*
 * Idea.  Most requests are for one frame, and most frames come back one by one.
 * zone->pcp keeps the frames freed last, to hand them out again while they are
 * in the CPU's cache and without splitting and merging blocks.  zone->zeroed
 * holds frames that the idle CPU has cleared, for requests with __GFP_ZERO.
 * Both lists count as free memory; a request for a block that the buddy lists
 * cannot give drains them first.
 *
 * States.  A frame here has PG_pcp, and PG_zeroed too when it is known to be all
 * zeroes; it is never inside a buddy block.  Small zones (under 8 MiB) keep few frames here.
 */

static void list_init(struct per_cpu_pages *pcp)
{
	INIT_LIST_HEAD(&pcp->list);
	pcp->count = 0;
	pcp->high = 0;
	pcp->batch = 1;
}

/* Empty and of no size: every frame freed during boot goes to the buddy lists at once. */
void hot_pages_init(struct zone *zone)
{
	list_init(&zone->pcp);
	list_init(&zone->zeroed);
}

void hot_pages_set_size(struct zone *zone)
{
	zone->pcp.high = min_t(unsigned long, zone->present_pages / HOT_SHARE, 3 * HOT_BATCH_MAX);
	zone->pcp.batch = max(zone->pcp.high / 3, 1u);
	zone->zeroed.high = min_t(unsigned long, zone->present_pages / ZEROED_SHARE, ZEROED_MAX);
}

static void put_on(struct per_cpu_pages *pcp, struct page *page)
{
	SetPagePcp(page);
	list_add(&page->lru, &pcp->list);
	pcp->count++;
}

/* The frame loses PG_pcp; PG_zeroed stays for the caller to see. */
static struct page *take_from(struct per_cpu_pages *pcp)
{
	struct page *page = list_first_entry(&pcp->list, struct page, lru);

	list_del(&page->lru);
	ClearPagePcp(page);
	pcp->count--;
	return page;
}

static void give_back(struct zone *zone, struct per_cpu_pages *pcp, unsigned int n)
{
	while (n-- && pcp->count) {
		struct page *page = take_from(pcp);

		if (TestClearPageZeroed(page))
			poison_free_page(page);	/* only here are zeroes what a free frame may have */
		buddy_free_locked(zone, page, 0);
	}
}

void hot_drain_locked(struct zone *zone)
{
	give_back(zone, &zone->pcp, zone->pcp.count);
	give_back(zone, &zone->zeroed, zone->zeroed.count);
}

void hot_free_locked(struct zone *zone, struct page *page)
{
	put_on(&zone->pcp, page);
	if (zone->pcp.count > zone->pcp.high)
		give_back(zone, &zone->pcp, zone->pcp.batch);
}

/* A block for the hot list, whole: the smallest there is, of at most want frames.  => its order */
static struct page *take_block(struct zone *zone, unsigned int want, unsigned int *order)
{
	for (*order = 0; 2u << *order <= want; ++*order)
		if (!list_empty(&zone->free_area[*order].free_list))
			break;
	return buddy_alloc_locked(zone, *order);
}

static void refill(struct zone *zone)
{
	unsigned int order, n, i;

	for (n = 0; n < zone->pcp.batch; n += 1u << order) {
		struct page *block = take_block(zone, zone->pcp.batch - n, &order);

		if (!block)
			return;
		/* The last one put on goes first: frames are handed out in ascending order. */
		for (i = 1u << order; i--;)
			put_on(&zone->pcp, block + i);
	}
	count_vm_event(pcp_refill);
}

struct page *hot_alloc_locked(struct zone *zone, bool want_zeroed)
{
	if (want_zeroed && zone->zeroed.count)
		return take_from(&zone->zeroed);
	if (!zone->pcp.count)
		refill(zone);
	if (zone->pcp.count)
		return take_from(&zone->pcp);
	return zone->zeroed.count ? take_from(&zone->zeroed) : NULL;
}

void hot_free_zeroed_locked(struct zone *zone, struct page *page)
{
	SetPageZeroed(page);
	put_on(&zone->zeroed, page);
}
