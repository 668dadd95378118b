/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: objects and caches: address_space and the page cache.
 *
 * Idea.  An address_space caches one object (a file, a block device, a shared
 * memory object, the swap areas): a radix tree from page index to page.  The
 * tree is the only owner of the cache's reference: add_to_page_cache takes it,
 * remove_from_page_cache drops it.  read(), write() and mmap use the same pages.
 *
 * States of a cached page.
 *	new		in the tree, PG_locked, not uptodate: being read or filled
 *	clean		PG_uptodate
 *	dirty		PG_dirty: newer than the store; counted, tagged in the tree
 *	writeback	PG_writeback: a copy is on its way; may be dirtied again meanwhile
 *	gone		mapping == NULL: truncated or reclaimed under a holder of a pin;
 *			whoever locks a page rechecks page->mapping.
 *
 * Locking.  mapping->lock (interrupts off: end-io clears tags) guards the tree,
 * nrpages and the tags.  PG_locked guards contents' identity.  i_mmap is under
 * i_mmap_lock.  Order: PG_locked -> i_mmap_lock -> mm->page_table_lock ->
 * mapping->lock -> zone->lru_lock.  References from lookups are pins.
 */
#ifndef QUIRE_PAGEMAP_H
#define QUIRE_PAGEMAP_H

#include <quire/gfp.h>
#include <quire/list.h>
#include <quire/lock.h>
#include <quire/mutex.h>
#include <quire/page.h>
#include <quire/radix_tree.h>
#include <quire/readahead.h>
#include <quire/types.h>

struct address_space;
struct file;
struct inode;
struct iovec;
struct vm_area_struct;

struct address_space_operations {
	/* Start reading a locked page; it is unlocked (and uptodate or PG_error) at end-io.
	 * => 0 or -errno (then unlocked too).  file may be NULL. */
	int (*readpage)(struct file *file, struct page *page);
	/* Start writing a locked page whose PG_dirty was cleared by clear_page_dirty_for_io; sets
	 * PG_writeback, unlocks, ends by end_page_writeback.  WRITEPAGE_ACTIVATE: cannot now,
	 * redirtied, still locked. */
	int (*writepage)(struct page *page);
	/* madvise: start reading what of these pages is not in memory, where readpage does not do. */
	void (*will_need)(struct address_space *mapping, pgoff_t index, unsigned long nr);
	/* write(): make [from, to) of the locked page writable (allocate blocks, read edges). */
	int (*prepare_write)(struct file *file, struct page *page, unsigned int from, unsigned int to);
	/* write(): the bytes are there: mark dirty, extend i_size. */
	int (*commit_write)(struct file *file, struct page *page, unsigned int from, unsigned int to);
	/* A page became dirty (NULL: the generic __set_page_dirty_nobuffers). */
	int (*set_page_dirty)(struct page *page);
	/* Drop buffers or other private state. => 1 freed, 0 busy.  Page locked. */
	int (*releasepage)(struct page *page, gfp_t gfp);
	/* Truncation: bytes from offset on are gone.  Page locked. */
	void (*invalidatepage)(struct page *page, unsigned int offset);
	/* FIBMAP, swap files: file block to device block, 0 = hole. */
	sector_t (*bmap)(struct address_space *mapping, sector_t block);
};
#define WRITEPAGE_ACTIVATE 0x80000

/* Tags in the radix tree: find dirty and writeback pages without a scan. */
#define PAGECACHE_TAG_DIRTY 0
#define PAGECACHE_TAG_WRITEBACK 1

/* mapping->flags */
enum mapping_flag { AS_EIO, AS_ENOSPC, AS_SWAPPABLE /* tmpfs: pages go to swap */, AS_SWAPFILE /* swapped to */ };

struct address_space {
	struct inode *host;	/* owner, NULL for swapper_space */
	spinlock_t lock;	/* tree, nrpages, tags; interrupts off */
	struct radix_tree_root page_tree;
	unsigned long nrpages;
	const struct address_space_operations *a_ops;
	unsigned long flags;	/* AS_*: errors to report once at fsync/close, bit operations */
	gfp_t gfp_mask;		/* how its pages are allocated */
	struct mutex i_mmap_lock; /* i_mmap */
	struct list_head i_mmap; /* VMAs that map this object (vma->shared) */
	unsigned int i_mmap_writable; /* shared writable VMAs among them */
	pgoff_t writeback_index; /* where the last partial writeback stopped */
	u32 truncate_count;	/* bumped by truncation; a fault rechecks it */
	u32 wb_seq;		/* failed writes so far; each open file compares its f_wb_seq */
	int wb_err;		/* the latest of them, -errno */
	bool wb_err_seen;	/* some open file has been told */
};

/* Where a page of the cache stands in mapping->page_tree: swap entries have their offset in the high
 * bits, so they are rotated to keep neighbouring slots in one node. */
static inline unsigned long page_tree_index(const struct page *page)
{
	return PageSwapCache(page) ? page->index >> 8 | page->index << 24 : page->index;
}

void address_space_init(struct address_space *mapping, struct inode *host,
			const struct address_space_operations *a_ops, gfp_t gfp);

/* ---- lookup (filemap.c): all return a pinned page or NULL/ERR_PTR ---- */
struct page *find_get_page(struct address_space *mapping, pgoff_t index);
/* Also locked, and rechecked to be still in this mapping. */
struct page *find_lock_page(struct address_space *mapping, pgoff_t index);
/* Also made when missing (not uptodate then); NULL when out of memory. */
struct page *find_or_create_page(struct address_space *mapping, pgoff_t index, gfp_t gfp);
/* Up to nr pages from index on, in order; => how many; each pinned. */
unsigned int find_get_pages(struct address_space *mapping, pgoff_t start, unsigned int nr,
			    struct page **pages);
unsigned int find_get_pages_tag(struct address_space *mapping, pgoff_t *start, int tag,
				unsigned int nr, struct page **pages);
/* The cached pages of [start, end), within the file, that can be mapped as they are; room for
 * end - start of them.  Does not sleep. */
unsigned int find_ready_pages(struct address_space *mapping, pgoff_t start, pgoff_t end,
			      struct page **pages);
/* Insert: takes the cache's reference and locks the page.  => -EEXIST, -ENOMEM. */
int add_to_page_cache(struct page *page, struct address_space *mapping, pgoff_t index, gfp_t gfp);
int add_to_page_cache_lru(struct page *page, struct address_space *mapping, pgoff_t index,
			  gfp_t gfp);
/* Page locked by the caller; drops the cache's reference. */
void remove_from_page_cache(struct page *page);
/* Reclaim's form: only if count is exactly cache + caller's pin and the page is not dirty, tested
 * with the index locked.  => true: removed; the caller's pin is the last reference. */
bool remove_mapping_if_unused(struct page *page);
/* An uptodate, pinned page: read it if necessary (waits).  ERR_PTR on error. */
struct page *read_cache_page(struct address_space *mapping, pgoff_t index, struct file *file);

/* ---- page lock and writeback bits (page_wait.c): hashed wait queues ---- */
void lock_page(struct page *page);	/* sleeps; the caller holds a pin */
bool trylock_page(struct page *page);
int lock_page_killable(struct page *page);
void unlock_page(struct page *page);
void wait_on_page_locked(struct page *page);
void wait_on_page_writeback(struct page *page);
void set_page_writeback(struct page *page); /* takes the I/O reference */
void end_page_writeback(struct page *page); /* drops it; any context */
/* A read in flight: page_io_get at start; this at the end: uptodate or error, unlock, drop. */
void end_page_read(struct page *page, int error);

/* ---- dirty state (page-writeback.c) ---- */
int set_page_dirty(struct page *page);	       /* through a_ops; counts, tags, wakes; => newly dirty */
int __set_page_dirty_nobuffers(struct page *page);
bool clear_page_dirty_for_io(struct page *page); /* locked page; also write-protects through map_ops */
void cancel_dirty_page(struct page *page);     /* truncation */
/* Writers call this per page dirtied: starts background writing, then throttles (sleeps). */
void balance_dirty_pages_ratelimited(struct address_space *mapping);
/* Write up to *nr dirty pages (NULL: all) of the range; wait: also wait for the writes. */
int filemap_fdatawrite_range(struct address_space *mapping, pgoff_t start, pgoff_t end, long *nr);
int filemap_fdatawait(struct address_space *mapping); /* => -EIO/-ENOSPC reported once */
int filemap_write_and_wait(struct address_space *mapping);
/* A write of this object's data failed (any context): sets AS_* and tells every file open now. */
void mapping_set_error(struct address_space *mapping, int error);
/* => -errno, once to each open file, if a write failed since it last asked (fsync, last close). */
int file_check_wb_error(struct file *file);
/* The f_wb_seq of a file that is being opened. */
u32 file_sample_wb_seq(const struct address_space *mapping);
/* Do dirty pages of this object count against the dirty limits? Not those that go to swap. */
static inline bool mapping_counts_dirty(const struct address_space *mapping)
{
	return mapping->host && !(mapping->flags >> AS_SWAPPABLE & 1);
}
unsigned long nr_dirty_pages(void), nr_writeback_pages(void);
extern int dirty_ratio, dirty_background_ratio;
extern int dirty_expire_centisecs, dirty_writeback_centisecs;
void wakeup_bdflush(void);

/* Writeback walks inodes through the file systems' table (registered by fs/). */
struct writeback_ops {
	/* Write dirty pages and inodes, oldest first; older_than in ticks (0: all).
	 * => pages for which writes were started. */
	long (*writeback_inodes)(long nr_pages, unsigned long older_than);
	void (*sync_supers)(void);
	/* The first page of an inode became dirty: __mark_inode_dirty(inode, I_DIRTY_PAGES).  May be
	 * called under page_table_lock: does not sleep. */
	void (*inode_pages_dirty)(struct inode *inode);
};
void register_writeback_ops(const struct writeback_ops *ops);

/* ---- what the cache asks of the address spaces above it (layer 6 registers) ---- */
struct map_ops {
	/* Remove every pte that maps [start, end) of the object (truncation, end 0 = to infinity);
	 * even_cows: private copies too. */
	void (*unmap_mapping_range)(struct address_space *mapping, pgoff_t start, pgoff_t end,
				    bool even_cows);
	/* Gather the dirty bits of ptes that map this page and write-protect or clean them, so that
	 * the write that starts now is complete.  => some pte was dirty. */
	bool (*page_mkclean)(struct page *page);
};
void register_map_ops(const struct map_ops *ops);

/* ---- truncation and invalidation (filemap.c) ---- */
/* i_size has been changed; unmaps first, then removes pages; newsize in bytes. */
void truncate_inode_pages(struct address_space *mapping, loff_t newsize);
void truncate_pagecache(struct inode *inode, loff_t newsize); /* unmap + truncate */
/* Drop clean, unmapped, unused pages; => how many. */
unsigned long invalidate_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t end);

/* ---- read() and write() for file systems on the cache (filemap.c, readahead.c) ---- */
/* The page at index, pinned and uptodate; the reader wants req pages from there on. Sleeps. ERR_PTR */
struct page *file_read_page(struct file *file, pgoff_t index, unsigned long req);
ssize_t generic_file_read(struct file *file, char __user *buf, size_t count, loff_t *ppos);
ssize_t generic_file_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos);
/* The fault's way in: nopage for file VMAs: a pinned uptodate page, or an error code of mm.h. */
struct page *filemap_nopage(struct vm_area_struct *vma, unsigned long address, int *result);
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);

/* A page that is wanted is missing: read it and, on sequential access, a window behind it. */
void page_cache_readahead(struct address_space *mapping, struct file_ra_state *ra,
			  struct file *file, pgoff_t index, unsigned long req_pages);
/* A page with PG_readahead is used: start the next window now. */
void page_cache_async_readahead(struct address_space *mapping, struct file_ra_state *ra,
				struct file *file, struct page *page, unsigned long req_pages);
int force_page_cache_readahead(struct address_space *mapping, struct file *file, pgoff_t index,
			       unsigned long nr);
extern unsigned int max_readahead_pages;

void page_cache_init(void);
unsigned long nr_pagecache_pages(void); /* file pages, swap cache excluded */

#endif
