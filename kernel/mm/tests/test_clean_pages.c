/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of what inactive_clean is for besides rescues: frames for those who cannot wait, and large blocks.
 */
#include <quire/err.h>
#include <quire/ktest.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/timer.h>

#include "../reclaim_internal.h"
#include "formula.h"

#define CLEAN_PAGES 512u
#define BLOCK_ORDER 3u
#define NO_WAIT __GFP_NOWARN /* neither sleeps nor digs into reserves */

/* An object with CLEAN_PAGES pages in low memory that nobody uses, all on inactive_clean. */
static struct address_space *clean_object(void)
{
	struct address_space *mapping = formula_object();
	unsigned int i;

	mapping->gfp_mask = GFP_KERNEL;
	for (i = 0; i < CLEAN_PAGES; i++) {
		struct page *page = read_cache_page(mapping, i, NULL);

		if (!ktest_assert(!IS_ERR(page)))
			break;
		page_to_inactive_clean(page);
		unpin_page(page);
	}
	return mapping;
}

static void take_blocks(gfp_t gfp, unsigned int order, struct list_head *blocks)
{
	struct page *page;

	while ((page = alloc_pages(gfp, order)))
		list_add(&page->lru, blocks); /* on no page list: lru is ours */
}

static void give_blocks(struct list_head *blocks, unsigned int order)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, blocks, lru) {
		list_del(&page->lru);
		__free_pages(page, order);
	}
}

/* Who cannot sleep cannot take a clean page; kreclaimd makes some of them free. */
KTEST(reclaim_kreclaimd_frees)
{
	struct address_space *mapping = clean_object();
	struct zone *zone = &zones[zones[ZONE_NORMAL].nr_inactive_clean ? ZONE_NORMAL : ZONE_DMA];
	LIST_HEAD(blocks);

	preempt_disable();
	take_blocks(GFP_ATOMIC | __GFP_NOWARN, 0, &blocks);
	ktest_assert(zone->free_pages < zone->watermark[WMARK_MIN]);
	preempt_enable();
	msleep(50);
	ktest_assert(zone->free_pages >= zone->watermark[WMARK_LOW] || !mapping->nrpages);
	ktest_assert(mapping->nrpages < CLEAN_PAGES);
	give_blocks(&blocks, 0);
	truncate_inode_pages(mapping, 0);
}

/* Free frames are at min, where nobody else complains: does who cannot sleep wait for ever? */
KTEST(reclaim_serves_who_cannot_wait)
{
	struct address_space *mapping = clean_object();
	struct page *page;
	LIST_HEAD(blocks);

	preempt_disable();
	take_blocks(NO_WAIT, 0, &blocks);
	ktest_equal(mapping->nrpages, CLEAN_PAGES);
	preempt_enable();
	msleep(50);
	page = alloc_pages(NO_WAIT, 0);
	if (ktest_assert(page))
		__free_page(page);
	give_blocks(&blocks, 0);
	truncate_inode_pages(mapping, 0);
}

/*
 * Every frame is taken, the reserves too, and every second one given back: more are free than kreclaimd would make,
 * and no two of them are neighbours.
 */
static void leave_single_frames(struct list_head *taken)
{
	struct page *page, *next;

	preempt_disable();
	current->flags |= PF_MEMALLOC;
	take_blocks(NO_WAIT, 0, taken);
	current->flags &= ~PF_MEMALLOC;
	list_for_each_entry_safe(page, next, taken, lru) {
		if (page_to_pfn(page) % 2)
			continue;
		list_del(&page->lru);
		__free_page(page);
	}
	preempt_enable();
}

/* No block of this order is free; who may wait gets one, made of clean pages. */
KTEST(reclaim_makes_large_blocks)
{
	struct address_space *mapping = clean_object();
	struct page *block;
	LIST_HEAD(blocks);

	leave_single_frames(&blocks);
	msleep(50);
	ktest_equal(mapping->nrpages, CLEAN_PAGES);	/* kreclaimd sees nothing to do */
	block = alloc_pages(GFP_KERNEL | __GFP_NOWARN, BLOCK_ORDER);
	if (ktest_assert(block))
		__free_pages(block, BLOCK_ORDER);
	ktest_assert(mapping->nrpages < CLEAN_PAGES);
	give_blocks(&blocks, 0);
	truncate_inode_pages(mapping, 0);
}
