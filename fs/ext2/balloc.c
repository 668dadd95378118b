/* SPDX-License-Identifier: MIT */
/*
 * Allocation of blocks: near a goal, in one piece where possible.
 *
 * Idea.  The goal is the block after the file's last one.  When it cannot be had, a run of free
 * blocks is looked for, first in the goal's group, then in the others.  A regular file that has
 * got a block keeps a window of the blocks behind it to itself: other files pass it over while
 * there is any other place, so files that grow at the same time do not interleave.  A window
 * exists in memory only; nothing of it is on the disk.
 *
 * The last blocks are for root (s_r_blocks_count).
 *
 * Locking: everything here under alloc_mutex.
 */
#include <quire/assert.h>
#include <quire/bitmap.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/sched.h>

#include "ext2.h"

#define RUN_WANTED 8u	/* blocks free in a row, when the goal is taken */
#define WINDOW_MIN 8u
#define WINDOW_MAX 128u

/* ---- windows ---- */

static bool has_window(const struct ext2_reservation *rsv)
{
	return !list_empty(&rsv->link);
}

/* The end of another file's window that holds the block, or 0. */
static u32 foreign_window(struct ext2_sb_info *sbi, const struct ext2_reservation *own, u32 block)
{
	struct ext2_reservation *rsv;

	list_for_each_entry(rsv, &sbi->reservations, link)
		if (rsv != own && block >= rsv->start && block < rsv->end)
			return rsv->end;
	return 0;
}

/* The file got `block`: its window moves behind it, and grows when it was used up. */
static void move_window(struct ext2_sb_info *sbi, struct ext2_reservation *rsv, u32 block)
{
	bool used_up = has_window(rsv) && block + 1 >= rsv->end;

	if (has_window(rsv) && block >= rsv->start && block + 1 < rsv->end) {
		rsv->start = block + 1;
		return;
	}
	if (!has_window(rsv))
		list_add(&rsv->link, &sbi->reservations);
	if (rsv->size < WINDOW_MIN)
		rsv->size = WINDOW_MIN;
	else if (used_up && rsv->size < WINDOW_MAX)
		rsv->size *= 2;
	rsv->start = block + 1;
	rsv->end = block + 1 + rsv->size;
}

void ext2_discard_reservation(struct inode *inode)
{
	struct ext2_reservation *rsv = &EXT2_I(inode)->rsv;
	struct ext2_sb_info *sbi = EXT2_SB(inode->i_sb);

	mutex_lock(&sbi->alloc_mutex);
	if (has_window(rsv))
		list_del_init(&rsv->link);
	rsv->size = 0;
	mutex_unlock(&sbi->alloc_mutex);
}

/* ---- searching one group ---- */

struct search {
	struct super_block *sb;
	const struct ext2_reservation *own;
	bool honour_windows;
	u32 first, size; /* of the group */
	unsigned long *map;
};

/*
 * First run of n free blocks at or after bit `from` that nobody else has reserved; size when
 * none.
 */
static u32 find_run(const struct search *s, u32 from, u32 n)
{
	while (from < s->size) {
		u32 bit = bitmap_find_zero_area(s->map, s->size, from, n, 1), end;

		if (bit >= s->size || !s->honour_windows)
			return min(bit, s->size);
		end = foreign_window(EXT2_SB(s->sb), s->own, s->first + bit);
		if (!end)
			return bit;
		from = end - s->first;
	}
	return s->size;
}

static u32 find_free_bit(const struct search *s, u32 goal)
{
	u32 bit;

	if (!test_bit(goal, s->map) && find_run(s, goal, 1) == goal)
		return goal;
	bit = find_run(s, goal, RUN_WANTED);
	if (bit >= s->size)
		bit = find_run(s, goal, 1);
	if (bit >= s->size && goal > 0)
		bit = find_run(s, 0, 1);
	return bit;
}

/*
 * Mark the bit; => false: a bitmap that offers the group's own metadata: the bit is set, look
 * again.
 */
static bool take_bit(const struct search *s, u32 group, u32 bit, struct buffer_head *bitmap_bh)
{
	struct ext2_sb_info *sbi = EXT2_SB(s->sb);
	struct buffer_head *desc_bh;
	struct ext2_group_desc *desc = ext2_group_desc(s->sb, group, &desc_bh);

	__set_bit(bit, s->map);
	mark_buffer_dirty(bitmap_bh);
	if (ext2_is_system_block(s->sb, group, s->first + bit)) {
		ext2_error(s->sb, "metadata block %u is marked free", s->first + bit);
		return false;
	}
	desc->bg_free_blocks_count--;
	mark_buffer_dirty(desc_bh);
	sbi->free_blocks--;
	s->sb->s_dirt = true;
	return true;
}

/* => the block, 0: none here, or the bitmap cannot be read (*error) */
static u32 alloc_in_group(struct search *s, u32 group, u32 goal, int *error)
{
	struct ext2_group_desc *desc = ext2_group_desc(s->sb, group, NULL);
	struct buffer_head *bh;
	u32 bit;

	if (desc->bg_free_blocks_count == 0)
		return 0;
	bh = sb_bread(s->sb, desc->bg_block_bitmap);
	if (!bh) {
		*error = -EIO;
		return 0;
	}
	s->first = ext2_group_first_block(EXT2_SB(s->sb), group);
	s->size = ext2_group_blocks(EXT2_SB(s->sb), group);
	s->map = (unsigned long *)bh->b_data;
	do
		bit = find_free_bit(s, goal);
	while (bit < s->size && !take_bit(s, group, bit, bh));
	brelse(bh);
	return bit < s->size ? s->first + bit : 0;
}

static u32 alloc_in_any_group(struct search *s, u32 goal, int *error)
{
	struct ext2_sb_info *sbi = EXT2_SB(s->sb);
	u32 relative = goal - sbi->first_data_block;
	u32 group = relative / sbi->blocks_per_group, i;
	u32 bit = relative % sbi->blocks_per_group;

	for (i = 0; i < sbi->groups_count; i++) {
		u32 block = alloc_in_group(s, group, bit, error);

		if (block)
			return block;
		bit = 0;
		if (++group == sbi->groups_count)
			group = 0;
	}
	return 0;
}

static bool may_take_block(struct ext2_sb_info *sbi)
{
	if (sbi->free_blocks > sbi->es->s_r_blocks_count)
		return true;
	if (sbi->free_blocks == 0)
		return false;
	return capable() || current->fsuid == sbi->resuid ||
	       (sbi->resgid != 0 && in_group_p(sbi->resgid));
}

u32 ext2_new_block(struct inode *inode, u32 goal, int *error)
{
	struct ext2_sb_info *sbi = EXT2_SB(inode->i_sb);
	struct ext2_reservation *rsv = &EXT2_I(inode)->rsv;
	struct search s = { .sb = inode->i_sb, .own = rsv, .honour_windows = true };
	u32 block = 0;

	*error = -ENOSPC;
	if (goal < sbi->first_data_block || goal >= sbi->blocks_count)
		goal = sbi->first_data_block;
	mutex_lock(&sbi->alloc_mutex);
	if (may_take_block(sbi)) {
		block = alloc_in_any_group(&s, goal, error);
		if (!block) {
			s.honour_windows = false;
			block = alloc_in_any_group(&s, goal, error);
		}
	}
	if (block) {
		*error = 0;
		if (S_ISREG(inode->i_mode))
			move_window(sbi, rsv, block);
	}
	mutex_unlock(&sbi->alloc_mutex);
	return block;
}

/* ---- freeing ---- */

/* Blocks of one group. => 0, -EIO: some were not ours to free */
static int free_in_group(struct super_block *sb, u32 group, u32 block, u32 count)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct buffer_head *desc_bh, *bh;
	struct ext2_group_desc *desc = ext2_group_desc(sb, group, &desc_bh);
	u32 bit = block - ext2_group_first_block(sbi, group), freed = 0, i;

	bh = sb_bread(sb, desc->bg_block_bitmap);
	if (!bh) {
		ext2_error(sb, "cannot read the bitmap to free block %u", block);
		return -EIO;
	}
	for (i = 0; i < count; i++) {
		if (ext2_is_system_block(sb, group, block + i))
			ext2_error(sb, "a file claims metadata block %u", block + i);
		else if (!__test_and_clear_bit(bit + i, (unsigned long *)bh->b_data))
			ext2_error(sb, "block %u is free already", block + i);
		else
			freed++;
	}
	mark_buffer_dirty(bh);
	brelse(bh);
	desc->bg_free_blocks_count += freed;
	mark_buffer_dirty(desc_bh);
	sbi->free_blocks += freed;
	sb->s_dirt = true;
	return freed == count ? 0 : -EIO;
}

/* => 0, -EIO: reported; what could be freed is free */
int ext2_free_blocks(struct super_block *sb, u32 block, u32 count)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	int error = 0;

	if (!ext2_valid_block(sbi, block) || count > sbi->blocks_count - block) {
		ext2_error(sb, "freeing blocks %u + %u, which are not in the file system", block,
			   count);
		return -EIO;
	}
	mutex_lock(&sbi->alloc_mutex);
	while (count) {
		u32 relative = block - sbi->first_data_block;
		u32 n = min(count, sbi->blocks_per_group - relative % sbi->blocks_per_group);

		if (free_in_group(sb, relative / sbi->blocks_per_group, block, n))
			error = -EIO;
		block += n;
		count -= n;
	}
	mutex_unlock(&sbi->alloc_mutex);
	return error;
}
