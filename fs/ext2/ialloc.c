/* SPDX-License-Identifier: MIT */
/*
 * Allocation of inodes: files near their directory, directories spread.
 *
 * A directory at the top goes to the group with the most room, any other to its parent's group
 * while that is not fuller than the average.  A file's inode goes to its directory's group, or
 * the nearest group with room, so that a directory's inodes and data lie together.
 *
 * Locking: alloc_mutex for all that is on the disk.
 */
#include <quire/bitmap.h>
#include <quire/err.h>
#include <quire/errno.h>
#include <quire/ktime.h>
#include <quire/sched.h>
#include <quire/string.h>

#include "ext2.h"

#define NO_GROUP (~0u)

/* A directory at the top: the fewest directories among groups with room at least average. */
static u32 group_for_top_dir(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 average_inodes = sbi->free_inodes / sbi->groups_count;
	u32 average_blocks = sbi->free_blocks / sbi->groups_count;
	u32 group, best = NO_GROUP, best_dirs = ~0u;

	for (group = 0; group < sbi->groups_count; group++) {
		struct ext2_group_desc *d = ext2_group_desc(sb, group, NULL);

		if (d->bg_free_inodes_count == 0 || d->bg_free_inodes_count < average_inodes ||
		    d->bg_free_blocks_count < average_blocks)
			continue;
		if (d->bg_used_dirs_count < best_dirs) {
			best_dirs = d->bg_used_dirs_count;
			best = group;
		}
	}
	return best;
}

static bool roomy(struct super_block *sb, u32 group, bool for_dir)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct ext2_group_desc *d = ext2_group_desc(sb, group, NULL);

	if (d->bg_free_inodes_count == 0 || d->bg_free_blocks_count == 0)
		return false;
	/* A directory wants room for files to come: half the average will do. */
	return !for_dir || (d->bg_free_inodes_count >= sbi->free_inodes / sbi->groups_count / 2 &&
			    d->bg_free_blocks_count >= sbi->free_blocks / sbi->groups_count / 2);
}

/* The nearest group with room from `start` on; failing that, any with a free inode. */
static u32 group_near(struct super_block *sb, u32 start, bool for_dir)
{
	u32 groups = EXT2_SB(sb)->groups_count, i;

	for (i = 0; i < groups; i++)
		if (roomy(sb, (start + i) % groups, for_dir))
			return (start + i) % groups;
	for (i = 0; i < groups; i++)
		if (ext2_group_desc(sb, (start + i) % groups, NULL)->bg_free_inodes_count)
			return (start + i) % groups;
	return NO_GROUP;
}

static u32 choose_group(struct inode *dir, umode_t mode)
{
	struct super_block *sb = dir->i_sb;
	u32 parent = EXT2_I(dir)->group, group = NO_GROUP;

	if (S_ISDIR(mode) && dir->i_ino == EXT2_ROOT_INO)
		group = group_for_top_dir(sb);
	if (group == NO_GROUP)
		group = group_near(sb, parent, S_ISDIR(mode));
	return group;
}

/* Account for inode `bit` of the group, now in use. */
static u32 inode_taken(struct super_block *sb, u32 group, u32 bit, bool is_dir)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct buffer_head *desc_bh;
	struct ext2_group_desc *desc = ext2_group_desc(sb, group, &desc_bh);

	desc->bg_free_inodes_count--;
	sbi->free_inodes--;
	if (is_dir) {
		desc->bg_used_dirs_count++;
		sbi->dirs++;
	}
	mark_buffer_dirty(desc_bh);
	sb->s_dirt = true;
	return group * sbi->inodes_per_group + bit + 1;
}

/* Take a free inode of the group. => its number; 0: none after all; *error */
static u32 take_inode(struct super_block *sb, u32 group, bool is_dir, int *error)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct ext2_group_desc *desc = ext2_group_desc(sb, group, NULL);
	struct buffer_head *bh = sb_bread(sb, desc->bg_inode_bitmap);
	u32 reserved = group == 0 ? sbi->first_ino - 1 : 0, bit;

	*error = bh ? -ENOSPC : -EIO;
	if (!bh)
		return 0;
	bit = find_next_zero_bit((unsigned long *)bh->b_data, sbi->inodes_per_group, reserved);
	if (bit >= sbi->inodes_per_group) {
		ext2_error(sb, "group %u has no free inode but counts %u", group,
			   desc->bg_free_inodes_count);
		brelse(bh);
		return 0;
	}
	__set_bit(bit, (unsigned long *)bh->b_data);
	mark_buffer_dirty(bh);
	brelse(bh);
	*error = 0;
	return inode_taken(sb, group, bit, is_dir);
}

/* The chosen group first; a group whose bitmap disappoints is passed over. */
static u32 alloc_ino(struct inode *dir, umode_t mode, u32 *generation, int *error)
{
	struct super_block *sb = dir->i_sb;
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 group, ino = 0, i;

	*error = -ENOSPC;
	mutex_lock(&sbi->alloc_mutex);
	group = choose_group(dir, mode);
	for (i = 0; group != NO_GROUP && !ino && i < sbi->groups_count; i++) {
		if (ext2_group_desc(sb, group, NULL)->bg_free_inodes_count)
			ino = take_inode(sb, group, S_ISDIR(mode), error);
		group = (group + 1) % sbi->groups_count;
	}
	*generation = sbi->next_generation++;
	mutex_unlock(&sbi->alloc_mutex);
	return ino;
}

static void init_owner(struct inode *inode, const struct inode *dir, umode_t mode)
{
	inode->i_uid = current->fsuid;
	if (dir->i_mode & S_ISGID) {
		inode->i_gid = dir->i_gid;
		if (S_ISDIR(mode))
			mode |= S_ISGID;
	} else {
		inode->i_gid = current->fsgid;
	}
	inode->i_mode = mode;
}

/* Sleeps.  The caller gives it operations, contents and a name, or drops the links and iputs it. */
struct inode *ext2_new_inode(struct inode *dir, umode_t mode)
{
	struct super_block *sb = dir->i_sb;
	struct inode *inode = new_inode(sb);
	struct ext2_inode_info *ei;
	u32 ino, generation;
	int error;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	ino = alloc_ino(dir, mode, &generation, &error);
	if (!ino) {
		make_bad_inode(inode);
		iput(inode);
		return ERR_PTR(error);
	}
	ei = EXT2_I(inode);
	inode->i_ino = ino;
	init_owner(inode, dir, mode);
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	inode->i_generation = generation;
	memset(ei->data, 0, sizeof(ei->data));
	ei->flags = EXT2_I(dir)->flags & EXT2_FL_INHERITED;
	ei->file_acl = ei->dir_acl = ei->dtime = 0;
	ei->group = (ino - 1) / EXT2_SB(sb)->inodes_per_group;
	ei->fresh = true;
	insert_inode_hash(inode);
	mark_inode_dirty(inode);
	return inode;
}

void ext2_free_ino(struct super_block *sb, u32 ino, bool is_dir)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 group = (ino - 1) / sbi->inodes_per_group, bit = (ino - 1) % sbi->inodes_per_group;
	struct buffer_head *desc_bh, *bh;
	struct ext2_group_desc *desc = ext2_group_desc(sb, group, &desc_bh);

	mutex_lock(&sbi->alloc_mutex);
	bh = sb_bread(sb, desc->bg_inode_bitmap);
	if (!bh) {
		ext2_error(sb, "cannot read the bitmap to free inode %u", ino);
	} else if (!__test_and_clear_bit(bit, (unsigned long *)bh->b_data)) {
		ext2_error(sb, "inode %u is free already", ino);
	} else {
		mark_buffer_dirty(bh);
		desc->bg_free_inodes_count++;
		sbi->free_inodes++;
		if (is_dir && desc->bg_used_dirs_count) {
			desc->bg_used_dirs_count--;
			sbi->dirs--;
		}
		mark_buffer_dirty(desc_bh);
		sb->s_dirt = true;
	}
	brelse(bh);
	mutex_unlock(&sbi->alloc_mutex);
}
