/* SPDX-License-Identifier: MIT */
/*
 * Layer 7: read(), write() and page faults for file systems that stand on the page cache.
 *
 * Copies to and from user memory may fault, and the fault may want the very page that is being copied.  A read
 * copies from an unlocked, pinned page, so it may simply fault.  A write holds its page locked: it faults the
 * user's pages in first, copies under an atomic mapping, where a fault is an error, and
 * tries again when a page went away in between.
 *
 * Locking.  write(): i_mutex, then the page lock, page by page.  A read takes no lock: it sees each page
 * either before or after a write.
 */
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/highmem.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/swap.h>
#include <quire/uaccess.h>
#include <quire/vmstat.h>

/* ---- read ---- */

/* => bytes copied */
static size_t copy_page_to_user(struct page *page, unsigned int offset, char __user *buf, size_t n)
{
	size_t left = n;
	char *addr;

	if (!fault_in_writeable(buf, n)) {
		addr = kmap_atomic(page, KM_USER0);
		left = copy_to_user_inatomic(buf, addr + offset, n);
		kunmap_atomic(addr, KM_USER0);
	}
	if (left) {
		addr = kmap(page);
		left = copy_to_user(buf, addr + offset, n);
		kunmap(page);
	}
	return n - left;
}

struct page *file_read_page(struct file *file, pgoff_t index, unsigned long req)
{
	struct address_space *mapping = file->f_mapping;
	struct page *page = find_get_page(mapping, index);

	if (!page) {
		page_cache_readahead(mapping, &file->f_ra, file, index, req);
		page = find_get_page(mapping, index);
	} else if (PageReadahead(page)) {
		count_vm_event(ra_hit);
		page_cache_async_readahead(mapping, &file->f_ra, file, page, req);
	}
	if (page && PageUptodate(page))
		return page;
	if (page)
		unpin_page(page);
	return read_cache_page(mapping, index, file);
}

/* One page's share of a read.  => bytes, 0 at the end of the file, -errno */
static ssize_t read_one_page(struct file *file, loff_t pos, char __user *buf, size_t count)
{
	struct inode *inode = file->f_mapping->host;
	unsigned int offset = pos & (PAGE_SIZE - 1);
	pgoff_t index = pos >> PAGE_SHIFT;
	struct page *page;
	loff_t size;
	size_t n;

	if (pos >= i_size_read(inode))
		return 0;
	page = file_read_page(file, index, DIV_ROUND_UP(offset + count, PAGE_SIZE));
	if (IS_ERR(page))
		return PTR_ERR(page);
	/* Only now: the file may have been cut while we read. */
	size = i_size_read(inode);
	n = min_t(loff_t, min_t(size_t, count, PAGE_SIZE - offset), size > pos ? size - pos : 0);
	if (n) {
		/* Many small reads of one page are one use. */
		if (file->f_ra.prev_index != index || !offset)
			mark_page_accessed(page);
		file->f_ra.prev_index = index;
		n = copy_page_to_user(page, offset, buf, n) ?: -EFAULT;
	}
	unpin_page(page);
	return n;
}

ssize_t generic_file_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	ssize_t done = 0, n = 0;

	count = min_t(size_t, count, LONG_MAX & PAGE_MASK);
	if (!access_ok(buf, count))
		return -EFAULT;
	while (count && !fatal_signal_pending(current)) {
		n = read_one_page(file, *ppos, buf, count);
		if (n <= 0)
			break;
		*ppos += n;
		buf += n;
		done += n;
		count -= n;
		cond_resched();
	}
	touch_atime(file->f_vfsmnt, file->f_dentry);
	if (!done && !n && count && fatal_signal_pending(current))
		return -EINTR;
	return done ? done : n;
}

/* ---- write ---- */

/* Copy into a locked page without sleeping.  => bytes copied */
static size_t copy_user_to_page(struct page *page, unsigned int offset, const char __user *buf,
				size_t n)
{
	char *addr = kmap_atomic(page, KM_USER0);
	size_t left = copy_from_user_inatomic(addr + offset, buf, n);

	kunmap_atomic(addr, KM_USER0);
	return n - left;
}

/* A block allocation for bytes beyond the end failed half-way: give back what was allocated. */
static void undo_extension(struct inode *inode, loff_t end)
{
	if (end <= i_size_read(inode))
		return;
	truncate_pagecache(inode, i_size_read(inode));
	if (inode->i_op->truncate)
		inode->i_op->truncate(inode);
}

/*
 * One page's share of a write.  When the user's page went away before the copy was complete, a page with old
 * contents keeps those in the rest; one without gets zeroes there (never what the disk held before), and the
 * caller goes on at the first byte that was not copied.  => bytes, -EFAULT for none, -errno
 */
static ssize_t write_one_chunk(struct file *file, struct page *page, unsigned int offset,
			       const char __user *buf, size_t n)
{
	const struct address_space_operations *a_ops = file->f_mapping->a_ops;
	size_t copied, valid;
	int err = a_ops->prepare_write(file, page, offset, offset + n);

	if (err)
		return err;
	copied = valid = copy_user_to_page(page, offset, buf, n);
	if (copied < n && !PageUptodate(page)) {
		zero_highpage_range(page, offset + copied, n - copied);
		valid = n;
	}
	err = a_ops->commit_write(file, page, offset, offset + valid);
	if (err)
		return err;
	return copied ? copied : -EFAULT;
}

static ssize_t write_one_page(struct file *file, loff_t pos, const char __user *buf, size_t count)
{
	struct address_space *mapping = file->f_mapping;
	unsigned int offset = pos & (PAGE_SIZE - 1);
	size_t n = min_t(size_t, count, PAGE_SIZE - offset);
	struct page *page;
	ssize_t ret;

	for (;;) {
		if (fault_in_readable(buf, n))
			return -EFAULT;
		page = find_or_create_page(mapping, pos >> PAGE_SHIFT, mapping->gfp_mask);
		if (!page)
			return -ENOMEM;
		ret = write_one_chunk(file, page, offset, buf, n);
		if (ret > 0)
			mark_page_accessed(page);
		unlock_page(page);
		unpin_page(page);
		if (ret != -EFAULT)
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	if (ret < 0)
		undo_extension(mapping->host, pos + n);
	return ret;
}

static ssize_t write_locked(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	ssize_t done = 0, n = 0;

	while (count) {
		n = write_one_page(file, *ppos, buf, count);
		if (n <= 0)
			break;
		*ppos += n;
		buf += n;
		done += n;
		count -= n;
		balance_dirty_pages_ratelimited(file->f_mapping);
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return done ? done : n;
}

ssize_t generic_file_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	struct inode *inode = file->f_mapping->host;
	loff_t pos = *ppos;
	ssize_t ret;

	if (!access_ok(buf, count))
		return -EFAULT;
	mutex_lock(&inode->i_mutex);
	ret = generic_write_checks(file, &pos, &count);
	if (!ret && count) {
		file_update_time(file);
		ret = write_locked(file, buf, count, &pos);
	}
	mutex_unlock(&inode->i_mutex);
	if (ret > 0) {
		*ppos = pos;
		if (file->f_flags & O_SYNC) {
			int err = vfs_fsync(file, (file->f_flags & O_SYNC) == O_DSYNC);

			if (err)
				ret = err;
		}
	}
	return ret;
}

/* ---- faults: the page of a file mapping ---- */

/*
 * The page cache seen from a page fault: the page of a file mapping.
 *
 *	beyond the end of the file	SIGBUS, also when the end moved while we read
 *	cached				that page; its readahead marker starts the next window
 *	missing				sequential: the readahead window; MADV_RANDOM: this page;
 *					else the aligned block of 2^page_cluster pages around it
 *	read error			one more try, then SIGBUS
 */

static bool beyond_end(struct address_space *mapping, pgoff_t index)
{
	return index >= (pgoff_t)((i_size_read(mapping->host) + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

static void read_around(struct vm_area_struct *vma, struct file *file, pgoff_t index)
{
	struct address_space *mapping = file->f_mapping;
	struct file_ra_state *ra = &file->f_ra;
	pgoff_t block = 1ul << page_cluster;

	if ((vma->vm_flags & VM_RAND_READ) || !ra->ra_pages)
		return;
	if ((vma->vm_flags & VM_SEQ_READ) || index == ra->prev_index + 1) {
		page_cache_readahead(mapping, ra, file, index, 1);
		return;
	}
	count_vm_events(ra_pages, block - 1);
	force_page_cache_readahead(mapping, file, index & ~(block - 1), block);
}

/* A pinned page, uptodate when PTR_ERR is not set. */
static struct page *get_fault_page(struct vm_area_struct *vma, struct file *file, pgoff_t index,
				   int *result)
{
	struct address_space *mapping = file->f_mapping;
	struct page *page = find_get_page(mapping, index);

	if (!page) {
		*result |= VM_FAULT_MAJOR;
		read_around(vma, file, index);
		page = find_get_page(mapping, index);
	} else if (PageReadahead(page) && !(vma->vm_flags & VM_RAND_READ)) {
		count_vm_event(ra_hit);
		page_cache_async_readahead(mapping, &file->f_ra, file, page, 1);
	}
	if (page && PageUptodate(page))
		return page;
	if (page)
		unpin_page(page);
	*result |= VM_FAULT_MAJOR;
	page = read_cache_page(mapping, index, file);
	if (IS_ERR(page) && PTR_ERR(page) == -EIO)
		page = read_cache_page(mapping, index, file);
	return page;
}

struct page *filemap_nopage(struct vm_area_struct *vma, unsigned long address, int *result)
{
	struct file *file = vma->vm_file;
	pgoff_t index = ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
	struct page *page;

	*result = VM_FAULT_MINOR;
	if (beyond_end(file->f_mapping, index))
		goto sigbus;
	page = get_fault_page(vma, file, index, result);
	if (IS_ERR(page)) {
		*result = PTR_ERR(page) == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
		return NULL;
	}
	/* The file may have been cut while we read. */
	if (beyond_end(file->f_mapping, index)) {
		unpin_page(page);
		goto sigbus;
	}
	file->f_ra.prev_index = index;
	mark_page_accessed(page);
	return page;

sigbus:
	*result = VM_FAULT_SIGBUS;
	return NULL;
}

static const struct vm_operations_struct generic_file_vm_ops = {
	.nopage = filemap_nopage,
	.fault_around = true,
};

int generic_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!file->f_mapping->a_ops->readpage)
		return -ENOEXEC;
	if ((vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_MAYWRITE) &&
	    !file->f_mapping->a_ops->writepage)
		return -EINVAL;
	touch_atime(file->f_vfsmnt, file->f_dentry);
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}
