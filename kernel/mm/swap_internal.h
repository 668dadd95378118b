/* SPDX-License-Identifier: MIT */
/*
 * Private to the swap files of layer 4.
 */
#ifndef MM_SWAP_INTERNAL_H
#define MM_SWAP_INTERNAL_H

#include <quire/swap.h>

/* A run of pages of a swap file that lie side by side on the disk. */
struct swap_extent {
	unsigned long start_page, nr_pages;
	sector_t start_sector;
};

extern spinlock_t swap_lock; /* interrupts off: transfers that end free slots */
extern struct swap_info swap_areas[MAX_SWAPFILES];
extern struct list_head swap_list; /* areas that take pages, highest priority first: swap_lock */
extern long nr_swap_total, nr_swap_free; /* slots of these: swap_lock */

/* ---- swapfile.c: swapoff ---- */
/* Bring every page of an area (no longer WRITEOK) back to its users. => 0, -EINTR, -ENOMEM, -EIO */
int try_to_unuse(unsigned int type);

/* ---- swapfile.c: the header ---- */
struct swap_layout {
	unsigned long last_page;
	unsigned int nr_badpages;
	const u32 *badpages; /* inside the header */
};
/* Check the first page of an area that has room for pages pages. => 0 or -EINVAL, *why says why */
int parse_swap_header(const void *header, unsigned long pages, struct swap_layout *layout,
		      const char **why);

#endif
