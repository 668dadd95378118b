/* SPDX-License-Identifier: MIT */
/*
 * tmpfs directories and symlinks: names are hashed dentries, each pinned by one extra reference
 * from creation to unlink.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "tmpfs.h"

#define TMPFS_DIRENT_SIZE 20	/* what a name adds to its directory's i_size, as on Linux */

static void touch_dir(struct inode *dir, long entries)
{
	dir->i_size += entries * TMPFS_DIRENT_SIZE;
	dir->i_mtime = dir->i_ctime = current_fs_time();
}

static struct inode *new_inode_in(struct inode *dir, umode_t mode, dev_t dev)
{
	struct inode *inode = tmpfs_new_inode(dir->i_sb, mode, dev);

	if (inode && dir->i_mode & S_ISGID) {
		inode->i_gid = dir->i_gid;
		if (S_ISDIR(mode))
			inode->i_mode |= S_ISGID;
	}
	return inode;
}

/* From here on the inode can be found, by walks that take no lock of dir's: it must be complete. */
static void add_name(struct inode *dir, struct dentry *dentry, struct inode *inode)
{
	d_instantiate(dentry, inode);
	d_rehash(dentry);
	dget(dentry);
	touch_dir(dir, 1);
}

static int tmpfs_mknod(struct inode *dir, struct dentry *dentry, int mode, dev_t dev)
{
	struct inode *inode = new_inode_in(dir, (umode_t)mode, dev);

	if (!inode)
		return -ENOSPC;
	add_name(dir, dentry, inode);
	return 0;
}

static int tmpfs_create(struct inode *dir, struct dentry *dentry, int mode)
{
	return tmpfs_mknod(dir, dentry, mode | S_IFREG, 0);
}

static int tmpfs_mkdir(struct inode *dir, struct dentry *dentry, int mode)
{
	int err = tmpfs_mknod(dir, dentry, mode | S_IFDIR, 0);

	if (!err)
		dir->i_nlink++;
	return err;
}

static int tmpfs_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	char *text = kstrdup(target, GFP_KERNEL);
	struct inode *inode;

	if (!text)
		return -ENOMEM;
	inode = new_inode_in(dir, S_IFLNK | S_IRWXUGO, 0);
	if (!inode) {
		kfree(text);
		return -ENOSPC;
	}
	inode->i_link = text;
	inode->i_size = (loff_t)strlen(text);
	add_name(dir, dentry, inode);
	return 0;
}

static int tmpfs_link(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = old->d_inode;

	inode->i_ctime = current_fs_time();
	inode->i_nlink++;
	igrab(inode);
	add_name(dir, dentry, inode);
	return 0;
}

static int tmpfs_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;

	inode->i_ctime = current_fs_time();
	inode->i_nlink--;
	touch_dir(dir, -1);
	dput(dentry);	/* the pin; the caller holds another */
	return 0;
}

static int tmpfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	if (!simple_empty(dentry))
		return -ENOTEMPTY;
	dentry->d_inode->i_nlink--;
	dir->i_nlink--;
	return tmpfs_unlink(dir, dentry);
}

static int tmpfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
			struct dentry *new)
{
	bool isdir = S_ISDIR(old->d_inode->i_mode);
	int err;

	if (new->d_inode) {
		if (isdir && !simple_empty(new))
			return -ENOTEMPTY;
		err = isdir ? tmpfs_rmdir(new_dir, new) : tmpfs_unlink(new_dir, new);
		if (err)
			return err;
	}
	if (isdir && old_dir != new_dir) {
		old_dir->i_nlink--;
		new_dir->i_nlink++;
	}
	touch_dir(old_dir, -1);
	touch_dir(new_dir, 1);
	old->d_inode->i_ctime = current_fs_time();
	return 0;
}

const struct inode_operations tmpfs_dir_inode_ops = {
	.create = tmpfs_create,
	.lookup = simple_lookup,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.symlink = tmpfs_symlink,
	.mkdir = tmpfs_mkdir,
	.rmdir = tmpfs_rmdir,
	.mknod = tmpfs_mknod,
	.rename = tmpfs_rename,
};
