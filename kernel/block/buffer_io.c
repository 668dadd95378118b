/* SPDX-License-Identifier: MIT */
/*
 * Buffers in transfer: their lock, reading and writing single ones, ends of transfers.
 *
 * BH_Lock is held from before the transfer until its end, so who locks a buffer has it to himself.
 * Buffers that belong to a transfer of a whole page carry BH_Async_Read or _Write; the last
 * of them to end ends the page's (end_page_read, end_page_writeback).
 *
 * Locking: async_lock, interrupts off, makes "am I the last" one step for the buffers of a page.
 */
#include <quire/assert.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/pagemap.h>
#include <quire/printk.h>
#include <quire/sched.h>

#include "buffer_internal.h"

#define WAIT_TABLE_SIZE 64
#define HASH_SHIFT 6 /* heads are about this far apart */

static wait_queue_head_t wait_table[WAIT_TABLE_SIZE];
static DEFINE_SPINLOCK(async_lock);

static wait_queue_head_t *buffer_waitqueue(const struct buffer_head *bh)
{
	return &wait_table[((unsigned long)bh >> HASH_SHIFT) % WAIT_TABLE_SIZE];
}

void buffer_lock_init(void)
{
	unsigned int i;

	for (i = 0; i < WAIT_TABLE_SIZE; i++)
		init_waitqueue_head(&wait_table[i]);
}

static void run_queues_and_sleep(void)
{
	blk_run_queues();
	io_schedule();
}

/* The caller holds a reference of the head.  Sleeps. */
void wait_on_buffer(struct buffer_head *bh)
{
	might_sleep();
	if (buffer_locked(bh))
		(void)__wait_event(buffer_waitqueue(bh), !buffer_locked(bh), TASK_UNINTERRUPTIBLE,
				   0, 0, run_queues_and_sleep());
}

void lock_buffer(struct buffer_head *bh)
{
	while (!trylock_buffer(bh))
		wait_on_buffer(bh);
}

/* Any context. */
void unlock_buffer(struct buffer_head *bh)
{
	wait_queue_head_t *q = buffer_waitqueue(bh);

	assert(buffer_locked(bh));
	clear_buffer_locked(bh);
	smp_mb();
	if (waitqueue_active(q))
		wake_up_all(q);
}

/* ---- starting transfers ---- */

static void end_bio_buffers(struct bio *bio)
{
	struct buffer_head *bh = bio->private;
	unsigned int nr = bio->size / bh->b_size;
	int uptodate = bio->error == 0;

	bio_put(bio);
	/* The ring may be freed as soon as its last buffer has ended. */
	while (nr--) {
		struct buffer_head *next = bh->b_this_page;

		bh->b_end_io(bh, uptodate);
		bh = next;
	}
}

void submit_buffers(int rw, struct buffer_head *bh, unsigned int nr)
{
	struct bio *bio = bio_alloc(GFP_NOIO, 1);
	bool added;

	assert(buffer_locked(bh) && buffer_mapped(bh));
	bio->bdev = bh->b_bdev;
	bio->sector = bh->b_blocknr * (bh->b_size >> SECTOR_SHIFT);
	bio->private = bh;
	bio->end_io = end_bio_buffers;
	added = bio_add_page(bio, bh->b_page, bh->b_size * nr, bh_offset(bh));
	assert(added);
	submit_bio(rw, bio);
}

struct buffer_run {
	struct buffer_head *bh;
	unsigned int nr;
};

static bool continues_run(const struct buffer_run *run, const struct buffer_head *bh)
{
	return bh->b_bdev == run->bh->b_bdev && bh->b_blocknr == run->bh->b_blocknr + run->nr &&
	       bh_offset(bh) == bh_offset(run->bh) + run->nr * bh->b_size;
}

void submit_async_buffers(int rw, struct buffer_head *head)
{
	enum bh_state bit = rw == READ ? BH_Async_Read : BH_Async_Write;
	struct buffer_run runs[MAX_BUFFERS_PER_PAGE];
	struct buffer_head *bh = head;
	unsigned int n = 0, i;

	/* All runs first: once the last is submitted the ring may go. */
	do {
		if (!test_bit(bit, &bh->b_state))
			continue;
		if (n > 0 && continues_run(&runs[n - 1], bh))
			runs[n - 1].nr++;
		else
			runs[n++] = (struct buffer_run){ bh, 1 };
	} while ((bh = bh->b_this_page) != head);
	for (i = 0; i < n; i++)
		submit_buffers(rw, runs[i].bh, runs[i].nr);
}

/* Starts a write of one buffer that the caller has locked and that is dirty no more. */
static void start_sync_write(struct buffer_head *bh)
{
	clear_bit(BH_Write_EIO, &bh->b_state);
	bh->b_end_io = end_buffer_write_sync;
	get_bh(bh);
	submit_buffers(WRITE, bh, 1);
}

/*
 * Start reading those that are not uptodate, or writing those that are dirty; does not wait for
 * the end.
 */
void ll_rw_block(int rw, int nr, struct buffer_head *bhs[])
{
	int i;

	for (i = 0; i < nr; i++) {
		struct buffer_head *bh = bhs[i];

		if (rw == READ ? buffer_uptodate(bh) : !buffer_dirty(bh))
			continue;
		lock_buffer(bh);
		if (rw == WRITE && test_clear_buffer_dirty(bh)) {
			start_sync_write(bh);
		} else if (rw == READ && !buffer_uptodate(bh)) {
			bh->b_end_io = end_buffer_read_sync;
			get_bh(bh);
			submit_buffers(READ, bh, 1);
		} else {
			unlock_buffer(bh);
		}
	}
}

/* => 0 or -EIO */
int sync_dirty_buffer(struct buffer_head *bh)
{
	lock_buffer(bh);
	if (test_clear_buffer_dirty(bh)) {
		start_sync_write(bh);
		wait_on_buffer(bh);
	} else {
		unlock_buffer(bh);
	}
	return buffer_write_io_error(bh) ? -EIO : 0;
}

/* ---- ends of transfers: any context ---- */

static void report_error(const struct buffer_head *bh, const char *what)
{
	printk_ratelimited(KERN_ERR "%s: I/O error %s block %llu\n", bh->b_bdev->bd_name, what,
			   bh->b_blocknr);
}

static void note_write_error(struct buffer_head *bh)
{
	report_error(bh, "writing");
	set_buffer_write_io_error(bh);
	mapping_set_error(bh->b_page->mapping, -EIO);
}

void end_buffer_read_sync(struct buffer_head *bh, int uptodate)
{
	if (uptodate)
		set_buffer_uptodate(bh);
	else
		report_error(bh, "reading");
	unlock_buffer(bh);
	put_bh(bh);
}

void end_buffer_write_sync(struct buffer_head *bh, int uptodate)
{
	if (!uptodate)
		note_write_error(bh);
	unlock_buffer(bh);
	put_bh(bh);
}

/* Is no other buffer of the ring still in the same kind of transfer?  async_lock held. */
static bool last_async(struct buffer_head *bh, enum bh_state bit)
{
	struct buffer_head *other;

	for (other = bh->b_this_page; other != bh; other = other->b_this_page)
		if (test_bit(bit, &other->b_state))
			return false;
	return true;
}

static bool ring_uptodate(struct buffer_head *head)
{
	struct buffer_head *bh = head;

	do {
		if (!buffer_uptodate(bh))
			return false;
	} while ((bh = bh->b_this_page) != head);
	return true;
}

void end_buffer_async_read(struct buffer_head *bh, int uptodate)
{
	struct page *page = bh->b_page;
	bool last, complete;
	unsigned long flags;

	if (uptodate)
		set_buffer_uptodate(bh);
	else
		report_error(bh, "reading");
	spin_lock_irqsave(&async_lock, flags);
	clear_buffer_async_read(bh);
	unlock_buffer(bh);
	last = last_async(bh, BH_Async_Read);
	complete = last && ring_uptodate(bh);
	spin_unlock_irqrestore(&async_lock, flags);
	if (last)
		end_page_read(page, complete ? 0 : -EIO);
}

void end_buffer_async_write(struct buffer_head *bh, int uptodate)
{
	struct page *page = bh->b_page;
	unsigned long flags;
	bool last;

	if (!uptodate) {
		note_write_error(bh);
		SetPageError(page);
	}
	spin_lock_irqsave(&async_lock, flags);
	clear_buffer_async_write(bh);
	unlock_buffer(bh);
	last = last_async(bh, BH_Async_Write);
	spin_unlock_irqrestore(&async_lock, flags);
	if (last)
		end_page_writeback(page);
}
