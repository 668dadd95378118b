/* SPDX-License-Identifier: MIT */
/*
 * Private to layer 4: what the files of the page cache and the swap cache share.
 */
#ifndef MM_CACHE_INTERNAL_H
#define MM_CACHE_INTERNAL_H

#include <quire/pagemap.h>
#include <quire/wait.h>

/* ---- filemap.c ---- */
/*
 * Put a locked page into the tree.  Does not sleep; without a preload it may fail with -ENOMEM.
 * => -EEXIST
 */
int cache_insert(struct address_space *mapping, struct page *page, pgoff_t index);
/*
 * Between a file's tree and the swap cache, in one step: a lookup that goes through both finds it in one.
 * Page locked, not under writeback.  => -EEXIST, -ENOMEM: nothing changed.  May sleep.
 */
int cache_move(struct page *page, struct address_space *to, pgoff_t index);
/* What a page of the cache may count when nobody but the caller (one pin) uses it. */
int freeable_count(const struct page *page);
/* Drop the page's buffers, if any.  Page locked.  => false: busy */
bool page_release_buffers(struct page *page, gfp_t gfp);

/* ---- page_wait.c ---- */
void page_wait_init(void);

/* ---- page-writeback.c ---- */
/* The accounting of a page that leaves its mapping dirty; mapping->lock held. */
void account_page_cleaned_locked(struct page *page, struct address_space *mapping);
/* A page's write starts, ends (any context): all kinds of pages, for those who wait for any. */
void writeback_one_started(void);
void writeback_one_done(void);
bool writes_in_flight(void);
extern atomic_t nr_dirty, nr_writeback;
extern const struct map_ops *map_ops;
extern const struct writeback_ops *writeback_ops;
/* bdflush sleeps here until wakeup_bdflush. */
bool background_writing_wanted(void);
void wait_for_bdflush_work(void);
/* Sleep until a write has ended since the count was taken, none is in flight, or for some ticks. */
unsigned int writes_ended(void);
void wait_for_writeback(unsigned int since, long ticks);

#endif
