/* SPDX-License-Identifier: MIT */
/*
 * Layer 1: the zone allocator.
 *
 * Idea.  RAM is carved into zones by what it can be used for.  Each zone has a
 * buddy allocator, a small per-CPU list of single frames, and watermarks.  A
 * request names a class by its GFP mask; the class has a zonelist, most
 * preferred zone first.  The preferred zone is tried hard before the next one
 * is touched: free pages, then its inactive_clean pages, then kswapd is woken for
 * it; a less preferred zone gives a page only above its mark plus what it keeps
 * in reserve against this class (zone->protection).  zone_order=2.4 on
 * the command line restores the order that the notes complain about.
 *
 * The allocator knows no page lists and no policy: it calls up through
 * reclaim_ops, which layer 5 registers.
 *
 * Locking.  zone->lock guards the buddy lists, the lists of single frames and
 * the counters; it is innermost and taken with interrupts off.
 */
#ifndef QUIRE_GFP_H
#define QUIRE_GFP_H

#include <quire/list.h>
#include <quire/lock.h>
#include <quire/page.h>
#include <quire/types.h>
#include <quire/wait.h>

#define MAX_ORDER PAGE_BLOCK_ORDERS /* orders 0..9: blocks up to 2 MiB */

enum zone_type { ZONE_DMA, ZONE_NORMAL, ZONE_HIGHMEM, MAX_NR_ZONES };

/* Zone modifiers. */
#define __GFP_DMA 0x01u
#define __GFP_HIGHMEM 0x02u
/* Behaviour. */
#define __GFP_WAIT 0x04u    /* may sleep and reclaim */
#define __GFP_HIGH 0x08u    /* may use the emergency reserve (atomic callers) */
#define __GFP_IO 0x10u	    /* reclaim may start transfers */
#define __GFP_FS 0x20u	    /* reclaim may call into file systems */
#define __GFP_ZERO 0x40u    /* the page comes zeroed */
#define __GFP_NOFAIL 0x80u  /* order 0 only: waits for ever, for callers that cannot fail */
#define __GFP_NOWARN 0x100u
#define __GFP_NORETRY 0x200u /* one round of reclaim, then fail */
#define __GFP_COLD 0x400u    /* a readahead page: prefer not to reclaim hard for it */

#define GFP_ATOMIC (__GFP_HIGH)
#define GFP_NOIO (__GFP_WAIT)
#define GFP_NOFS (__GFP_WAIT | __GFP_IO)
#define GFP_KERNEL (__GFP_WAIT | __GFP_IO | __GFP_FS)
#define GFP_USER (__GFP_WAIT | __GFP_IO | __GFP_FS)
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_DMA __GFP_DMA

enum zone_watermark { WMARK_MIN, WMARK_LOW, WMARK_HIGH, NR_WMARK };

struct free_area {
	struct list_head free_list; /* heads of free blocks, PG_buddy */
	unsigned long nr_free;	    /* blocks */
};

struct per_cpu_pages {
	struct list_head list; /* single free frames, PG_pcp */
	unsigned int count;
	unsigned int high;  /* give back a batch above this */
	unsigned int batch;
};

struct zone {
	/* free frames: zone->lock */
	spinlock_t lock;
	unsigned long free_pages;	/* on buddy lists, hot list and zeroed list */
	struct free_area free_area[MAX_ORDER];
	struct per_cpu_pages pcp;	/* single frames freed lately: no splitting, no merging */
	struct per_cpu_pages zeroed;	/* frames cleared while idle, PG_zeroed */

	/* page lists: lru_lock, layer 3 (page_lists.h) */
	spinlock_t lru_lock;
	struct list_head active_list;
	struct list_head inactive_dirty_list;
	struct list_head inactive_clean_list;
	unsigned long nr_active;
	unsigned long nr_inactive_dirty;
	unsigned long nr_inactive_clean;

	/* policy inputs, set at boot and by /proc/sys/vm */
	unsigned long watermark[NR_WMARK];
	unsigned long protection[MAX_NR_ZONES]; /* kept back from requests of that class */

	/* statistics for /proc/zoneinfo */
	unsigned long stat_preferred; /* allocations by a class that prefers this zone */
	unsigned long stat_fallback;  /* by a class that prefers another */
	unsigned long stat_refused;   /* refusals because of mark + protection */

	/* constant after boot */
	const char *name;
	unsigned long start_pfn;
	unsigned long spanned_pages; /* holes included */
	unsigned long present_pages; /* RAM given to the zone */
};

extern struct zone zones[MAX_NR_ZONES];

#define for_each_zone(z) for ((z) = zones; (z) < zones + MAX_NR_ZONES; (z)++)

static inline struct zone *page_zone(const struct page *page)
{
	return &zones[page_zonenum(page)];
}

/* The class of a request is the highest zone that it may use. */
static inline enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

/*
 * What the allocator asks of reclaim.  Registered once by layer 5; before that,
 * allocation simply fails when the zones are empty.
 */
struct reclaim_ops {
	/* Take one clean page of this zone's inactive_clean list: count 1 as a pin, or NULL.
	 * Callable wherever the lru_lock may be taken; does not sleep. */
	struct page *(*reclaim_page)(struct zone *zone);
	/* Pages that reclaim_page could give now. */
	unsigned long (*nr_reclaimable)(struct zone *zone);
	/* Start kswapd for this class; does not sleep, callable from interrupts. */
	void (*wake)(enum zone_type class);
	/* Somebody who may not sleep found no free frame, and cannot take a clean page either: have
	 * some freed.  Does not sleep, callable from interrupts. */
	void (*wake_freeing)(void);
	/* Reclaim in the caller's context (it is PF_MEMALLOC meanwhile); sleeps.
	 * => pages made free; 0 = no progress. */
	unsigned long (*direct_reclaim)(enum zone_type class, gfp_t gfp, unsigned int order);
	/* Nothing helped.  => true: something was killed or may still free; try again. */
	bool (*out_of_memory)(enum zone_type class, gfp_t gfp, unsigned int order);
};
void register_reclaim_ops(const struct reclaim_ops *ops);

/* Allocate 2^order frames; count 1 as a PIN_ALLOC pin on the first; NULL on failure. */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
#define alloc_page(gfp) alloc_pages(gfp, 0)
/* Give back frames whose only reference is the caller's pin (or whose count is 0 already). */
void __free_pages(struct page *page, unsigned int order);
#define __free_page(page) __free_pages(page, 0)

/*
 * By address, for the kernel's own use, claimed for an owner: refuses __GFP_HIGHMEM (a warning,
 * 0 and a count), since a high page has no address to return.
 */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order, enum page_owner owner);
#define __get_free_page(gfp, owner) __get_free_pages(gfp, 0, owner)
#define get_zeroed_page(gfp, owner) __get_free_pages((gfp) | __GFP_ZERO, 0, owner)
void free_pages(unsigned long addr, unsigned int order);
#define free_page(addr) free_pages(addr, 0)

unsigned long nr_free_pages(void);
unsigned long nr_free_highpages(void);
/* Free + reclaimable-at-once above a mark in the zones of a class? The one predicate of kswapd. */
bool zone_watermark_ok(struct zone *zone, unsigned int order, unsigned long mark,
		       enum zone_type class);
/* Recompute marks and protection (boot, /proc/sys/vm/min_free_kbytes, lowmem_reserve_ratio). */
void setup_zone_watermarks(void);
extern unsigned int zone_protection_ratio[MAX_NR_ZONES];
extern unsigned long min_free_kbytes;
extern bool zone_order_24; /* boot option zone_order=2.4 */

/* Clear free pages while the CPU is idle; => true if it did some work. */
bool zero_pages_when_idle(void);

/* Boot: builds mem_map, zones and free lists from the boot memory map (bootinfo.h). */
void mem_init(void);

/* Give frames back that boot no longer needs (initramfs image). */
void free_reserved_range(unsigned long start_pfn, unsigned long end_pfn);

/* Allocation failure injection (/proc/sys/vm/fail_*), all kinds in one place. */
enum fail_kind { FAIL_PAGE, FAIL_SLAB, FAIL_SWAP_SLOT, FAIL_BIO_READ, FAIL_BIO_WRITE, FAIL_count };
bool should_fail(enum fail_kind kind);

#endif
