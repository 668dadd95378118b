/* SPDX-License-Identifier: MIT */
/*
 * Shared memory objects: the pages of a tmpfs file.
 *
 * Idea.  A page in the object's cache is always dirty and always uptodate: there is no store behind it
 * but swap.  Reclaim's writepage moves it to the swap cache and leaves an entry here
 * (shmem_swap.c); the next use moves it back.  A hole is a page that is in neither place.
 *
 * Races.  While a page moves it is in both places, so a look at the cache first, at the entries
 * second, misses nothing: the entry is set before the page leaves the cache and cleared after it has
 * come back.  Only a page made for a hole could hide an entry set since: after it is in the cache (and
 * locked) the entries are looked at again.  The same second look finds that the file was truncated
 * meanwhile: i_size changes before truncation looks for pages.
 *
 * Locking: info->lock (spin) guards entries and counts; nothing sleeps under it.  PG_locked of the page
 * guards the moves.  Order: PG_locked -> info->lock.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/highmem.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/mount.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/swap.h>

#include "tmpfs.h"

LIST_HEAD(shmem_list);
DEFINE_MUTEX(shmem_list_mutex);

#define BLOCKS_PER_PAGE (PAGE_SIZE / 512)

static atomic_t shmem_pages = ATOMIC_INIT(0);

unsigned long nr_shmem_pages(void)
{
	long n = atomic_read(&shmem_pages) - (long)nr_shmem_swapped();

	return n > 0 ? (unsigned long)n : 0;
}

/* ---- accounts ---- */

static void unreserve_pages(struct inode *inode, unsigned long n)
{
	struct shmem_sb_info *sbi = SHMEM_SB(inode->i_sb);

	spin_lock(&sbi->lock);
	sbi->used_blocks -= n;
	spin_unlock(&sbi->lock);
	if (SHMEM_I(inode)->per_page)
		vm_unacct_memory((long)n);
}

/*
 * Shared memory outlives its maker, so the OOM killer does not get it back.  Ordinary users may fill three
 * quarters of memory and swap with it; Linux lets them have everything.
 */
static bool too_much_for_user(void)
{
	unsigned long all = totalram_pages + (unsigned long)nr_total_swap_slots();

	return (unsigned long)atomic_read(&shmem_pages) >= all / 4 * 3 && !capable();
}

/* One page more, against the commit limit and the size of the file system. */
static int reserve_page(struct inode *inode)
{
	struct shmem_sb_info *sbi = SHMEM_SB(inode->i_sb);
	int err = 0;

	if (too_much_for_user() || (SHMEM_I(inode)->per_page && vm_enough_memory(1)))
		return -ENOSPC;
	spin_lock(&sbi->lock);
	if (sbi->max_blocks && sbi->used_blocks >= sbi->max_blocks)
		err = -ENOSPC;
	else
		sbi->used_blocks++;
	spin_unlock(&sbi->lock);
	if (err && SHMEM_I(inode)->per_page)
		vm_unacct_memory(1);
	return err;
}

/* The reserved page is in the cache. */
static void count_page(struct inode *inode)
{
	struct shmem_inode_info *info = SHMEM_I(inode);

	spin_lock(&info->lock);
	info->nr_pages++;
	inode->i_blocks += BLOCKS_PER_PAGE;
	spin_unlock(&info->lock);
	atomic_inc(&shmem_pages);
}

/*
 * nr_pages counts what was put in; what is in neither place any more has been removed by truncation.
 * While a page moves it is in both places and the result is too small; the next call makes up for it, and
 * the last one, when the inode goes, is exact.
 */
void shmem_recalc(struct inode *inode)
{
	struct shmem_inode_info *info = SHMEM_I(inode);
	unsigned long left, gone = 0;

	spin_lock(&info->lock);
	left = inode->i_data.nrpages + info->nr_entries;
	if (info->nr_pages > left) {
		gone = info->nr_pages - left;
		info->nr_pages = left;
		inode->i_blocks -= gone * BLOCKS_PER_PAGE;
	}
	spin_unlock(&info->lock);
	if (!gone)
		return;
	atomic_sub((int)gone, &shmem_pages);
	unreserve_pages(inode, gone);
}

/* ---- getting a page ---- */

static bool beyond_end(struct inode *inode, pgoff_t index)
{
	return (loff_t)index << PAGE_SHIFT >= i_size_read(inode);
}

/* A locked page must not stay: take it out of the cache again. */
static void discard_locked_page(struct page *page)
{
	cancel_dirty_page(page);
	remove_from_page_cache(page);
	unlock_page(page);
	unpin_page(page);
}

/* Fill a hole.  => 0 with *page locked; -EAGAIN: somebody else did, or the entry came back */
static int shmem_fill_hole(struct inode *inode, pgoff_t index, struct page **result)
{
	struct address_space *mapping = &inode->i_data;
	struct page *page;
	int err = reserve_page(inode);

	if (err)
		return err;
	err = -ENOMEM;
	page = alloc_page(mapping->gfp_mask | __GFP_ZERO);
	if (!page)
		goto unreserve;
	SetPageUptodate(page);
	err = add_to_page_cache_lru(page, mapping, index, GFP_KERNEL);
	if (err) {
		unpin_page(page);
		err = err == -EEXIST ? -EAGAIN : err;
		goto unreserve;
	}
	if (shmem_lookup_entry(SHMEM_I(inode), index).val) {
		discard_locked_page(page);
		err = -EAGAIN;
		goto unreserve;
	}
	set_page_dirty(page);
	count_page(inode);
	*result = page;
	return 0;
unreserve:
	unreserve_pages(inode, 1);
	return err;
}

/* One attempt.  => 0, -EAGAIN: the object changed under us */
static int shmem_try_get(struct inode *inode, pgoff_t index, enum shmem_get how, struct page **page,
			 bool *major)
{
	swp_entry_t entry;

	*page = find_lock_page(&inode->i_data, index);
	if (*page)
		return 0;
	entry = shmem_lookup_entry(SHMEM_I(inode), index);
	if (entry.val)
		return shmem_swapin(inode, index, entry, page, major);
	return how == SGP_READ ? 0 : shmem_fill_hole(inode, index, page);
}

int shmem_get_page(struct inode *inode, pgoff_t index, enum shmem_get how, struct page **page,
		   bool *major)
{
	int err;

	for (;;) {
		if (beyond_end(inode, index) && how == SGP_READ)
			return -EFAULT;
		err = shmem_try_get(inode, index, how, page, major);
		if (err != -EAGAIN)
			break;
		cond_resched();
	}
	if (err || !*page)
		return err;
	mark_page_accessed(*page);
	return 0;
}

/* ---- faults ---- */

static struct page *shmem_nopage(struct vm_area_struct *vma, unsigned long address, int *result)
{
	struct inode *inode = file_inode(vma->vm_file);
	pgoff_t index = ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
	struct page *page = NULL;
	bool major = false;
	int err;

	if (beyond_end(inode, index)) {
		*result = VM_FAULT_SIGBUS;
		return NULL;
	}
	err = shmem_get_page(inode, index, SGP_WRITE, &page, &major);
	/* Truncated while we were at it?  i_size was changed before its pages were removed. */
	if (!err && beyond_end(inode, index)) {
		discard_locked_page(page);
		shmem_recalc(inode);
		err = -EFAULT;
	}
	if (major)
		*result |= VM_FAULT_MAJOR;
	if (err) {
		*result = err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
		return NULL;
	}
	unlock_page(page);
	return page;
}

static const struct vm_operations_struct shmem_vm_ops = {
	.nopage = shmem_nopage,
	.fault_around = true,
};

int shmem_mmap(struct file *file, struct vm_area_struct *vma)
{
	touch_atime(file->f_vfsmnt, file->f_dentry);
	vma->vm_ops = &shmem_vm_ops;
	return 0;
}

/* ---- truncation ---- */

/*
 * i_size is the new size already and i_mutex is held, or nobody can reach the inode any more.  A page
 * that came back from swap after the first pass is found by the second; one that is still on its way
 * finds its entry taken, or the new size, and goes (shmem_swapin, shmem_nopage).
 */
static void shmem_truncate_to(struct inode *inode, loff_t size)
{
	truncate_inode_pages(&inode->i_data, size);
	shmem_free_entries(inode, (pgoff_t)((size + PAGE_SIZE - 1) >> PAGE_SHIFT));
	truncate_inode_pages(&inode->i_data, size);
	shmem_recalc(inode);
}

/* The rest of the last page must read as zeroes when the file grows again: it may be in swap. */
static void shmem_clear_tail(struct inode *inode, loff_t size)
{
	unsigned int offset = (unsigned int)(size & (PAGE_SIZE - 1));
	struct page *page = NULL;

	if (!offset)
		return;
	if (shmem_get_page(inode, (pgoff_t)(size >> PAGE_SHIFT), SGP_READ, &page, NULL) || !page)
		return;
	zero_highpage_range(page, offset, PAGE_SIZE - offset);
	set_page_dirty(page);
	unlock_page(page);
	unpin_page(page);
}

void shmem_truncate(struct inode *inode)
{
	loff_t size = i_size_read(inode);

	shmem_clear_tail(inode, size);
	truncate_pagecache(inode, size);
	shmem_truncate_to(inode, size);
}

void shmem_free_object(struct inode *inode)
{
	struct shmem_inode_info *info = SHMEM_I(inode);

	if (S_ISREG(inode->i_mode))
		shmem_truncate_to(inode, 0);
	assert(info->nr_entries == 0 && info->nr_pages == 0);
	if (info->accounted)
		vm_unacct_memory((long)info->accounted);
	info->accounted = 0;
}

/* ---- nameless objects ---- */

static unsigned long pages_of(loff_t size)
{
	return (unsigned long)((size + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

struct file *shmem_file_setup(const char *name, loff_t size, unsigned long vm_flags)
{
	struct vfsmount *mnt = shmem_mnt();
	struct inode *inode;
	struct file *file;
	int err;

	if (size < 0 || size > mnt->mnt_sb->s_maxbytes)
		return ERR_PTR(-EINVAL);
	if (!(vm_flags & VM_NORESERVE)) {
		err = vm_enough_memory((long)pages_of(size));
		if (err)
			return ERR_PTR(err);
	}
	inode = tmpfs_new_inode(mnt->mnt_sb, S_IFREG | S_IRWXUGO, 0);
	if (!inode) {
		if (!(vm_flags & VM_NORESERVE))
			vm_unacct_memory((long)pages_of(size));
		return ERR_PTR(-ENOSPC);
	}
	SHMEM_I(inode)->per_page = (vm_flags & VM_NORESERVE) != 0;
	SHMEM_I(inode)->accounted = vm_flags & VM_NORESERVE ? 0 : pages_of(size);
	inode->i_size = size;
	inode->i_nlink = 0;	/* it goes with its last user */
	file = alloc_anon_file(inode, name, FMODE_READ | FMODE_WRITE | FMODE_LSEEK,
			       &shmem_file_operations);
	if (!IS_ERR(file))
		file->f_flags |= O_LARGEFILE;
	return file;
}

void shmem_usage(const struct file *file, unsigned long *cached, unsigned long *swapped)
{
	struct inode *inode = file_inode(file);

	*cached = inode->i_data.nrpages;
	*swapped = SHMEM_I(inode)->nr_entries;
}

void shmem_lock(const struct file *file, bool lock)
{
	SHMEM_I(file_inode(file))->locked = lock;
}

int shmem_zero_setup(struct vm_area_struct *vma)
{
	struct file *file = shmem_file_setup("dev/zero", (loff_t)(vma->vm_end - vma->vm_start),
					     vma->vm_flags);

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	if (vma->vm_file)
		fput(vma->vm_file);
	vma->vm_file = file;
	vma->vm_ops = &shmem_vm_ops;
	return 0;
}
