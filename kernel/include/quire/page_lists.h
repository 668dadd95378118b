/* SPDX-License-Identifier: MIT */
/*
 * Layer 3: the page lists of a zone: active, inactive_dirty, inactive_clean.
 *
 * This is the only owner of page->lru while a page is on a list, of the three
 * list flags (at most one is set) and of page->age.  Lists hold no reference:
 * a page leaves its list before its last reference goes (put_page calls
 * page_list_del).  Anonymous pages are on a list from their first fault.
 *
 *	active		recently used, mapped or not; scanned by refill_inactive_scan
 *	inactive_dirty	not recently used, not yet proven clean (page_launder)
 *	inactive_clean	proven: clean, no buffers, only the cache's reference
 *
 * Locking: zone->lru_lock, interrupts off (end-io moves pages).
 */
#ifndef QUIRE_PAGE_LISTS_H
#define QUIRE_PAGE_LISTS_H

#include <quire/gfp.h>
#include <quire/page.h>

#define PAGE_AGE_START 0 /* its first use is in the pte's Accessed bit, and is not to count twice */
#define PAGE_AGE_ADV 1
#define PAGE_AGE_MAX 64

static inline void age_page_up(struct page *page)
{
	unsigned int age = page->age + PAGE_AGE_ADV;

	page->age = age > PAGE_AGE_MAX ? PAGE_AGE_MAX : age;
}

static inline void age_page_down(struct page *page)
{
	page->age /= 2;
}

static inline bool PageOnList(const struct page *page)
{
	return PageActive(page) || PageInactiveDirty(page) || PageInactiveClean(page);
}

/* Put a page on a list for the first time. */
void lru_cache_add_active(struct page *page);	/* age PAGE_AGE_START */
void lru_cache_add_inactive(struct page *page); /* age 0, head of inactive_dirty (readahead) */
/* Off whatever list it is on; does nothing if on none. */
void page_list_del(struct page *page);

/* Moves between lists; do nothing for a page that is on none. */
void activate_page(struct page *page);	 /* -> active, age up */
void deactivate_page(struct page *page); /* -> inactive_dirty, age 0 */
void page_to_inactive_clean(struct page *page);
void page_to_inactive_dirty_tail(struct page *page); /* next to be looked at (end of writeback) */
/*
 * Note a use.  The first one sets PG_referenced; a file's page on inactive_dirty is activated by the
 * second (so a stream that reads each page once stays there), an anonymous one and what is on
 * inactive_clean ("rescued") at once.
 */
void mark_page_accessed(struct page *page);

/*
 * Scanning: take a page from the tail of a list with a PIN_RECLAIM pin.  The page stays on the
 * list, moved to the head.  NULL: list empty, or only pages whose count is already 0 were seen.
 */
enum page_list { LIST_ACTIVE, LIST_INACTIVE_DIRTY, LIST_INACTIVE_CLEAN };
struct page *page_list_next(struct zone *zone, enum page_list list);
unsigned long zone_list_count(const struct zone *zone, enum page_list list);
unsigned long nr_list_pages(enum page_list list); /* all zones */
void page_lists_init(void); /* boot: put_page can find page_list_del from here on */

#endif
