/* SPDX-License-Identifier: MIT */
/*
 * Mounts: a tree of super blocks' roots.  mnt_parent/mnt_mountpoint tell where one hangs.
 *
 * References: the tree holds one, each struct path another.  A mount holds its root dentry, its
 * mount point (dentry and parent mount) and one s_active of its super block.
 * Locking: vfsmount_lock (spin) guards hash, tree and list; namespace_mutex (outside i_mutex of the
 * mount point) serialises mount and umount.
 */
#ifndef QUIRE_MOUNT_H
#define QUIRE_MOUNT_H

#include <quire/fs.h>

#define MNT_RDONLY 1u
#define MNT_NOSUID 2u
#define MNT_NODEV 4u
#define MNT_NOEXEC 8u
#define MNT_NOATIME 16u
#define MNT_NODIRATIME 32u

struct vfsmount {
	struct hlist_node mnt_hash;	/* by (parent, mount point) */
	struct vfsmount *mnt_parent;	/* itself: the root, or detached */
	struct dentry *mnt_mountpoint;
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	struct list_head mnt_mounts, mnt_child;
	struct list_head mnt_list;	/* all mounts in the order they were made */
	atomic_t mnt_count;
	unsigned int mnt_flags;		/* MNT_* */
	int mnt_id;
	char *mnt_devname;
};

static inline struct vfsmount *mntget(struct vfsmount *mnt)
{
	if (mnt)
		atomic_inc(&mnt->mnt_count);
	return mnt;
}
void mntput(struct vfsmount *mnt);

/* What is mounted on path, referenced; or NULL. */
struct vfsmount *lookup_mnt(const struct path *path);
/* Step into what is mounted here; => true if it moved. */
bool follow_mount(struct path *path);
/* From a mount's root to the mount point; => false at the top. */
bool follow_up(struct path *path);

/* A new mount of a type, in no tree yet. ERR_PTR */
struct vfsmount *vfs_kern_mount(struct file_system_type *type, unsigned int flags,
				const char *dev_name, void *data);
/* Mount dev_name on a directory named in kernel memory. flags MS_*. => 0 or -errno */
int do_mount(const char *dev_name, const char *dir_name, const char *type, unsigned long flags,
	     void *data);
int do_umount_path(const char *name, int flags);
/* The namespace's very first mount becomes root and working directory of everyone. */
void mnt_set_rootfs(struct vfsmount *mnt);

/* ---- super.c ---- */
extern spinlock_t sb_lock;
extern struct list_head super_blocks;
struct super_block *sget_mount(struct file_system_type *type, unsigned int flags,
			       const char *dev_name, void *data);
void deactivate_super(struct super_block *sb); /* one mount less */
void put_super(struct super_block *sb);	       /* one s_count less */
int do_remount_sb(struct super_block *sb, unsigned long flags, void *data, bool force);
struct file_system_type *get_fs_type(const char *name);
int filesystems_show(struct seq_file *m, void *v);
int mounts_show(struct seq_file *m, void *v);
/*
 * Walks all live super blocks; fn runs with s_umount read-held.  may_wait: false passes over those
 * that are being unmounted.
 */
void for_each_super(void (*fn)(struct super_block *sb, void *arg), void *arg, bool may_wait);
dev_t get_anon_bdev(void);
void put_anon_bdev(dev_t dev);
int fsync_super(struct super_block *sb);

#define MS_RMT_MASK (MS_RDONLY | MS_SYNCHRONOUS)

/* ---- inode.c ---- */
extern spinlock_t inode_lock;
struct inodes_stat {
	int nr_inodes, nr_unused;
};
extern struct inodes_stat inodes_stat;
void inode_cache_init(void);
void __iget_locked(struct inode *inode);	/* one more reference; inode_lock held */
/* The inode has just become clean and unused, or not: put it where it belongs. */
void inode_settle_locked(struct inode *inode);
void wait_on_inode(struct inode *inode);	/* until I_LOCK is clear */
void wake_up_inode(struct inode *inode);
void writeback_init(void);
/* Drop every unused inode of a dying super block; => true: some are still in use. */
bool invalidate_inodes(struct super_block *sb);
/* Files open for writing, or unlinked ones in use, forbid to become read-only. */
bool fs_may_not_remount_ro(struct super_block *sb);
/* Write the dirty inodes of one super block. */
void sync_inodes_sb(struct super_block *sb, bool wait);

#endif
