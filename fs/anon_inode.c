/* SPDX-License-Identifier: MIT */
/*
 * Inodes that no directory holds: pipes, event counters, epoll.  They belong to one kernel-internal
 * super block, and every nameless file claims its one mount as its own.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/mount.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/specfs.h>

#include "init.h"

#define ANON_INODE_FS_MAGIC 0x09041934ul

static struct vfsmount *anon_mount;

static const struct super_operations anon_super_ops = {
	.statfs = simple_statfs,
};

static int anon_fill_super(struct super_block *sb, void *data, bool silent)
{
	struct inode *root;

	sb->s_op = &anon_super_ops;
	sb->s_magic = ANON_INODE_FS_MAGIC;
	sb->s_flags |= SB_NO_WRITEBACK;
	root = new_inode(sb);
	if (!root)
		return -ENOMEM;
	root->i_mode = S_IFDIR | S_IRWXU;
	sb->s_root = d_alloc_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static struct file_system_type anon_fs_type = {
	.name = "anon_inodefs",
	.fill_super = anon_fill_super,
};

void anon_inode_init(void)
{
	anon_mount = vfs_kern_mount(&anon_fs_type, 0, "anon_inodefs", NULL);
	if (IS_ERR(anon_mount))
		panic("VFS: no anonymous mount: %ld", PTR_ERR(anon_mount));
}

struct vfsmount *anon_mnt(void)
{
	return anon_mount;
}

/* count 1, owned by the current task; NULL when out of memory */
struct inode *new_anon_inode(umode_t mode)
{
	struct inode *inode = new_inode(anon_mount->mnt_sb);

	if (!inode)
		return NULL;
	inode->i_mode = mode;
	inode->i_uid = current->fsuid;
	inode->i_gid = current->fsgid;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	return inode;
}
