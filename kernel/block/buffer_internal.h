/* SPDX-License-Identifier: MIT */
/*
 * What the files of the buffer cache share: rings (buffer.c), transfers (buffer_io.c), whole
 * pages (buffer_page.c).
 */
#ifndef BUFFER_INTERNAL_H
#define BUFFER_INTERNAL_H

#include <quire/buffer.h>
#include <quire/lock.h>

#define MAX_BUFFERS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

/* buffer.c: guards page->buffers and the rings against lookups that do not hold the page lock. */
extern spinlock_t ring_lock;

static inline bool trylock_buffer(struct buffer_head *bh)
{
	return !test_and_set_bit(BH_Lock, &bh->b_state);
}

static inline bool test_clear_buffer_dirty(struct buffer_head *bh)
{
	return test_and_clear_bit(BH_Dirty, &bh->b_state);
}

/* The page's ring, made if it has none.  Page locked. */
struct buffer_head *page_ring(struct page *page, unsigned int blocksize);
void end_buffer_read_sync(struct buffer_head *bh, int uptodate);
void end_buffer_write_sync(struct buffer_head *bh, int uptodate);
void buffer_lock_init(void);

/*
 * buffer_io.c: transfer nr buffers of one page that follow each other in the page and on the
 * device, all locked, b_end_io set.  Never fails: errors go to b_end_io.
 */
void submit_buffers(int rw, struct buffer_head *bh, unsigned int nr);
/* Start reading or writing all buffers of the ring that are marked BH_Async_*. */
void submit_async_buffers(int rw, struct buffer_head *head);
void end_buffer_async_read(struct buffer_head *bh, int uptodate);
void end_buffer_async_write(struct buffer_head *bh, int uptodate);

#endif
