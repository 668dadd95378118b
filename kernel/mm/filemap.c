/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: the page cache, and at the end truncation and invalidation.
 *
 * Idea.  Every object that has pages (file, block device, shared memory, the swap
 * areas) is an address_space: a tree from page index to page.  read(), write(), mmap
 * and the file systems meet in it, so there is one copy of each page and it is found by
 * (mapping, index).
 *
 * Structures.  mapping->page_tree with the tags DIRTY and WRITEBACK; page->mapping and
 * page->index point back.  The tree owns exactly one reference of each of its pages
 * (the swap cache, too: one index, so one reference).
 *
 * States.  See pagemap.h.  A page enters locked; PG_uptodate says that its contents are
 * valid; it leaves by truncation (remove_from_page_cache: the caller knows that nobody may
 * use it any more) or by reclaim (remove_mapping_if_unused: only when nobody does).
 *
 * Locking.  A lookup takes its pin under mapping->lock; reclaim tests the count under
 * the same lock: a page found is a page kept.  Whoever locks a page after a
 * sleep looks at page->mapping again, since it may have been truncated or reclaimed.
 * mapping->lock is taken with interrupts off, because writes end in interrupts, and nothing
 * but swap_lock and zone->lru_lock is taken inside it; tree nodes are preloaded.
 *
 * Limits.  Objects of 2^32 pages.  Lookups cost the height of the tree (at most 6).
 */
#include <quire/blkdev.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/kmap_atomic.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/swap.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"

static struct kmem_cache *node_cache;
static atomic_t nr_pagecache;

unsigned long nr_pagecache_pages(void)
{
	return atomic_read(&nr_pagecache);
}

void address_space_init(struct address_space *mapping, struct inode *host,
			const struct address_space_operations *a_ops, gfp_t gfp)
{
	*mapping = (struct address_space){ .host = host, .a_ops = a_ops, .gfp_mask = gfp };
	spin_lock_init_named(&mapping->lock, "mapping->lock");
	mutex_init(&mapping->i_mmap_lock);
	INIT_LIST_HEAD(&mapping->i_mmap);
}

/* ---- the tree's nodes ---- */

static void *node_alloc(gfp_t gfp)
{
	return kmem_cache_alloc(node_cache, gfp ? gfp : GFP_ATOMIC | __GFP_NOWARN);
}

static void node_free(void *node)
{
	kmem_cache_free(node_cache, node);
}

static void reserve_lock(void)
{
	preempt_disable();
}

static void reserve_unlock(void)
{
	preempt_enable();
}

static const struct radix_tree_ops tree_ops = {
	.node_alloc = node_alloc,
	.node_free = node_free,
	.reserve_lock = reserve_lock,
	.reserve_unlock = reserve_unlock,
};

void page_cache_init(void)
{
	node_cache = kmem_cache_create("radix_tree_node", radix_tree_node_size(), 0, 0, NULL);
	assert(node_cache);
	radix_tree_init(&tree_ops);
	page_wait_init();
}

/* ---- lookup ---- */

struct page *find_get_page(struct address_space *mapping, pgoff_t index)
{
	struct page *page;
	unsigned long flags;

	spin_lock_irqsave(&mapping->lock, flags);
	page = radix_tree_lookup(&mapping->page_tree, index);
	if (page)
		pin_page(page, PIN_LOOKUP);
	spin_unlock_irqrestore(&mapping->lock, flags);
	return page;
}

struct page *find_lock_page(struct address_space *mapping, pgoff_t index)
{
	struct page *page;

	while ((page = find_get_page(mapping, index)) != NULL) {
		lock_page(page);
		if (page->mapping == mapping)
			break;
		unlock_page(page);
		unpin_page(page);
	}
	return page;
}

struct page *find_or_create_page(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	struct page *page;
	int err;

	for (;;) {
		page = find_lock_page(mapping, index);
		if (page)
			return page;
		page = alloc_page(gfp);
		if (!page)
			return NULL;
		err = add_to_page_cache_lru(page, mapping, index, gfp);
		if (!err)
			return page;
		unpin_page(page);
		if (err != -EEXIST)
			return NULL;
	}
}

unsigned int find_get_pages(struct address_space *mapping, pgoff_t start, unsigned int nr,
			    struct page **pages)
{
	unsigned int i, found;
	unsigned long flags;

	spin_lock_irqsave(&mapping->lock, flags);
	found = radix_tree_gang_lookup(&mapping->page_tree, (void **)pages, start, nr);
	for (i = 0; i < found; i++)
		pin_page(pages[i], PIN_LOOKUP);
	spin_unlock_irqrestore(&mapping->lock, flags);
	return found;
}

unsigned int find_get_pages_tag(struct address_space *mapping, pgoff_t *start, int tag,
				unsigned int nr, struct page **pages)
{
	unsigned int i, found;
	unsigned long flags;

	spin_lock_irqsave(&mapping->lock, flags);
	found = radix_tree_gang_lookup_tag(&mapping->page_tree, (void **)pages, *start, nr, tag);
	for (i = 0; i < found; i++)
		pin_page(pages[i], PIN_LOOKUP);
	if (found)
		*start = page_tree_index(pages[found - 1]) + 1;
	spin_unlock_irqrestore(&mapping->lock, flags);
	return found;
}

/* Nothing is due at the page: no transfer, no truncation, no readahead, no reclaim. */
static bool is_ready(const struct page *page)
{
	return PageUptodate(page) && !PageLocked(page) && !PageReadahead(page) &&
	       !PageInactiveClean(page);
}

unsigned int find_ready_pages(struct address_space *mapping, pgoff_t start, pgoff_t end,
			      struct page **pages)
{
	unsigned int i, found, ready = 0;
	unsigned long flags;

	end = min(end, (pgoff_t)((i_size_read(mapping->host) + PAGE_SIZE - 1) >> PAGE_SHIFT));
	if (start >= end)
		return 0;
	spin_lock_irqsave(&mapping->lock, flags);
	found = radix_tree_gang_lookup(&mapping->page_tree, (void **)pages, start, end - start);
	for (i = 0; i < found && pages[i]->index < end; i++) {
		if (!is_ready(pages[i]))
			continue;
		pin_page(pages[i], PIN_LOOKUP);
		pages[ready++] = pages[i];
	}
	spin_unlock_irqrestore(&mapping->lock, flags);
	return ready;
}

/* ---- entering and leaving ---- */

/* The tree of mapping gains the page; the cache's reference is there already. */
static int insert_locked(struct address_space *mapping, struct page *page, pgoff_t index)
{
	bool swap = mapping == &swapper_space;
	int err;

	page->index = index;
	if (swap)
		SetPageSwapCache(page);
	err = radix_tree_insert(&mapping->page_tree, page_tree_index(page), page);
	if (err) {
		ClearPageSwapCache(page);
		return err;
	}
	page->mapping = mapping;
	mapping->nrpages++;
	if (!swap)
		atomic_inc(&nr_pagecache);
	if (PageDirty(page))
		radix_tree_tag_set(&mapping->page_tree, page_tree_index(page), PAGECACHE_TAG_DIRTY);
	return 0;
}

int cache_insert(struct address_space *mapping, struct page *page, pgoff_t index)
{
	unsigned long flags;
	int err;

	assert(PageLocked(page) && !page->mapping);
	spin_lock_irqsave(&mapping->lock, flags);
	err = insert_locked(mapping, page, index);
	if (!err)
		get_page(page);
	spin_unlock_irqrestore(&mapping->lock, flags);
	return err;
}

int add_to_page_cache(struct page *page, struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	int err = radix_tree_preload(gfp & ~(__GFP_HIGHMEM | __GFP_ZERO));

	if (err)
		return err;
	assert(!PageLocked(page));
	SetPageLocked(page);
	err = cache_insert(mapping, page, index);
	if (err)
		ClearPageLocked(page);
	radix_tree_preload_end();
	if (!err)
		trace_vm(cache_add, page, NULL, 0, 0, 0);
	return err;
}

/* New pages start inactive: only a second use shows that they are worth keeping. */
int add_to_page_cache_lru(struct page *page, struct address_space *mapping, pgoff_t index,
			  gfp_t gfp)
{
	int err = add_to_page_cache(page, mapping, index, gfp);

	if (!err)
		lru_cache_add_inactive(page);
	return err;
}

static void cache_delete_locked(struct address_space *mapping, struct page *page)
{
	struct page *was = radix_tree_delete(&mapping->page_tree, page_tree_index(page));

	assert(was == page && !PageWriteback(page));
	account_page_cleaned_locked(page, mapping);
	if (!PageSwapCache(page))
		atomic_dec(&nr_pagecache);
	ClearPageSwapCache(page);
	page->mapping = NULL;
	mapping->nrpages--;
}

void remove_from_page_cache(struct page *page)
{
	struct address_space *mapping = page->mapping;
	unsigned long flags;

	assert(PageLocked(page) && mapping);
	spin_lock_irqsave(&mapping->lock, flags);
	cache_delete_locked(mapping, page);
	spin_unlock_irqrestore(&mapping->lock, flags);
	trace_vm(cache_del, page, NULL, 0, 0, 0);
	put_page(page);
}

int cache_move(struct page *page, struct address_space *to, pgoff_t index)
{
	struct address_space *from = page->mapping;
	struct address_space *file = from == &swapper_space ? to : from;
	unsigned long flags, slot;
	int err = radix_tree_preload(GFP_NOIO | __GFP_NOWARN);

	if (err)
		return err;
	assert(PageLocked(page) && (to == &swapper_space) != (from == &swapper_space));
	spin_lock_irqsave(&file->lock, flags);
	spin_lock_nested(&swapper_space.lock, 1);
	slot = to == &swapper_space ? swap_tree_index((swp_entry_t){ index }) : index;
	if (radix_tree_lookup(&to->page_tree, slot)) {
		err = -EEXIST;
	} else {
		cache_delete_locked(from, page);
		err = insert_locked(to, page, index);
		assert(!err);
	}
	spin_unlock(&swapper_space.lock);
	spin_unlock_irqrestore(&file->lock, flags);
	radix_tree_preload_end();
	return err;
}

int freeable_count(const struct page *page)
{
	return 1 + (page->mapping != NULL) + (page->buffers != NULL);
}

bool remove_mapping_if_unused(struct page *page)
{
	struct address_space *mapping = page->mapping;
	swp_entry_t entry = { PageSwapCache(page) ? page->index : 0 };
	unsigned long flags;
	bool unused;

	assert(PageLocked(page) && mapping);
	spin_lock_irqsave(&mapping->lock, flags);
	unused = !page->buffers && page_count(page) == freeable_count(page) && !PageDirty(page) &&
		 !PageWriteback(page);
	if (unused)
		cache_delete_locked(mapping, page);
	spin_unlock_irqrestore(&mapping->lock, flags);
	if (!unused)
		return false;
	if (entry.val) {
		trace_vm(swap_cache_del, page, NULL, 0, 0, entry.val);
		swap_free(entry);
	} else {
		trace_vm(cache_del, page, NULL, 0, 0, 0);
	}
	put_page(page);
	return true;
}

bool page_release_buffers(struct page *page, gfp_t gfp)
{
	struct address_space *mapping = page->mapping;

	assert(PageLocked(page));
	if (!page->buffers)
		return true;
	if (!mapping || !mapping->a_ops->releasepage)
		return false;
	return mapping->a_ops->releasepage(page, gfp) && !page->buffers;
}

/* ---- reading one page ---- */

/* Read a pinned, locked page of the mapping and wait.  => 0, -EIO; -EAGAIN: no longer in the mapping */
static int read_locked_page(struct address_space *mapping, struct file *file, struct page *page)
{
	int err;

	if (page->mapping != mapping) {
		unlock_page(page);
		return -EAGAIN;
	}
	if (PageUptodate(page)) {
		unlock_page(page);
		return 0;
	}
	ClearPageError(page);
	trace_vm(readpage, page, NULL, 0, 0, 0);
	err = mapping->a_ops->readpage(file, page);
	if (err)
		return err;
	wait_on_page_locked(page);
	return PageUptodate(page) ? 0 : -EIO;
}

struct page *read_cache_page(struct address_space *mapping, pgoff_t index, struct file *file)
{
	for (;;) {
		struct page *page = find_get_page(mapping, index);
		int err;

		if (page && PageUptodate(page))
			return page;
		if (page)
			lock_page(page);
		else
			page = find_or_create_page(mapping, index, mapping->gfp_mask);
		if (!page)
			return ERR_PTR(-ENOMEM);
		err = read_locked_page(mapping, file, page);
		if (!err)
			return page;
		unpin_page(page);
		if (err != -EAGAIN)
			return ERR_PTR(err);
	}
}

/* ---- truncation and invalidation ---- */

/*
 * Taking pages out of an object: truncation (they are gone for good) and
 * invalidation (they can be read again).
 *
 * Truncation against faults.  The order is: i_size, truncate_count, unmap, remove.  A fault
 * that looked at i_size before us read the old truncate_count; either it installs its pte
 * before our unmapping, which removes it, or it sees the new count under
 * page_table_lock and starts again.  A page that is mapped once more in spite of that (private
 * copies look at the page, not at the count) is unmapped again under its lock.
 *
 * Truncation against I/O.  A page is removed locked and not under writeback, so no transfer ever refers to
 * blocks that the file system has freed.
 */

#define PAGEVEC_SIZE 16

static void bump_truncate_count(struct address_space *mapping)
{
	unsigned long flags;

	spin_lock_irqsave(&mapping->lock, flags);
	mapping->truncate_count++;
	spin_unlock_irqrestore(&mapping->lock, flags);
}

/* end 0: to infinity */
static void unmap_range(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	if (map_ops && !list_empty(&mapping->i_mmap))
		map_ops->unmap_mapping_range(mapping, start, end, true);
}

static void drop_private(struct address_space *mapping, struct page *page, unsigned int offset)
{
	if (mapping->a_ops->invalidatepage && page->buffers)
		mapping->a_ops->invalidatepage(page, offset);
}

/* Locked page of the mapping, to be removed whole. */
static void truncate_complete_page(struct address_space *mapping, struct page *page)
{
	wait_on_page_writeback(page);
	if (page_mapcount(page))
		unmap_range(mapping, page->index, page->index + 1);
	cancel_dirty_page(page);
	drop_private(mapping, page, 0);
	if (page->buffers && !page_release_buffers(page, GFP_NOFS))
		warn_once(true, "truncated page keeps its buffers");
	ClearPageUptodate(page);
	trace_vm(truncate, page, NULL, 0, 0, 0);
	remove_from_page_cache(page);
}

/* The page that the new end cuts in two. */
static void truncate_partial_page(struct address_space *mapping, loff_t newsize)
{
	unsigned int offset = newsize & (PAGE_SIZE - 1);
	struct page *page;

	if (!offset)
		return;
	page = find_lock_page(mapping, newsize >> PAGE_SHIFT);
	if (!page)
		return;
	wait_on_page_writeback(page);
	if (PageUptodate(page))
		zero_highpage_range(page, offset, PAGE_SIZE - offset);
	drop_private(mapping, page, offset);
	unlock_page(page);
	unpin_page(page);
}

void truncate_inode_pages(struct address_space *mapping, loff_t newsize)
{
	pgoff_t start = (newsize + PAGE_SIZE - 1) >> PAGE_SHIFT;
	struct page *pages[PAGEVEC_SIZE];
	unsigned int i, found;

	if (!mapping->nrpages)
		return;
	bump_truncate_count(mapping);
	truncate_partial_page(mapping, newsize);
	while ((found = find_get_pages(mapping, start, PAGEVEC_SIZE, pages)) != 0) {
		for (i = 0; i < found; i++) {
			lock_page(pages[i]);
			if (pages[i]->mapping == mapping)
				truncate_complete_page(mapping, pages[i]);
			unlock_page(pages[i]);
			unpin_page(pages[i]);
		}
		cond_resched();
	}
}

void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	struct address_space *mapping = inode->i_mapping;
	pgoff_t hole = (newsize + PAGE_SIZE - 1) >> PAGE_SHIFT;

	bump_truncate_count(mapping);
	unmap_range(mapping, hole, 0);
	truncate_inode_pages(mapping, newsize);
	/* Private copies made of pages that we had not removed yet. */
	unmap_range(mapping, hole, 0);
}

/* => the page has left its mapping */
static bool invalidate_page(struct address_space *mapping, struct page *page)
{
	bool gone = false;

	if (!trylock_page(page))
		return false;
	if (page->mapping == mapping && !PageDirty(page) && !PageWriteback(page) &&
	    !page_mapcount(page) && page_release_buffers(page, GFP_NOFS))
		gone = remove_mapping_if_unused(page);
	unlock_page(page);
	return gone;
}

unsigned long invalidate_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	struct page *pages[PAGEVEC_SIZE];
	unsigned long count = 0;
	unsigned int i, found;

	while (start <= end &&
	       (found = find_get_pages(mapping, start, PAGEVEC_SIZE, pages)) != 0) {
		pgoff_t last = page_tree_index(pages[found - 1]);

		for (i = 0; i < found; i++) {
			if (page_tree_index(pages[i]) <= end)
				count += invalidate_page(mapping, pages[i]);
			unpin_page(pages[i]);
		}
		if (last == ~0ul)
			break;
		start = last + 1;
		cond_resched();
	}
	return count;
}
