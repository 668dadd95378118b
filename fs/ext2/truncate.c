/* SPDX-License-Identifier: MIT */
/*
 * Cutting a file's tree of blocks, and writing its metadata for fsync: the two walks over all of
 * it.
 *
 * Runs of neighbouring blocks are freed together.  What cannot be read is reported and left:
 * its blocks are lost until e2fsck finds them, nothing else is harmed.
 *
 * Locking: meta_mutex.
 */
#include <quire/assert.h>
#include <quire/errno.h>
#include <quire/kernel.h>

#include "ext2.h"

/* Blocks waiting to be freed in one go. */
struct free_run {
	struct inode *inode;
	u32 start, count;
	u32 freed;   /* blocks in all, for i_blocks */
	bool broken; /* a block was free already: the tree may run in a circle, so stop */
};

static void flush_run(struct free_run *run)
{
	if (run->count && ext2_free_blocks(run->inode->i_sb, run->start, run->count))
		run->broken = true;
	run->count = 0;
}

static void add_to_run(struct free_run *run, u32 block)
{
	struct super_block *sb = run->inode->i_sb;

	if (!ext2_valid_block(EXT2_SB(sb), block)) {
		ext2_error(sb, "inode %lu: block %u is not in the file system", run->inode->i_ino,
			   block);
		run->broken = true;
		return;
	}
	run->freed++;
	if (run->count && block == run->start + run->count) {
		run->count++;
		return;
	}
	flush_run(run);
	run->start = block;
	run->count = 1;
}

/* Directories' blocks are cached under the device: a stale dirty copy must not reach the disk. */
static void forget_metadata(struct inode *inode, u32 block)
{
	struct buffer_head *bh;

	if (S_ISREG(inode->i_mode) || !ext2_valid_block(EXT2_SB(inode->i_sb), block))
		return;
	bh = sb_find_get_block(inode->i_sb, block);
	if (bh)
		bforget(bh);
}

static void free_subtree(struct free_run *run, u32 *p, unsigned int level, u64 keep);

/* Free what lies behind the indirect block from file block `keep` (relative) on. */
static void free_children(struct free_run *run, struct buffer_head *bh, unsigned int level,
			  u64 keep)
{
	u32 ptrs = EXT2_SB(run->inode->i_sb)->ptrs_per_block;
	unsigned int shift = ilog2(ptrs) * (level - 1);
	u32 *pointers = (u32 *)bh->b_data, i = keep >> shift;

	keep &= (1ull << shift) - 1;
	for (; i < ptrs && !run->broken; i++) {
		free_subtree(run, &pointers[i], level - 1, keep);
		keep = 0;
	}
}

/*
 * The subtree behind *p: level 0 is a data block, level n an indirect block of height n.  keep:
 * how many of its first data blocks stay.
 */
static void free_subtree(struct free_run *run, u32 *p, unsigned int level, u64 keep)
{
	struct super_block *sb = run->inode->i_sb;
	struct buffer_head *bh = NULL;
	u32 block = *p;

	if (!block)
		return;
	if (level > 0) {
		if (ext2_valid_block(EXT2_SB(sb), block))
			bh = sb_bread(sb, block);
		if (bh)
			free_children(run, bh, level, keep);
		else
			ext2_error(sb, "inode %lu: cannot read indirect block %u",
				   run->inode->i_ino, block);
	} else {
		forget_metadata(run->inode, block);
	}
	if (keep) {
		if (bh)
			mark_buffer_dirty(bh);
		brelse(bh);
		return;
	}
	*p = 0;
	if (bh)
		bforget(bh);
	add_to_run(run, block);
}

/* Free all blocks of the file from block `first` on.  meta_mutex held. */
static void cut_tree(struct inode *inode, u64 first)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	unsigned int bits = ilog2(EXT2_SB(inode->i_sb)->ptrs_per_block), i, level;
	struct free_run run = { .inode = inode };
	u64 freed_sectors;

	ei->tree_clean = false;
	for (i = 0; i < EXT2_NDIR_BLOCKS; i++)
		if (i >= first)
			free_subtree(&run, &ei->data[i], 0, 0);
	first = first > EXT2_NDIR_BLOCKS ? first - EXT2_NDIR_BLOCKS : 0;
	for (level = 1; level < EXT2_MAX_DEPTH; level++) {
		u64 span = 1ull << (bits * level);

		if (first < span)
			free_subtree(&run, &ei->data[EXT2_IND_BLOCK + level - 1], level, first);
		first = first > span ? first - span : 0;
	}
	flush_run(&run);
	freed_sectors = (u64)run.freed << (inode->i_blkbits - SECTOR_SHIFT);
	inode->i_blocks -= min(inode->i_blocks, freed_sectors);
	ei->last_logical = ei->last_physical = 0;
}

static bool has_tree(struct inode *inode)
{
	/* A short symlink and a device have something else in data[]. */
	if (S_ISLNK(inode->i_mode))
		return !ext2_is_fast_symlink(inode);
	return S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode);
}

static void cut_to_size(struct inode *inode)
{
	u64 first = (i_size_read(inode) + (1u << inode->i_blkbits) - 1) >> inode->i_blkbits;

	ext2_discard_reservation(inode);
	mutex_lock(&EXT2_I(inode)->meta_mutex);
	cut_tree(inode, first);
	mutex_unlock(&EXT2_I(inode)->meta_mutex);
}

/*
 * i_op->truncate; i_mutex held.  Sleeps.  The pages go first: one that kept its buffers would
 * write to blocks that are somebody else's by then.
 */
void ext2_truncate(struct inode *inode)
{
	if (!has_tree(inode) || ext2_read_only(inode->i_sb))
		return;
	truncate_pagecache(inode, i_size_read(inode));
	if (block_truncate_page(inode->i_mapping, i_size_read(inode), ext2_get_block))
		pr_warn("ext2: inode %lu: the block at the new end was not cleared\n",
			inode->i_ino);
	cut_to_size(inode);
	inode->i_mtime = inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
}

void ext2_trim(struct inode *inode)
{
	cut_to_size(inode);
	mark_inode_dirty(inode);
}

/* The inode goes: everything.  Its pages are gone. */
void ext2_free_all_blocks(struct inode *inode)
{
	if (!has_tree(inode))
		return;
	ext2_discard_reservation(inode);
	mutex_lock(&EXT2_I(inode)->meta_mutex);
	cut_tree(inode, 0);
	mutex_unlock(&EXT2_I(inode)->meta_mutex);
}

/* ---- fsync ---- */

/* Start writing (wait: and wait for) a cached metadata block. => 0, -EIO */
static int sync_block(struct super_block *sb, u32 block, bool wait)
{
	struct buffer_head *bh = sb_find_get_block(sb, block);
	int error = 0;

	if (!bh)
		return 0; /* not cached, so not dirty */
	if (wait)
		error = sync_dirty_buffer(bh);
	else
		ll_rw_block(WRITE, 1, &bh);
	brelse(bh);
	return error;
}

struct sync_walk {
	struct inode *inode;
	bool wait;
	u32 budget; /* blocks that the tree can have at most: a circle ends here */
};

/* level as in free_subtree; data blocks are metadata only in directories. */
static int sync_subtree(struct sync_walk *walk, u32 block, unsigned int level)
{
	struct super_block *sb = walk->inode->i_sb;
	bool data_is_metadata = !S_ISREG(walk->inode->i_mode);
	u32 ptrs = EXT2_SB(sb)->ptrs_per_block, i;
	struct buffer_head *bh;
	int error;

	if (!ext2_valid_block(EXT2_SB(sb), block) || (level == 0 && !data_is_metadata))
		return 0;
	if (walk->budget-- == 0) {
		walk->budget = 0;
		return -EIO;
	}
	error = sync_block(sb, block, walk->wait);
	if (level == 0 || (level == 1 && !data_is_metadata))
		return error;
	/* Its children may be cached even if it was not. */
	bh = sb_bread(sb, block);
	if (!bh)
		return -EIO;
	for (i = 0; i < ptrs && walk->budget; i++) {
		int e = sync_subtree(walk, ((u32 *)bh->b_data)[i], level - 1);

		error = error ? error : e;
	}
	brelse(bh);
	return error;
}

static int sync_tree(struct inode *inode, bool wait)
{
	struct sync_walk walk = { inode, wait, EXT2_SB(inode->i_sb)->blocks_count };
	struct ext2_inode_info *ei = EXT2_I(inode);
	unsigned int i;
	int error = 0;

	for (i = 0; i < EXT2_N_BLOCKS; i++) {
		unsigned int level = i < EXT2_NDIR_BLOCKS ? 0 : i - EXT2_NDIR_BLOCKS + 1;
		int e = sync_subtree(&walk, ei->data[i], level);

		error = error ? error : e;
	}
	return error;
}

int ext2_sync_tree(struct inode *inode)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	int error = 0;

	if (!has_tree(inode))
		return 0;
	mutex_lock(&ei->meta_mutex);
	if (!ei->tree_clean) {
		sync_tree(inode, false);
		error = sync_tree(inode, true);
		/* A directory's own blocks change without meta_mutex. */
		ei->tree_clean = !error && S_ISREG(inode->i_mode);
	}
	mutex_unlock(&ei->meta_mutex);
	return error;
}
