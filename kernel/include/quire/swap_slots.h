/* SPDX-License-Identifier: MIT */
/*
 * Finding a free slot in a swap map.  Pure.
 *
 * Slots that are given out one after the other lie side by side in runs (clusters) of SWAPFILE_CLUSTER,
 * so that pages unmapped in virtual order are written, and later read ahead, in one transfer.
 */
#ifndef QUIRE_SWAP_SLOTS_H
#define QUIRE_SWAP_SLOTS_H

#include <quire/types.h>

#define SWAP_MAP_MAX 0x7ffe /* a count that reaches it sticks */
#define SWAP_MAP_BAD 0x8000
#define SWAPFILE_CLUSTER 256

struct swap_scan {
	unsigned long lowest_bit;   /* no free slot below */
	unsigned long highest_bit;  /* nor above; 0: none at all */
	unsigned long cluster_next; /* where the current cluster goes on */
	unsigned long cluster_nr;   /* slots left in it */
};

void swap_scan_init(struct swap_scan *scan, unsigned long max);
/* => a slot whose count was 0 (the caller sets it), or 0 when there is none. */
unsigned long scan_swap_map(struct swap_scan *scan, const u16 *map);
/* The count of a slot has become 0. */
void swap_scan_freed(struct swap_scan *scan, unsigned long slot);

#endif
