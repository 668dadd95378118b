/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: waiting for a page: PG_locked and PG_writeback.
 *
 * Waiters sleep on one of a few hashed queues.  Each waits for one bit of one page, and a wake-up names
 * both, so that pages which share a queue do not wake each other's waiters (with exclusive waiters that
 * would lose wake-ups, not only waste them).
 *
 * A transfer in flight holds the page's I/O reference (page->io), taken here for
 * writes, by readpage for reads, and dropped here in either case.
 *
 * Locking: unlock_page and the end_ functions may run in interrupts.
 */
#include <quire/blkdev.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/trace.h>

#include "cache_internal.h"

#define PAGE_WAIT_BITS 6
#define HASH_MULTIPLIER 0x9e3779b9u /* 2^32 divided by the golden ratio */

struct page_wait_key {
	const struct page *page;
	enum page_flag bit;
};

struct page_waiter {
	struct page_wait_key key;
	struct wait_queue_entry entry;
};

static wait_queue_head_t page_wait_table[1 << PAGE_WAIT_BITS];

void page_wait_init(void)
{
	unsigned int i;

	for (i = 0; i < 1 << PAGE_WAIT_BITS; i++)
		init_waitqueue_head(&page_wait_table[i]);
}

static wait_queue_head_t *page_waitqueue(const struct page *page)
{
	u32 hash = (u32)page_to_pfn(page) * HASH_MULTIPLIER;

	return &page_wait_table[hash >> (32 - PAGE_WAIT_BITS)];
}

static int wake_page_function(struct wait_queue_entry *entry, unsigned int mode, void *arg)
{
	struct page_waiter *waiter = container_of(entry, struct page_waiter, entry);
	const struct page_wait_key *key = arg;

	if (waiter->key.page != key->page || waiter->key.bit != key->bit)
		return 0;
	/* Set again by somebody who came first: the next clearing wakes. */
	if (test_bit(key->bit, &key->page->flags))
		return 0;
	return autoremove_wake_function(entry, mode, arg);
}

static void wake_up_page(struct page *page, enum page_flag bit)
{
	wait_queue_head_t *q = page_waitqueue(page);
	struct page_wait_key key = { page, bit };

	smp_mb();
	if (waitqueue_active(q))
		__wake_up(q, TASK_NORMAL, 1, &key);
}

/* Wait until the bit is clear or, with take, until we have set it.  => -EINTR: killed */
static int wait_on_page_bit(struct page *page, enum page_flag bit, int state, bool take)
{
	wait_queue_head_t *q = page_waitqueue(page);
	struct page_waiter waiter = {
		.key = { page, bit },
		.entry = { .private = current, .func = wake_page_function,
			   .link = LIST_HEAD_INIT(waiter.entry.link) },
	};
	int err = 0;

	might_sleep();
	for (;;) {
		if (take)
			prepare_to_wait_exclusive(q, &waiter.entry, state);
		else
			prepare_to_wait(q, &waiter.entry, state);
		if (take ? !test_and_set_bit(bit, &page->flags) : !test_bit(bit, &page->flags))
			break;
		if (state == TASK_KILLABLE && fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		/* What we wait for may be a transfer that is still held back for merging. */
		blk_run_queues();
		schedule();
	}
	finish_wait(q, &waiter.entry);
	/* The wake-up that this waiter got may have been meant for the next one. */
	if (err)
		wake_up_page(page, bit);
	return err;
}

/* ---- the page lock ---- */

bool trylock_page(struct page *page)
{
	return !TestSetPageLocked(page);
}

void lock_page(struct page *page)
{
	might_sleep();
	if (!trylock_page(page))
		wait_on_page_bit(page, PG_locked, TASK_UNINTERRUPTIBLE, true);
}

int lock_page_killable(struct page *page)
{
	if (trylock_page(page))
		return 0;
	return wait_on_page_bit(page, PG_locked, TASK_KILLABLE, true);
}

void unlock_page(struct page *page)
{
	assert(PageLocked(page));
	ClearPageLocked(page);
	wake_up_page(page, PG_locked);
}

void wait_on_page_locked(struct page *page)
{
	if (PageLocked(page))
		wait_on_page_bit(page, PG_locked, TASK_UNINTERRUPTIBLE, false);
}

/* ---- transfers ---- */

void wait_on_page_writeback(struct page *page)
{
	if (PageWriteback(page))
		wait_on_page_bit(page, PG_writeback, TASK_UNINTERRUPTIBLE, false);
}

void set_page_writeback(struct page *page)
{
	struct address_space *mapping = page->mapping;
	unsigned long flags;

	assert(PageLocked(page) && mapping && !PageWriteback(page));
	page_io_get(page);
	writeback_one_started();
	spin_lock_irqsave(&mapping->lock, flags);
	SetPageWriteback(page);
	radix_tree_tag_set(&mapping->page_tree, page_tree_index(page), PAGECACHE_TAG_WRITEBACK);
	if (!PageDirty(page))
		radix_tree_tag_clear(&mapping->page_tree, page_tree_index(page),
				     PAGECACHE_TAG_DIRTY);
	if (mapping_counts_dirty(mapping))
		atomic_inc(&nr_writeback);
	spin_unlock_irqrestore(&mapping->lock, flags);
	trace_vm(writepage, page, NULL, 0, 0, PageSwapCache(page) ? page->index : 0);
}

void end_page_writeback(struct page *page)
{
	/* A page under writeback does not leave its mapping. */
	struct address_space *mapping = page->mapping;
	unsigned long flags;

	assert(PageWriteback(page) && mapping);
	spin_lock_irqsave(&mapping->lock, flags);
	radix_tree_tag_clear(&mapping->page_tree, page_tree_index(page), PAGECACHE_TAG_WRITEBACK);
	ClearPageWriteback(page);
	if (mapping_counts_dirty(mapping))
		atomic_dec(&nr_writeback);
	spin_unlock_irqrestore(&mapping->lock, flags);
	trace_vm(end_write, page, NULL, 0, 0, 0);
	if (TestClearPageReclaim(page))
		page_to_inactive_dirty_tail(page);
	wake_up_page(page, PG_writeback);
	writeback_one_done();
	page_io_put(page);
}

void end_page_read(struct page *page, int error)
{
	assert(PageLocked(page) && page->io);
	if (error) {
		SetPageError(page);
	} else {
		ClearPageError(page);
		SetPageUptodate(page);
	}
	trace_vm(end_read, page, NULL, 0, 0, 0);
	page_io_put(page);
	unlock_page(page);
}
