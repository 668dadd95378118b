/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: taking pages out of an object: truncation (they are gone for good) and
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
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/kmap_atomic.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"

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
