/* SPDX-License-Identifier: MIT */
/*
 * From a file's block number to the disk's: walking and extending the tree of indirect blocks.
 *
 * A missing branch is built completely, then hung into the tree by one store, so the tree is never
 * seen half made.
 *
 * Locking: meta_mutex for reading and writing the tree.
 */
#include <quire/assert.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/string.h>

#include "ext2.h"

/* One step of the way: where the pointer stands and in which buffer (NULL: the inode). */
struct chain_link {
	u32 *p;
	struct buffer_head *bh;
};

struct chain {
	struct chain_link link[EXT2_MAX_DEPTH];
	u32 offsets[EXT2_MAX_DEPTH];
	unsigned int depth;	/* links the whole way has */
	unsigned int found;	/* links whose pointer is not 0 */
};

static void release_chain(struct chain *c)
{
	unsigned int i;

	for (i = 1; i < EXT2_MAX_DEPTH; i++)
		brelse(c->link[i].bh);
}

static u32 *block_pointers(struct buffer_head *bh)
{
	return (u32 *)bh->b_data;
}

/* Follow the pointers as far as there are any.  => 0 or -EIO */
static int walk_chain(struct inode *inode, struct chain *c)
{
	struct super_block *sb = inode->i_sb;
	unsigned int i;

	c->link[0].p = &EXT2_I(inode)->data[c->offsets[0]];
	for (i = 0; i < c->depth; i++) {
		u32 block = *c->link[i].p;

		if (!block)
			break;
		if (!ext2_valid_block(EXT2_SB(sb), block)) {
			ext2_error(sb, "inode %lu: block %u is not in the file system",
				   inode->i_ino, block);
			return -EIO;
		}
		c->found = i + 1;
		if (i + 1 == c->depth)
			break;
		c->link[i + 1].bh = sb_bread(sb, block);
		if (!c->link[i + 1].bh)
			return -EIO;
		c->link[i + 1].p = block_pointers(c->link[i + 1].bh) + c->offsets[i + 1];
	}
	return 0;
}

/* Where the next block of the file should lie: behind its neighbour, else in its group. */
static u32 find_goal(struct inode *inode, u32 iblock, const struct chain *c)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	const struct chain_link *last = &c->link[c->found];
	u32 *start = last->bh ? block_pointers(last->bh) : ei->data, *p;

	if (ei->last_physical && iblock == ei->last_logical + 1)
		return ei->last_physical + 1;
	for (p = last->p - 1; p >= start; p--)
		if (*p)
			return *p + 1;
	if (last->bh)
		return last->bh->b_blocknr + 1;
	return ext2_group_first_block(EXT2_SB(inode->i_sb), ei->group);
}

/* A new indirect block with one pointer.  => its buffer, referenced, or NULL */
static struct buffer_head *new_indirect(struct super_block *sb, u32 block, u32 offset, u32 pointer)
{
	struct buffer_head *bh = sb_getblk(sb, block);

	if (!bh)
		return NULL;
	lock_buffer(bh);
	memset(bh->b_data, 0, bh->b_size);
	block_pointers(bh)[offset] = pointer;
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	mark_buffer_dirty(bh);
	return bh;
}

static void free_branch(struct inode *inode, const u32 *blocks, unsigned int n)
{
	struct super_block *sb = inode->i_sb;

	while (n--) {
		struct buffer_head *bh = sb_find_get_block(sb, blocks[n]);

		if (bh)
			bforget(bh);
		ext2_free_blocks(sb, blocks[n], 1);
	}
}

/*
 * Take n blocks for the branch, in the order in which they will be read.  => 0 or -errno, none
 * taken
 */
static int take_blocks(struct inode *inode, u32 goal, u32 *blocks, unsigned int n)
{
	unsigned int i;
	int error;

	for (i = 0; i < n; i++) {
		blocks[i] = ext2_new_block(inode, goal, &error);
		if (!blocks[i]) {
			free_branch(inode, blocks, i);
			return error;
		}
		goal = blocks[i] + 1;
	}
	return 0;
}

/* Write the indirect blocks of the branch, the lowest first. */
static int build_branch(struct inode *inode, const struct chain *c, const u32 *blocks,
			unsigned int n)
{
	unsigned int i;

	for (i = n - 1; i > 0; i--) {
		struct buffer_head *bh = new_indirect(inode->i_sb, blocks[i - 1],
						      c->offsets[c->found + i], blocks[i]);

		if (!bh)
			return -EIO;
		brelse(bh);
	}
	return 0;
}

static int extend_tree(struct inode *inode, u32 iblock, struct chain *c, u32 *result)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	unsigned int n = c->depth - c->found;
	struct chain_link *at = &c->link[c->found];
	u32 blocks[EXT2_MAX_DEPTH];
	int error = take_blocks(inode, find_goal(inode, iblock, c), blocks, n);

	if (error)
		return error;
	error = build_branch(inode, c, blocks, n);
	if (error) {
		free_branch(inode, blocks, n);
		return error;
	}
	ei->tree_clean = false;
	*at->p = blocks[0];
	if (at->bh)
		mark_buffer_dirty(at->bh);
	ei->last_logical = iblock;
	ei->last_physical = *result = blocks[n - 1];
	inode->i_blocks += (u64)n << (inode->i_blkbits - SECTOR_SHIFT);
	inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
	return 0;
}

/* The get_block_t of ext2.  A hole stays unmapped unless create.  Sleeps.  => 0 or -errno */
int ext2_get_block(struct inode *inode, sector_t iblock, struct buffer_head *bh, bool create)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	struct chain c = { .found = 0 };
	u32 boundary, block = 0;
	int error;

	c.depth = ext2_block_to_path(EXT2_SB(inode->i_sb)->ptrs_per_block, iblock, c.offsets,
				     &boundary);
	if (!c.depth)
		return create ? -EFBIG : -EIO;
	mutex_lock(&ei->meta_mutex);
	error = walk_chain(inode, &c);
	if (!error && c.found == c.depth) {
		block = *c.link[c.depth - 1].p;
	} else if (!error && create) {
		error = extend_tree(inode, iblock, &c, &block);
		set_buffer_new(bh);
	}
	release_chain(&c);
	mutex_unlock(&ei->meta_mutex);
	if (error || !block) {
		clear_buffer_new(bh);
		return error;
	}
	bh->b_bdev = inode->i_sb->s_bdev;
	bh->b_blocknr = block;
	set_buffer_mapped(bh);
	return 0;
}
