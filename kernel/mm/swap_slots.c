/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: the search for a free swap slot.  Pure; the caller holds swap_lock.
 *
 * First go on in the current cluster; then look for a run of SWAPFILE_CLUSTER free
 * slots; when the area is too full for one, take the first free slot at or after the cluster's end
 * (next-fit: first-fit would look at the same full slots again each time), at last the first.
 */
#include <quire/swap_slots.h>

void swap_scan_init(struct swap_scan *scan, unsigned long max)
{
	scan->lowest_bit = 1;
	scan->highest_bit = max - 1;
	scan->cluster_next = 1;
	scan->cluster_nr = 0;
}

/* The first run of SWAPFILE_CLUSTER free slots; 0: none. */
static unsigned long find_cluster(const struct swap_scan *scan, const u16 *map)
{
	unsigned long slot, run = 0;

	for (slot = scan->lowest_bit; slot <= scan->highest_bit; slot++) {
		run = map[slot] ? 0 : run + 1;
		if (run == SWAPFILE_CLUSTER)
			return slot - (SWAPFILE_CLUSTER - 1);
	}
	return 0;
}

static unsigned long first_free(const u16 *map, unsigned long from, unsigned long to)
{
	for (; from <= to; from++)
		if (!map[from])
			return from;
	return 0;
}

/* A slot leaves the free ones: the bounds close in when it lay on one. */
static unsigned long take(struct swap_scan *scan, unsigned long slot)
{
	if (slot == scan->lowest_bit)
		scan->lowest_bit++;
	if (slot == scan->highest_bit)
		scan->highest_bit--;
	if (scan->lowest_bit > scan->highest_bit) {
		scan->lowest_bit = ~0ul;
		scan->highest_bit = 0;
	}
	scan->cluster_next = slot + 1;
	return slot;
}

unsigned long scan_swap_map(struct swap_scan *scan, const u16 *map)
{
	unsigned long slot;

	if (!scan->highest_bit)
		return 0;
	if (scan->cluster_nr) {
		scan->cluster_nr--;
		slot = scan->cluster_next;
		if (slot >= scan->lowest_bit && slot <= scan->highest_bit && !map[slot])
			return take(scan, slot);
	}
	scan->cluster_nr = SWAPFILE_CLUSTER - 1;
	slot = find_cluster(scan, map);
	if (!slot && scan->cluster_next > scan->lowest_bit)
		slot = first_free(map, scan->cluster_next, scan->highest_bit);
	if (!slot)
		slot = first_free(map, scan->lowest_bit, scan->highest_bit);
	if (slot)
		return take(scan, slot);
	scan->lowest_bit = ~0ul;
	scan->highest_bit = 0;
	return 0;
}

void swap_scan_freed(struct swap_scan *scan, unsigned long slot)
{
	if (slot < scan->lowest_bit)
		scan->lowest_bit = slot;
	if (slot > scan->highest_bit)
		scan->highest_bit = slot;
}
