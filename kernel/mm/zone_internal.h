/* SPDX-License-Identifier: MIT */
/*
 * Private to layer 1: what its files share.  Nothing above includes this,
 * except the auditor, which recomputes what these files keep.
 */
#ifndef MM_ZONE_INTERNAL_H
#define MM_ZONE_INTERNAL_H

#include <quire/gfp.h>

/* ---- buddy.c: pure list work, zone->lock held ---- */
void buddy_init(struct zone *zone);
/* Free a block; merges with free buddies.  Does not touch zone->free_pages. */
void buddy_free_locked(struct zone *zone, struct page *page, unsigned int order);
/* => the first frame of a block of exactly this order, or NULL. */
struct page *buddy_alloc_locked(struct zone *zone, unsigned int order);

/* ---- buddy.c: lists of single frames in front of the buddy lists, zone->lock held ---- */
void hot_pages_init(struct zone *zone);
void hot_pages_set_size(struct zone *zone); /* by present_pages */
void hot_free_locked(struct zone *zone, struct page *page);
void hot_free_zeroed_locked(struct zone *zone, struct page *page); /* it is all zeroes */
/* want_zeroed: a cleared frame is preferred; the result says by PG_zeroed whether it is one. */
struct page *hot_alloc_locked(struct zone *zone, bool want_zeroed);
/* All frames back to the buddy lists, so that they can merge. */
void hot_drain_locked(struct zone *zone);

/* ---- page_block.c: what is checked and poisoned at the border ---- */
/* A frame comes back: panics with a dump unless it is unused. */
void check_free_page(const struct page *page);
/* A frame leaves: it must still be as check_free_page left it. */
void check_new_page(const struct page *page);
#ifdef CONFIG_DEBUG
void poison_free_page(struct page *page);
void check_poisoned_page(struct page *page);
#else
static inline void poison_free_page(struct page *page)
{
}
static inline void check_poisoned_page(struct page *page)
{
}
#endif

/* ---- page_block.c ---- */
/* Frames just off a free list become one block in use: count 1, a pin, on the first. */
void prepare_block(struct page *page, gfp_t gfp, unsigned int order);
/* A page from inactive_clean is in use already (count 1, a pin) and holds old data. */
void prepare_reclaimed(struct page *page, gfp_t gfp);
/* Frames whose count is 0 go back to their zone. */
void free_frames(struct page *page, unsigned int order);
void free_one_frame(struct page *page); /* put_page's hook */

/* ---- page_alloc.c ---- */
/* Free frames, and pages that reclaim could free at once. */
unsigned long zone_usable_pages(struct zone *zone);

/* ---- zones.c ---- */
struct zonelist {
	unsigned int nr;
	struct zone *zone[MAX_NR_ZONES]; /* most preferred first; empty zones left out */
};
extern struct zonelist zonelists[MAX_NR_ZONES];
/* Carve [0, end) into zones; dma_limit and low_end are the boundaries, in frames. */
void zones_init(unsigned long dma_limit, unsigned long low_end, unsigned long end);
/* Hand frames of RAM to their zones for the first time (boot, or memory that boot kept until now). */
void zone_add_range(unsigned long pfn, unsigned long end);
/* Once every frame is in: zonelists, list sizes, marks. */
void zones_finish(void);

#endif
