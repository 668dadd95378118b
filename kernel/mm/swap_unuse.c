/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: emptying a swap area while it is in use (swapoff).
 *
 * For each slot with users: read its page into the swap cache, lock it, and ask
 * every kind of user (layer 6 for ptes, shared memory for its objects) to put the page in the
 * entry's place.  The page lock is held throughout, so no fault or swap_out changes this
 * slot's meaning meanwhile; PG_dirty is set before the slot goes, so that nobody drops a page whose
 * only copy it now is.
 *
 * Users may be in between: fork copies entries from a page table that was already visited into one
 * that was, too; a fault holds an entry it has not looked up yet.  So a slot may have users after the
 * visit, and the rule is simply to scan again until no slot is used.
 */
#include <quire/errno.h>
#include <quire/list.h>
#include <quire/mutex.h>
#include <quire/page_lists.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/timer.h>

#include "swap_internal.h"

#define ENOMEM_TRIES 16 /* a second of waiting for memory before swapoff gives up */

static LIST_HEAD(swap_users);
static DEFINE_MUTEX(swap_users_mutex);
static volatile bool unusing, give_up; /* a swapoff is under way; memory has run out by it */

void register_swap_user(struct swap_user_ops *ops)
{
	mutex_lock(&swap_users_mutex);
	list_add_tail(&ops->link, &swap_users);
	mutex_unlock(&swap_users_mutex);
}

bool swapoff_give_up(void)
{
	give_up = unusing;
	return unusing;
}

/* The next slot with users after prev, going round; 0: none. */
static unsigned long next_used_slot(struct swap_info *si, unsigned long prev)
{
	unsigned long i, slot = prev, found = 0;
	unsigned long flags;

	spin_lock_irqsave(&swap_lock, flags);
	for (i = 1; i < si->max && !found; i++) {
		slot = slot + 1 < si->max ? slot + 1 : 1;
		if (si->swap_map[slot] && si->swap_map[slot] != SWAP_MAP_BAD)
			found = slot;
	}
	spin_unlock_irqrestore(&swap_lock, flags);
	return found;
}

/* A count that stuck at its maximum says nothing: when all users have been asked, only the cache is left. */
static void unstick(swp_entry_t entry)
{
	u16 *slot = &swap_areas[swp_type(entry)].swap_map[swp_offset(entry)];
	unsigned long flags;

	spin_lock_irqsave(&swap_lock, flags);
	if (*slot == SWAP_MAP_MAX)
		*slot = 1;
	spin_unlock_irqrestore(&swap_lock, flags);
}

/* Locked page of the entry, in the cache: give it to all users. */
static int unuse_page(swp_entry_t entry, struct page *page)
{
	struct swap_user_ops *ops;
	int ret;

	if (!PageUptodate(page))
		return -EIO;
	list_for_each_entry(ops, &swap_users, link) {
		ret = ops->unuse(entry, page);
		if (ret < 0)
			return ret;
	}
	if (!PageSwapCache(page))
		return 0; /* shared memory took it */
	unstick(entry);
	if (swap_count(entry) == 1) {
		SetPageDirty(page);
		delete_from_swap_cache(page);
		activate_page(page);
	}
	return 0;
}

static int unuse_slot(swp_entry_t entry)
{
	struct page *page = read_swap_cache_async(entry);
	int err = 0;

	if (!page)
		return swap_count(entry) ? -ENOMEM : 0;
	lock_page(page);
	wait_on_page_writeback(page);
	if (PageSwapCache(page) && page->index == entry.val)
		err = unuse_page(entry, page);
	unlock_page(page);
	unpin_page(page);
	return err;
}

static int unuse_all_slots(unsigned int type)
{
	struct swap_info *si = &swap_areas[type];
	unsigned long slot = 0, prev;
	int err, tries = 0;

	for (;;) {
		prev = slot;
		slot = next_used_slot(si, prev);
		if (!slot)
			return 0;
		if (signal_pending(current))
			return -EINTR;
		if (give_up)
			return -ENOMEM;
		err = unuse_slot(swp_entry(type, slot));
		if (err == -ENOMEM && tries++ < ENOMEM_TRIES)
			schedule_timeout_uninterruptible(HZ / ENOMEM_TRIES);
		else if (err)
			return err;
		else
			tries = 0;
		/* A whole round brought us back to the same slot: its user needs time to show up. */
		if (slot == prev)
			schedule_timeout_uninterruptible(1);
		cond_resched();
	}
}

int try_to_unuse(unsigned int type)
{
	int err;

	mutex_lock(&swap_users_mutex);
	give_up = false;
	unusing = true;
	err = unuse_all_slots(type);
	unusing = false;
	mutex_unlock(&swap_users_mutex);
	return err;
}
