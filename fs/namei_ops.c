/* SPDX-License-Identifier: MIT */
/*
 * Operations on names: create, make, link, unlink, rename, with their permission checks; the
 * file system does the work, the dentry cache follows.
 *
 * Every function is called with the directory's i_mutex held and the dentry looked up under it.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/pagemap.h>
#include <quire/sched.h>

/* A sticky directory: only the owner of it, or of the victim, removes. */
static bool sticky_forbids(const struct inode *dir, const struct inode *victim)
{
	return dir->i_mode & S_ISVTX && current->fsuid != 0 && current->fsuid != victim->i_uid &&
	       current->fsuid != dir->i_uid;
}

/* Swapped to: who takes its name away could never swap it off.  Under the inode's i_mutex. */
static bool is_swapfile(const struct inode *inode)
{
	return test_bit(AS_SWAPFILE, &inode->i_data.flags);
}

static int may_create(struct inode *dir, struct dentry *dentry)
{
	if (dentry->d_inode)
		return -EEXIST;
	if (IS_DEADDIR(dir))
		return -ENOENT;
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

static int may_delete(struct inode *dir, struct dentry *victim, bool isdir)
{
	int err;

	if (!victim->d_inode)
		return -ENOENT;
	err = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (err)
		return err;
	if (sticky_forbids(dir, victim->d_inode))
		return -EPERM;
	if (isdir && !S_ISDIR(victim->d_inode->i_mode))
		return -ENOTDIR;
	if (!isdir && S_ISDIR(victim->d_inode->i_mode))
		return -EISDIR;
	if (isdir && IS_ROOT(victim))
		return -EBUSY;
	return IS_DEADDIR(dir) ? -ENOENT : 0;
}

int vfs_create(struct inode *dir, struct dentry *dentry, int mode)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	if (!dir->i_op->create)
		return -EACCES;
	return dir->i_op->create(dir, dentry, (mode & S_IALLUGO) | S_IFREG);
}

int vfs_mkdir(struct inode *dir, struct dentry *dentry, int mode)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	if (!dir->i_op->mkdir)
		return -EPERM;
	return dir->i_op->mkdir(dir, dentry, (mode & (S_IRWXUGO | S_ISVTX)) | S_IFDIR);
}

int vfs_mknod(struct inode *dir, struct dentry *dentry, int mode, dev_t dev)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && !capable())
		return -EPERM;
	if (!dir->i_op->mknod)
		return -EPERM;
	return dir->i_op->mknod(dir, dentry, mode, dev);
}

int vfs_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	return dir->i_op->symlink ? dir->i_op->symlink(dir, dentry, target) : -EPERM;
}

int vfs_link(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = old->d_inode;
	int err;

	if (!inode)
		return -ENOENT;
	err = may_create(dir, dentry);
	if (err)
		return err;
	if (dir->i_sb != inode->i_sb)
		return -EXDEV;
	if (!dir->i_op->link || S_ISDIR(inode->i_mode))
		return -EPERM;
	mutex_lock_nested(&inode->i_mutex, I_MUTEX_VICTIM);
	err = inode->i_nlink ? dir->i_op->link(old, dir, dentry) : -ENOENT;
	mutex_unlock(&inode->i_mutex);
	return err;
}

int vfs_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode;
	int err = may_delete(dir, dentry, false);

	if (err)
		return err;
	if (!dir->i_op->unlink)
		return -EPERM;
	if (dentry->d_mounted)
		return -EBUSY;
	inode = dentry->d_inode;
	mutex_lock_nested(&inode->i_mutex, I_MUTEX_VICTIM);
	err = is_swapfile(inode) ? -EPERM : dir->i_op->unlink(dir, dentry);
	mutex_unlock(&inode->i_mutex);
	if (!err)
		d_delete(dentry);
	return err;
}

int vfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode;
	int err = may_delete(dir, dentry, true);

	if (err)
		return err;
	if (!dir->i_op->rmdir)
		return -EPERM;
	inode = dentry->d_inode;
	mutex_lock_nested(&inode->i_mutex, I_MUTEX_VICTIM);
	shrink_dcache_parent(dentry);
	err = dentry->d_mounted ? -EBUSY : dir->i_op->rmdir(dir, dentry);
	mutex_unlock(&inode->i_mutex);
	if (!err)
		d_delete(dentry);
	return err;
}

/* The directory moves to another parent: its ".." changes, which needs write permission on it. */
static int may_move_dir(struct inode *old_dir, struct dentry *old, struct inode *new_dir)
{
	return old_dir == new_dir ? 0 : inode_permission(old->d_inode, MAY_WRITE);
}

int vfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
	       struct dentry *new)
{
	struct inode *source = old->d_inode, *target = new->d_inode;
	bool isdir;
	int err;

	if (source == target)
		return 0;	/* two names of one file: nothing happens */
	isdir = S_ISDIR(source->i_mode);
	err = may_delete(old_dir, old, isdir);
	if (!err)
		err = target ? may_delete(new_dir, new, isdir) : may_create(new_dir, new);
	if (!err && isdir)
		err = may_move_dir(old_dir, old, new_dir);
	if (err)
		return err;
	if (!old_dir->i_op->rename)
		return -EPERM;
	if (target) {
		dget(new);
		mutex_lock_nested(&target->i_mutex, I_MUTEX_VICTIM);
		if (isdir)
			shrink_dcache_parent(new);
	}
	if (old->d_mounted || new->d_mounted)
		err = -EBUSY;
	else if (is_swapfile(source) || (target && is_swapfile(target)))
		err = -EPERM;
	else
		err = old_dir->i_op->rename(old_dir, old, new_dir, new);
	if (target) {
		mutex_unlock(&target->i_mutex);
		dput(new);
	}
	if (!err)
		d_move(old, new);
	return err;
}
