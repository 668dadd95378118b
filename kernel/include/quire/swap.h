/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: swap areas, swap slots and the swap cache.
 *
 * A swap entry names a slot of an area.  swap_map[slot] counts its users:
 *
 *	swap_map == swap ptes + shmem entries + (in swap cache) + short holds
 *
 * The swap cache is one more address_space, swapper_space, indexed by entry:
 * one page per slot, so the page lock is also the slot's lock; sharers find the
 * same page; a clean page can be dropped without I/O.
 *
 * A pte's form: bit 0 clear, bits 1..5 type, bit 7 clear, bits 8..31 offset.
 *
 * Locking: swap_lock guards the area list, swap_map and free counts; after
 * mapping->lock, before the device's.  swapon_mutex: swapon against swapoff.
 */
#ifndef QUIRE_SWAP_H
#define QUIRE_SWAP_H

#include <arch/pgtable.h>
#include <quire/pagemap.h>
#include <quire/swap_slots.h>
#include <quire/types.h>

typedef struct {
	u32 val; /* type in bits 1..5, offset in bits 8..31: the pte's own bits; 0 = none */
} swp_entry_t;

#define MAX_SWAPFILES 8

static inline swp_entry_t swp_entry(unsigned int type, unsigned long offset)
{
	return (swp_entry_t){ type << 1 | (u32)offset << 8 };
}

static inline unsigned int swp_type(swp_entry_t e)
{
	return e.val >> 1 & 0x1f;
}

static inline unsigned long swp_offset(swp_entry_t e)
{
	return e.val >> 8;
}

static inline pte_t swp_entry_to_pte(swp_entry_t e)
{
	return __pte(e.val);
}

static inline swp_entry_t pte_to_swp_entry(pte_t pte)
{
	return (swp_entry_t){ pte_val(pte) };
}

static inline bool pte_is_swap(pte_t pte)
{
	return !pte_none(pte) && !pte_present(pte);
}

extern struct address_space swapper_space;

/* ---- slots (swapfile.c) ---- */
swp_entry_t get_swap_page(void);	     /* a free slot, count 1, clustered; val 0 if none */
int swap_duplicate(swp_entry_t entry);	     /* one more user; => 0, -EINVAL for a bad entry */
void swap_free(swp_entry_t entry);	     /* one user less */
void free_swap_and_cache(swp_entry_t entry); /* and drop the cached page if nobody else uses it */
int swap_count(swp_entry_t entry);
long nr_free_swap_slots(void), nr_total_swap_slots(void);
bool vm_swap_full(void);		     /* over half used: free slots on exclusive swap-in */

/* ---- swap cache (swap_state.c) ---- */
/* A locked page joins the swap cache under a fresh slot and becomes dirty.  => 0 if there is no slot
 * or no memory.  Does not sleep: swap_out calls it under page_table_lock (tree nodes GFP_ATOMIC). */
int add_to_swap(struct page *page);
struct page *lookup_swap_cache(swp_entry_t entry); /* pinned */
/*
 * shmem, both with the page locked, not under writeback, and called without locks:
 * move_to: the page leaves its file's cache and joins the swap cache under entry, whose count rises
 * by one (the cache's).  => 0, or -errno with nothing changed.
 * move_from: the way back: leaves the swap cache (its count drops), joins mapping at index and is dirty.
 * => 0, -ENOMEM, or -EEXIST: another page is there; nothing changed.
 */
int move_to_swap_cache(struct page *page, swp_entry_t entry);
int move_from_swap_cache(struct page *page, pgoff_t index, struct address_space *mapping);
/* Locked page: out of the cache; drops the cache's reference and the slot's cache count. */
void delete_from_swap_cache(struct page *page);
/*
 * A locked page, in no cache, joins under an entry whose cache count the caller provides (shmem;
 * add_to_swap). => -ENOMEM, -EEXIST.  Does not sleep.
 */
int add_to_swap_cache(struct page *page, swp_entry_t entry);
/*
 * Locked anonymous page: is the caller its only user, so that it may write in place?  The caller's own
 * use is still counted: its pte in mapcount, or its swap pte in the slot's count (before swap_free).
 */
bool can_share_swap_page(struct page *page);
/* If nobody else needs the slot, leave the cache (page becomes dirty, slot free). Locked page. */
bool remove_exclusive_swap_page(struct page *page); /* not during writeback; does not sleep */
/* Locked page: if it is in the cache, mapped nowhere, and nobody else needs its slot, drop both. */
bool drop_swap_orphan(struct page *page);
/* Where an entry stands in swapper_space.page_tree; see page_tree_index. */
static inline unsigned long swap_tree_index(swp_entry_t entry)
{
	return entry.val >> 8 | entry.val << 24;
}
/* Find or start to read; pinned, perhaps still locked; NULL: no memory or the entry is gone (the caller
 * rechecks its pte).  May sleep.  The disk begins when somebody waits, or after swap_read_ahead. */
struct page *read_swap_cache_async(swp_entry_t entry);
/* Start to read these too, as long as there is memory; nobody waits. */
void swap_read_ahead(const swp_entry_t *entries, unsigned long nr);
/* read_swap_cache_async, and ahead the aligned block of slots around the entry. */
struct page *swapin_readahead(swp_entry_t entry);
int swap_writepage(struct page *page);	 /* a_ops.writepage of swapper_space */
int swap_readpage(struct page *page);

/* ---- what swapoff asks of those who hold entries (layers above register) ---- */
struct swap_user_ops {
	struct list_head link;
	/* Replace entry by the page (locked, uptodate, in swap cache) wherever this user holds it.
	 * => number replaced or -errno. */
	int (*unuse)(swp_entry_t entry, struct page *page);
};
void register_swap_user(struct swap_user_ops *ops);
/* Out of memory: if a swapoff is what takes it, that is to fail with ENOMEM.  => true: one was told so, the first time */
bool swapoff_give_up(void);
/* Was t told so?  Then its allocations fail, since it waits for memory in vain and looks at nothing else. */
bool swapoff_fails(const struct task_struct *t);

long sys_swapon(const char __user *specialfile, int flags);
long sys_swapoff(const char __user *specialfile);
struct seq_file;
int swaps_show(struct seq_file *m, void *v);	 /* /proc/swaps */

/* For the auditor: area by type, NULL if not in use. */
struct swap_info {
	unsigned long flags;	/* SWP_* */
	int prio;
	struct file *file;
	u16 *swap_map;		/* vmalloc; swap_lock */
	unsigned long max;	/* slots, slot 0 included */
	unsigned long pages;	/* usable slots */
	unsigned long inuse_pages;
	struct swap_scan scan;	/* where to look for free slots */
	struct block_device *bdev; /* partition; NULL for a swap file */
	struct swap_extent *extents; /* swap file: runs of blocks, sorted */
	unsigned int nr_extents;
	struct list_head link;	/* by priority */
};
#define SWP_USED 1u
#define SWP_WRITEOK 2u
struct swap_info *swap_info_get(unsigned int type);
extern unsigned int page_cluster;
void swap_init(void);

#endif
