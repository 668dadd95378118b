/* SPDX-License-Identifier: MIT */
/*
 * Shared memory objects and swap: pages out, pages in, swapoff.
 *
 * An entry in info->entries is one user of its slot (swap_map counts it), as a swap pte would be.
 * See shmem.c for the order in which a page's two places change.
 */
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/sched.h>

#include "tmpfs.h"

#define WILL_NEED_BATCH 32 /* pages */

static atomic_t shmem_swapped = ATOMIC_INIT(0);

unsigned long nr_shmem_swapped(void)
{
	return (unsigned long)atomic_read(&shmem_swapped);
}

static void *entry_to_item(swp_entry_t entry)
{
	return (void *)(unsigned long)entry.val;
}

static swp_entry_t item_to_entry(const void *item)
{
	return (swp_entry_t){ .val = (u32)(unsigned long)item };
}

swp_entry_t shmem_lookup_entry(struct shmem_inode_info *info, pgoff_t index)
{
	swp_entry_t entry;

	spin_lock(&info->lock);
	entry = item_to_entry(radix_tree_lookup(&info->entries, index));
	spin_unlock(&info->lock);
	return entry;
}

/* The slot's use becomes the object's.  => 0 or -ENOMEM */
int shmem_set_entry(struct shmem_inode_info *info, pgoff_t index, swp_entry_t entry)
{
	int err = radix_tree_preload(GFP_NOFS);

	if (err)
		return err;
	spin_lock(&info->lock);
	err = radix_tree_insert(&info->entries, index, entry_to_item(entry));
	if (!err)
		info->nr_entries++;
	spin_unlock(&info->lock);
	radix_tree_preload_end();
	if (!err)
		atomic_inc(&shmem_swapped);
	return err;
}

/* The object's use of the slot ends.  => false: truncation has ended it already */
bool shmem_clear_entry(struct shmem_inode_info *info, pgoff_t index, swp_entry_t entry)
{
	bool ours;

	spin_lock(&info->lock);
	ours = radix_tree_lookup(&info->entries, index) == entry_to_item(entry);
	if (ours) {
		radix_tree_delete(&info->entries, index);
		info->nr_entries--;
	}
	spin_unlock(&info->lock);
	if (ours) {
		atomic_dec(&shmem_swapped);
		swap_free(entry);
	}
	return ours;
}

/* Next entry at or after *index, taken out of the tree; val 0: none. */
static swp_entry_t take_next_entry(struct shmem_inode_info *info, pgoff_t *index)
{
	swp_entry_t entry;

	spin_lock(&info->lock);
	entry = item_to_entry(radix_tree_next_item(&info->entries, index));
	if (entry.val) {
		radix_tree_delete(&info->entries, *index);
		info->nr_entries--;
	}
	spin_unlock(&info->lock);
	return entry;
}

/* Truncation: the slots of all pages from index on.  The caller accounts. */
void shmem_free_entries(struct inode *inode, pgoff_t from)
{
	struct shmem_inode_info *info = SHMEM_I(inode);
	swp_entry_t entry;

	while ((entry = take_next_entry(info, &from)).val) {
		atomic_dec(&shmem_swapped);
		free_swap_and_cache(entry);
		cond_resched();
	}
}

/* ---- out ---- */

/*
 * Does anybody but the cache and the caller hold the page?  A fault that has found it and not yet
 * mapped it must not see it change its identity.  Whoever pins it from now on finds it locked, and rechecks.
 */
static bool page_is_held(const struct page *page)
{
	return page_mapcount(page) || page_count(page) > 2;
}

/*
 * a_ops.writepage: called by reclaim with the page locked and its dirty bit cleared.  The page moves to
 * the swap cache and is written from there.
 */
int shmem_writepage(struct page *page)
{
	struct shmem_inode_info *info = SHMEM_I(page->mapping->host);
	pgoff_t index = page->index;
	swp_entry_t entry;

	if (info->locked || page_is_held(page))
		goto redirty;
	entry = get_swap_page();
	if (!entry.val)
		goto redirty;
	if (shmem_set_entry(info, index, entry)) {
		swap_free(entry);
		goto redirty;
	}
	if (move_to_swap_cache(page, entry)) {
		shmem_clear_entry(info, index, entry);
		goto redirty;
	}
	return swap_writepage(page);
redirty:
	set_page_dirty(page);
	return WRITEPAGE_ACTIVATE;
}

/* ---- in ---- */

/* The page of the entry, locked and pinned, proven to be still that.  => ERR_PTR(-EAGAIN) */
static struct page *get_swap_cache_page(struct shmem_inode_info *info, pgoff_t index,
					swp_entry_t entry, bool *major)
{
	struct page *page = lookup_swap_cache(entry);
	bool ours = !page;

	if (ours) {
		if (major)
			*major = true;
		page = swapin_readahead(entry);
		if (!page)
			return ERR_PTR(shmem_lookup_entry(info, index).val == entry.val ? -ENOMEM :
											  -EAGAIN);
	}
	lock_page(page);
	wait_on_page_writeback(page);
	if (PageSwapCache(page) && page->index == entry.val &&
	    shmem_lookup_entry(info, index).val == entry.val) {
		if (PageUptodate(page))
			return page;
		/* A read ahead that failed is nobody's error: look, and read, again. */
		delete_from_swap_cache(page);
		unlock_page(page);
		unpin_page(page);
		return ERR_PTR(ours ? -EIO : -EAGAIN);
	}
	unlock_page(page);
	unpin_page(page);
	return ERR_PTR(-EAGAIN);
}

/*
 * Truncation took the entry while its page came back: the page must not stay beyond the end.  It
 * stays locked and pinned.
 */
static void drop_truncated_page(struct page *page)
{
	cancel_dirty_page(page);
	remove_from_page_cache(page);
}

int shmem_swapin(struct inode *inode, pgoff_t index, swp_entry_t entry, struct page **result,
		 bool *major)
{
	struct shmem_inode_info *info = SHMEM_I(inode);
	struct page *page = get_swap_cache_page(info, index, entry, major);
	int err;

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	err = move_from_swap_cache(page, index, &inode->i_data);
	if (!err && shmem_clear_entry(info, index, entry)) {
		*result = page;
		return 0;
	}
	if (!err)
		drop_truncated_page(page);
	unlock_page(page);
	unpin_page(page);
	/* -EEXIST: a page made for a hole, by somebody who will look again as we do. */
	return err == -ENOMEM ? err : -EAGAIN;
}

/* The entries of up to WILL_NEED_BATCH pages of [*index, end); *index moves behind them.  => how many there were */
static unsigned long next_entries(struct shmem_inode_info *info, pgoff_t *index, pgoff_t end,
				  swp_entry_t *entries)
{
	unsigned long nr = 0;
	void *item;

	spin_lock(&info->lock);
	while (nr < WILL_NEED_BATCH && (item = radix_tree_next_item(&info->entries, index)) && *index < end) {
		entries[nr++] = item_to_entry(item);
		++*index;
	}
	spin_unlock(&info->lock);
	return nr;
}

/* a_ops.will_need: the pages come as far as the swap cache, where the first use finds them. */
void shmem_will_need(struct address_space *mapping, pgoff_t index, unsigned long nr)
{
	swp_entry_t entries[WILL_NEED_BATCH];
	pgoff_t end = index + nr;

	do {
		nr = next_entries(SHMEM_I(mapping->host), &index, end, entries);
		swap_read_ahead(entries, nr);
	} while (nr == WILL_NEED_BATCH);
}

/* ---- swapoff, the auditor ---- */

/* Where does the object hold this entry?  => true with *index */
static bool find_entry(struct shmem_inode_info *info, swp_entry_t entry, pgoff_t *index)
{
	void *item;

	*index = 0;
	spin_lock(&info->lock);
	while ((item = radix_tree_next_item(&info->entries, index)) != NULL) {
		if (item == entry_to_item(entry) || ++*index == 0)
			break;
	}
	spin_unlock(&info->lock);
	return item == entry_to_item(entry);
}

static int unuse_object(struct shmem_inode_info *info, swp_entry_t entry, struct page *page)
{
	pgoff_t index;
	int err;

	if (!info->nr_entries || !find_entry(info, entry, &index))
		return 0;
	err = move_from_swap_cache(page, index, &info->vfs_inode.i_data);
	if (err)
		return err;
	if (!shmem_clear_entry(info, index, entry))
		drop_truncated_page(page);
	return 1;
}

/* swapoff: the page is locked, uptodate, in the swap cache. => entries replaced or -errno */
static int shmem_unuse(swp_entry_t entry, struct page *page)
{
	struct shmem_inode_info *info;
	int n = 0;

	/* A slot of an object has one user: the first who has it is the only one. */
	mutex_lock(&shmem_list_mutex);
	list_for_each_entry(info, &shmem_list, all) {
		n = unuse_object(info, entry, page);
		if (n)
			break;
	}
	mutex_unlock(&shmem_list_mutex);
	/* -EEXIST: a page made for a hole is on its way out again; swapoff comes back. */
	return n == -EEXIST ? 0 : n;
}

/* The auditor's: all tasks stand still and interrupts are off, so the list cannot change, and no mutex may be taken. */
void shmem_walk_swap_entries(shmem_entry_fn fn, void *arg)
{
	struct shmem_inode_info *info;

	list_for_each_entry(info, &shmem_list, all) {
		pgoff_t at = 0;
		void *item;

		spin_lock(&info->lock);
		while ((item = radix_tree_next_item(&info->entries, &at)) != NULL) {
			fn(&info->vfs_inode, at, item_to_entry(item), arg);
			if (++at == 0)
				break;
		}
		spin_unlock(&info->lock);
	}
}

static struct swap_user_ops shmem_swap_user = {
	.unuse = shmem_unuse,
};

void shmem_swap_init(void)
{
	register_swap_user(&shmem_swap_user);
}
