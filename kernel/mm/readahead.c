/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: readahead: starting the reads that ra_next_window (readahead_window.c) decides on.
 *
 * Pages read ahead start on inactive_dirty, so that a long stream of them passes
 * through without pushing out the working set.  They are allocated with __GFP_COLD |
 * __GFP_NORETRY: when memory is short, readahead stops instead of making it shorter.
 */
#include <quire/blkdev.h>
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"

#define RA_GFP (__GFP_COLD | __GFP_NORETRY | __GFP_NOWARN)

/* Start reading one page that is not cached.  => 1 started, 0 it is there now, -errno */
static int read_one_ahead(struct address_space *mapping, struct file *file, pgoff_t index,
			  bool marker)
{
	gfp_t gfp = mapping->gfp_mask | RA_GFP;
	struct page *page = alloc_page(gfp);
	int err;

	if (!page)
		return -ENOMEM;
	err = add_to_page_cache_lru(page, mapping, index, gfp);
	if (err) {
		unpin_page(page);
		return err == -EEXIST ? 0 : err;
	}
	if (marker)
		SetPageReadahead(page);
	trace_vm(readpage, page, NULL, 0, 0, 0);
	err = mapping->a_ops->readpage(file, page);
	unpin_page(page);
	return err ? err : 1;
}

static bool is_cached(struct address_space *mapping, pgoff_t index)
{
	unsigned long flags;
	bool cached;

	spin_lock_irqsave(&mapping->lock, flags);
	cached = radix_tree_lookup(&mapping->page_tree, index) != NULL;
	spin_unlock_irqrestore(&mapping->lock, flags);
	return cached;
}

/* Read what is missing of [start, start + nr); page start + marker gets PG_readahead. */
static int read_pages_ahead(struct address_space *mapping, struct file *file, pgoff_t start,
			    unsigned long nr, unsigned long marker)
{
	loff_t size = i_size_read(mapping->host);
	pgoff_t end = (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
	unsigned long i;
	int started = 0;

	for (i = 0; i < nr && start + i < end; i++) {
		int ret;

		if (is_cached(mapping, start + i))
			continue;
		ret = read_one_ahead(mapping, file, start + i, i == marker);
		if (ret < 0)
			break;
		started += ret;
	}
	return started;
}

#define NO_MARKER (~0ul)

static void submit_window(struct address_space *mapping, struct file_ra_state *ra,
			  struct file *file, unsigned int wanted)
{
	unsigned int started = read_pages_ahead(mapping, file, ra->start, ra->size,
						ra->size - ra->async_size);

	if (started > wanted)
		count_vm_events(ra_pages, started - wanted);
}

void page_cache_readahead(struct address_space *mapping, struct file_ra_state *ra,
			  struct file *file, pgoff_t index, unsigned long req_pages)
{
	if (ra_next_window(ra, RA_MISS, index, req_pages, 0)) {
		submit_window(mapping, ra, file, 1);
	} else {
		unsigned long most = max(ra->ra_pages, 1u);

		read_pages_ahead(mapping, file, index, min(req_pages, most), NO_MARKER);
	}
	/* Somebody will wait for the first of them at once. */
	blk_run_queues();
}

void page_cache_async_readahead(struct address_space *mapping, struct file_ra_state *ra,
				struct file *file, struct page *page, unsigned long req_pages)
{
	pgoff_t index = page->index, hole;
	unsigned long flags;

	/* Two readers may reach the marker. */
	if (!TestClearPageReadahead(page))
		return;
	spin_lock_irqsave(&mapping->lock, flags);
	hole = radix_tree_next_hole(&mapping->page_tree, index + 1, max(ra->ra_pages, 1u));
	spin_unlock_irqrestore(&mapping->lock, flags);
	if (ra_next_window(ra, RA_MARKER, index, req_pages, hole))
		submit_window(mapping, ra, file, 0);
}

int force_page_cache_readahead(struct address_space *mapping, struct file *file, pgoff_t index,
			       unsigned long nr)
{
	int started = read_pages_ahead(mapping, file, index, nr, NO_MARKER);

	blk_run_queues();
	return started;
}
