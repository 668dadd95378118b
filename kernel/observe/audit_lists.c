/* SPDX-License-Identifier: MIT */
/*
 * Auditor: the lists of each zone: buddy blocks, single free frames, page lists; and the counters that go with them.
 *
 * A broken list must not hang or crash the audit: a link that does not lead into mem_map
 * ends the walk, and so does a list longer than memory.
 */
#include <quire/gfp.h>
#include <quire/kmap_atomic.h>
#include <quire/page_lists.h>
#include <quire/string.h>

#include "audit_internal.h"

/* The page whose lru this is, or NULL when it is none. */
static struct page *page_of_link(const struct list_head *link)
{
	unsigned long offset = (unsigned long)link - (unsigned long)mem_map -
			       offsetof(struct page, lru);

	if (offset % sizeof(struct page) || offset / sizeof(struct page) >= max_pfn)
		return NULL;
	return mem_map + offset / sizeof(struct page);
}

/* The next page of a walk; a broken list is reported and ends. */
static struct page *next_page(struct audit *a, const struct list_head *head,
			      const struct list_head **link, unsigned long n, const char *what)
{
	struct page *page;

	if ((*link)->next == head)
		return NULL;
	page = page_of_link((*link)->next);
	if (!page || n > max_pfn || page->lru.prev != *link) {
		audit_diff(a, "%s: broken after %lu entries", what, n);
		return NULL;
	}
	*link = (*link)->next;
	return page;
}

static void expect(struct audit *a, const struct zone *zone, const char *what, unsigned long kept,
		   unsigned long found)
{
	if (kept != found)
		audit_diff(a, "zone %s: %s is %lu, found %lu", zone->name, what, kept, found);
}

static void mark(struct audit *a, struct page *page, u8 seen)
{
	struct audit_frame *f = shadow_of(a, page);

	if (f->seen & (SEEN_FREE | SEEN_LISTED))
		audit_diff(a, "page %05lx: on two lists", page_to_pfn(page));
	f->seen |= seen;
}

/* ---- free frames ---- */

static void audit_block(struct audit *a, const struct zone *zone, struct page *page,
			unsigned int order)
{
	unsigned long pfn = page_to_pfn(page), i, n = 1ul << order;

	if (!PageBuddy(page) || page->private != order || pfn % n)
		audit_diff(a, "page %05lx: on the order %u list of %s, but not such a block", pfn, order,
			   zone->name);
	if (pfn < zone->start_pfn || pfn + n > zone->start_pfn + zone->spanned_pages) {
		audit_diff(a, "page %05lx: free block outside zone %s", pfn, zone->name);
		return;
	}
	for (i = 0; i < n; i++)
		mark(a, page + i, SEEN_BUDDY);
}

static unsigned long audit_buddy(struct audit *a, const struct zone *zone)
{
	unsigned long frames = 0;
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++) {
		const struct free_area *area = &zone->free_area[order];
		const struct list_head *link = &area->free_list;
		unsigned long n = 0;
		struct page *page;

		while ((page = next_page(a, &area->free_list, &link, n, "buddy list"))) {
			audit_block(a, zone, page, order);
			n++;
		}
		expect(a, zone, "blocks of an order", area->nr_free, n);
		frames += n << order;
	}
	return frames;
}

static bool all_zero(struct page *page)
{
	void *addr = kmap_atomic(page, KM_AUDIT);
	bool zero = !memchr_inv(addr, 0, PAGE_SIZE);

	kunmap_atomic(addr, KM_AUDIT);
	return zero;
}

static unsigned long audit_singles(struct audit *a, const struct zone *zone,
				   const struct per_cpu_pages *pcp, bool zeroed)
{
	const struct list_head *link = &pcp->list;
	unsigned long n = 0;
	struct page *page;

	while ((page = next_page(a, &pcp->list, &link, n, "list of single frames"))) {
		mark(a, page, SEEN_PCP);
		if (!PagePcp(page) || PageZeroed(page) != zeroed)
			audit_diff(a, "page %05lx: wrong flags on a list of single frames",
				   page_to_pfn(page));
		if (zeroed && !all_zero(page))
			audit_diff(a, "page %05lx: kept as zeroed, but is not", page_to_pfn(page));
		n++;
	}
	expect(a, zone, zeroed ? "zeroed frames" : "hot frames", pcp->count, n);
	return n;
}

/* ---- page lists ---- */

static void audit_list(struct audit *a, const struct zone *zone, const struct list_head *head,
		       unsigned long kept, enum page_list list, const char *what)
{
	const struct list_head *link = head;
	unsigned long n = 0;
	struct page *page;

	while ((page = next_page(a, head, &link, n, what))) {
		mark(a, page, SEEN_ACTIVE << list);
		if (page_zone(page) != zone)
			audit_diff(a, "page %05lx: on %s of zone %s, not its own",
				   page_to_pfn(page), what, zone->name);
		n++;
	}
	expect(a, zone, what, kept, n);
}

void audit_zones(struct audit *a)
{
	const struct zone *zone;

	for_each_zone(zone) {
		unsigned long free;

		if (!zone->present_pages)
			continue;
		free = audit_buddy(a, zone);
		free += audit_singles(a, zone, &zone->pcp, false);
		free += audit_singles(a, zone, &zone->zeroed, true);
		expect(a, zone, "free_pages", zone->free_pages, free);
		audit_list(a, zone, &zone->active_list, zone->nr_active, LIST_ACTIVE, "active");
		audit_list(a, zone, &zone->inactive_dirty_list, zone->nr_inactive_dirty,
			   LIST_INACTIVE_DIRTY, "inactive_dirty");
		audit_list(a, zone, &zone->inactive_clean_list, zone->nr_inactive_clean,
			   LIST_INACTIVE_CLEAN, "inactive_clean");
	}
}
