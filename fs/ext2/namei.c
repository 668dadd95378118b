/* SPDX-License-Identifier: MIT */
/*
 * Names: lookup, create, link, unlink, rename.
 *
 * Order of changes: a link count goes up before a name appears and down after a name has gone, so
 * that an interruption leaves a count that is too high (harmless), never one too low.
 *
 * Locking: the VFS holds i_mutex of the directories, and of a victim.  The VFS has checked
 * permissions, types and that a new name is free.
 */
#include <quire/err.h>
#include <quire/errno.h>
#include <quire/kernel.h>

#include "ext2.h"

static void inc_nlink(struct inode *inode)
{
	inode->i_nlink++;
	mark_inode_dirty(inode);
}

static void dec_nlink(struct inode *inode)
{
	if (inode->i_nlink)
		inode->i_nlink--;
	mark_inode_dirty(inode);
}

/* A directory reached by a second name would make the tree a graph: only a broken disk has one. */
static bool second_name_of_dir(const struct inode *dir, struct inode *inode)
{
	return S_ISDIR(inode->i_mode) && (inode == dir || inode->i_ino == EXT2_ROOT_INO);
}

static struct dentry *ext2_lookup(struct inode *dir, struct dentry *dentry)
{
	struct ext2_dir_slot slot;
	struct inode *inode = NULL;
	int error = ext2_find_entry(dir, &dentry->d_name, &slot);

	if (error && error != -ENOENT)
		return ERR_PTR(error);
	if (!error) {
		u32 ino = slot.de->inode;

		brelse(slot.bh);
		inode = iget(dir->i_sb, ino);
		if (IS_ERR(inode) && PTR_ERR(inode) == -ESTALE) {
			ext2_error(dir->i_sb, "directory %lu names inode %u, which is deleted",
				   dir->i_ino, ino);
			return ERR_PTR(-EIO);
		}
		if (IS_ERR(inode))
			return ERR_CAST(inode);
		if (second_name_of_dir(dir, inode)) {
			ext2_error(dir->i_sb, "directory %u has a second name", ino);
			iput(inode);
			return ERR_PTR(-EIO);
		}
	}
	d_add(dentry, inode);
	return NULL;
}

/* Name the new inode, or throw it away. */
static int add_nondir(struct inode *dir, struct dentry *dentry, struct inode *inode)
{
	int error = ext2_add_entry(dir, &dentry->d_name, inode);

	if (error) {
		dec_nlink(inode);
		iput(inode);
		return error;
	}
	d_instantiate(dentry, inode);
	return 0;
}

static int ext2_create(struct inode *dir, struct dentry *dentry, int mode)
{
	struct inode *inode = ext2_new_inode(dir, S_IFREG | (mode & ~S_IFMT));

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	ext2_set_ops(inode);
	return add_nondir(dir, dentry, inode);
}

static int ext2_mknod(struct inode *dir, struct dentry *dentry, int mode, dev_t dev)
{
	struct inode *inode = ext2_new_inode(dir, mode);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	init_special_inode(inode, inode->i_mode, dev);
	ext2_set_ops(inode);
	mark_inode_dirty(inode);
	return add_nondir(dir, dentry, inode);
}

static int ext2_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	struct inode *inode = ext2_new_inode(dir, S_IFLNK | 0777);
	int error;

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	ext2_set_ops(inode);
	error = ext2_set_symlink(inode, target);
	if (error) {
		dec_nlink(inode);
		iput(inode);
		return error;
	}
	return add_nondir(dir, dentry, inode);
}

static int ext2_link(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = old->d_inode;
	int error;

	if (inode->i_nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	inode->i_ctime = current_fs_time();
	inc_nlink(inode);
	error = ext2_add_entry(dir, &dentry->d_name, inode);
	if (error) {
		dec_nlink(inode);
		return error;
	}
	atomic_inc(&inode->i_count);
	d_instantiate(dentry, inode);
	return 0;
}

static int ext2_mkdir(struct inode *dir, struct dentry *dentry, int mode)
{
	struct inode *inode;
	int error;

	if (dir->i_nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	inode = ext2_new_inode(dir, S_IFDIR | (mode & ~S_IFMT));
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	ext2_set_ops(inode);
	inode->i_nlink = 2; /* its name and "." */
	inc_nlink(dir);	    /* ".." */
	error = ext2_make_empty(inode, dir);
	if (!error)
		error = ext2_add_entry(dir, &dentry->d_name, inode);
	if (error) {
		inode->i_nlink = 0;
		mark_inode_dirty(inode);
		iput(inode);
		dec_nlink(dir);
		return error;
	}
	d_instantiate(dentry, inode);
	return 0;
}

static int ext2_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;
	struct ext2_dir_slot slot;
	int error = ext2_find_entry(dir, &dentry->d_name, &slot);

	if (!error)
		error = ext2_delete_entry(dir, &slot);
	if (error)
		return error;
	inode->i_ctime = dir->i_ctime;
	dec_nlink(inode);
	return 0;
}

static int ext2_rmdir(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;
	int error;

	if (!ext2_empty_dir(inode))
		return -ENOTEMPTY;
	error = ext2_unlink(dir, dentry);
	if (error)
		return error;
	inode->i_nlink = 0;
	inode->i_size = 0;
	mark_inode_dirty(inode);
	dec_nlink(dir);
	return 0;
}

/* ---- rename ---- */

/* The new name exists: it gets the other inode; the victim loses a link. */
static int replace_target(struct inode *new_dir, struct dentry *new, struct inode *inode,
			  bool is_dir)
{
	struct inode *victim = new->d_inode;
	struct ext2_dir_slot slot;
	int error;

	if (is_dir && !ext2_empty_dir(victim))
		return -ENOTEMPTY;
	error = ext2_find_entry(new_dir, &new->d_name, &slot);
	if (!error)
		error = ext2_set_entry(new_dir, &slot, inode);
	if (error)
		return error;
	victim->i_ctime = current_fs_time();
	dec_nlink(victim);
	if (is_dir)
		dec_nlink(victim); /* its "." */
	return 0;
}

static int add_target(struct inode *new_dir, struct dentry *new, struct inode *inode, bool is_dir)
{
	int error;

	if (is_dir && new_dir->i_nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	error = ext2_add_entry(new_dir, &new->d_name, inode);
	if (!error && is_dir)
		inc_nlink(new_dir); /* the ".." to come */
	return error;
}

/* The moved directory's ".." gets its new parent, the old one loses a link. */
static int move_dotdot(struct inode *old_dir, struct inode *new_dir, struct inode *inode)
{
	struct ext2_dir_slot slot;
	int error = 0;

	if (old_dir != new_dir) {
		error = ext2_find_dotdot(inode, &slot);
		if (!error)
			error = ext2_set_entry(inode, &slot, new_dir);
	}
	dec_nlink(old_dir);
	return error;
}

static int ext2_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
		       struct dentry *new)
{
	struct inode *inode = old->d_inode;
	bool is_dir = S_ISDIR(inode->i_mode);
	struct ext2_dir_slot slot;
	int error;

	error = ext2_find_entry(old_dir, &old->d_name, &slot);
	if (error)
		return error;
	brelse(slot.bh);
	inode->i_ctime = current_fs_time();
	inc_nlink(inode); /* it has two names for a moment */
	error = new->d_inode ? replace_target(new_dir, new, inode, is_dir) :
			       add_target(new_dir, new, inode, is_dir);
	/* Adding a name may have moved entries about. */
	if (!error)
		error = ext2_find_entry(old_dir, &old->d_name, &slot);
	if (!error)
		error = ext2_delete_entry(old_dir, &slot);
	dec_nlink(inode);
	if (!error && is_dir)
		error = move_dotdot(old_dir, new_dir, inode);
	return error;
}

const struct inode_operations ext2_dir_iops = {
	.create = ext2_create,
	.lookup = ext2_lookup,
	.link = ext2_link,
	.unlink = ext2_unlink,
	.symlink = ext2_symlink,
	.mkdir = ext2_mkdir,
	.rmdir = ext2_rmdir,
	.mknod = ext2_mknod,
	.rename = ext2_rename,
};

const struct inode_operations ext2_special_iops = { 0 };
