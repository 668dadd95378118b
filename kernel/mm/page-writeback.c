/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: dirty pages: counting them, writing them, and holding back who makes too many.
 *
 * PG_dirty is the truth.  It is set and cleared under mapping->lock together with nr_dirty, so the counter
 * is exact; pages that go to swap (anonymous, tmpfs) have PG_dirty but are not counted,
 * since no file write can make them clean.  The tree's DIRTY tag covers PG_dirty: it
 * is set with it, and cleared only when the page has its WRITEBACK tag (or was found
 * clean under its lock), so that whoever waits for all writes misses none.
 *
 * Limits, in percent of low memory that is free or on page lists: above
 * dirty_background_ratio bdflush writes, above dirty_ratio the writer waits as well.
 */
#include <quire/blkdev.h>
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/timer.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"

#define PAGEVEC_SIZE 16
#define RATELIMIT_PAGES 16    /* dirtied between two looks at the limits */
#define WRITER_CHUNK 64	      /* pages that a throttled writer writes per round */
#define THROTTLE_ROUNDS 100   /* of at most THROTTLE_TICKS: a dead disk does not hold writers for ever */
#define THROTTLE_TICKS (HZ / 10)
#define MIN_DIRTY_LIMIT 32    /* pages */

int dirty_ratio = 40, dirty_background_ratio = 10;
int dirty_expire_centisecs = 3000, dirty_writeback_centisecs = 500;

atomic_t nr_dirty, nr_writeback;
const struct map_ops *map_ops;
const struct writeback_ops *writeback_ops;

static DECLARE_WAIT_QUEUE_HEAD(bdflush_queue);
static DECLARE_WAIT_QUEUE_HEAD(writeback_queue);
static volatile bool bdflush_wanted;
static atomic_t in_flight;
static unsigned int nr_ended; /* only ever compared for change: a lost count does not matter */

unsigned long nr_dirty_pages(void)
{
	return atomic_read(&nr_dirty);
}

unsigned long nr_writeback_pages(void)
{
	return atomic_read(&nr_writeback);
}

void register_map_ops(const struct map_ops *ops)
{
	map_ops = ops;
}

void register_writeback_ops(const struct writeback_ops *ops)
{
	writeback_ops = ops;
}

/* ---- the dirty bit ---- */

int __set_page_dirty_nobuffers(struct page *page)
{
	struct address_space *mapping = page->mapping;
	bool counted = false;
	unsigned long flags;

	if (!mapping)
		return !TestSetPageDirty(page);
	spin_lock_irqsave(&mapping->lock, flags);
	if (TestSetPageDirty(page)) {
		spin_unlock_irqrestore(&mapping->lock, flags);
		return 0;
	}
	/* Truncated meanwhile: nobody will write it, so nobody counts it. */
	if (page->mapping == mapping) {
		radix_tree_tag_set(&mapping->page_tree, page_tree_index(page), PAGECACHE_TAG_DIRTY);
		counted = mapping_counts_dirty(mapping);
		if (counted)
			atomic_inc(&nr_dirty);
	}
	spin_unlock_irqrestore(&mapping->lock, flags);
	trace_vm(set_dirty, page, NULL, 0, 0, 0);
	if (counted) {
		assert(writeback_ops);
		writeback_ops->inode_pages_dirty(mapping->host);
	}
	return 1;
}

int set_page_dirty(struct page *page)
{
	struct address_space *mapping = page->mapping;

	if (mapping && mapping->a_ops->set_page_dirty)
		return mapping->a_ops->set_page_dirty(page);
	return __set_page_dirty_nobuffers(page);
}

void account_page_cleaned_locked(struct page *page, struct address_space *mapping)
{
	if (mapping_counts_dirty(mapping) && TestClearPageDirty(page))
		atomic_dec(&nr_dirty);
}

bool clear_page_dirty_for_io(struct page *page)
{
	struct address_space *mapping = page->mapping;
	unsigned long flags;
	bool dirty;

	assert(PageLocked(page) && mapping);
	/* Stores after this fault again and make the page dirty again; those before are in the write. */
	if (page_mapcount(page) && mapping->host && map_ops && map_ops->page_mkclean(page))
		set_page_dirty(page);
	spin_lock_irqsave(&mapping->lock, flags);
	dirty = TestClearPageDirty(page);
	if (dirty && mapping_counts_dirty(mapping))
		atomic_dec(&nr_dirty);
	spin_unlock_irqrestore(&mapping->lock, flags);
	return dirty;
}

void cancel_dirty_page(struct page *page)
{
	struct address_space *mapping = page->mapping;
	unsigned long flags;

	assert(PageLocked(page));
	if (!mapping)
		return;
	spin_lock_irqsave(&mapping->lock, flags);
	if (TestClearPageDirty(page) && mapping_counts_dirty(mapping))
		atomic_dec(&nr_dirty);
	radix_tree_tag_clear(&mapping->page_tree, page_tree_index(page), PAGECACHE_TAG_DIRTY);
	spin_unlock_irqrestore(&mapping->lock, flags);
}

/* ---- errors ---- */

void mapping_set_error(struct address_space *mapping, int error)
{
	if (!error || !mapping)
		return;
	set_bit(error == -ENOSPC ? AS_ENOSPC : AS_EIO, &mapping->flags);
	mapping->wb_err = error == -ENOSPC ? -ENOSPC : -EIO;
	mapping->wb_seq++;
	mapping->wb_err_seen = false;
}

/* An error that nobody has heard of yet is told to who opens the file next. */
u32 file_sample_wb_seq(const struct address_space *mapping)
{
	return mapping->wb_seq - (mapping->wb_seq && !mapping->wb_err_seen);
}

int file_check_wb_error(struct file *file)
{
	struct address_space *mapping = file->f_mapping;

	if (file->f_wb_seq == mapping->wb_seq)
		return 0;
	file->f_wb_seq = mapping->wb_seq;
	mapping->wb_err_seen = true;
	return mapping->wb_err;
}

/* ---- writing ---- */

/* A page was found clean, or its write ended at once: the DIRTY tag may not stay.  Page locked. */
static void clear_stale_tag(struct address_space *mapping, struct page *page)
{
	unsigned long flags;

	spin_lock_irqsave(&mapping->lock, flags);
	if (page->mapping == mapping && !PageDirty(page))
		radix_tree_tag_clear(&mapping->page_tree, page_tree_index(page),
				     PAGECACHE_TAG_DIRTY);
	spin_unlock_irqrestore(&mapping->lock, flags);
}

/*
 * Write one pinned page if it is dirty.  integrity: also when an older write of it is under way (waits
 * for that one).  => 1 a write was started, 0 there was nothing to write, -errno
 */
static int write_one_page(struct address_space *mapping, struct page *page, bool integrity)
{
	int err;

	lock_page(page);
	if (integrity && page->mapping == mapping)
		wait_on_page_writeback(page);
	if (page->mapping != mapping || PageWriteback(page) || !PageDirty(page)) {
		clear_stale_tag(mapping, page);
		unlock_page(page);
		return 0;
	}
	if (!clear_page_dirty_for_io(page)) {
		unlock_page(page);
		return 0;
	}
	err = mapping->a_ops->writepage(page);
	if (err == WRITEPAGE_ACTIVATE) {
		unlock_page(page);
		return 0;
	}
	if (err < 0)
		mapping_set_error(mapping, err);
	return err < 0 ? err : 1;
}

/* Write the dirty pages in [start, end], at most *nr.  => the first error; *stopped: where */
static int write_range(struct address_space *mapping, pgoff_t start, pgoff_t end, long *nr,
		       pgoff_t *stopped)
{
	struct page *pages[PAGEVEC_SIZE];
	int err = 0;

	while (start <= end && (!nr || *nr > 0)) {
		pgoff_t next = start;
		unsigned int i, found = find_get_pages_tag(mapping, &next, PAGECACHE_TAG_DIRTY,
							   PAGEVEC_SIZE, pages);

		if (!found)
			break;
		for (i = 0; i < found; i++) {
			pgoff_t index = page_tree_index(pages[i]);
			int ret = 0;

			if (index <= end && (!nr || *nr > 0))
				ret = write_one_page(mapping, pages[i], !nr);
			unpin_page(pages[i]);
			if (ret < 0 && !err)
				err = ret;
			if (ret > 0 && nr)
				--*nr;
		}
		/* Wrapped round: that was the last possible page. */
		if (next < start)
			break;
		start = next;
		cond_resched();
	}
	*stopped = start;
	return err;
}

int filemap_fdatawrite_range(struct address_space *mapping, pgoff_t start, pgoff_t end, long *nr)
{
	pgoff_t from = nr ? max(start, mapping->writeback_index) : start, stopped;
	int err, err2 = 0;

	if (!radix_tree_tagged(&mapping->page_tree, PAGECACHE_TAG_DIRTY))
		return 0;
	/* Partial writing goes round the object, so that a busy beginning does not starve the rest. */
	if (from > end)
		from = start;
	err = write_range(mapping, from, end, nr, &stopped);
	if (nr && *nr > 0 && from > start)
		err2 = write_range(mapping, start, from - 1, nr, &stopped);
	if (nr)
		mapping->writeback_index = *nr > 0 ? 0 : stopped;
	return err ? err : err2;
}

static int take_mapping_error(struct address_space *mapping)
{
	int err = 0;

	if (test_and_clear_bit(AS_ENOSPC, &mapping->flags))
		err = -ENOSPC;
	if (test_and_clear_bit(AS_EIO, &mapping->flags))
		err = -EIO;
	return err;
}

int filemap_fdatawait(struct address_space *mapping)
{
	struct page *pages[PAGEVEC_SIZE];
	pgoff_t start = 0, before;

	do {
		unsigned int i, found;

		before = start;
		found = find_get_pages_tag(mapping, &start, PAGECACHE_TAG_WRITEBACK, PAGEVEC_SIZE,
					   pages);
		for (i = 0; i < found; i++) {
			wait_on_page_writeback(pages[i]);
			unpin_page(pages[i]);
		}
	} while (start > before);
	return take_mapping_error(mapping);
}

int filemap_write_and_wait(struct address_space *mapping)
{
	int err = filemap_fdatawrite_range(mapping, 0, ~0ul, NULL);
	int err2 = filemap_fdatawait(mapping);

	return err ? err : err2;
}

/* ---- limits ---- */

static unsigned long dirtyable_pages(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone(zone)
		if (zone != &zones[ZONE_HIGHMEM])
			sum += zone->free_pages + zone->nr_active + zone->nr_inactive_dirty +
			       zone->nr_inactive_clean;
	return sum;
}

static unsigned long dirty_limit(int ratio)
{
	unsigned long limit = dirtyable_pages() / 100 * ratio;

	return max(limit, (unsigned long)MIN_DIRTY_LIMIT);
}

bool background_writing_wanted(void)
{
	return nr_dirty_pages() > dirty_limit(min(dirty_background_ratio, dirty_ratio));
}

static bool over_dirty_limit(void)
{
	return nr_dirty_pages() + nr_writeback_pages() > dirty_limit(dirty_ratio);
}

void wakeup_bdflush(void)
{
	bdflush_wanted = true;
	wake_up(&bdflush_queue);
}

void wait_for_bdflush_work(void)
{
	(void)wait_event_interruptible(bdflush_queue, bdflush_wanted);
	bdflush_wanted = false;
}

void writeback_one_started(void)
{
	atomic_inc(&in_flight);
}

bool writes_in_flight(void)
{
	return atomic_read(&in_flight) > 0;
}

void writeback_one_done(void)
{
	nr_ended++;
	atomic_dec(&in_flight);
	if (waitqueue_active(&writeback_queue))
		wake_up_all(&writeback_queue);
}

unsigned int writes_ended(void)
{
	return READ_ONCE(nr_ended);
}

void wait_for_writeback(unsigned int since, long ticks)
{
	blk_run_queues();
	(void)wait_event_timeout(writeback_queue, writes_ended() != since || !writes_in_flight(),
				 ticks);
}

static void throttle_writer(struct address_space *mapping)
{
	int round;

	count_vm_event(dirty_throttled);
	for (round = 0; round < THROTTLE_ROUNDS && over_dirty_limit(); round++) {
		unsigned int since = writes_ended();
		long nr = WRITER_CHUNK;

		wakeup_bdflush();
		(void)filemap_fdatawrite_range(mapping, 0, ~0ul, &nr);
		if (over_dirty_limit())
			wait_for_writeback(since, THROTTLE_TICKS);
		if (fatal_signal_pending(current))
			break;
	}
}

void balance_dirty_pages_ratelimited(struct address_space *mapping)
{
	static unsigned int dirtied;

	might_sleep();
	if (!mapping_counts_dirty(mapping) || ++dirtied % RATELIMIT_PAGES)
		return;
	if (current->flags & (PF_MEMALLOC | PF_KSWAPD))
		return;
	if (background_writing_wanted())
		wakeup_bdflush();
	if (over_dirty_limit())
		throttle_writer(mapping);
}
