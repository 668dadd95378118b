/* SPDX-License-Identifier: MIT */
/*
 * stat and its relatives, readlink.
 *
 * One vfs_getattr fills a struct kstat; each call packs it into the structure of its generation: old (18:
 * 16-bit everything), stat (106), stat64 (195), statx (383).
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>

/* The structure of the first stat calls. */
struct old_linux_stat {
	u16 st_dev, st_ino, st_mode, st_nlink, st_uid, st_gid, st_rdev;
	u32 st_size, st_atime, st_mtime, st_ctime;
};

struct statx_timestamp {
	s64 tv_sec;
	u32 tv_nsec;
	s32 reserved;
};

struct statx {
	u32 stx_mask, stx_blksize;
	u64 stx_attributes;
	u32 stx_nlink, stx_uid, stx_gid;
	u16 stx_mode, spare0;
	u64 stx_ino, stx_size, stx_blocks, stx_attributes_mask;
	struct statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime;
	u32 stx_rdev_major, stx_rdev_minor, stx_dev_major, stx_dev_minor;
	u64 stx_mnt_id, spare2, spare3[12];
};
static_assert(sizeof(struct statx) == 256, "statx has Linux's layout");

#define STATX_BASIC_STATS 0x7ffu
#define STATX_RESERVED 0x80000000u
#define AT_STATX_SYNC_TYPE 0x6000

static int vfs_getattr(struct dentry *dentry, struct kstat *stat)
{
	struct inode *inode = dentry->d_inode;

	memset(stat, 0, sizeof(*stat));
	if (inode->i_op->getattr)
		return inode->i_op->getattr(dentry, stat);
	generic_fillattr(inode, stat);
	return 0;
}

static int stat_path(int dfd, const char __user *name, int flags, struct kstat *stat)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path path;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	err = user_path_at(dfd, name, lookup, &path);
	if (err)
		return err;
	err = vfs_getattr(path.dentry, stat);
	path_put(&path);
	return err;
}

static int stat_fd(unsigned int fd, struct kstat *stat)
{
	struct file *file = fget_raw(fd);
	int err;

	if (!file)
		return -EBADF;
	err = vfs_getattr(file->f_dentry, stat);
	fput(file);
	return err;
}

/* 16-bit ids: what does not fit is shown as the overflow id. */
#define OVERFLOW_ID 65534u

static u16 id16(u32 id)
{
	return (u16)(id > U16_MAX ? OVERFLOW_ID : id);
}

/* ---- the oldest structure ---- */

static long put_old(const struct kstat *stat, struct old_linux_stat __user *buf)
{
	struct old_linux_stat s = {
		.st_dev = (u16)stat->dev, .st_ino = (u16)stat->ino, .st_mode = stat->mode,
		.st_nlink = (u16)stat->nlink, .st_uid = id16(stat->uid), .st_gid = id16(stat->gid),
		.st_rdev = (u16)stat->rdev, .st_size = (u32)stat->size,
		.st_atime = (u32)stat->atime.tv_sec, .st_mtime = (u32)stat->mtime.tv_sec,
		.st_ctime = (u32)stat->ctime.tv_sec,
	};

	if (stat->size > S32_MAX || stat->nlink > U16_MAX || stat->dev > U16_MAX)
		return -EOVERFLOW;
	return copy_to_user(buf, &s, sizeof(s)) ? -EFAULT : 0;
}

long sys_stat(const char __user *name, struct old_linux_stat __user *buf)
{
	struct kstat stat;
	int err = stat_path(AT_FDCWD, name, 0, &stat);

	return err ? err : put_old(&stat, buf);
}

long sys_lstat(const char __user *name, struct old_linux_stat __user *buf)
{
	struct kstat stat;
	int err = stat_path(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, &stat);

	return err ? err : put_old(&stat, buf);
}

long sys_fstat(unsigned int fd, struct old_linux_stat __user *buf)
{
	struct kstat stat;
	int err = stat_fd(fd, &stat);

	return err ? err : put_old(&stat, buf);
}

/* ---- stat ---- */

static long put_new(const struct kstat *stat, struct stat32 __user *buf)
{
	struct stat32 s = {
		.st_dev = stat->dev, .st_ino = (u32)stat->ino, .st_mode = stat->mode,
		.st_nlink = (u16)stat->nlink, .st_uid = id16(stat->uid), .st_gid = id16(stat->gid),
		.st_rdev = stat->rdev, .st_size = (u32)stat->size, .st_blksize = (u32)stat->blksize,
		.st_blocks = (u32)stat->blocks,
		.st_atime = (u32)stat->atime.tv_sec, .st_atime_nsec = (u32)stat->atime.tv_nsec,
		.st_mtime = (u32)stat->mtime.tv_sec, .st_mtime_nsec = (u32)stat->mtime.tv_nsec,
		.st_ctime = (u32)stat->ctime.tv_sec, .st_ctime_nsec = (u32)stat->ctime.tv_nsec,
	};

	if (stat->size > S32_MAX || stat->ino > U32_MAX || stat->nlink > U16_MAX)
		return -EOVERFLOW;
	return copy_to_user(buf, &s, sizeof(s)) ? -EFAULT : 0;
}

long sys_newstat(const char __user *name, struct stat32 __user *buf)
{
	struct kstat stat;
	int err = stat_path(AT_FDCWD, name, 0, &stat);

	return err ? err : put_new(&stat, buf);
}

long sys_newlstat(const char __user *name, struct stat32 __user *buf)
{
	struct kstat stat;
	int err = stat_path(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, &stat);

	return err ? err : put_new(&stat, buf);
}

long sys_newfstat(unsigned int fd, struct stat32 __user *buf)
{
	struct kstat stat;
	int err = stat_fd(fd, &stat);

	return err ? err : put_new(&stat, buf);
}

/* ---- stat64 ---- */

static long put_stat64(const struct kstat *stat, struct stat64 __user *buf)
{
	struct stat64 s = {
		.st_dev = stat->dev, .__st_ino = (u32)stat->ino, .st_mode = stat->mode,
		.st_nlink = stat->nlink, .st_uid = stat->uid, .st_gid = stat->gid,
		.st_rdev = stat->rdev, .st_size = stat->size, .st_blksize = (u32)stat->blksize,
		.st_blocks = stat->blocks, .st_ino = stat->ino,
		.st_atime = (u32)stat->atime.tv_sec, .st_atime_nsec = (u32)stat->atime.tv_nsec,
		.st_mtime = (u32)stat->mtime.tv_sec, .st_mtime_nsec = (u32)stat->mtime.tv_nsec,
		.st_ctime = (u32)stat->ctime.tv_sec, .st_ctime_nsec = (u32)stat->ctime.tv_nsec,
	};

	return copy_to_user(buf, &s, sizeof(s)) ? -EFAULT : 0;
}

long sys_stat64(const char __user *name, struct stat64 __user *buf)
{
	return sys_fstatat64(AT_FDCWD, name, buf, 0);
}

long sys_lstat64(const char __user *name, struct stat64 __user *buf)
{
	return sys_fstatat64(AT_FDCWD, name, buf, AT_SYMLINK_NOFOLLOW);
}

long sys_fstat64(unsigned int fd, struct stat64 __user *buf)
{
	struct kstat stat;
	int err = stat_fd(fd, &stat);

	return err ? err : put_stat64(&stat, buf);
}

long sys_fstatat64(int dfd, const char __user *name, struct stat64 __user *buf, int flags)
{
	struct kstat stat;
	int err = stat_path(dfd, name, flags, &stat);

	return err ? err : put_stat64(&stat, buf);
}

/* ---- statx ---- */

static struct statx_timestamp statx_time(const struct timespec64 *t)
{
	return (struct statx_timestamp){ .tv_sec = t->tv_sec, .tv_nsec = (u32)t->tv_nsec };
}

static long put_statx(const struct kstat *stat, struct statx __user *buf)
{
	struct statx s = {
		.stx_mask = STATX_BASIC_STATS, .stx_blksize = (u32)stat->blksize,
		.stx_nlink = stat->nlink, .stx_uid = stat->uid, .stx_gid = stat->gid,
		.stx_mode = stat->mode, .stx_ino = stat->ino, .stx_size = (u64)stat->size,
		.stx_blocks = stat->blocks,
		.stx_atime = statx_time(&stat->atime), .stx_mtime = statx_time(&stat->mtime),
		.stx_ctime = statx_time(&stat->ctime),
		.stx_rdev_major = MAJOR(stat->rdev), .stx_rdev_minor = MINOR(stat->rdev),
		.stx_dev_major = MAJOR(stat->dev), .stx_dev_minor = MINOR(stat->dev),
	};

	return copy_to_user(buf, &s, sizeof(s)) ? -EFAULT : 0;
}

long sys_statx(int dfd, const char __user *name, unsigned int flags, unsigned int mask,
	       struct statx __user *buf)
{
	struct kstat stat;
	int err;

	if (mask & STATX_RESERVED || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	err = stat_path(dfd, name, (int)flags & ~AT_STATX_SYNC_TYPE, &stat);
	return err ? err : put_statx(&stat, buf);
}

/* ---- readlink ---- */

static long read_link(const struct path *path, char __user *buf, int size)
{
	size_t len;
	char *text;

	if (!S_ISLNK(path->dentry->d_inode->i_mode))
		return -EINVAL;
	text = vfs_readlink_text(path->dentry, &len);
	if (IS_ERR(text))
		return PTR_ERR(text);
	touch_atime(path->mnt, path->dentry);
	len = min(len, (size_t)size);
	if (copy_to_user(buf, text, len)) {
		kfree(text);
		return -EFAULT;
	}
	kfree(text);
	return (long)len;
}

/* An empty name reads the link that dfd (an O_PATH file) is. */
long sys_readlinkat(int dfd, const char __user *name, char __user *buf, int size)
{
	struct path path;
	long err;
	char c;

	if (size <= 0)
		return -EINVAL;
	if (get_user(c, name))
		return -EFAULT;
	err = user_path_at(dfd, name, c ? 0 : LOOKUP_EMPTY, &path);
	if (err)
		return err;
	err = read_link(&path, buf, size);
	path_put(&path);
	return !c && err == -EINVAL ? -ENOENT : err;
}

long sys_readlink(const char __user *name, char __user *buf, int size)
{
	return sys_readlinkat(AT_FDCWD, name, buf, size);
}
