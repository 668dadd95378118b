/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: the page cache seen from a page fault: the page of a file mapping.
 *
 *	beyond the end of the file	SIGBUS, also when the end moved while we read
 *	cached				that page; its readahead marker starts the next window
 *	missing				sequential: the readahead window; MADV_RANDOM: this page;
 *					else the aligned block of 2^page_cluster pages around it
 *	read error			one more try, then SIGBUS
 */
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/mm.h>
#include <quire/page_lists.h>
#include <quire/swap.h>
#include <quire/vmstat.h>

#include "cache_internal.h"

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
