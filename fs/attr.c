/* SPDX-License-Identifier: MIT */
/*
 * Changing an inode's attributes: the checks, the common way to store them, chmod, chown and truncate.
 *
 * Every change goes through notify_change with the inode's i_mutex held.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/sched.h>
#include <quire/syscalls_fs.h>

int inode_change_ok(struct inode *inode, struct iattr *attr)
{
	unsigned int valid = attr->ia_valid;

	if (valid & ATTR_FORCE)
		return 0;
	if (valid & ATTR_UID && current->fsuid != 0 &&
	    (current->fsuid != inode->i_uid || attr->ia_uid != inode->i_uid))
		return -EPERM;
	if (valid & ATTR_GID && current->fsuid != 0 &&
	    (current->fsuid != inode->i_uid ||
	     (!in_group_p(attr->ia_gid) && attr->ia_gid != inode->i_gid)))
		return -EPERM;
	if (valid & ATTR_MODE) {
		if (!inode_owner_or_capable(inode))
			return -EPERM;
		if (current->fsuid != 0 &&
		    !in_group_p(valid & ATTR_GID ? attr->ia_gid : inode->i_gid))
			attr->ia_mode &= (umode_t)~S_ISGID;
	}
	if (valid & (ATTR_ATIME_SET | ATTR_MTIME_SET) && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

/* Store what is valid; a size that shrinks or grows goes through the file system's truncate. */
int inode_setattr(struct inode *inode, struct iattr *attr)
{
	unsigned int valid = attr->ia_valid;

	if (valid & ATTR_SIZE && attr->ia_size != i_size_read(inode)) {
		if (attr->ia_size > inode->i_sb->s_maxbytes)
			return -EFBIG;
		i_size_write(inode, attr->ia_size);
		/* No page beyond the end is mapped or cached when the file system frees its block. */
		truncate_pagecache(inode, attr->ia_size);
		if (inode->i_op->truncate)
			inode->i_op->truncate(inode);
	}
	if (valid & ATTR_UID)
		inode->i_uid = attr->ia_uid;
	if (valid & ATTR_GID)
		inode->i_gid = attr->ia_gid;
	if (valid & ATTR_ATIME)
		inode->i_atime = attr->ia_atime;
	if (valid & ATTR_MTIME)
		inode->i_mtime = attr->ia_mtime;
	if (valid & ATTR_CTIME)
		inode->i_ctime = attr->ia_ctime;
	if (valid & ATTR_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | (attr->ia_mode & S_IALLUGO);
	mark_inode_dirty(inode);
	return 0;
}

int notify_change(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = dentry->d_inode;
	struct timespec64 now = current_fs_time();
	int err;

	attr->ia_valid |= ATTR_CTIME;
	attr->ia_ctime = now;
	if (attr->ia_valid & ATTR_ATIME && !(attr->ia_valid & ATTR_ATIME_SET))
		attr->ia_atime = now;
	if (attr->ia_valid & ATTR_MTIME && !(attr->ia_valid & ATTR_MTIME_SET))
		attr->ia_mtime = now;
	if (inode->i_op->setattr)
		return inode->i_op->setattr(dentry, attr);
	err = inode_change_ok(inode, attr);
	return err ? err : inode_setattr(inode, attr);
}

/* The set-id bits that a change of contents or owner takes away. => the new mode */
static umode_t without_suid(umode_t mode)
{
	mode &= (umode_t)~S_ISUID;
	if (mode & S_IXGRP)
		mode &= (umode_t)~S_ISGID;
	return mode;
}

void file_remove_suid(struct file *file)
{
	struct inode *inode = file_inode(file);
	umode_t mode = without_suid(inode->i_mode);

	if (mode == inode->i_mode || current->fsuid == 0)
		return;
	inode->i_mode = mode;
	mark_inode_dirty(inode);
}

/* ---- chmod ---- */

static long chmod_path(const struct path *path, umode_t mode)
{
	struct inode *inode = path->dentry->d_inode;
	struct iattr attr = { .ia_valid = ATTR_MODE, .ia_mode = mode & S_IALLUGO };
	int err = mnt_want_write(path->mnt);

	if (err)
		return err;
	mutex_lock(&inode->i_mutex);
	err = notify_change(path->dentry, &attr);
	mutex_unlock(&inode->i_mutex);
	return err;
}

long sys_fchmod(unsigned int fd, mode_t mode)
{
	struct file *file = fget(fd);
	long err;

	if (!file)
		return -EBADF;
	err = chmod_path(&file->f_path, (umode_t)mode);
	fput(file);
	return err;
}

long sys_fchmodat(int dfd, const char __user *name, mode_t mode)
{
	struct path path;
	long err = user_path_at(dfd, name, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	err = chmod_path(&path, (umode_t)mode);
	path_put(&path);
	return err;
}

long sys_chmod(const char __user *name, mode_t mode)
{
	return sys_fchmodat(AT_FDCWD, name, mode);
}

/* ---- chown ---- */

#define ID_KEEP ((u32)-1)	/* leave it as it is */
#define ID16_KEEP ((u16)-1)

static long chown_path(const struct path *path, uid_t uid, gid_t gid)
{
	struct inode *inode = path->dentry->d_inode;
	struct iattr attr = { .ia_valid = 0 };
	int err = mnt_want_write(path->mnt);

	if (err)
		return err;
	if (uid != ID_KEEP) {
		attr.ia_valid |= ATTR_UID;
		attr.ia_uid = uid;
	}
	if (gid != ID_KEEP) {
		attr.ia_valid |= ATTR_GID;
		attr.ia_gid = gid;
	}
	mutex_lock(&inode->i_mutex);
	err = inode_change_ok(inode, &attr);
	if (!err && !S_ISDIR(inode->i_mode) && without_suid(inode->i_mode) != inode->i_mode) {
		attr.ia_valid |= ATTR_MODE | ATTR_FORCE;
		attr.ia_mode = without_suid(inode->i_mode);
	}
	if (!err)
		err = notify_change(path->dentry, &attr);
	mutex_unlock(&inode->i_mutex);
	return err;
}

long sys_fchownat(int dfd, const char __user *name, uid_t uid, gid_t gid, int flags)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path path;
	long err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	err = user_path_at(dfd, name, lookup, &path);
	if (err)
		return err;
	err = chown_path(&path, uid, gid);
	path_put(&path);
	return err;
}

long sys_chown(const char __user *name, uid_t uid, gid_t gid)
{
	return sys_fchownat(AT_FDCWD, name, uid, gid, 0);
}

long sys_lchown(const char __user *name, uid_t uid, gid_t gid)
{
	return sys_fchownat(AT_FDCWD, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(unsigned int fd, uid_t uid, gid_t gid)
{
	struct file *file = fget(fd);
	long err;

	if (!file)
		return -EBADF;
	err = chown_path(&file->f_path, uid, gid);
	fput(file);
	return err;
}

static u32 id_from_16(u16 id)
{
	return id == ID16_KEEP ? ID_KEEP : id;
}

long sys_chown16(const char __user *name, u16 uid, u16 gid)
{
	return sys_chown(name, id_from_16(uid), id_from_16(gid));
}

long sys_lchown16(const char __user *name, u16 uid, u16 gid)
{
	return sys_lchown(name, id_from_16(uid), id_from_16(gid));
}

long sys_fchown16(unsigned int fd, u16 uid, u16 gid)
{
	return sys_fchown(fd, id_from_16(uid), id_from_16(gid));
}
