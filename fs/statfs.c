/* SPDX-License-Identifier: MIT */
/*
 * statfs, fstatfs and their 64-bit forms, ustat.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/mount.h>
#include <quire/string.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>

#define ST_VALID 0x20u	/* f_flags says something */
#define ST_RELATIME 0x1000u

int vfs_statfs(struct dentry *dentry, struct statfs64 *buf)
{
	struct super_block *sb = dentry->d_sb;
	int err;

	memset(buf, 0, sizeof(*buf));
	if (!sb->s_op->statfs)
		return -ENOSYS;
	err = sb->s_op->statfs(dentry, buf);
	if (err)
		return err;
	if (!buf->f_frsize)
		buf->f_frsize = buf->f_bsize;
	if (!buf->f_fsid[0] && !buf->f_fsid[1])
		buf->f_fsid[0] = sb->s_dev;
	return 0;
}

static int statfs_path(const struct path *path, struct statfs64 *buf)
{
	int err = vfs_statfs(path->dentry, buf);

	buf->f_flags = ST_VALID | (path->mnt->mnt_flags & (MNT_NOATIME - 1)) |
		       (path->dentry->d_sb->s_flags & MS_RDONLY ? MNT_RDONLY : 0);
	if (!(path->mnt->mnt_flags & MNT_NOATIME))
		buf->f_flags |= ST_RELATIME;
	return err;
}

static int statfs_name(const char __user *name, struct statfs64 *buf)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	err = statfs_path(&path, buf);
	path_put(&path);
	return err;
}

static int statfs_fd(unsigned int fd, struct statfs64 *buf)
{
	struct file *file = fget_raw(fd);
	int err;

	if (!file)
		return -EBADF;
	err = statfs_path(&file->f_path, buf);
	fput(file);
	return err;
}

static long put_statfs(const struct statfs64 *s, struct statfs32 __user *buf)
{
	struct statfs32 out = {
		.f_type = s->f_type, .f_bsize = s->f_bsize, .f_blocks = (u32)s->f_blocks,
		.f_bfree = (u32)s->f_bfree, .f_bavail = (u32)s->f_bavail, .f_files = (u32)s->f_files,
		.f_ffree = (u32)s->f_ffree, .f_fsid = { s->f_fsid[0], s->f_fsid[1] },
		.f_namelen = s->f_namelen, .f_frsize = s->f_frsize, .f_flags = s->f_flags,
	};

	if ((s->f_blocks | s->f_bfree | s->f_bavail | s->f_files | s->f_ffree) >> 32)
		return -EOVERFLOW;
	return copy_to_user(buf, &out, sizeof(out)) ? -EFAULT : 0;
}

static long put_statfs64(const struct statfs64 *s, struct statfs64 __user *buf)
{
	return copy_to_user(buf, s, sizeof(*s)) ? -EFAULT : 0;
}

long sys_statfs(const char __user *name, struct statfs32 __user *buf)
{
	struct statfs64 s;
	int err = statfs_name(name, &s);

	return err ? err : put_statfs(&s, buf);
}

long sys_fstatfs(unsigned int fd, struct statfs32 __user *buf)
{
	struct statfs64 s;
	int err = statfs_fd(fd, &s);

	return err ? err : put_statfs(&s, buf);
}

/* Old programs pass 88: the size with the padding that other machines have. */
#define STATFS64_SIZE_PADDED 88u

static bool size_ok(size_t size)
{
	return size == sizeof(struct statfs64) || size == STATFS64_SIZE_PADDED;
}

long sys_statfs64(const char __user *name, size_t size, struct statfs64 __user *buf)
{
	struct statfs64 s;
	int err = size_ok(size) ? statfs_name(name, &s) : -EINVAL;

	return err ? err : put_statfs64(&s, buf);
}

long sys_fstatfs64(unsigned int fd, size_t size, struct statfs64 __user *buf)
{
	struct statfs64 s;
	int err = size_ok(size) ? statfs_fd(fd, &s) : -EINVAL;

	return err ? err : put_statfs64(&s, buf);
}

struct ustat {
	s32 f_tfree;
	u32 f_tinode;
	char f_fname[6], f_fpack[6];
};

struct ustat_arg {
	dev_t dev;
	int err;
	struct statfs64 s;
};

static void ustat_super(struct super_block *sb, void *arg)
{
	struct ustat_arg *u = arg;

	if (sb->s_dev == u->dev && u->err == -EINVAL)
		u->err = vfs_statfs(sb->s_root, &u->s);
}

long sys_ustat(unsigned int dev, void __user *buf)
{
	struct ustat_arg u = { .dev = dev, .err = -EINVAL };
	struct ustat out = { .f_tfree = 0 };

	for_each_super(ustat_super, &u, true);
	if (u.err)
		return u.err;
	out.f_tfree = (s32)u.s.f_bfree;
	out.f_tinode = (u32)u.s.f_ffree;
	return copy_to_user(buf, &out, sizeof(out)) ? -EFAULT : 0;
}
