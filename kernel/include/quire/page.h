/* SPDX-License-Identifier: MIT */
/*
 * Layer 0: page frames.
 *
 * Idea.  Every frame of RAM has one struct page in mem_map[].  A frame is free
 * when its count is 0; otherwise each unit of the count belongs to exactly one
 * owner, and the auditor can name it:
 *
 *	count == mapcount		present user ptes
 *	       + (mapping != NULL)	page cache or swap cache, one index entry
 *	       + (buffers != NULL)	the ring of buffer heads
 *	       + io			transfers in flight (0 or 1)
 *	       + pins			tagged, short-lived holds across a sleep
 *	       + (owner != 0)		the kernel subsystem named by owner
 *
 * A page fresh from alloc_pages() carries its one reference as a pin.  Whoever
 * keeps the page turns the pin into something else (page_claim for the kernel,
 * page_pin_to_map for a pte) or drops it after a cache took its own reference.
 * PG_reserved frames (kernel image, holes, the zero page) are never counted.
 *
 * Locking.  flags, count, mapcount and pins are changed by atomic operations
 * only.  mapping and index change under PG_locked and the mapping's lock.  lru,
 * age and the three list flags belong to layer 3, under the zone's lru_lock.
 */
#ifndef QUIRE_PAGE_H
#define QUIRE_PAGE_H

#include <arch/atomic.h>
#include <arch/bitops.h>
#include <arch/page_types.h>
#include <quire/assert.h>
#include <quire/list.h>
#include <quire/types.h>

struct address_space;
struct buffer_head;
struct kmem_cache;
struct zone;

/* The one list of page flags; names for dumps come from it (page_flags.c). */
#define PAGE_FLAGS(F)                                                                              \
	F(locked)	  /* identity or contents are being changed; wait with wait_on_page_locked */ \
	F(error)	  /* the last transfer failed */                                           \
	F(referenced)	  /* used since the last scan; set on every access, cleared by scans */    \
	F(uptodate)	  /* contents valid */                                                     \
	F(dirty)	  /* newer than its backing store: the truth about dirt */                 \
	F(writeback)	  /* being written; apart from locked */                                   \
	F(active)	  /* on the zone's active list */                                          \
	F(inactive_dirty) /* on the zone's inactive_dirty list: not yet proven clean */            \
	F(inactive_clean) /* on the zone's inactive_clean list: freeable at once */                \
	F(swap_cache)	  /* mapping is &swapper_space, index its swap entry */                    \
	F(slab)		  /* owned by the slab allocator */                                        \
	F(highmem)	  /* no permanent kernel mapping */                                        \
	F(reserved)	  /* outside counting */                                                   \
	F(buddy)	  /* head of a free block on a buddy list; private is its order */         \
	F(compound)	  /* not the first frame of an allocated block: belongs to the head before */ \
	F(reclaim)	  /* move to the tail of inactive when writeback ends */                   \
	F(anon)		  /* anonymous memory: private to the mms that map it, or in swap */       \
	F(pcp)		  /* on a per-CPU or pre-zeroed free list */                               \
	F(zeroed)	  /* free and known to be all zeroes */                                    \
	F(readahead)	  /* touching it starts the next readahead window */                       \
	F(mlocked)	  /* was mapped by a VM_LOCKED area when somebody asked last: mark_mlocked_pages */

enum page_flag {
#define F(name) PG_##name,
	PAGE_FLAGS(F)
#undef F
	PG_flag_count
};

/* Kernel owners of a whole frame: the residual unit of the count. */
#define PAGE_OWNERS(O)                                                                             \
	O(NONE, "none")                                                                            \
	O(SLAB, "slab")                                                                            \
	O(PGTABLE, "page tables")                                                                  \
	O(PGD, "page directories")                                                                 \
	O(KSTACK, "kernel stacks")                                                                 \
	O(VMALLOC, "vmalloc")                                                                      \
	O(PIPE, "pipe buffers")                                                                    \
	O(SOCKET, "socket buffers")                                                                \
	O(EXEC_ARGS, "exec arguments")                                                             \
	O(MEMPOOL, "emergency pools")                                                              \
	O(DMA_BUFFER, "driver buffers")                                                            \
	O(TRACE, "trace ring")                                                                     \
	O(KERNEL, "other kernel")

enum page_owner {
#define O(name, text) OWNER_##name,
	PAGE_OWNERS(O)
#undef O
	OWNER_count
};

struct page {
	unsigned long flags;	/* PG_* bits; the zone number in the top two bits */
	atomic_t count;		/* all references; 0 = free */
	atomic_t mapcount;	/* present user ptes */
	atomic_t pins;		/* tagged short-lived holds */
	struct list_head lru;	/* buddy list | per-CPU list | page list | slab list */
	union {
		struct address_space *mapping;	/* page or swap cache (PG_swap_cache) */
		struct kmem_cache *slab_cache;	/* PG_slab */
	};
	union {
		pgoff_t index;	/* offset in mapping in pages, or the swap entry's value */
		void *freelist; /* PG_slab: the struct slab */
		struct user_struct *user; /* a page table: who is charged for it, or NULL */
	};
	union {
		struct buffer_head *buffers; /* ring of buffers, or NULL */
		unsigned long private;	     /* PG_buddy: order */
	};
	void *virtual;		/* HighMem: kmap address, NULL when not mapped */
	u8 age;			/* 0..PAGE_AGE_MAX, layer 3 */
	u8 owner;		/* enum page_owner; not OWNER_NONE owns one reference */
	u8 io;			/* transfers in flight that hold a reference (0 or 1) */
	u8 pin_tag;		/* enum pin_tag of the latest pin, for the auditor's report */
};

#define PAGE_BLOCK_ORDERS 10 /* a block of frames has 2^0 .. 2^9 */

extern struct page *mem_map;	      /* one per frame, from pfn 0 to max_pfn */
extern unsigned long max_pfn;	      /* first frame number after the last frame of RAM */
extern unsigned long max_low_pfn;     /* first frame of HighMem */
extern unsigned long num_physpages;   /* frames of RAM, reserved ones included */
extern unsigned long totalram_pages;  /* frames given to the zone allocator */
extern unsigned long totalhigh_pages; /* of these, HighMem */
extern void *high_memory;	      /* kernel address of the end of low memory */

#define pfn_to_page(pfn) (mem_map + (pfn))
#define page_to_pfn(page) ((unsigned long)((page)-mem_map))
#define page_to_phys(page) ((u32)page_to_pfn(page) << PAGE_SHIFT)
#define pfn_valid(pfn) ((unsigned long)(pfn) < max_pfn)
#define virt_to_page(addr) pfn_to_page(__pa(addr) >> PAGE_SHIFT)

/* PageX, SetPageX, ClearPageX, TestSetPageX, TestClearPageX for each flag. */
#define PAGE_FLAG_OPS(lname, Name)                                                                 \
	static inline bool Page##Name(const struct page *page)                                     \
	{                                                                                          \
		return (page->flags & 1ul << PG_##lname) != 0;                                        \
	}                                                                                          \
	static inline void SetPage##Name(struct page *page)                                        \
	{                                                                                          \
		set_bit(PG_##lname, &page->flags);                                                 \
	}                                                                                          \
	static inline void ClearPage##Name(struct page *page)                                      \
	{                                                                                          \
		clear_bit(PG_##lname, &page->flags);                                               \
	}                                                                                          \
	static inline bool TestSetPage##Name(struct page *page)                                    \
	{                                                                                          \
		return test_and_set_bit(PG_##lname, &page->flags);                                 \
	}                                                                                          \
	static inline bool TestClearPage##Name(struct page *page)                                  \
	{                                                                                          \
		return test_and_clear_bit(PG_##lname, &page->flags);                               \
	}

PAGE_FLAG_OPS(locked, Locked)
PAGE_FLAG_OPS(error, Error)
PAGE_FLAG_OPS(referenced, Referenced)
PAGE_FLAG_OPS(uptodate, Uptodate)
PAGE_FLAG_OPS(dirty, Dirty)
PAGE_FLAG_OPS(writeback, Writeback)
PAGE_FLAG_OPS(active, Active)
PAGE_FLAG_OPS(inactive_dirty, InactiveDirty)
PAGE_FLAG_OPS(inactive_clean, InactiveClean)
PAGE_FLAG_OPS(swap_cache, SwapCache)
PAGE_FLAG_OPS(slab, Slab)
PAGE_FLAG_OPS(highmem, HighMem)
PAGE_FLAG_OPS(reserved, Reserved)
PAGE_FLAG_OPS(buddy, Buddy)
PAGE_FLAG_OPS(compound, Compound)
PAGE_FLAG_OPS(reclaim, Reclaim)
PAGE_FLAG_OPS(anon, Anon)
PAGE_FLAG_OPS(pcp, Pcp)
PAGE_FLAG_OPS(zeroed, Zeroed)
PAGE_FLAG_OPS(readahead, Readahead)
PAGE_FLAG_OPS(mlocked, Mlocked)

#define PAGE_ZONE_SHIFT 30

static inline unsigned int page_zonenum(const struct page *page)
{
	return page->flags >> PAGE_ZONE_SHIFT;
}

static inline int page_count(const struct page *page)
{
	return atomic_read(&page->count);
}

static inline int page_mapcount(const struct page *page)
{
	return atomic_read(&page->mapcount);
}

/*
 * Who holds a pin, for the auditor.  A pin is a reference held by running code;
 * it may live across a sleep, never across a return to user space.
 */
enum pin_tag {
	PIN_ALLOC,	/* fresh from the allocator */
	PIN_LOOKUP,	/* found in a cache by its user */
	PIN_FAULT,	/* a fault handler */
	PIN_RECLAIM,	/* a scan of the page lists or of page tables */
	PIN_IO,		/* read() or write() copying */
	PIN_USER,	/* get_user_page */
	PIN_count
};

/* The ends of put_page: the last reference is gone, or there was none. */
void free_unreferenced_page(struct page *page);
__noreturn __cold void put_page_failed(struct page *page);

/* Drop one reference; the last one frees the frame through the hooks below.  Any context. */
static inline void put_page(struct page *page)
{
	if (PageReserved(page))
		return;
	if (unlikely(page_count(page) <= 0))
		put_page_failed(page);
	if (atomic_dec_and_test(&page->count))
		free_unreferenced_page(page);
}

/* What the last put_page calls up: layer 3 takes the page off its list, layer 1 frees it. */
struct page_hooks {
	void (*unlist)(struct page *page);
	void (*free)(struct page *page);
};
void register_page_unlist(void (*unlist)(struct page *page));
void register_page_free(void (*free)(struct page *page));

/* Take one plain reference: only for counts that get an owner in the same breath. */
static inline void get_page(struct page *page)
{
	assert(PageReserved(page) || page_count(page) > 0);
	if (!PageReserved(page))
		atomic_inc(&page->count);
}

/*
 * Pin a page that the caller reached without a reference (a list, a tree), under the lock that
 * keeps it there.  => false: its last reference has just gone; leave it alone.
 */
static inline bool pin_page_unless_zero(struct page *page, enum pin_tag tag)
{
	if (!atomic_inc_not_zero(&page->count))
		return false;
	atomic_inc(&page->pins);
	page->pin_tag = tag;
	return true;
}

static inline void pin_page(struct page *page, enum pin_tag tag)
{
	if (PageReserved(page))
		return;
	atomic_inc(&page->count);
	atomic_inc(&page->pins);
	page->pin_tag = tag;
}

static inline void unpin_page(struct page *page)
{
	if (PageReserved(page))
		return;
	assert(atomic_read(&page->pins) > 0);
	atomic_dec(&page->pins);
	put_page(page);
}

/* A pin becomes the reference of a present pte. */
static inline void page_pin_to_map(struct page *page)
{
	if (PageReserved(page))
		return;
	atomic_inc(&page->mapcount);
	atomic_dec(&page->pins);
}

/* One more pte (fork), one pte less; the caller changes the pte itself. */
static inline void page_add_map(struct page *page)
{
	if (PageReserved(page))
		return;
	atomic_inc(&page->count);
	atomic_inc(&page->mapcount);
}

static inline void page_remove_map(struct page *page)
{
	if (PageReserved(page))
		return;
	assert(page_mapcount(page) > 0);
	atomic_dec(&page->mapcount);
	put_page(page);
}

/* A pte's reference becomes a pin (swap_out keeps working on the page). */
static inline void page_map_to_pin(struct page *page, enum pin_tag tag)
{
	if (PageReserved(page))
		return;
	atomic_inc(&page->pins);
	page->pin_tag = tag;
	atomic_dec(&page->mapcount);
}

/* The allocation's pin becomes the kernel's; page_disclaim + unpin_page frees it. */
static inline void page_claim(struct page *page, enum page_owner owner)
{
	assert(page->owner == OWNER_NONE && owner != OWNER_NONE);
	page->owner = owner;
	atomic_dec(&page->pins);
}

static inline void page_disclaim(struct page *page)
{
	assert(page->owner != OWNER_NONE);
	atomic_inc(&page->pins);
	page->owner = OWNER_NONE;
}

/* The transfer in flight holds a reference of its own from start to end-io. */
static inline void page_io_get(struct page *page)
{
	assert(page->io == 0);
	get_page(page);
	page->io = 1;
}

static inline void page_io_put(struct page *page)
{
	assert(page->io == 1);
	page->io = 0;
	put_page(page);
}

/* Kernel address of a low page, or of a kmapped high page (else NULL). */
static inline void *page_address(const struct page *page)
{
	return PageHighMem(page) ? page->virtual : __va(page_to_phys(page));
}

/* True of a frame that satisfies every condition of "free" (the notes' list). */
bool page_is_free(const struct page *page);
/* The part of it that is written in the frame itself: no reference, owner, mapping or use flag. */
bool page_is_unused(const struct page *page);

/* One line (or more) about the page: flags by name, count by owner. */
void dump_page(const struct page *page, const char *why);
const char *page_flag_name(enum page_flag flag);
/* Names of the set flags, joined by '|'. */
void page_flags_text(unsigned long flags, char *buf, size_t size);
const char *page_owner_name(enum page_owner owner);

#endif
