/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: readahead: starting the reads that ra_next_window (below) decides on.
 *
 * Pages read ahead start on inactive_dirty, so that a long stream of them passes
 * through without pushing out the working set.  They are allocated with __GFP_COLD |
 * __GFP_NORETRY: when memory is short, readahead stops instead of making it shorter.
 */
#include <quire/blkdev.h>
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/readahead.h>
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

/* ---- how the window moves: pure, and the host's tests link it ---- */

/*
 *	start of file, or two pages in order	a window opens, twice to four times what was asked
 *	its marker or its end is reached	it moves on and grows, up to ra_pages
 *	a marker of somebody else's window	a stream that we lost (several readers of one
 *						file): take it up behind what is cached
 *	anything else				random: no window
 */

#define DEFAULT_READAHEAD_PAGES 32 /* 128 KiB */

unsigned int max_readahead_pages = DEFAULT_READAHEAD_PAGES;

void file_ra_state_init(struct file_ra_state *ra)
{
	ra->start = ra->size = ra->async_size = 0;
	ra->ra_pages = max_readahead_pages;
	ra->prev_index = ~0ul;
}

static unsigned long at_most(unsigned long n, unsigned long most)
{
	return n < most ? n : most;
}

static unsigned long power_of_two_above(unsigned long n)
{
	unsigned long p = 1;

	while (p < n)
		p <<= 1;
	return p;
}

/* The first window: small requests get relatively more, so that they soon reach the largest. */
static unsigned long initial_size(unsigned long req, unsigned long most)
{
	unsigned long size = at_most(power_of_two_above(at_most(req, most)), most);

	if (size <= most / 32)
		return size * 4;
	return size <= most / 4 ? size * 2 : most;
}

static unsigned long grown(unsigned long size, unsigned long most)
{
	return at_most(size < most / 16 ? size * 4 : size * 2, most);
}

static void open_window(struct file_ra_state *ra, pgoff_t index, unsigned long req)
{
	ra->start = index;
	ra->size = initial_size(req, ra->ra_pages);
	if (!ra->size)
		ra->size = 1;
	ra->async_size = ra->size > req ? ra->size - req : ra->size;
}

static bool at_edge_of_window(const struct file_ra_state *ra, pgoff_t index)
{
	return ra->size && (index == ra->start + ra->size - ra->async_size ||
			    index == ra->start + ra->size);
}

bool ra_next_window(struct file_ra_state *ra, enum ra_cause cause, pgoff_t index,
		    unsigned long req, pgoff_t next_hole)
{
	if (!ra->ra_pages)
		return false;
	if (index == 0 && cause == RA_MISS) {
		open_window(ra, index, req);
	} else if (at_edge_of_window(ra, index)) {
		ra->start += ra->size;
		ra->size = grown(ra->size, ra->ra_pages);
		ra->async_size = ra->size;
	} else if (cause == RA_MARKER) {
		ra->start = next_hole;
		ra->size = grown(at_most(next_hole - index + req, ra->ra_pages), ra->ra_pages);
		ra->async_size = ra->size;
	} else if (req > ra->ra_pages || index - ra->prev_index <= 1) {
		open_window(ra, index, req);
	} else {
		return false;
	}
	/* The reader is at the very start of a window that is all lookahead: put the next behind it. */
	if (index == ra->start && ra->size == ra->async_size) {
		ra->async_size = grown(ra->size, ra->ra_pages);
		ra->size += ra->async_size;
	}
	return true;
}
