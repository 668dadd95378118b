/* SPDX-License-Identifier: MIT */
/*
 * devfs: the one instance of a tmpfs-like tree in which drivers make their nodes and that is mounted on
 * /dev.  Its nodes are ordinary inodes: modes can be changed, more nodes made.
 *
 * Drivers may register before vfs_init has run or from any task that may sleep.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/specfs.h>
#include <quire/string.h>

#include "init.h"
#include "tmpfs/tmpfs.h"

#define DEVFS_ROOT_MODE 0755

static struct super_block *devfs_sb;

static int devfs_fill_super(struct super_block *sb, void *data, bool silent)
{
	char options[] = "size=0,mode=0755";

	return tmpfs_fill_super(sb, options, silent);
}

/* Its name in /proc/mounts is what programs know a kernel-filled /dev by. */
static struct file_system_type devfs_type = {
	.name = "devtmpfs",
	.fs_flags = FS_SINGLE,
	.fill_super = devfs_fill_super,
};

/*
 * The dentry of "a/b" below devfs, directories made on the way; *dir (its parent) is locked and
 * referenced.  => referenced, perhaps negative; ERR_PTR with nothing held
 */
static struct dentry *devfs_lookup(const char *name, struct dentry **dirp)
{
	struct dentry *dir = dget(devfs_sb->s_root), *dentry;

	for (;;) {
		const char *slash = strchr(name, '/');
		size_t len = slash ? (size_t)(slash - name) : strlen(name);
		int err = 0;

		mutex_lock_nested(&dir->d_inode->i_mutex, I_MUTEX_PARENT);
		dentry = lookup_one_len(name, dir, (unsigned int)len);
		if (!IS_ERR(dentry) && !slash)
			break;
		if (!IS_ERR(dentry) && !dentry->d_inode)
			err = vfs_mkdir(dir->d_inode, dentry, DEVFS_ROOT_MODE);
		mutex_unlock(&dir->d_inode->i_mutex);
		dput(dir);
		if (IS_ERR(dentry))
			return dentry;
		if (err) {
			dput(dentry);
			return ERR_PTR(err);
		}
		dir = dentry;
		name = slash + 1;
	}
	*dirp = dir;
	return dentry;
}

static void devfs_unlock(struct dentry *dir, struct dentry *dentry)
{
	dput(dentry);
	mutex_unlock(&dir->d_inode->i_mutex);
	dput(dir);
}

/* A mode without a type means a character device.  => 0, -EEXIST: the name has another device */
int devfs_create(const char *name, umode_t mode, dev_t dev)
{
	struct dentry *dir, *dentry;
	int err = 0;

	if (!devfs_sb)
		return -ENODEV;
	dentry = devfs_lookup(name, &dir);
	if (IS_ERR(dentry))
		return (int)PTR_ERR(dentry);
	if (dentry->d_inode) {
		if (dentry->d_inode->i_rdev != dev)
			err = -EEXIST;
	} else {
		if (!(mode & S_IFMT))
			mode |= S_IFCHR;
		err = dir->d_inode->i_op->mknod(dir->d_inode, dentry, mode, dev);
	}
	/* The one who runs when a device appears does not own it. */
	if (!err) {
		dentry->d_inode->i_uid = 0;
		dentry->d_inode->i_gid = 0;
	}
	devfs_unlock(dir, dentry);
	return err;
}

void devfs_remove(const char *name)
{
	struct dentry *dir, *dentry;

	if (!devfs_sb)
		return;
	dentry = devfs_lookup(name, &dir);
	if (IS_ERR(dentry))
		return;
	if (dentry->d_inode && !S_ISDIR(dentry->d_inode->i_mode) &&
	    !dir->d_inode->i_op->unlink(dir->d_inode, dentry))
		d_delete(dentry);
	devfs_unlock(dir, dentry);
}

static void devfs_symlink(const char *target, const char *name)
{
	struct dentry *dir, *dentry = devfs_lookup(name, &dir);

	if (IS_ERR(dentry))
		return;
	if (!dentry->d_inode)
		vfs_symlink(dir->d_inode, dentry, target);
	devfs_unlock(dir, dentry);
}

static void devfs_mkdir(const char *name, int mode)
{
	struct dentry *dir, *dentry = devfs_lookup(name, &dir);

	if (IS_ERR(dentry))
		return;
	if (!dentry->d_inode && !vfs_mkdir(dir->d_inode, dentry, mode))
		dentry->d_inode->i_mode = (umode_t)(S_IFDIR | mode);
	devfs_unlock(dir, dentry);
}

void devfs_init(void)
{
	register_filesystem(&devfs_type);
	devfs_sb = kern_mount(&devfs_type);
	if (IS_ERR(devfs_sb))
		panic("devfs: %ld", PTR_ERR(devfs_sb));
	devfs_symlink("/proc/self/fd", "fd");
	devfs_symlink("/proc/self/fd/0", "stdin");
	devfs_symlink("/proc/self/fd/1", "stdout");
	devfs_symlink("/proc/self/fd/2", "stderr");
	devfs_mkdir("pts", DEVFS_ROOT_MODE);
	devfs_mkdir("shm", S_IRWXUGO | S_ISVTX);
}

/* On /dev of the calling task's root, which is made if it is not there and can be. */
int devfs_mount(void)
{
	int err = kern_mkdir("/dev", DEVFS_ROOT_MODE);

	if (err && err != -EEXIST && err != -EROFS)
		return err;
	return do_mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, NULL);
}
