/* SPDX-License-Identifier: MIT */
/*
 * Block groups: their descriptors, held in memory while mounted, and what follows from them.
 *
 * ext2_load_groups checks every descriptor: afterwards bitmaps and inode tables are known to lie
 * inside the file system, each within reach of its buffer.
 */
#include <quire/assert.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/slab.h>

#include "ext2.h"

u32 ext2_group_blocks(const struct ext2_sb_info *sbi, u32 group)
{
	u32 first = ext2_group_first_block(sbi, group);

	return min(sbi->blocks_per_group, sbi->blocks_count - first);
}

struct ext2_group_desc *ext2_group_desc(struct super_block *sb, u32 group, struct buffer_head **bh)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct buffer_head *b;

	assert(group < sbi->groups_count);
	b = sbi->group_desc[group / sbi->desc_per_block];
	if (bh)
		*bh = b;
	return (struct ext2_group_desc *)b->b_data + group % sbi->desc_per_block;
}

static bool is_power_of(u32 n, u32 base)
{
	while (n > 1 && n % base == 0)
		n /= base;
	return n == 1;
}

bool ext2_has_super(const struct super_block *sb, u32 group)
{
	u32 features = EXT2_SB(sb)->es->s_feature_ro_compat;

	if (!(features & EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER) || group <= 1)
		return true;
	return is_power_of(group, 3) || is_power_of(group, 5) || is_power_of(group, 7);
}

/* Does the block belong to the group's own bitmaps or inode table? */
bool ext2_is_system_block(struct super_block *sb, u32 group, u32 block)
{
	struct ext2_group_desc *desc = ext2_group_desc(sb, group, NULL);

	return block == desc->bg_block_bitmap || block == desc->bg_inode_bitmap ||
	       block - desc->bg_inode_table < EXT2_SB(sb)->itable_blocks;
}

u32 ext2_overhead(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 overhead = sbi->first_data_block, group;
	u32 reserved_gdt = sbi->es->s_rev_level == EXT2_GOOD_OLD_REV ?
				   0 : sbi->es->s_reserved_gdt_blocks;

	for (group = 0; group < sbi->groups_count; group++) {
		overhead += 2 + sbi->itable_blocks;
		if (ext2_has_super(sb, group))
			overhead += 1 + sbi->desc_blocks + reserved_gdt;
	}
	return min(overhead, sbi->blocks_count);
}

static bool desc_ok(struct super_block *sb, u32 group)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct ext2_group_desc *d = ext2_group_desc(sb, group, NULL);
	u32 first = ext2_group_first_block(sbi, group);
	u32 last = first + ext2_group_blocks(sbi, group) - 1;

	if (d->bg_block_bitmap < first || d->bg_block_bitmap > last ||
	    d->bg_inode_bitmap < first || d->bg_inode_bitmap > last ||
	    d->bg_inode_table < first || d->bg_inode_table > last ||
	    sbi->itable_blocks > last - d->bg_inode_table + 1) {
		pr_err("ext2: %s: group %u: bitmaps or inode table outside the group\n",
		       sb->s_bdev->bd_name, group);
		return false;
	}
	return d->bg_free_blocks_count <= ext2_group_blocks(sbi, group) &&
	       d->bg_free_inodes_count <= sbi->inodes_per_group &&
	       d->bg_used_dirs_count <= sbi->inodes_per_group;
}

static int check_groups(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 group;

	sbi->free_blocks = sbi->free_inodes = sbi->dirs = 0;
	for (group = 0; group < sbi->groups_count; group++) {
		struct ext2_group_desc *d = ext2_group_desc(sb, group, NULL);

		if (!desc_ok(sb, group)) {
			pr_err("ext2: %s: group descriptor %u is wrong\n", sb->s_bdev->bd_name,
			       group);
			return -EINVAL;
		}
		sbi->free_blocks += d->bg_free_blocks_count;
		sbi->free_inodes += d->bg_free_inodes_count;
		sbi->dirs += d->bg_used_dirs_count;
	}
	return 0;
}

int ext2_load_groups(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 first = sbi->first_data_block + 1, i;

	sbi->group_desc = kcalloc(sbi->desc_blocks, sizeof(*sbi->group_desc), GFP_KERNEL);
	if (!sbi->group_desc)
		return -ENOMEM;
	for (i = 0; i < sbi->desc_blocks; i++)
		sb_breadahead(sb, first + i);
	for (i = 0; i < sbi->desc_blocks; i++) {
		sbi->group_desc[i] = sb_bread(sb, first + i);
		if (!sbi->group_desc[i])
			return -EIO;
	}
	return check_groups(sb);
}

void ext2_release_groups(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 i;

	if (!sbi->group_desc)
		return;
	for (i = 0; i < sbi->desc_blocks; i++)
		brelse(sbi->group_desc[i]);
	kfree(sbi->group_desc);
	sbi->group_desc = NULL;
}
