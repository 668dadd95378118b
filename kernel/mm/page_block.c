/* SPDX-License-Identifier: MIT */
/*
 * Layer 1: a block of frames enters use and leaves it.
 *
 * In use, the first frame of a block has count 1 (a pin at first) and the others
 * are PG_compound with count 0: they belong to the head before them.  Free, every frame
 * is as check_free_page demands.  Bits that tell of the use end with it, here.  At the end: the idle
 * loop clears free frames ahead of demand.
 */
#include <quire/kernel.h>
#include <quire/kmap_atomic.h>
#include <quire/printk.h>
#include <quire/string.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "zone_internal.h"

void prepare_block(struct page *page, gfp_t gfp, unsigned int order)
{
	bool zeroed = TestClearPageZeroed(page);
	unsigned int i;

	for (i = 0; i < 1u << order; i++) {
		check_new_page(page + i);
		page[i].age = 0;
		page[i].index = 0;
		if (i)
			SetPageCompound(page + i);
		if ((gfp & __GFP_ZERO) && !zeroed)
			clear_highpage(page + i);
	}
	if ((gfp & __GFP_ZERO) && zeroed)
		count_vm_event(pgzeroed_used);
	page->pin_tag = PIN_ALLOC;
	atomic_set(&page->pins, 1);
	atomic_set(&page->count, 1);
	__count_vm_events(VM_EVENT_pgalloc_dma + page_zonenum(page), 1ul << order);
	trace_vm(page_alloc, page, NULL, 0, 0, 0);
}

void prepare_reclaimed(struct page *page, gfp_t gfp)
{
	page->age = 0;
	page->pin_tag = PIN_ALLOC;
	if (gfp & __GFP_ZERO)
		clear_highpage(page);
	__count_vm_events(VM_EVENT_pgalloc_dma + page_zonenum(page), 1);
	trace_vm(page_alloc, page, NULL, 0, 0, 0);
}

/* Bits that say how the page was used; they end with that use. */
#define USE_FLAGS                                                                                  \
	(1ul << PG_error | 1ul << PG_referenced | 1ul << PG_uptodate | 1ul << PG_dirty |           \
	 1ul << PG_reclaim | 1ul << PG_anon | 1ul << PG_readahead | 1ul << PG_mlocked |            \
	 1ul << PG_compound)

void free_frames(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	unsigned long flags;
	unsigned int i;

	trace_vm(page_free, page, NULL, 0, 0, 0);
	for (i = 0; i < 1u << order; i++) {
		assert(!!i == PageCompound(page + i));
		page[i].flags &= ~USE_FLAGS;
		check_free_page(page + i);
	}
	count_vm_events(pgfree, 1ul << order);
	spin_lock_irqsave(&zone->lock, flags);
	for (i = 0; i < 1u << order; i++)
		poison_free_page(page + i);
	if (order == 0)
		hot_free_locked(zone, page);
	else
		buddy_free_locked(zone, page, order);
	zone->free_pages += 1ul << order;
	spin_unlock_irqrestore(&zone->lock, flags);
}

void free_one_frame(struct page *page)
{
	/* A block larger than one frame goes through __free_pages. */
	debug_assert(page_to_pfn(page) + 1 == max_pfn || !PageCompound(page + 1));
	free_frames(page, 0);
}

void __free_pages(struct page *page, unsigned int order)
{
	assert(!PageReserved(page));
	if (page_count(page)) {
		assert(page_count(page) == 1 && atomic_read(&page->pins) == 1);
		atomic_set(&page->pins, 0);
		if (order == 0) {
			put_page(page);
			return;
		}
		atomic_set(&page->count, 0);
	}
	free_frames(page, order);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order, enum page_owner owner)
{
	struct page *page;

	if (gfp & __GFP_HIGHMEM) {
		count_vm_event(alloc_highmem_refused);
		warn_once(true, "__get_free_pages: HighMem has no address to return");
		return 0;
	}
	page = alloc_pages(gfp, order);
	if (!page)
		return 0;
	page_claim(page, owner);
	return (unsigned long)page_address(page);
}

void free_pages(unsigned long addr, unsigned int order)
{
	struct page *page;

	if (!addr)
		return;
	page = virt_to_page(addr);
	page_disclaim(page);
	__free_pages(page, order);
}

/* ---- the border of layer 1: what is checked when a frame comes back and when it leaves ---- */

/*
 * A page with an owner, a mapping, a list flag or a kmap address must never
 * become free; finding it here names the culprit before the damage spreads.
 * Debug builds also fill free frames with a pattern and look at it again.
 */

void check_free_page(const struct page *page)
{
	if (!page_is_unused(page) || PageBuddy(page) || PagePcp(page)) {
		dump_page(page, "freed while still in use, or twice");
		panic("page %05lx freed while still in use, or twice", page_to_pfn(page));
	}
}

void check_new_page(const struct page *page)
{
	if (!page_is_unused(page) || PageBuddy(page) || PagePcp(page)) {
		dump_page(page, "changed while it was free");
		panic("page %05lx changed while it was free", page_to_pfn(page));
	}
}

#ifdef CONFIG_DEBUG
#define POISON_FREE_PAGE 0xaa

void poison_free_page(struct page *page)
{
	void *addr = kmap_atomic(page, KM_PAGE_CHECK);

	memset(addr, POISON_FREE_PAGE, PAGE_SIZE);
	kunmap_atomic(addr, KM_PAGE_CHECK);
}

void check_poisoned_page(struct page *page)
{
	const u8 *addr = kmap_atomic(page, KM_PAGE_CHECK);
	unsigned int i = 0;

	while (i < PAGE_SIZE && addr[i] == POISON_FREE_PAGE)
		i++;
	if (i < PAGE_SIZE) {
		dump_page(page, "written while it was free");
		panic("free page %05lx: byte %u is %02x", page_to_pfn(page), i, addr[i]);
	}
	kunmap_atomic((void *)addr, KM_PAGE_CHECK);
}
#endif

/* ---- frames cleared while the CPU is idle ---- */

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
	hot_free_zeroed_locked(zone, page);
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
