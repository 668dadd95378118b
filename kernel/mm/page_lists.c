/* SPDX-License-Identifier: MIT */
/*
 * Layer 3: the page lists of a zone.
 *
 * Idea.  Pages that something can give up are on one of three lists.  A page starts on
 * active (or, read ahead, on inactive_dirty), sinks as it ages, and rises when it is
 * used.  This file moves pages and says what a move means for flags, age and counters;
 * which page moves when is decided in layer 5.
 *
 *	             lru_cache_add_active        lru_cache_add_inactive
 *	                      |                           |
 *	                      v      deactivate_page      v
 *	                   active ------------------> inactive_dirty
 *	                    ^  ^                       |       ^
 *	                    |  +---- activate_page ----+       |
 *	      activate_page |                                  | page_to_inactive_dirty_tail
 *	       ("rescued")  +------ inactive_clean <-----------+
 *	                                           page_to_inactive_clean
 *
 * States.  On a list exactly one list flag is set and page->lru is linked there; on none,
 * no flag.  New pages go to the head, scans take from the tail and rotate.
 *
 * References.  A list holds none.  The last put_page takes the page off through a hook,
 * so a page seen here has a count, or is about to leave: page_list_next pins only
 * what still has one.
 *
 * Locking.  zone->lru_lock, interrupts off; nothing is called under it.
 */
#include <quire/page_lists.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#define PINNING_TRIES 32 /* dying pages passed over by one page_list_next */

static struct list_head *list_of(struct zone *zone, enum page_list list)
{
	switch (list) {
	case LIST_ACTIVE:
		return &zone->active_list;
	case LIST_INACTIVE_DIRTY:
		return &zone->inactive_dirty_list;
	default:
		return &zone->inactive_clean_list;
	}
}

static unsigned long *count_of(struct zone *zone, enum page_list list)
{
	switch (list) {
	case LIST_ACTIVE:
		return &zone->nr_active;
	case LIST_INACTIVE_DIRTY:
		return &zone->nr_inactive_dirty;
	default:
		return &zone->nr_inactive_clean;
	}
}

static void add_locked(struct zone *zone, struct page *page, enum page_list list)
{
	assert(!PageOnList(page));
	set_bit(PG_active + list, &page->flags);
	list_add(&page->lru, list_of(zone, list));
	++*count_of(zone, list);
}

/* => the list that it was on; the page must be on one. */
static enum page_list del_locked(struct zone *zone, struct page *page)
{
	enum page_list list = PageActive(page)	       ? LIST_ACTIVE :
			      PageInactiveDirty(page) ? LIST_INACTIVE_DIRTY :
							LIST_INACTIVE_CLEAN;

	clear_bit(PG_active + list, &page->flags);
	list_del(&page->lru);
	--*count_of(zone, list);
	assert(!PageOnList(page));
	return list;
}

static void add_first_time(struct page *page, enum page_list list, unsigned int age)
{
	struct zone *zone = page_zone(page);
	u64 before = trace_snapshot(page);
	unsigned long flags;

	if (PageReserved(page))
		return;
	spin_lock_irqsave(&zone->lru_lock, flags);
	page->age = age;
	add_locked(zone, page, list);
	spin_unlock_irqrestore(&zone->lru_lock, flags);
	trace_vm_from(before, lru_add, page, NULL, 0, 0, 0);
}

void lru_cache_add_active(struct page *page)
{
	add_first_time(page, LIST_ACTIVE, PAGE_AGE_START);
}

void lru_cache_add_inactive(struct page *page)
{
	add_first_time(page, LIST_INACTIVE_DIRTY, 0);
}

void page_list_del(struct page *page)
{
	struct zone *zone = page_zone(page);
	u64 before = trace_snapshot(page);
	unsigned long flags;

	if (!PageOnList(page))
		return;
	spin_lock_irqsave(&zone->lru_lock, flags);
	if (PageOnList(page))
		del_locked(zone, page);
	spin_unlock_irqrestore(&zone->lru_lock, flags);
	trace_vm_from(before, lru_del, page, NULL, 0, 0, 0);
}

static void activate_locked(struct zone *zone, struct page *page)
{
	if (PageOnList(page) && !PageActive(page)) {
		if (del_locked(zone, page) == LIST_INACTIVE_CLEAN)
			count_vm_event(inactive_clean_rescued);
		add_locked(zone, page, LIST_ACTIVE);
		count_vm_event(pgactivate);
	}
	age_page_up(page);
}

void activate_page(struct page *page)
{
	struct zone *zone = page_zone(page);
	u64 before = trace_snapshot(page);
	bool clean = PageInactiveClean(page);
	unsigned long flags;

	spin_lock_irqsave(&zone->lru_lock, flags);
	activate_locked(zone, page);
	spin_unlock_irqrestore(&zone->lru_lock, flags);
	if (clean)
		trace_vm_from(before, rescue, page, NULL, 0, 0, 0);
	else
		trace_vm_from(before, activate, page, NULL, 0, 0, 0);
}

void deactivate_page(struct page *page)
{
	struct zone *zone = page_zone(page);
	u64 before = trace_snapshot(page);
	unsigned long flags;

	spin_lock_irqsave(&zone->lru_lock, flags);
	page->age = 0;
	ClearPageReferenced(page);
	if (PageActive(page)) {
		del_locked(zone, page);
		add_locked(zone, page, LIST_INACTIVE_DIRTY);
		count_vm_event(pgdeactivate);
	}
	spin_unlock_irqrestore(&zone->lru_lock, flags);
	trace_vm_from(before, deactivate, page, NULL, 0, 0, 0);
}

void page_to_inactive_clean(struct page *page)
{
	struct zone *zone = page_zone(page);
	u64 before = trace_snapshot(page);
	unsigned long flags;

	assert(!PageDirty(page) && !PageWriteback(page) && !page_mapcount(page) && !page->buffers);
	spin_lock_irqsave(&zone->lru_lock, flags);
	if (PageOnList(page) && !PageInactiveClean(page)) {
		del_locked(zone, page);
		add_locked(zone, page, LIST_INACTIVE_CLEAN);
		count_vm_event(pglaunder_clean);
	}
	spin_unlock_irqrestore(&zone->lru_lock, flags);
	trace_vm_from(before, inactive_clean, page, NULL, 0, 0, 0);
}

void page_to_inactive_dirty_tail(struct page *page)
{
	struct zone *zone = page_zone(page);
	unsigned long flags;

	spin_lock_irqsave(&zone->lru_lock, flags);
	if (PageInactiveClean(page)) {
		del_locked(zone, page);
		add_locked(zone, page, LIST_INACTIVE_DIRTY);
	}
	if (PageInactiveDirty(page)) {
		list_move_tail(&page->lru, &zone->inactive_dirty_list);
		count_vm_event(pgrotated);
	}
	spin_unlock_irqrestore(&zone->lru_lock, flags);
}

void mark_page_accessed(struct page *page)
{
	bool second = TestSetPageReferenced(page);

	if (PageInactiveClean(page) || (PageInactiveDirty(page) && (second || PageAnon(page)))) {
		activate_page(page);
		ClearPageReferenced(page);
	}
}

struct page *page_list_next(struct zone *zone, enum page_list list)
{
	struct list_head *head = list_of(zone, list);
	struct page *found = NULL;
	unsigned long flags;
	int tries;

	spin_lock_irqsave(&zone->lru_lock, flags);
	for (tries = 0; tries < PINNING_TRIES && !found && !list_empty(head); tries++) {
		struct page *page = list_entry(head->prev, struct page, lru);

		list_move(&page->lru, head);
		if (pin_page_unless_zero(page, PIN_RECLAIM))
			found = page;
	}
	spin_unlock_irqrestore(&zone->lru_lock, flags);
	return found;
}

unsigned long zone_list_count(const struct zone *zone, enum page_list list)
{
	return *count_of((struct zone *)zone, list);
}

unsigned long nr_list_pages(enum page_list list)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone(zone)
		sum += zone_list_count(zone, list);
	return sum;
}

static_assert(PG_inactive_dirty == PG_active + LIST_INACTIVE_DIRTY &&
	      PG_inactive_clean == PG_active + LIST_INACTIVE_CLEAN, "list flags in list order");

void page_lists_init(void)
{
	register_page_unlist(page_list_del);
}
