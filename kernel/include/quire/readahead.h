/* SPDX-License-Identifier: MIT */
/*
 * The readahead window: which pages to read beyond the one that is wanted.  Pure.
 *
 *	|<------------------- size ------------------>|
 *	start            ^ start + size - async_size
 *	                 the page here carries PG_readahead
 *
 * A reader that reaches the marker has the next window read while it uses the rest of this one.
 */
#ifndef QUIRE_READAHEAD_H
#define QUIRE_READAHEAD_H

#include <quire/types.h>

/* Per open file; the window doubles on sequential access. */
struct file_ra_state {
	pgoff_t start, size, async_size; /* current window; async_size before its end starts the next */
	unsigned int ra_pages;		 /* most; 0 = no readahead (MADV_RANDOM) */
	pgoff_t prev_index;		 /* the page used last */
};

void file_ra_state_init(struct file_ra_state *ra);
extern unsigned int max_readahead_pages;

/* What the caller knows about the page at the window's index. */
enum ra_cause { RA_MISS, RA_MARKER };
/*
 * Set the window for a use of page index, of which req pages are wanted in this call.  next_hole: the
 * first page after index that is not cached (RA_MARKER only).  => false: looks random, read just what is asked for.
 */
bool ra_next_window(struct file_ra_state *ra, enum ra_cause cause, pgoff_t index,
		    unsigned long req, pgoff_t next_hole);

#endif
