/* SPDX-License-Identifier: MIT */
/*
 * The buffer cache: blocks smaller than or equal to a page, as buffer heads hung on
 * page-cache pages: on the block device's own pages for metadata, on a file's
 * pages to remember where each block lies on disk.
 *
 * PG_dirty of the page is the truth; BH_Dirty refines which blocks.  A page's
 * ring of buffers owns one reference of the page.  A metadata block that is given to a file
 * drops its stale alias in the device's cache (unmap_underlying_metadata).
 *
 * Locking: BH_Lock during I/O; the ring under the page lock (or the mapping's
 * private lock for lookups in the device's cache).
 */
#ifndef QUIRE_BUFFER_H
#define QUIRE_BUFFER_H

#include <arch/atomic.h>
#include <quire/blkdev.h>
#include <quire/fs.h>
#include <quire/page.h>

/* Where in its page the buffer lies. */
#define bh_offset(bh) ((unsigned long)(bh)->b_data & ~PAGE_MASK)

enum bh_state {
	BH_Uptodate, BH_Dirty, BH_Lock, BH_Mapped, BH_New, BH_Async_Read, BH_Async_Write,
	BH_Write_EIO, BH_Boundary
};

struct buffer_head {
	unsigned long b_state;
	struct buffer_head *b_this_page; /* ring */
	struct page *b_page;
	sector_t b_blocknr;		/* in units of b_size on b_bdev */
	u32 b_size;
	char *b_data;			/* address; on a HighMem page the offset alone: kmap it */
	struct block_device *b_bdev;
	void (*b_end_io)(struct buffer_head *bh, int uptodate);
	void *b_private;
	atomic_t b_count;
};

#define BUFFER_FNS(bit, name)                                                                      \
	static inline void set_buffer_##name(struct buffer_head *bh)                               \
	{                                                                                          \
		set_bit(BH_##bit, &bh->b_state);                                                   \
	}                                                                                          \
	static inline void clear_buffer_##name(struct buffer_head *bh)                             \
	{                                                                                          \
		clear_bit(BH_##bit, &bh->b_state);                                                 \
	}                                                                                          \
	static inline bool buffer_##name(const struct buffer_head *bh)                             \
	{                                                                                          \
		return bh->b_state >> BH_##bit & 1;                                                \
	}
BUFFER_FNS(Uptodate, uptodate)
BUFFER_FNS(Dirty, dirty)
BUFFER_FNS(Lock, locked)
BUFFER_FNS(Mapped, mapped)
BUFFER_FNS(New, new)
BUFFER_FNS(Async_Read, async_read)
BUFFER_FNS(Async_Write, async_write)
BUFFER_FNS(Write_EIO, write_io_error)

/* Metadata, through the device's page cache. */
struct buffer_head *sb_bread(struct super_block *sb, sector_t block); /* NULL: I/O error */
struct buffer_head *sb_getblk(struct super_block *sb, sector_t block); /* not read */
struct buffer_head *sb_find_get_block(struct super_block *sb, sector_t block);
struct buffer_head *__bread(struct block_device *bdev, sector_t block, unsigned int size);
struct buffer_head *__getblk(struct block_device *bdev, sector_t block, unsigned int size);
void sb_breadahead(struct super_block *sb, sector_t block);
void brelse(struct buffer_head *bh); /* NULL is nothing */
static inline void get_bh(struct buffer_head *bh) { atomic_inc(&bh->b_count); }
static inline void put_bh(struct buffer_head *bh) { atomic_dec(&bh->b_count); }
void bforget(struct buffer_head *bh);
void mark_buffer_dirty(struct buffer_head *bh);
void ll_rw_block(int rw, int nr, struct buffer_head *bhs[]);
int sync_dirty_buffer(struct buffer_head *bh);
void wait_on_buffer(struct buffer_head *bh);
void lock_buffer(struct buffer_head *bh);
void unlock_buffer(struct buffer_head *bh);
int sync_blockdev(struct block_device *bdev);
int sb_set_blocksize(struct super_block *sb, unsigned int size);
void unmap_underlying_metadata(struct block_device *bdev, sector_t block);

/* a_ops for file systems with blocks on a device. */
typedef int (*get_block_t)(struct inode *inode, sector_t iblock, struct buffer_head *bh_result,
			   bool create);
int block_read_full_page(struct page *page, get_block_t get_block);
int block_write_full_page(struct page *page, get_block_t get_block);
int block_prepare_write(struct page *page, unsigned int from, unsigned int to,
			get_block_t get_block);
int generic_commit_write(struct file *file, struct page *page, unsigned int from, unsigned int to);
int block_truncate_page(struct address_space *mapping, loff_t from, get_block_t get_block);
void block_invalidatepage(struct page *page, unsigned int offset);
int block_set_page_dirty(struct page *page);
sector_t generic_block_bmap(struct address_space *mapping, sector_t block, get_block_t get_block);
int try_to_release_page(struct page *page, gfp_t gfp); /* drop clean, unused buffers */
int block_releasepage(struct page *page, gfp_t gfp);   /* a_ops->releasepage: the same */
/* vm_ops->page_mkwrite: allocate the blocks now, or the store would be lost on a full disk. */
int block_page_mkwrite(struct vm_area_struct *vma, struct page *page, get_block_t get_block);
int try_to_free_buffers(struct page *page);
void create_empty_buffers(struct page *page, unsigned int blocksize, unsigned long b_state);
unsigned long nr_buffer_heads(void);
void buffer_init(void);

#endif
