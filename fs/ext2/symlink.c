/* SPDX-License-Identifier: MIT */
/*
 * Symbolic links: short ones in the inode, long ones in one block, which is read as a buffer of
 * the device.
 */
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/string.h>

#include "ext2.h"

/* The block of a long link, referenced; NULL: *error */
static struct buffer_head *target_block(struct inode *inode, bool create, int *error)
{
	struct buffer_head map = { .b_size = inode->i_sb->s_blocksize }, *bh;

	*error = ext2_get_block(inode, 0, &map, create);
	if (*error)
		return NULL;
	*error = -EIO;
	if (!buffer_mapped(&map))
		return NULL;
	bh = create ? sb_getblk(inode->i_sb, map.b_blocknr) : sb_bread(inode->i_sb, map.b_blocknr);
	if (bh)
		*error = 0;
	return bh;
}

/* The text in the inode, terminated, for everyone to see. */
void ext2_show_fast_symlink(struct inode *inode)
{
	char *text = (char *)EXT2_I(inode)->data;

	text[i_size_read(inode)] = '\0';
	inode->i_link = text;
}

int ext2_set_symlink(struct inode *inode, const char *target)
{
	size_t len = strlen(target);
	struct buffer_head *bh;
	int error;

	if (len + 1 > inode->i_sb->s_blocksize)
		return -ENAMETOOLONG;
	i_size_write(inode, len);
	if (len < sizeof(EXT2_I(inode)->data)) {
		memcpy(EXT2_I(inode)->data, target, len);
		ext2_show_fast_symlink(inode);
		mark_inode_dirty(inode);
		return 0;
	}
	bh = target_block(inode, true, &error);
	if (!bh)
		return error;
	lock_buffer(bh);
	memset(bh->b_data, 0, bh->b_size);
	memcpy(bh->b_data, target, len);
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	mark_buffer_dirty(bh);
	brelse(bh);
	mark_inode_dirty(inode);
	return 0;
}

/* Of a long one. */
static int ext2_readlink(struct dentry *dentry, char *buf, int size)
{
	struct inode *inode = dentry->d_inode;
	int len = min_t(loff_t, i_size_read(inode), size), error;
	struct buffer_head *bh;

	bh = target_block(inode, false, &error);
	if (!bh)
		return error;
	memcpy(buf, bh->b_data, len);
	brelse(bh);
	return len;
}

const struct inode_operations ext2_symlink_iops = {
	.readlink = ext2_readlink,
};
