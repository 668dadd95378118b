/* SPDX-License-Identifier: MIT */
/*
 * Whole pages of files whose blocks lie on a device: what a file system's a_ops are made of.
 *
 * Reading needs no buffers when the page's blocks follow each other on the disk: one bio reads
 * them.  Otherwise, and for writing, the page gets a ring that remembers where each block lies.
 *
 * Locking: the page lock, as pagemap.h says for each operation.
 */
#include <quire/assert.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/kmap_atomic.h>
#include <quire/mm.h>
#include <quire/pagemap.h>
#include <quire/string.h>

#include "buffer_internal.h"

static unsigned int block_size(const struct inode *inode)
{
	return 1u << inode->i_blkbits;
}

static sector_t first_block(const struct page *page, const struct inode *inode)
{
	return (sector_t)page->index << (PAGE_SHIFT - inode->i_blkbits);
}

/* One more than the last block that holds bytes of the file. */
static sector_t end_block(const struct inode *inode)
{
	return (i_size_read(inode) + block_size(inode) - 1) >> inode->i_blkbits;
}

static void page_filled(struct page *page)
{
	SetPageUptodate(page);
	unlock_page(page);
}

/* ---- reading ---- */

/* Where a page's bytes are: nr blocks from `start` on, then holes. */
struct page_extent {
	struct block_device *bdev;
	sector_t start;
	unsigned int nr;
};

/* => 1: described by *ext; 0: the page is more complicated than that; -errno */
static int find_extent(struct page *page, struct inode *inode, get_block_t get_block,
		       struct page_extent *ext)
{
	unsigned int i, blocks = PAGE_SIZE >> inode->i_blkbits;
	sector_t iblock = first_block(page, inode), end = end_block(inode);

	*ext = (struct page_extent){ 0 };
	for (i = 0; i < blocks && iblock + i < end; i++) {
		struct buffer_head bh = { .b_size = block_size(inode) };
		int error = get_block(inode, iblock + i, &bh, false);

		if (error)
			return error;
		if (!buffer_mapped(&bh))
			continue;
		if (i == 0) {
			ext->bdev = bh.b_bdev;
			ext->start = bh.b_blocknr;
		} else if (ext->nr != i || bh.b_blocknr != ext->start + i) {
			return 0;
		}
		ext->nr++;
	}
	return 1;
}

static void end_page_bio(struct bio *bio)
{
	struct page *page = bio->private;
	int error = bio->error;

	bio_put(bio);
	end_page_read(page, error);
}

static void read_extent(struct page *page, struct inode *inode, const struct page_extent *ext)
{
	unsigned int len = ext->nr << inode->i_blkbits;
	struct bio *bio;
	bool added;

	if (len < PAGE_SIZE)
		zero_highpage_range(page, len, PAGE_SIZE - len);
	if (len == 0) {
		page_filled(page);
		return;
	}
	page_io_get(page);
	bio = bio_alloc(GFP_NOIO, 1);
	bio->bdev = ext->bdev;
	bio->sector = ext->start << (inode->i_blkbits - SECTOR_SHIFT);
	bio->private = page;
	bio->end_io = end_page_bio;
	added = bio_add_page(bio, page, len, 0);
	assert(added);
	submit_bio(READ, bio);
}

/* Find the block of a buffer that has to be read.  => 1: read it; 0: uptodate now; -errno */
static int map_for_read(struct inode *inode, sector_t iblock, struct buffer_head *bh,
			get_block_t get_block)
{
	int error = 0;

	if (buffer_uptodate(bh))
		return 0;
	if (!buffer_mapped(bh) && iblock < end_block(inode))
		error = get_block(inode, iblock, bh, false);
	if (error)
		return error;
	if (buffer_mapped(bh))
		return 1;
	zero_highpage_range(bh->b_page, bh_offset(bh), bh->b_size);
	set_buffer_uptodate(bh);
	return 0;
}

/* Lock and mark what has to be read; => how many, or -errno with none marked. */
static int collect_reads(struct page *page, struct inode *inode, struct buffer_head *head,
			 get_block_t get_block)
{
	struct buffer_head *reads[MAX_BUFFERS_PER_PAGE], *bh = head;
	sector_t iblock = first_block(page, inode);
	int i, n = 0, marked = 0;

	do {
		int r = map_for_read(inode, iblock++, bh, get_block);

		if (r < 0)
			return r;
		if (r)
			reads[n++] = bh;
	} while ((bh = bh->b_this_page) != head);
	for (i = 0; i < n; i++) {
		lock_buffer(reads[i]);
		/* A block of a device may have been read by itself meanwhile, even be dirty. */
		if (buffer_uptodate(reads[i])) {
			unlock_buffer(reads[i]);
			continue;
		}
		reads[i]->b_end_io = end_buffer_async_read;
		set_buffer_async_read(reads[i]);
		marked++;
	}
	return marked;
}

static int read_through_buffers(struct page *page, struct inode *inode, get_block_t get_block)
{
	struct buffer_head *head;
	int n;

	/* Some of its blocks may be on their way out; a page has one transfer at a time. */
	wait_on_page_writeback(page);
	head = page_ring(page, block_size(inode));
	n = collect_reads(page, inode, head, get_block);
	if (n < 0) {
		SetPageError(page);
		unlock_page(page);
		return n;
	}
	if (n == 0) {
		page_filled(page);
		return 0;
	}
	page_io_get(page);
	submit_async_buffers(READ, head);
	return 0;
}

int block_read_full_page(struct page *page, get_block_t get_block)
{
	struct inode *inode = page->mapping->host;
	struct page_extent ext;
	int r;

	assert(PageLocked(page));
	if (page->buffers)
		return read_through_buffers(page, inode, get_block);
	r = find_extent(page, inode, get_block, &ext);
	if (r == 0)
		return read_through_buffers(page, inode, get_block);
	if (r < 0) {
		SetPageError(page);
		unlock_page(page);
		return r;
	}
	read_extent(page, inode, &ext);
	return 0;
}

/* ---- writing back ---- */

/* Give every dirty buffer inside the file a block. => the first error; others go on */
static int map_for_write(struct page *page, struct inode *inode, struct buffer_head *head,
			 get_block_t get_block)
{
	sector_t iblock = first_block(page, inode), end = end_block(inode);
	struct buffer_head *bh = head;
	int error = 0;

	do {
		int r = 0;

		if (iblock >= end) {
			/* Stored through a mapping beyond the end of the file: of no meaning. */
			clear_buffer_dirty(bh);
			set_buffer_uptodate(bh);
		} else if (buffer_dirty(bh) && !buffer_mapped(bh)) {
			r = get_block(inode, iblock, bh, true);
		}
		if (r) {
			error = error ? error : r;
			clear_buffer_dirty(bh);
		} else if (buffer_new(bh)) {
			clear_buffer_new(bh);
			unmap_underlying_metadata(bh->b_bdev, bh->b_blocknr);
		}
		iblock++;
	} while ((bh = bh->b_this_page) != head);
	return error;
}

/* Lock and mark the dirty buffers; => how many */
static unsigned int collect_writes(struct buffer_head *head)
{
	struct buffer_head *bh = head;
	unsigned int n = 0;

	do {
		if (!buffer_mapped(bh) || !buffer_dirty(bh))
			continue;
		lock_buffer(bh);
		if (!test_clear_buffer_dirty(bh)) {
			unlock_buffer(bh);
			continue;
		}
		clear_bit(BH_Write_EIO, &bh->b_state);
		bh->b_end_io = end_buffer_async_write;
		set_buffer_async_write(bh);
		n++;
	} while ((bh = bh->b_this_page) != head);
	return n;
}

static int write_through_buffers(struct page *page, struct inode *inode, get_block_t get_block)
{
	struct buffer_head *head;
	unsigned int n;
	int error;

	if (!page->buffers)
		create_empty_buffers(page, block_size(inode), BIT(BH_Dirty) | BIT(BH_Uptodate));
	head = page->buffers;
	error = map_for_write(page, inode, head, get_block);
	if (error)
		SetPageError(page);
	n = collect_writes(head);
	set_page_writeback(page);
	unlock_page(page);
	if (n)
		submit_async_buffers(WRITE, head);
	else
		end_page_writeback(page);
	return error;
}

int block_write_full_page(struct page *page, get_block_t get_block)
{
	struct inode *inode = page->mapping->host;
	loff_t size = i_size_read(inode);
	pgoff_t end_index = size >> PAGE_SHIFT;
	unsigned int offset = size & (PAGE_SIZE - 1);

	assert(PageLocked(page) && !PageWriteback(page));
	if (page->index < end_index)
		return write_through_buffers(page, inode, get_block);
	if (page->index > end_index || offset == 0) {
		/* Truncation is about to take it. */
		cancel_dirty_page(page);
		block_invalidatepage(page, 0);
		unlock_page(page);
		return 0;
	}
	/* What a mapping stored behind the end must not reach the disk. */
	zero_highpage_range(page, offset, PAGE_SIZE - offset);
	return write_through_buffers(page, inode, get_block);
}

int block_set_page_dirty(struct page *page)
{
	struct buffer_head *head, *bh;

	spin_lock(&ring_lock);
	head = bh = page->buffers;
	if (head) {
		do
			set_buffer_dirty(bh);
		while ((bh = bh->b_this_page) != head);
	}
	spin_unlock(&ring_lock);
	return __set_page_dirty_nobuffers(page);
}

/* ---- truncation ---- */

static void discard_buffer(struct buffer_head *bh)
{
	lock_buffer(bh);
	clear_buffer_dirty(bh);
	clear_buffer_mapped(bh);
	clear_buffer_new(bh);
	unlock_buffer(bh);
}

void block_invalidatepage(struct page *page, unsigned int offset)
{
	struct buffer_head *head = page->buffers, *bh = head;

	assert(PageLocked(page));
	if (!head)
		return;
	do {
		if (bh_offset(bh) >= offset)
			discard_buffer(bh);
	} while ((bh = bh->b_this_page) != head);
	if (offset == 0) {
		cancel_dirty_page(page);
		try_to_free_buffers(page);
	}
}

static struct buffer_head *buffer_at(struct page *page, unsigned int offset)
{
	struct buffer_head *bh = page->buffers;

	while (bh_offset(bh) + bh->b_size <= offset)
		bh = bh->b_this_page;
	return bh;
}

/* Make the buffer's bytes valid.  => 0, -EIO */
static int read_buffer(struct page *page, struct buffer_head *bh)
{
	if (PageUptodate(page))
		set_buffer_uptodate(bh);
	if (buffer_uptodate(bh))
		return 0;
	ll_rw_block(READ, 1, &bh);
	wait_on_buffer(bh);
	return buffer_uptodate(bh) ? 0 : -EIO;
}

static int zero_block_tail(struct page *page, struct inode *inode, loff_t from,
			   get_block_t get_block)
{
	unsigned int offset = from & (PAGE_SIZE - 1);
	struct buffer_head *bh;
	int error;

	page_ring(page, block_size(inode));
	bh = buffer_at(page, offset);
	if (!buffer_mapped(bh)) {
		error = get_block(inode, from >> inode->i_blkbits, bh, false);
		if (error || !buffer_mapped(bh))
			return error;
	}
	error = read_buffer(page, bh);
	if (error)
		return error;
	zero_highpage_range(page, offset, bh_offset(bh) + bh->b_size - offset);
	mark_buffer_dirty(bh);
	return 0;
}

/*
 * Zero the rest of the block that holds byte `from`, the new end of the file.  Sleeps. => 0 or
 * -errno
 */
int block_truncate_page(struct address_space *mapping, loff_t from, get_block_t get_block)
{
	struct inode *inode = mapping->host;
	struct page *page;
	int error;

	if ((from & (block_size(inode) - 1)) == 0)
		return 0;
	page = find_or_create_page(mapping, from >> PAGE_SHIFT, mapping->gfp_mask);
	if (!page)
		return -ENOMEM;
	error = zero_block_tail(page, inode, from, get_block);
	unlock_page(page);
	unpin_page(page);
	return error;
}

sector_t generic_block_bmap(struct address_space *mapping, sector_t block, get_block_t get_block)
{
	struct inode *inode = mapping->host;
	struct buffer_head bh = { .b_size = block_size(inode) };

	if (get_block(inode, block, &bh, false) || !buffer_mapped(&bh))
		return 0;
	return bh.b_blocknr;
}
