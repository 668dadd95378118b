/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of reclaim: the way of a page through the lists, what is looked at again before it is given away, and
 * kswapd when interrupts have taken all that they may.
 */
#include <arch/desc.h>
#include <quire/fs.h>
#include <quire/irq.h>
#include <quire/ktest.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/timer.h>
#include <quire/vmstat.h>

#include "../cache_internal.h"
#include "../reclaim_internal.h"
#include "formula.h"

#define PATIENCE (5 * HZ) /* ticks after which kswapd must have done what it can do in one */

static struct scan_control launder_all(const struct page *page)
{
	return (struct scan_control){ .class = page_zonenum(page), .gfp = GFP_KERNEL,
				      .nr_to_reclaim = ~0ul >> 1 };
}

/* A page read is on inactive_dirty, clean or not; inactive_clean has only what was found unused and clean. */
KTEST(reclaim_clean_is_proven)
{
	struct address_space *mapping = formula_object();
	struct page *page = read_cache_page(mapping, 3, NULL);
	struct zone *zone = page_zone(page);
	struct scan_control sc = launder_all(page);

	ktest_assert(PageInactiveDirty(page) && !PageDirty(page));
	page_launder(zone, &sc); /* our pin is a user's */
	ktest_assert(PageInactiveDirty(page));
	set_page_dirty(page);
	unpin_page(page);
	page_launder(zone, &sc);
	ktest_assert(PageInactiveDirty(page) && !PageDirty(page));
	ktest_equal(formula.writes, 1);
	page_launder(zone, &sc);
	ktest_assert(PageInactiveClean(page));
	truncate_inode_pages(mapping, 0);
}

/* Through the lists: inactive_dirty, written, inactive_clean; then rescued without a read, or taken. */
KTEST(reclaim_through_the_lists)
{
	struct address_space *mapping = formula_object();
	struct page *page = read_cache_page(mapping, 5, NULL);
	struct zone *zone = page_zone(page);
	struct scan_control sc = launder_all(page);
	unsigned long rescued = vm_events(inactive_clean_rescued);

	set_page_dirty(page);
	unpin_page(page);
	ktest_assert(PageInactiveDirty(page));
	page_launder(zone, &sc);
	ktest_equal(formula.writes, 1);
	page_launder(zone, &sc);
	ktest_assert(PageInactiveClean(page));

	page = read_cache_page(mapping, 5, NULL);
	ktest_equal(formula_word(page), 5 + FORMULA_SALT);
	ktest_equal(formula.reads, 1);
	mark_page_accessed(page);
	ktest_equal(vm_events(inactive_clean_rescued), rescued + 1);
	ktest_assert(PageActive(page));
	deactivate_page(page);
	unpin_page(page);
	page_launder(zone, &sc);
	ktest_assert(PageInactiveClean(page));
	while ((page = reclaim_page(zone)) != NULL) {
		ktest_equal(page_count(page), 1);
		ktest_equal(page->mapping, NULL);
		unpin_page(page);
	}
	ktest_equal(mapping->nrpages, 0);
	ktest_equal(zone->nr_inactive_clean, 0);
}

/* Takes all of inactive_clean but this page. */
static void reclaim_others(const struct page *page)
{
	struct page *other;

	while ((other = reclaim_page(page_zone(page))) != NULL) {
		ktest_assert(other != page);
		unpin_page(other);
	}
}

/* A page in use does not go from inactive_clean, nor one that was used since it came there. */
KTEST(reclaim_page_checks_again)
{
	struct address_space *mapping = formula_object();
	struct page *page = read_cache_page(mapping, 2, NULL);

	page_to_inactive_clean(page);
	ktest_assert(PageInactiveClean(page));
	reclaim_others(page); /* our pin stands for a lookup between two looks */
	ktest_assert(PageActive(page));
	ktest_equal(page->mapping, mapping);

	deactivate_page(page);
	page_to_inactive_clean(page);
	SetPageReferenced(page);
	unpin_page(page);
	reclaim_others(page);
	ktest_assert(PageActive(page));
	ktest_equal(page->mapping, mapping);
	truncate_inode_pages(mapping, 0);
}

KTEST(reclaim_drop_caches)
{
	struct address_space *mapping = formula_object();
	unsigned int i;

	for (i = 0; i < FORMULA_PAGES; i++)
		unpin_page(read_cache_page(mapping, i, NULL));
	set_page_dirty(find_get_page(mapping, 9));
	ktest_assert(drop_pagecache() >= FORMULA_PAGES - 1);
	ktest_equal(mapping->nrpages, 1);
	unpin_page(radix_tree_lookup(&mapping->page_tree, 9));
	truncate_inode_pages(mapping, 0);
}

/* A zone without frames, made for a moment: it is never short, and nobody wakes kswapd for it. */
KTEST(reclaim_empty_zone_is_not_short)
{
	struct zone *zone = &zones[ZONE_HIGHMEM];
	unsigned long present = zone->present_pages, free = zone->free_pages;
	unsigned long clean = zone->nr_inactive_clean, mark = zone->watermark[WMARK_LOW];
	unsigned long passes = vm_events(pageoutrun);
	unsigned long flags;

	local_irq_save(flags);
	zone->present_pages = zone->free_pages = zone->nr_inactive_clean = 0;
	zone->watermark[WMARK_LOW] = 1;
	ktest_assert(!zone_short(zone, WMARK_LOW));
	ktest_equal(class_short(ZONE_HIGHMEM, WMARK_LOW), class_short(ZONE_NORMAL, WMARK_LOW));
	wake_kswapd(ZONE_HIGHMEM);
	zone->present_pages = present;
	zone->free_pages = free;
	zone->nr_inactive_clean = clean;
	zone->watermark[WMARK_LOW] = mark;
	local_irq_restore(flags);
	schedule_timeout_uninterruptible(2);
	ktest_equal(vm_events(pageoutrun), passes);
}

/* ---- interrupts take all that they may ---- */

#define FLOOD_IRQ 5 /* a line that no device here has */

static struct flood {
	struct list_head pages;
	bool from_interrupt;
	unsigned long left; /* frames in the zone when the interrupt was refused */
} flood;

static irqreturn_t take_everything(int irq, void *dev)
{
	struct page *page;

	flood.from_interrupt = in_interrupt();
	while ((page = alloc_page(GFP_DMA | GFP_ATOMIC | __GFP_NOWARN)))
		list_add(&page->lru, &flood.pages); /* on no page list: lru is ours */
	flood.left = zones[ZONE_DMA].free_pages;
	return IRQ_HANDLED;
}

/* An interrupt hits a task that may use everything. */
static void interrupt_memalloc_task(void)
{
	ktest_equal(request_irq(FLOOD_IRQ, take_everything, "flood", &flood), 0);
	current->flags |= PF_MEMALLOC;
	__asm__ volatile("int %0" : : "i"(IRQ_VECTOR_BASE + FLOOD_IRQ) : "memory");
	current->flags &= ~PF_MEMALLOC;
	free_irq(FLOOD_IRQ, &flood);
}

/* A dirty object in the zone that will be flooded. */
static struct address_space *dirty_dma_object(unsigned long nr)
{
	struct address_space *mapping = formula_object();
	unsigned long i;

	mapping->gfp_mask = GFP_DMA | GFP_KERNEL;
	for (i = 0; i < nr; i++) {
		struct page *page = read_cache_page(mapping, i, NULL);

		set_page_dirty(page);
		unpin_page(page);
	}
	return mapping;
}

static void end_flood(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &flood.pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

/*
 * The task that is hit may use everything; the interrupt may not: it is refused at a quarter of the minimum. What it
 * leaves is enough for kswapd, each of whose writes here needs a frame, to make the zone whole again.
 */
KTEST(reclaim_survives_an_atomic_flood)
{
	struct zone *zone = &zones[ZONE_DMA];
	unsigned long nr = 2 * zone->watermark[WMARK_HIGH], end = jiffies + PATIENCE;
	struct address_space *mapping = dirty_dma_object(nr);

	INIT_LIST_HEAD(&flood.pages);
	formula.writes_need_memory = true;
	interrupt_memalloc_task();
	ktest_assert(flood.from_interrupt);
	ktest_assert(flood.left >= zone->watermark[WMARK_MIN] / 4);
	ktest_assert(flood.left < zone->watermark[WMARK_MIN] / 2);
	while (zone_short(zone, WMARK_HIGH) && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	ktest_assert(!zone_short(zone, WMARK_HIGH));
	ktest_assert(formula.writes > 0);
	end_flood();
	formula.writes_need_memory = false;
	truncate_inode_pages(mapping, 0);
}
