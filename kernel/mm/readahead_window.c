/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: how the readahead window moves.  Pure.
 *
 *	start of file, or two pages in order	a window opens, twice to four times what was asked
 *	its marker or its end is reached	it moves on and grows, up to ra_pages
 *	a marker of somebody else's window	a stream that we lost (several readers of one
 *						file): take it up behind what is cached
 *	anything else				random: no window
 */
#include <quire/readahead.h>

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
