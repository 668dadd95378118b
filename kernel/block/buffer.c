/* SPDX-License-Identifier: MIT */
/*
 * Buffer heads: their rings on pages, and looking up a device's block by number.
 *
 * References.  A ring owns one reference of its page, taken in create_empty_buffers and dropped
 * in try_to_free_buffers.  b_count of a head keeps the ring, hence the page; a transfer of single
 * buffers needs no other reference.  So a looked-up block needs no pin on its page.
 *
 * Locking.  A ring is attached under the page lock and ring_lock, and taken off under the page
 * lock and ring_lock when no head is in use: lookups need ring_lock alone.  ring_lock is never
 * taken in interrupts.
 */
#define pr_fmt(fmt) "buffer: " fmt

#include <quire/assert.h>
#include <quire/bitops.h>
#include <quire/kernel.h>
#include <quire/mempool.h>
#include <quire/page_lists.h>
#include <quire/pagemap.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/string.h>

#include "buffer_internal.h"

#define BH_POOL_MIN 16

DEFINE_SPINLOCK(ring_lock);
static struct mempool bh_pool;
static atomic_t nr_heads;

unsigned long nr_buffer_heads(void)
{
	return atomic_read(&nr_heads);
}

/* ---- rings ---- */

static struct buffer_head *alloc_buffer_head(void)
{
	struct buffer_head *bh = mempool_alloc(&bh_pool, GFP_NOFS);

	memset(bh, 0, sizeof(*bh));
	atomic_inc(&nr_heads);
	return bh;
}

static void free_ring(struct buffer_head *head)
{
	struct buffer_head *bh = head;

	do {
		struct buffer_head *next = bh->b_this_page;

		atomic_dec(&nr_heads);
		mempool_free(&bh_pool, bh);
		bh = next;
	} while (bh != head);
}

/* Page locked, without buffers.  Never fails, may sleep. */
void create_empty_buffers(struct page *page, unsigned int blocksize, unsigned long b_state)
{
	char *base = PageHighMem(page) ? NULL : page_address(page);
	struct buffer_head *head = NULL, *tail = NULL;
	unsigned int offset = PAGE_SIZE;

	assert(PageLocked(page) && !page->buffers);
	do {
		struct buffer_head *bh = alloc_buffer_head();

		offset -= blocksize;
		bh->b_state = b_state;
		bh->b_page = page;
		bh->b_size = blocksize;
		bh->b_data = base + offset;
		bh->b_this_page = head;
		head = bh;
		if (!tail)
			tail = bh;
	} while (offset);
	tail->b_this_page = head;
	get_page(page);
	spin_lock(&ring_lock);
	page->buffers = head;
	spin_unlock(&ring_lock);
}

struct buffer_head *page_ring(struct page *page, unsigned int blocksize)
{
	if (!page->buffers)
		create_empty_buffers(page, blocksize, PageUptodate(page) ? BIT(BH_Uptodate) : 0);
	return page->buffers;
}

static bool buffer_busy(const struct buffer_head *bh)
{
	return atomic_read(&bh->b_count) || buffer_locked(bh) || buffer_dirty(bh);
}

static bool ring_busy(const struct buffer_head *head)
{
	const struct buffer_head *bh = head;

	do {
		if (buffer_busy(bh))
			return true;
		bh = bh->b_this_page;
	} while (bh != head);
	return false;
}

/* Page locked.  => 1: the page has no buffers any more; 0: some are in use */
int try_to_free_buffers(struct page *page)
{
	struct buffer_head *head;

	assert(PageLocked(page));
	if (PageDirty(page) || PageWriteback(page))
		return 0;
	spin_lock(&ring_lock);
	head = page->buffers;
	if (head && ring_busy(head)) {
		spin_unlock(&ring_lock);
		return 0;
	}
	page->buffers = NULL;
	spin_unlock(&ring_lock);
	if (head) {
		free_ring(head);
		put_page(page);
	}
	return 1;
}

int block_releasepage(struct page *page, gfp_t gfp)
{
	return try_to_free_buffers(page);
}

int try_to_release_page(struct page *page, gfp_t gfp)
{
	struct address_space *mapping = page->mapping;

	if (mapping && mapping->a_ops->releasepage)
		return mapping->a_ops->releasepage(page, gfp);
	return try_to_free_buffers(page);
}

/* ---- a device's blocks ---- */

static unsigned int blocks_per_page_bits(unsigned int size)
{
	return PAGE_SHIFT - ilog2(size);
}

/* Is there such a block, in the device's present block size? */
static bool block_exists(const struct block_device *bdev, sector_t block, unsigned int size)
{
	if (size != bdev->bd_block_size) {
		warn_once(true, "%s: block size %u asked for, is %u", bdev->bd_name, size,
			  bdev->bd_block_size);
		return false;
	}
	return block < (bdev->bd_size << SECTOR_SHIFT) >> ilog2(size);
}

static struct buffer_head *find_in_ring(struct page *page, sector_t block, unsigned int size)
{
	struct buffer_head *bh, *found = NULL;

	spin_lock(&ring_lock);
	bh = page->buffers;
	if (bh && bh->b_size == size) {
		do {
			if (buffer_mapped(bh) && bh->b_blocknr == block)
				found = bh;
			bh = bh->b_this_page;
		} while (bh != page->buffers && !found);
	}
	if (found)
		get_bh(found);
	spin_unlock(&ring_lock);
	return found;
}

static struct buffer_head *find_get_block(struct block_device *bdev, sector_t block,
					  unsigned int size)
{
	struct address_space *mapping = bdev->bd_inode->i_mapping;
	struct buffer_head *bh;
	struct page *page;

	page = find_get_page(mapping, block >> blocks_per_page_bits(size));
	if (!page)
		return NULL;
	bh = find_in_ring(page, block, size);
	if (bh)
		mark_page_accessed(page);
	unpin_page(page);
	return bh;
}

/* Give every buffer of a device's page its block number.  Page locked. */
static void map_device_ring(struct block_device *bdev, struct page *page, unsigned int size)
{
	sector_t block = (sector_t)page->index << blocks_per_page_bits(size);
	struct buffer_head *head = page->buffers, *bh = head;

	do {
		if (!buffer_mapped(bh) && block_exists(bdev, block, size)) {
			bh->b_bdev = bdev;
			bh->b_blocknr = block;
			set_buffer_mapped(bh);
		}
		block++;
		bh = bh->b_this_page;
	} while (bh != head);
}

/* => false: no memory, or buffers of another size are in use */
static bool grow_buffers(struct block_device *bdev, sector_t block, unsigned int size)
{
	struct address_space *mapping = bdev->bd_inode->i_mapping;
	bool ok = true;
	struct page *page;

	page = find_or_create_page(mapping, block >> blocks_per_page_bits(size),
				   mapping->gfp_mask & ~__GFP_FS);
	if (!page)
		return false;
	if (page->buffers && page->buffers->b_size != size)
		ok = try_to_free_buffers(page);
	if (ok) {
		page_ring(page, size);
		map_device_ring(bdev, page, size);
	}
	unlock_page(page);
	unpin_page(page);
	return ok;
}

/*
 * The buffer of a block, perhaps not uptodate; the caller's reference.  Sleeps.
 * => NULL: the device has no such block, or memory is out
 */
struct buffer_head *__getblk(struct block_device *bdev, sector_t block, unsigned int size)
{
	if (!block_exists(bdev, block, size))
		return NULL;
	for (;;) {
		struct buffer_head *bh = find_get_block(bdev, block, size);

		if (bh)
			return bh;
		/* May be reclaimed again before we look: once more. */
		if (!grow_buffers(bdev, block, size))
			return NULL;
	}
}

/* => NULL: an I/O error, reported already, or as __getblk */
struct buffer_head *__bread(struct block_device *bdev, sector_t block, unsigned int size)
{
	struct buffer_head *bh = __getblk(bdev, block, size);

	if (!bh || buffer_uptodate(bh))
		return bh;
	ll_rw_block(READ, 1, &bh);
	wait_on_buffer(bh);
	if (buffer_uptodate(bh))
		return bh;
	brelse(bh);
	return NULL;
}

struct buffer_head *sb_bread(struct super_block *sb, sector_t block)
{
	return __bread(sb->s_bdev, block, sb->s_blocksize);
}

struct buffer_head *sb_getblk(struct super_block *sb, sector_t block)
{
	return __getblk(sb->s_bdev, block, sb->s_blocksize);
}

struct buffer_head *sb_find_get_block(struct super_block *sb, sector_t block)
{
	return find_get_block(sb->s_bdev, block, sb->s_blocksize);
}

void sb_breadahead(struct super_block *sb, sector_t block)
{
	struct buffer_head *bh = sb_getblk(sb, block);

	if (bh) {
		ll_rw_block(READ, 1, &bh);
		brelse(bh);
	}
}

void brelse(struct buffer_head *bh)
{
	if (!bh)
		return;
	assert(atomic_read(&bh->b_count) > 0);
	put_bh(bh);
}

/* The block is free now: what is in the buffer need not reach the disk. */
void bforget(struct buffer_head *bh)
{
	clear_buffer_dirty(bh);
	brelse(bh);
}

void mark_buffer_dirty(struct buffer_head *bh)
{
	if (!test_and_set_bit(BH_Dirty, &bh->b_state))
		__set_page_dirty_nobuffers(bh->b_page);
}

/*
 * A block becomes a file's data: forget what the device's cache has of it, or an old dirty copy
 * would overwrite the data later.  Sleeps until a write under way is over.
 */
void unmap_underlying_metadata(struct block_device *bdev, sector_t block)
{
	struct buffer_head *bh = find_get_block(bdev, block, bdev->bd_block_size);

	if (!bh)
		return;
	lock_buffer(bh);
	clear_buffer_dirty(bh);
	clear_buffer_uptodate(bh);
	unlock_buffer(bh);
	brelse(bh);
}

int sync_blockdev(struct block_device *bdev)
{
	return filemap_write_and_wait(bdev->bd_inode->i_mapping);
}

/* => size, or 0 when the device cannot have blocks of this size.  Drops what is cached. */
int sb_set_blocksize(struct super_block *sb, unsigned int size)
{
	struct block_device *bdev = sb->s_bdev;

	if (size < SECTOR_SIZE || size > PAGE_SIZE || !is_power_of_2(size))
		return 0;
	if (size != bdev->bd_block_size) {
		sync_blockdev(bdev);
		truncate_inode_pages(bdev->bd_inode->i_mapping, 0);
		bdev->bd_block_size = size;
		bdev->bd_inode->i_blkbits = ilog2(size);
	}
	sb->s_blocksize = size;
	sb->s_blocksize_bits = ilog2(size);
	return size;
}

void buffer_init(void)
{
	struct kmem_cache *cache = kmem_cache_create("buffer_head", sizeof(struct buffer_head), 0,
						     SLAB_RECLAIM_ACCOUNT, NULL);

	if (!cache || mempool_init(&bh_pool, cache, BH_POOL_MIN))
		panic("buffer: no memory for buffer heads");
	buffer_lock_init();
}
