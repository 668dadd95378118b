/* SPDX-License-Identifier: MIT */
/*
 * write() into a page whose blocks lie on a device: prepare, commit, and the same for a store
 * through a shared mapping.
 *
 * A new block is cleared where the caller will not write; an old one that is written in part is
 * read first.  When preparing fails half way, new blocks are left cleared and dirty, so that a
 * hole that got its block never shows what was on the disk before.
 *
 * Locking: the page is locked by the caller throughout.
 */
#include <quire/assert.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/kmap_atomic.h>
#include <quire/mm.h>
#include <quire/pagemap.h>

#include "buffer_internal.h"

/* Clear the parts of a new buffer outside [from, to) of the page. */
static void clear_edges(struct buffer_head *bh, unsigned int from, unsigned int to)
{
	unsigned int start = bh_offset(bh), end = start + bh->b_size;

	if (start < from)
		zero_highpage_range(bh->b_page, start, from - start);
	if (end > to)
		zero_highpage_range(bh->b_page, to, end - to);
}

/* => 1: has to be read; 0: ready; -errno */
static int prepare_buffer(struct inode *inode, sector_t iblock, struct buffer_head *bh,
			  unsigned int from, unsigned int to, get_block_t get_block)
{
	unsigned int start = bh_offset(bh), end = start + bh->b_size;
	struct page *page = bh->b_page;

	if (!buffer_mapped(bh)) {
		int error = get_block(inode, iblock, bh, true);

		if (error)
			return error;
		if (buffer_new(bh)) {
			unmap_underlying_metadata(bh->b_bdev, bh->b_blocknr);
			if (!PageUptodate(page))
				clear_edges(bh, from, to);
			else
				mark_buffer_dirty(bh); /* its zeroes are not on the disk */
		}
	}
	if (PageUptodate(page))
		set_buffer_uptodate(bh);
	return !buffer_uptodate(bh) && !buffer_new(bh) && (start < from || end > to);
}

/* After an error: new blocks become part of the file as zeroes. */
static void zero_new_buffers(struct page *page)
{
	struct buffer_head *head = page->buffers, *bh = head;

	do {
		if (!buffer_new(bh))
			continue;
		clear_buffer_new(bh);
		if (!PageUptodate(page))
			zero_highpage_range(page, bh_offset(bh), bh->b_size);
		set_buffer_uptodate(bh);
		mark_buffer_dirty(bh);
	} while ((bh = bh->b_this_page) != head);
}

static int wait_for_reads(struct buffer_head *reads[], unsigned int n)
{
	int error = 0;

	while (n--) {
		wait_on_buffer(reads[n]);
		if (!buffer_uptodate(reads[n]))
			error = -EIO;
	}
	return error;
}

/* See pagemap.h, prepare_write.  Sleeps.  => 0 or -errno */
int block_prepare_write(struct page *page, unsigned int from, unsigned int to,
			get_block_t get_block)
{
	struct inode *inode = page->mapping->host;
	sector_t iblock = (sector_t)page->index << (PAGE_SHIFT - inode->i_blkbits);
	struct buffer_head *reads[2], *head = page_ring(page, 1u << inode->i_blkbits), *bh = head;
	unsigned int nr_reads = 0;
	int error = 0, read_error;

	assert(PageLocked(page) && from < to && to <= PAGE_SIZE);
	do {
		int r = 0;

		if (bh_offset(bh) < to && bh_offset(bh) + bh->b_size > from)
			r = prepare_buffer(inode, iblock, bh, from, to, get_block);
		if (r < 0) {
			error = r;
			break;
		}
		if (r) {
			/* Only the first and the last buffer can be written in part. */
			assert(nr_reads < ARRAY_SIZE(reads));
			ll_rw_block(READ, 1, &bh);
			reads[nr_reads++] = bh;
		}
		iblock++;
	} while ((bh = bh->b_this_page) != head);
	read_error = wait_for_reads(reads, nr_reads);
	if (!error)
		error = read_error;
	if (error)
		zero_new_buffers(page);
	return error;
}

/* The bytes [from, to) are in the page: its buffers are valid and dirty. */
static void commit_buffers(struct page *page, unsigned int from, unsigned int to)
{
	struct buffer_head *head = page->buffers, *bh = head;
	bool all = true;

	do {
		if (bh_offset(bh) < to && bh_offset(bh) + bh->b_size > from) {
			clear_buffer_new(bh);
			set_buffer_uptodate(bh);
			mark_buffer_dirty(bh);
		} else if (!buffer_uptodate(bh)) {
			all = false;
		}
	} while ((bh = bh->b_this_page) != head);
	if (all)
		SetPageUptodate(page);
}

int generic_commit_write(struct file *file, struct page *page, unsigned int from, unsigned int to)
{
	struct inode *inode = page->mapping->host;
	loff_t end = ((loff_t)page->index << PAGE_SHIFT) + to;

	commit_buffers(page, from, to);
	if (end > i_size_read(inode)) {
		i_size_write(inode, end);
		mark_inode_dirty(inode);
	}
	return 0;
}

/* mmap_sem held for reading.  => 0; -EINVAL: truncated meanwhile; -ENOSPC, -EIO, ... */
int block_page_mkwrite(struct vm_area_struct *vma, struct page *page, get_block_t get_block)
{
	struct address_space *mapping = vma->vm_file->f_mapping;
	loff_t size, start;
	unsigned int to;
	int error;

	lock_page(page);
	size = i_size_read(mapping->host);
	start = (loff_t)page->index << PAGE_SHIFT;
	if (page->mapping != mapping || start >= size) {
		unlock_page(page);
		return -EINVAL;
	}
	to = size - start < PAGE_SIZE ? size - start : PAGE_SIZE;
	error = block_prepare_write(page, 0, to, get_block);
	if (!error)
		commit_buffers(page, 0, to);
	unlock_page(page);
	return error;
}
