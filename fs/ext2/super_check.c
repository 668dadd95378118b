/* SPDX-License-Identifier: MIT */
/*
 * Reading the super block and believing nothing of it.
 *
 * After ext2_load_super every number in ext2_sb_info is consistent with the others and with the
 * device, so the rest of ext2 divides by them and indexes with them without a second look.
 */
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/math64.h>

#include "ext2.h"

#define complain(sb, silent, fmt, ...) do {							\
	if (!(silent))										\
		pr_err("ext2: %s: " fmt "\n", (sb)->s_bdev->bd_name, ##__VA_ARGS__);		\
} while (0)

/* The super block's buffer at this block size; s_fs_info->es points into it. => 0, -EINVAL, -EIO */
static int read_super_at(struct super_block *sb, unsigned int block_size)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);

	if (!sb_set_blocksize(sb, block_size))
		return -EINVAL;
	sbi->sbh = sb_bread(sb, EXT2_SUPER_OFFSET / block_size);
	if (!sbi->sbh)
		return -EIO;
	sbi->es = (void *)(sbi->sbh->b_data + EXT2_SUPER_OFFSET % block_size);
	return 0;
}

static int read_super(struct super_block *sb, bool silent)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	int error = read_super_at(sb, EXT2_MIN_BLOCK_SIZE);
	unsigned int size;

	if (error)
		return error;
	if (sbi->es->s_magic != EXT2_SUPER_MAGIC) {
		complain(sb, silent, "no ext2 file system");
		return -EINVAL;
	}
	if (sbi->es->s_log_block_size > ilog2(EXT2_MAX_BLOCK_SIZE) - EXT2_MIN_BLOCK_LOG) {
		complain(sb, silent, "blocks of 2^(10+%u) bytes are not supported",
			 sbi->es->s_log_block_size);
		return -EINVAL;
	}
	size = EXT2_MIN_BLOCK_SIZE << sbi->es->s_log_block_size;
	if (size == EXT2_MIN_BLOCK_SIZE)
		return 0;
	brelse(sbi->sbh);
	sbi->sbh = NULL;
	error = read_super_at(sb, size);
	if (!error && sbi->es->s_magic != EXT2_SUPER_MAGIC)
		error = -EIO; /* it changed under us */
	return error;
}

static int check_features(struct super_block *sb, bool silent)
{
	const struct ext2_super_block *es = EXT2_SB(sb)->es;
	u32 incompat, ro_compat;

	if (es->s_rev_level == EXT2_GOOD_OLD_REV)
		return 0;
	incompat = es->s_feature_incompat & ~EXT2_INCOMPAT_SUPPORTED;
	ro_compat = es->s_feature_ro_compat & ~EXT2_RO_COMPAT_SUPPORTED;
	if (es->s_rev_level > EXT2_DYNAMIC_REV || incompat) {
		complain(sb, silent, "revision %u with incompatible features %#x",
			 es->s_rev_level, incompat);
		return -EINVAL;
	}
	if (ro_compat && !ext2_read_only(sb)) {
		complain(sb, silent, "features %#x allow reading only", ro_compat);
		return -EROFS;
	}
	return 0;
}

static void read_revision(struct ext2_sb_info *sbi)
{
	const struct ext2_super_block *es = sbi->es;
	bool old = es->s_rev_level == EXT2_GOOD_OLD_REV;

	sbi->inode_size = old ? EXT2_GOOD_OLD_INODE_SIZE : es->s_inode_size;
	sbi->first_ino = old ? EXT2_GOOD_OLD_FIRST_INO : es->s_first_ino;
	sbi->filetype = !old && (es->s_feature_incompat & EXT2_FEATURE_INCOMPAT_FILETYPE);
}

/* => what is wrong, or NULL */
static const char *check_geometry(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	const struct ext2_super_block *es = sbi->es;
	u32 size = sb->s_blocksize, bits = 8 * size;

	if (es->s_first_data_block != (size == EXT2_MIN_BLOCK_SIZE ? 1 : 0))
		return "first data block";
	if (sbi->inode_size < EXT2_GOOD_OLD_INODE_SIZE || sbi->inode_size > size ||
	    !is_power_of_2(sbi->inode_size))
		return "inode size";
	if (es->s_blocks_per_group < 8 || es->s_blocks_per_group > bits)
		return "blocks per group";
	if (es->s_inodes_per_group == 0 || es->s_inodes_per_group > bits)
		return "inodes per group";
	if (es->s_blocks_count <= es->s_first_data_block + 1 ||
	    es->s_blocks_count > sb->s_bdev->bd_size >> (sb->s_blocksize_bits - SECTOR_SHIFT))
		return "block count (larger than the device?)";
	if (sbi->first_ino < EXT2_GOOD_OLD_FIRST_INO || sbi->first_ino > es->s_inodes_per_group)
		return "first inode";
	if (es->s_r_blocks_count > es->s_blocks_count)
		return "reserved blocks";
	return NULL;
}

static void derive(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	const struct ext2_super_block *es = sbi->es;

	sbi->blocks_count = es->s_blocks_count;
	sbi->inodes_count = es->s_inodes_count;
	sbi->first_data_block = es->s_first_data_block;
	sbi->blocks_per_group = es->s_blocks_per_group;
	sbi->inodes_per_group = es->s_inodes_per_group;
	sbi->inodes_per_block = sb->s_blocksize / sbi->inode_size;
	sbi->itable_blocks = DIV_ROUND_UP(sbi->inodes_per_group, sbi->inodes_per_block);
	sbi->desc_per_block = sb->s_blocksize / sizeof(struct ext2_group_desc);
	sbi->ptrs_per_block = sb->s_blocksize / sizeof(u32);
	sbi->groups_count = (sbi->blocks_count - sbi->first_data_block - 1) /
			    sbi->blocks_per_group + 1;
	sbi->desc_blocks = DIV_ROUND_UP(sbi->groups_count, sbi->desc_per_block);
}

int ext2_load_super(struct super_block *sb, bool silent)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	const char *wrong;
	int error = read_super(sb, silent);

	if (!error)
		error = check_features(sb, silent);
	if (error)
		return error;
	read_revision(sbi);
	wrong = check_geometry(sb);
	if (!wrong) {
		derive(sb);
		/* No group may be cut so short that it lacks room for its own metadata. */
		if (sbi->inodes_count != mul_u32_u32(sbi->groups_count, sbi->inodes_per_group))
			wrong = "inode count";
		else if (sbi->desc_blocks >= sbi->blocks_count - sbi->first_data_block - 1)
			wrong = "group count";
	}
	if (wrong) {
		complain(sb, silent, "the super block is wrong: %s", wrong);
		return -EINVAL;
	}
	return 0;
}
