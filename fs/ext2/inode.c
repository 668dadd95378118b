/* SPDX-License-Identifier: MIT */
/*
 * Inodes between disk and memory, and their end.
 *
 * An inode with no link is freed on the disk when its last user lets go (ext2_delete_inode): a file
 * that is open while it is unlinked keeps its blocks until then.
 *
 * Everything read is checked here once: type, sizes, device numbers.  Block pointers are checked
 * where they are followed.
 */
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/pagemap.h>
#include <quire/string.h>

#include "ext2.h"

#define OLD_DEV_MAX 0xffu /* major and minor that fit the old 16-bit encoding */

/* ---- pages ---- */

static int ext2_readpage(struct file *file, struct page *page)
{
	return block_read_full_page(page, ext2_get_block);
}

static int ext2_writepage(struct page *page)
{
	return block_write_full_page(page, ext2_get_block);
}

static int ext2_prepare_write(struct file *file, struct page *page, unsigned int from,
			      unsigned int to)
{
	return block_prepare_write(page, from, to, ext2_get_block);
}

static sector_t ext2_bmap(struct address_space *mapping, sector_t block)
{
	return generic_block_bmap(mapping, block, ext2_get_block);
}

const struct address_space_operations ext2_aops = {
	.readpage = ext2_readpage,
	.writepage = ext2_writepage,
	.prepare_write = ext2_prepare_write,
	.commit_write = generic_commit_write,
	.set_page_dirty = block_set_page_dirty,
	.releasepage = block_releasepage,
	.invalidatepage = block_invalidatepage,
	.bmap = ext2_bmap,
};

/* ---- reading ---- */

/* The inode in its table; *bh is the caller's reference.  NULL: no such inode, or an I/O error */
static struct ext2_inode *raw_inode(struct super_block *sb, unsigned long ino,
				    struct buffer_head **bh)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 group, index, block;

	if ((ino != EXT2_ROOT_INO && ino < sbi->first_ino) || ino > sbi->inodes_count) {
		ext2_error(sb, "no inode %lu", ino);
		return NULL;
	}
	group = (ino - 1) / sbi->inodes_per_group;
	index = (ino - 1) % sbi->inodes_per_group;
	block = ext2_group_desc(sb, group, NULL)->bg_inode_table + index / sbi->inodes_per_block;
	*bh = sb_bread(sb, block);
	if (!*bh)
		return NULL;
	return (void *)((*bh)->b_data + index % sbi->inodes_per_block * sbi->inode_size);
}

static bool size_ok(struct inode *inode)
{
	loff_t size = i_size_read(inode);

	if (size < 0 || size > inode->i_sb->s_maxbytes)
		return false;
	if (S_ISDIR(inode->i_mode))
		return (size & ((1u << inode->i_blkbits) - 1)) == 0;
	if (S_ISLNK(inode->i_mode) && ext2_is_fast_symlink(inode))
		return size < (loff_t)sizeof(EXT2_I(inode)->data);
	if (S_ISLNK(inode->i_mode))
		return size < 1 << inode->i_blkbits;
	return true;
}

static dev_t decode_dev(const u32 *data)
{
	return data[0] ? MKDEV(data[0] >> 8 & OLD_DEV_MAX, data[0] & OLD_DEV_MAX) : (dev_t)data[1];
}

static void encode_dev(dev_t dev, u32 *data)
{
	bool old = MAJOR(dev) <= OLD_DEV_MAX && MINOR(dev) <= OLD_DEV_MAX;

	data[0] = old ? MAJOR(dev) << 8 | MINOR(dev) : 0;
	data[1] = old ? 0 : dev;
}

/* Operations by type. */
void ext2_set_ops(struct inode *inode)
{
	if (S_ISREG(inode->i_mode)) {
		inode->i_op = &ext2_file_iops;
		inode->i_fop = &ext2_file_fops;
		inode->i_data.a_ops = &ext2_aops;
	} else if (S_ISDIR(inode->i_mode)) {
		inode->i_op = &ext2_dir_iops;
		inode->i_fop = &ext2_dir_fops;
	} else if (S_ISLNK(inode->i_mode)) {
		inode->i_op = &ext2_symlink_iops;
	} else {
		inode->i_op = &ext2_special_iops;
	}
}

static struct timespec64 from_disk_time(u32 seconds)
{
	return (struct timespec64){ .tv_sec = (s32)seconds };
}

static void read_fields(struct inode *inode, const struct ext2_inode *raw)
{
	struct ext2_inode_info *ei = EXT2_I(inode);

	inode->i_mode = raw->i_mode;
	inode->i_uid = raw->i_uid | (u32)raw->i_uid_high << 16;
	inode->i_gid = raw->i_gid | (u32)raw->i_gid_high << 16;
	inode->i_nlink = raw->i_links_count;
	inode->i_size = raw->i_size;
	inode->i_atime = from_disk_time(raw->i_atime);
	inode->i_mtime = from_disk_time(raw->i_mtime);
	inode->i_ctime = from_disk_time(raw->i_ctime);
	inode->i_blocks = raw->i_blocks;
	inode->i_generation = raw->i_generation;
	ei->flags = raw->i_flags;
	ei->file_acl = raw->i_file_acl;
	ei->dtime = raw->i_dtime;
	if (S_ISREG(inode->i_mode))
		inode->i_size |= (loff_t)raw->i_size_high << 32;
	else
		ei->dir_acl = raw->i_size_high;
	memcpy(ei->data, raw->i_block, sizeof(ei->data));
	ei->group = (inode->i_ino - 1) / EXT2_SB(inode->i_sb)->inodes_per_group;
}

static bool known_type(umode_t mode)
{
	return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode) || S_ISCHR(mode) ||
	       S_ISBLK(mode) || S_ISFIFO(mode) || S_ISSOCK(mode);
}

int ext2_read_inode(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;
	struct buffer_head *bh;
	struct ext2_inode *raw = raw_inode(sb, inode->i_ino, &bh);

	if (!raw)
		return -EIO;
	read_fields(inode, raw);
	brelse(bh);
	if (inode->i_nlink == 0 && (inode->i_mode == 0 || EXT2_I(inode)->dtime))
		return -ESTALE;
	if (!known_type(inode->i_mode) || !size_ok(inode)) {
		ext2_error(sb, "inode %lu: mode %o, size %lld cannot be", inode->i_ino,
			   inode->i_mode, i_size_read(inode));
		return -EIO;
	}
	if (S_ISCHR(inode->i_mode) || S_ISBLK(inode->i_mode) || S_ISFIFO(inode->i_mode) ||
	    S_ISSOCK(inode->i_mode))
		init_special_inode(inode, inode->i_mode, decode_dev(EXT2_I(inode)->data));
	if (S_ISLNK(inode->i_mode) && ext2_is_fast_symlink(inode))
		ext2_show_fast_symlink(inode);
	ext2_set_ops(inode);
	return 0;
}

/* ---- writing ---- */

static void write_fields(struct inode *inode, struct ext2_inode *raw)
{
	struct ext2_inode_info *ei = EXT2_I(inode);

	raw->i_mode = inode->i_mode;
	raw->i_uid = inode->i_uid;
	raw->i_uid_high = inode->i_uid >> 16;
	raw->i_gid = inode->i_gid;
	raw->i_gid_high = inode->i_gid >> 16;
	raw->i_links_count = inode->i_nlink;
	raw->i_size = inode->i_size;
	raw->i_size_high = S_ISREG(inode->i_mode) ? inode->i_size >> 32 : ei->dir_acl;
	raw->i_atime = inode->i_atime.tv_sec;
	raw->i_mtime = inode->i_mtime.tv_sec;
	raw->i_ctime = inode->i_ctime.tv_sec;
	raw->i_dtime = ei->dtime;
	raw->i_blocks = inode->i_blocks;
	raw->i_flags = ei->flags;
	raw->i_file_acl = ei->file_acl;
	raw->i_generation = inode->i_generation;
	if (S_ISCHR(inode->i_mode) || S_ISBLK(inode->i_mode))
		encode_dev(inode->i_rdev, ei->data);
	memcpy(raw->i_block, ei->data, sizeof(ei->data));
}

/* A file of 2 GiB or more needs a feature that old implementations must know of. */
static void note_large_file(struct inode *inode)
{
	struct ext2_sb_info *sbi = EXT2_SB(inode->i_sb);
	struct ext2_super_block *es = sbi->es;

	if (!S_ISREG(inode->i_mode) || i_size_read(inode) <= S32_MAX)
		return;
	mutex_lock(&sbi->alloc_mutex);
	if (es->s_rev_level == EXT2_GOOD_OLD_REV) {
		es->s_rev_level = EXT2_DYNAMIC_REV;
		es->s_first_ino = EXT2_GOOD_OLD_FIRST_INO;
		es->s_inode_size = EXT2_GOOD_OLD_INODE_SIZE;
	}
	if (!(es->s_feature_ro_compat & EXT2_FEATURE_RO_COMPAT_LARGE_FILE)) {
		es->s_feature_ro_compat |= EXT2_FEATURE_RO_COMPAT_LARGE_FILE;
		mark_buffer_dirty(sbi->sbh);
	}
	mutex_unlock(&sbi->alloc_mutex);
}

int ext2_write_inode(struct inode *inode, bool wait)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	struct buffer_head *bh;
	struct ext2_inode *raw;
	int error = 0;

	if (ext2_read_only(inode->i_sb))
		return 0;
	raw = raw_inode(inode->i_sb, inode->i_ino, &bh);
	if (!raw)
		return -EIO;
	mutex_lock(&ei->meta_mutex);
	if (ei->fresh)
		memset(raw, 0, EXT2_SB(inode->i_sb)->inode_size);
	ei->fresh = false;
	write_fields(inode, raw);
	mutex_unlock(&ei->meta_mutex);
	note_large_file(inode);
	mark_buffer_dirty(bh);
	if (wait)
		error = sync_dirty_buffer(bh);
	brelse(bh);
	return error;
}

/* ---- the end ---- */

/* Several inodes may share an attribute block; the last one frees it. */
static void drop_xattr_block(struct inode *inode)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	struct super_block *sb = inode->i_sb;
	struct ext2_xattr_header *header;
	struct buffer_head *bh;
	u32 block = ei->file_acl;

	if (!block)
		return;
	ei->file_acl = 0;
	bh = ext2_valid_block(EXT2_SB(sb), block) ? sb_bread(sb, block) : NULL;
	if (!bh) {
		ext2_error(sb, "inode %lu: bad attribute block %u", inode->i_ino, block);
		return;
	}
	header = (struct ext2_xattr_header *)bh->b_data;
	lock_buffer(bh);
	if (header->h_magic != EXT2_XATTR_MAGIC || header->h_refcount == 0) {
		unlock_buffer(bh);
		ext2_error(sb, "block %u holds no attributes", block);
		brelse(bh);
	} else if (--header->h_refcount == 0) {
		unlock_buffer(bh);
		bforget(bh);
		ext2_free_blocks(sb, block, 1);
	} else {
		unlock_buffer(bh);
		mark_buffer_dirty(bh);
		brelse(bh);
	}
}

void ext2_delete_inode(struct inode *inode)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	struct super_block *sb = inode->i_sb;
	bool is_dir = S_ISDIR(inode->i_mode);
	u32 ino = inode->i_ino;

	if (ext2_read_only(sb)) {
		clear_inode(inode);
		return;
	}
	ei->dtime = current_fs_time().tv_sec;
	ext2_free_all_blocks(inode);
	drop_xattr_block(inode);
	inode->i_size = 0;
	inode->i_blocks = 0;
	if (ext2_write_inode(inode, false))
		ext2_error(sb, "inode %u was freed but could not be written", ino);
	clear_inode(inode);
	ext2_free_ino(sb, ino, is_dir);
}
