/* SPDX-License-Identifier: MIT */
/*
 * Single free frames in front of the buddy lists of a zone.
 *
 * Idea.  Most requests are for one frame, and most frames come back one by one.
 * zone->pcp keeps the frames freed last, to hand them out again while they are
 * in the CPU's cache and without splitting and merging blocks.  zone->zeroed
 * holds frames that the idle CPU has cleared, for requests with __GFP_ZERO.
 * Both lists count as free memory; a request for a block that the buddy lists
 * cannot give drains them first.
 *
 * States.  A frame here has PG_pcp, and PG_zeroed too when it is known to be all
 * zeroes; it is never inside a buddy block.
 *
 * Locking.  zone->lock.  Small zones (under 8 MiB) keep few frames here.
 */
#include <quire/kernel.h>
#include <quire/kmap_atomic.h>
#include <quire/vmstat.h>

#include "zone_internal.h"

#define HOT_BATCH_MAX 16u
#define ZEROED_MAX 256u
#define HOT_SHARE 256	 /* the hot list may hold 1/256 of the zone (at most 3 batches) */
#define ZEROED_SHARE 64	 /* the zeroed list 1/64 */

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

/* A frame for the idle loop to clear, counted as allocated meanwhile; or NULL. */
static struct page *take_to_clear(struct zone *zone)
{
	unsigned long flags;
	struct page *page = NULL;

	spin_lock_irqsave(&zone->lock, flags);
	if (zone->zeroed.count < zone->zeroed.high && zone->free_pages > zone->watermark[WMARK_HIGH])
		page = buddy_alloc_locked(zone, 0);
	if (page) {
		check_poisoned_page(page);
		zone->free_pages--;
		atomic_set(&page->count, 1);
		atomic_set(&page->pins, 1);
		page->pin_tag = PIN_ALLOC;
	}
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

static void put_cleared(struct zone *zone, struct page *page)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	atomic_set(&page->pins, 0);
	atomic_set(&page->count, 0);
	SetPageZeroed(page);
	put_on(&zone->zeroed, page);
	zone->free_pages++;
	spin_unlock_irqrestore(&zone->lock, flags);
}

bool zero_pages_when_idle(void)
{
	struct zone *zone;

	for_each_zone(zone) {
		struct page *page = zone->present_pages ? take_to_clear(zone) : NULL;

		if (!page)
			continue;
		clear_highpage(page);
		put_cleared(zone, page);
		count_vm_event(pgzeroed_idle);
		return true;
	}
	return false;
}
