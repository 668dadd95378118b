/* SPDX-License-Identifier: MIT */
/*
 * Small operations on inodes: times, attributes for stat, bad inodes, special files' operations.
 */
#include <quire/blkdev.h>
#include <quire/err.h>
#include <quire/ktime.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/sched.h>
#include <quire/specfs.h>

/* A tick is fine enough, as on Linux: and what is used often changes its times once a tick. */
struct timespec64 current_fs_time(void)
{
	u64 sec;
	u32 nsec;

	ktime_get_tick_real(&sec, &nsec);
	return (struct timespec64){ .tv_sec = (s64)sec, .tv_nsec = (s32)nsec };
}

static int timespec_cmp(const struct timespec64 *a, const struct timespec64 *b)
{
	if (a->tv_sec != b->tv_sec)
		return a->tv_sec < b->tv_sec ? -1 : 1;
	return a->tv_nsec - b->tv_nsec;
}

#define RELATIME_SECONDS (24 * 60 * 60)

/* relatime, Linux's default: only when the file changed since the last access, or once a day. */
static bool atime_is_due(const struct inode *inode, const struct timespec64 *now)
{
	if (!timespec_cmp(&inode->i_atime, now))
		return false;
	return timespec_cmp(&inode->i_mtime, &inode->i_atime) >= 0 ||
	       timespec_cmp(&inode->i_ctime, &inode->i_atime) >= 0 ||
	       now->tv_sec - inode->i_atime.tv_sec >= RELATIME_SECONDS;
}

/* Does this mount (NULL: none) keep times of access? */
static bool keeps_atime(const struct vfsmount *mnt, const struct inode *inode)
{
	if (inode->i_sb->s_flags & (MS_RDONLY | MS_NOATIME))
		return false;
	if (!mnt)
		return true;
	if (mnt->mnt_flags & (MNT_NOATIME | MNT_RDONLY))
		return false;
	return !(mnt->mnt_flags & MNT_NODIRATIME && S_ISDIR(inode->i_mode));
}

bool atime_needs_update(const struct vfsmount *mnt, const struct inode *inode)
{
	struct timespec64 now;

	if (!keeps_atime(mnt, inode))
		return false;
	now = current_fs_time();
	return atime_is_due(inode, &now);
}

void touch_atime(struct vfsmount *mnt, struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;

	if (!atime_needs_update(mnt, inode))
		return;
	inode->i_atime = current_fs_time();
	mark_inode_dirty(inode);
}

void file_update_time(struct file *file)
{
	struct inode *inode = file_inode(file);
	struct timespec64 now = current_fs_time();

	if (!timespec_cmp(&inode->i_mtime, &now) && !timespec_cmp(&inode->i_ctime, &now))
		return;
	inode->i_mtime = now;
	inode->i_ctime = now;
	mark_inode_dirty(inode);
}

void generic_fillattr(struct inode *inode, struct kstat *stat)
{
	stat->ino = inode->i_ino;
	stat->dev = inode->i_sb->s_dev;
	stat->rdev = inode->i_rdev;
	stat->mode = inode->i_mode;
	stat->nlink = inode->i_nlink;
	stat->uid = inode->i_uid;
	stat->gid = inode->i_gid;
	stat->size = i_size_read(inode);
	stat->atime = inode->i_atime;
	stat->mtime = inode->i_mtime;
	stat->ctime = inode->i_ctime;
	stat->blksize = inode->i_sb->s_blocksize;
	stat->blocks = inode->i_blocks;
}

/* ---- bad inodes: what is left when read_inode failed; everything on them is -EIO ---- */

static int bad_permission(struct inode *inode, int mask)
{
	return -EIO;
}

static int bad_getattr(struct dentry *dentry, struct kstat *stat)
{
	return -EIO;
}

static int bad_open(struct inode *inode, struct file *file)
{
	return -EIO;
}

static const struct inode_operations bad_inode_ops = {
	.permission = bad_permission,
	.getattr = bad_getattr,
};

static const struct file_operations bad_file_ops = {
	.open = bad_open,
};

void make_bad_inode(struct inode *inode)
{
	inode->i_mode = S_IFREG;
	inode->i_op = &bad_inode_ops;
	inode->i_fop = &bad_file_ops;
}

bool is_bad_inode(struct inode *inode)
{
	return inode->i_op == &bad_inode_ops;
}

/* ---- special files ---- */

static int no_device_open(struct inode *inode, struct file *file)
{
	return -ENXIO;
}

/* A socket in a file system is opened by connect(), never by open(). */
static const struct file_operations socket_file_ops = {
	.open = no_device_open,
};

void init_special_inode(struct inode *inode, umode_t mode, dev_t rdev)
{
	inode->i_mode = mode;
	if (S_ISCHR(mode)) {
		inode->i_fop = &def_chr_fops;
		inode->i_rdev = rdev;
	} else if (S_ISBLK(mode)) {
		inode->i_fop = &def_blk_fops;
		inode->i_rdev = rdev;
	} else if (S_ISFIFO(mode)) {
		inode->i_fop = &def_fifo_fops;
	} else {
		inode->i_fop = &socket_file_ops;
	}
}
