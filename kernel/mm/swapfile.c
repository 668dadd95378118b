/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: swap areas and their slots.
 *
 * Idea.  An area is a row of page-sized slots on a partition or in a file.  A page that loses its last
 * place in page tables gets a slot; the slot's number (a swap entry) takes the pte's place.
 *
 * Structures.  swap_areas[type]; swap_map[slot] counts who needs the slot's contents:
 *
 *	swap_map == swap ptes + shmem entries + (page in the swap cache) + short holds
 *
 *	0 free, SWAP_MAP_MAX sticks (never freed before swapoff), SWAP_MAP_BAD not usable
 *
 * swap_list holds the areas that take pages by descending priority; those of equal
 * priority take turns, a cluster each.
 *
 * States of a slot.  free -> cache only (get_swap_page, add_to_swap) -> cache and
 * ptes (swap_out) -> ptes only (reclaimed) -> cache and ptes (read back) -> ...
 * The slot of a page that nobody but the cache needs is an orphan: it is freed when the
 * last swap pte goes, when its transfer ends, or when page_launder meets it.
 * A slot is never freed while a write to it is in flight.
 *
 * Locking.  swap_lock, interrupts off, inside mapping->lock: list, maps, counts.
 * PG_locked of the page in the swap cache is the lock of its slot's identity.
 *
 * Limits.  MAX_SWAPFILES areas of 2^24 slots.  A search looks at each slot of an area at
 * most three times, and stops at once while a cluster lasts.
 */
#include <quire/errno.h>
#include <quire/fault_inject.h>
#include <quire/printk.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "swap_internal.h"

DEFINE_SPINLOCK(swap_lock);
struct swap_info swap_areas[MAX_SWAPFILES];
LIST_HEAD(swap_list);
long nr_swap_total, nr_swap_free;

struct swap_info *swap_info_get(unsigned int type)
{
	if (type >= MAX_SWAPFILES || !(swap_areas[type].flags & SWP_USED))
		return NULL;
	return &swap_areas[type];
}

long nr_free_swap_slots(void)
{
	return nr_swap_free;
}

long nr_total_swap_slots(void)
{
	return nr_swap_total;
}

bool vm_swap_full(void)
{
	return nr_swap_free * 2 < nr_swap_total;
}

/* The slot of an entry in its area's map; NULL (and a report) for an entry that cannot be. */
static u16 *slot_of(swp_entry_t entry)
{
	struct swap_info *si = swap_info_get(swp_type(entry));
	unsigned long slot = swp_offset(entry);

	if (si && slot && slot < si->max && si->swap_map[slot] != SWAP_MAP_BAD)
		return &si->swap_map[slot];
	printk_ratelimited(KERN_ERR "swap: bad entry %08x\n", entry.val);
	return NULL;
}

/* Behind the last area of its priority. */
static void rotate_locked(struct swap_info *si)
{
	struct list_head *pos = si->link.next;

	while (pos != &swap_list && list_entry(pos, struct swap_info, link)->prio == si->prio)
		pos = pos->next;
	list_del(&si->link);
	list_add_tail(&si->link, pos);
}

static swp_entry_t take_slot_locked(void)
{
	swp_entry_t none = { 0 };
	struct swap_info *si;
	unsigned long slot;

	list_for_each_entry(si, &swap_list, link) {
		slot = scan_swap_map(&si->scan, si->swap_map);
		if (!slot)
			continue;
		si->swap_map[slot] = 1;
		si->inuse_pages++;
		nr_swap_free--;
		if (!si->scan.cluster_nr)
			rotate_locked(si);
		return swp_entry(si - swap_areas, slot);
	}
	return none;
}

swp_entry_t get_swap_page(void)
{
	swp_entry_t entry = { 0 };
	unsigned long flags;

	if (should_fail(FAIL_SWAP_SLOT))
		return entry;
	spin_lock_irqsave(&swap_lock, flags);
	if (nr_swap_free > 0)
		entry = take_slot_locked();
	spin_unlock_irqrestore(&swap_lock, flags);
	if (entry.val)
		count_vm_event(swap_slot_alloc);
	return entry;
}

int swap_duplicate(swp_entry_t entry)
{
	unsigned long flags;
	int err = 0;
	u16 *slot;

	spin_lock_irqsave(&swap_lock, flags);
	slot = slot_of(entry);
	if (!slot || !*slot)
		err = -EINVAL;
	else if (*slot < SWAP_MAP_MAX)
		++*slot;
	spin_unlock_irqrestore(&swap_lock, flags);
	return err;
}

static void free_slot_locked(struct swap_info *si, unsigned long slot)
{
	si->inuse_pages--;
	swap_scan_freed(&si->scan, slot);
	if (si->flags & SWP_WRITEOK)
		nr_swap_free++;
	count_vm_event(swap_slot_free);
	trace_vm(slot_free, NULL, NULL, 0, 0, swp_entry(si - swap_areas, slot).val);
}

/* => users left */
static int swap_entry_free(swp_entry_t entry)
{
	unsigned long flags;
	int left = 0;
	u16 *slot;

	spin_lock_irqsave(&swap_lock, flags);
	slot = slot_of(entry);
	if (slot) {
		assert_msg(*slot, "swap_free of the free slot %08x", entry.val);
		if (*slot < SWAP_MAP_MAX)
			--*slot;
		left = *slot;
		if (!left)
			free_slot_locked(&swap_areas[swp_type(entry)], swp_offset(entry));
	}
	spin_unlock_irqrestore(&swap_lock, flags);
	return left;
}

void swap_free(swp_entry_t entry)
{
	(void)swap_entry_free(entry);
}

int swap_count(swp_entry_t entry)
{
	unsigned long flags;
	int count = 0;
	u16 *slot;

	spin_lock_irqsave(&swap_lock, flags);
	slot = slot_of(entry);
	if (slot)
		count = *slot;
	spin_unlock_irqrestore(&swap_lock, flags);
	return count;
}

void free_swap_and_cache(swp_entry_t entry)
{
	struct page *page;

	if (swap_entry_free(entry) != 1)
		return;
	/* Only the cache may be left.  The page cannot be waited for here: its holder drops it. */
	page = lookup_swap_cache(entry);
	if (!page)
		return;
	if (trylock_page(page)) {
		if (PageSwapCache(page) && page->index == entry.val)
			drop_swap_orphan(page);
		unlock_page(page);
	}
	unpin_page(page);
}
