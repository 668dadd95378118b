/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of the zone allocator, in the running kernel.
 *
 * The exhaustion tests ask without __GFP_WAIT, so nothing is reclaimed and nobody killed; they give
 * everything back before anybody else runs for long.
 */
#include <quire/gfp.h>
#include <quire/kmap_atomic.h>
#include <quire/ktest.h>
#include <quire/mm.h>
#include <quire/preempt.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/vmstat.h>

/* Normal class, no sleeping, no reserves. */
#define GFP_PLAIN __GFP_NOWARN
#define MORE_THAN_READY 300 /* frames: the idle loop keeps no more than 256 in a zone */
#define ANYBODY 1000 /* not the superuser */

static unsigned long take_all(gfp_t gfp, struct list_head *pages)
{
	unsigned long n = 0;
	struct page *page;

	while ((page = alloc_page(gfp))) {
		list_add(&page->lru, pages); /* on no page list: lru is ours */
		n++;
	}
	return n;
}

static void give_back(struct list_head *pages)
{
	while (!list_empty(pages)) {
		struct page *page = list_first_entry(pages, struct page, lru);

		list_del(&page->lru);
		__free_page(page);
	}
}

KTEST(mm_orders)
{
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++) {
		struct page *page = alloc_pages(GFP_PLAIN, order);

		if (!page)
			continue; /* a small machine may have no such block */
		ktest_equal(page_to_pfn(page) & ((1ul << order) - 1), 0);
		ktest_equal(page_count(page), 1);
		ktest_assert(!PageCompound(page));
		if (order)
			ktest_assert(PageCompound(page + (1u << order) - 1));
		__free_pages(page, order);
		ktest_equal(page_count(page), 0);
	}
}

KTEST(mm_free_count_returns)
{
	LIST_HEAD(pages);
	unsigned long before, n;

	preempt_disable();
	before = nr_free_pages();
	n = take_all(GFP_PLAIN | __GFP_HIGHMEM, &pages);
	ktest_equal(nr_free_pages() + n, before);
	give_back(&pages);
	ktest_equal(nr_free_pages(), before);
	preempt_enable();
	ktest_assert(n > 0);
}

static void take_zeroed(gfp_t gfp, struct list_head *pages)
{
	struct page *page;
	unsigned int n;

	for (n = 0; n < MORE_THAN_READY && (page = alloc_page(gfp | __GFP_ZERO | __GFP_NOWARN)); n++) {
		void *addr = kmap_atomic(page, KM_USER0);

		ktest_assert(!memchr_inv(addr, 0, PAGE_SIZE));
		memset(addr, 0xee, PAGE_SIZE);
		kunmap_atomic(addr, KM_USER0);
		ktest_assert(!PageZeroed(page));
		list_add(&page->lru, pages);
	}
}

/* Who asks for zeroes gets them: first frames that the idle loop has cleared, then such as were just written to. */
KTEST(mm_zeroed_pages)
{
	static const gfp_t classes[] = { GFP_DMA, 0, __GFP_HIGHMEM };
	LIST_HEAD(pages);
	unsigned int i;

	while (zero_pages_when_idle())
		;
	preempt_disable();
	for (i = 0; i < 6; i++) {
		take_zeroed(classes[i / 2], &pages);
		give_back(&pages);
	}
	preempt_enable();
}

/* Takes what the class gives without waiting; => frames that lie in zones where they should not. */
static unsigned long strangers(gfp_t gfp, enum zone_type highest, unsigned long *taken)
{
	unsigned long wrong = 0;
	LIST_HEAD(pages);
	struct page *page;

	preempt_disable();
	*taken = take_all(gfp | __GFP_NOWARN, &pages);
	list_for_each_entry(page, &pages, lru)
		wrong += page_zonenum(page) > highest;
	give_back(&pages);
	preempt_enable();
	return wrong;
}

/* A frame without an address goes only to those who say that they can use one; DMA comes only from DMA. */
KTEST(mm_zones_of_each_class)
{
	unsigned long taken;

	ktest_equal(strangers(GFP_DMA, ZONE_DMA, &taken), 0);
	ktest_assert(taken > 0);
	ktest_equal(strangers(GFP_PLAIN, ZONE_NORMAL, &taken), 0);
	ktest_assert(taken > 0);
	if (zones[ZONE_HIGHMEM].present_pages)
		ktest_assert(strangers(__GFP_HIGHMEM, ZONE_NORMAL, &taken) > 0);
}

KTEST(mm_get_free_pages_refuses_highmem)
{
	unsigned long before = vm_events(alloc_highmem_refused);

	ktest_equal(__get_free_pages(GFP_KERNEL | __GFP_HIGHMEM, 0, OWNER_KERNEL), 0);
	ktest_equal(vm_events(alloc_highmem_refused), before + 1);
}

KTEST(mm_owner_and_free_state)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!ktest_assert(page))
		return;
	ktest_assert(!page_is_free(page));
	page_claim(page, OWNER_KERNEL);
	ktest_equal(page_count(page), 1);
	ktest_equal(atomic_read(&page->pins), 0);
	pin_page(page, PIN_USER);
	ktest_equal(page_count(page), 2);
	unpin_page(page);
	page_disclaim(page);
	preempt_disable();
	__free_page(page);
	ktest_assert(page_is_free(page));
	preempt_enable();
}

/* Normal is emptied without touching what DMA keeps back; with the order of 2.4 it is touched. */
KTEST(mm_zone_protection)
{
	struct zone *dma = &zones[ZONE_DMA], *normal = &zones[ZONE_NORMAL];
	unsigned long kept, refused = dma->stat_refused;
	bool order_before = zone_order_24;
	LIST_HEAD(pages);

	kept = dma->watermark[WMARK_MIN] + dma->protection[ZONE_NORMAL];
	if (!dma->present_pages || !normal->present_pages || dma->free_pages <= kept ||
	    !dma->protection[ZONE_NORMAL]) {
		ktest_skip("needs free memory in DMA and Normal");
		return;
	}
	preempt_disable();
	zone_order_24 = false;
	take_all(GFP_PLAIN, &pages);
	ktest_assert(dma->free_pages >= kept);
	ktest_assert(dma->stat_refused > refused);
	ktest_assert(normal->free_pages <= normal->watermark[WMARK_MIN]);
	give_back(&pages);

	zone_order_24 = true;
	take_all(GFP_PLAIN, &pages);
	ktest_assert(dma->free_pages < kept);
	give_back(&pages);
	zone_order_24 = order_before;
	preempt_enable();
}

/* Atomic requests stop at min/4; what is inside reclaim still gets frames. */
KTEST(mm_atomic_floor)
{
	struct zone *zone = &zones[ZONE_DMA];
	LIST_HEAD(pages);
	struct page *last;

	preempt_disable();
	take_all(GFP_DMA | __GFP_HIGH | __GFP_NOWARN, &pages);
	ktest_assert(zone->free_pages >= zone->watermark[WMARK_MIN] / 4);
	ktest_assert(zone->free_pages < zone->watermark[WMARK_MIN]);
	current->flags |= PF_MEMALLOC;
	last = alloc_page(GFP_DMA | __GFP_NOWARN);
	current->flags &= ~PF_MEMALLOC;
	if (ktest_assert(last))
		__free_page(last);
	give_back(&pages);
	preempt_enable();
}

/* As a program of that user, or (mm NULL) as a kernel thread, takes what it gets; => frames that DMA keeps */
static unsigned long left_by(struct mm_struct *mm, uid_t uid)
{
	uid_t uid_before = current->uid;
	unsigned long left;
	LIST_HEAD(pages);

	preempt_disable();
	current->mm = mm;
	current->uid = uid;
	take_all(GFP_DMA | __GFP_NOWARN, &pages);
	left = zones[ZONE_DMA].free_pages;
	current->uid = uid_before;
	current->mm = NULL;
	give_back(&pages);
	preempt_enable();
	return left;
}

/* The superuser's programs have the last quarter of the minimum: he can still do something. Nobody else's have. */
KTEST(mm_superuser_floor)
{
	unsigned long min = zones[ZONE_DMA].watermark[WMARK_MIN], left;

	ktest_equal(current->mm, NULL);
	left = left_by(&init_mm, 0);
	ktest_assert(left >= min / 4 * 3 && left < min);
	ktest_assert(left_by(&init_mm, ANYBODY) >= min);
	ktest_assert(left_by(NULL, 0) >= min);
}

KTEST(mm_watermark_order)
{
	const struct zone *zone;

	for_each_zone(zone) {
		if (!zone->present_pages)
			continue;
		ktest_assert(zone->watermark[WMARK_MIN] < zone->watermark[WMARK_LOW]);
		ktest_assert(zone->watermark[WMARK_LOW] < zone->watermark[WMARK_HIGH]);
		ktest_assert(zone->watermark[WMARK_HIGH] < zone->present_pages / 2);
		ktest_equal(zone->protection[zone - zones], 0);
	}
}

KTEST(mm_injected_failure)
{
	struct page *page;
	unsigned int flags = current->flags;

	current->flags &= ~PF_KTHREAD;
	current->fail_nth = 2;
	page = alloc_page(GFP_KERNEL);
	if (ktest_assert(page))
		__free_page(page);
	ktest_assert(!alloc_page(GFP_KERNEL | __GFP_NOWARN));
	page = alloc_page(GFP_KERNEL);
	if (ktest_assert(page))
		__free_page(page);
	current->flags = flags;
}
