/* SPDX-License-Identifier: MIT */
/*
 * The super block of a mounted ext2: mount, remount, sync, umount, errors.
 *
 * State on the disk.  While mounted for writing the file system is marked "not clean"; umount and
 * remounting read-only put back the state that mounting found, after everything else is on the
 * disk.  An error found meanwhile is marked at once and stays until e2fsck has run.
 *
 * The free counts in the super block are brought up to date by every sync.
 *
 * Locking: s_umount for mount, remount and umount; alloc_mutex for counts and state.
 */
#include <quire/err.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/pagemap.h>
#include <quire/seq_file.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "ext2.h"

static struct kmem_cache *inode_cache;

/* ---- errors ---- */

void ext2_error(struct super_block *sb, const char *fmt, ...)
{
	static struct ratelimit limit = { .interval = 5 * HZ, .burst = 10 };
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	char text[128];
	__builtin_va_list args;

	if (ratelimit_allow(&limit)) {
		__builtin_va_start(args, fmt);
		vsnprintf(text, sizeof(text), fmt, args);
		__builtin_va_end(args);
		pr_err("ext2: %s: error: %s\n", sb->s_bdev->bd_name, text);
	}
	if (ext2_read_only(sb))
		return;
	sbi->mount_state |= EXT2_ERROR_FS;
	sbi->es->s_state |= EXT2_ERROR_FS;
	mark_buffer_dirty(sbi->sbh);
	sb->s_dirt = true;
	if (sbi->errors == EXT2_ERRORS_RO) {
		pr_err("ext2: %s: read-only from now on\n", sb->s_bdev->bd_name);
		sb->s_flags |= MS_RDONLY;
	}
}

/* ---- inodes in memory ---- */

static void inode_ctor(void *object)
{
	struct ext2_inode_info *ei = object;

	mutex_init(&ei->meta_mutex);
	INIT_LIST_HEAD(&ei->rsv.link);
	inode_init_once(&ei->vfs_inode);
}

static struct inode *ext2_alloc_inode(struct super_block *sb)
{
	struct ext2_inode_info *ei = kmem_cache_alloc(inode_cache, GFP_NOFS);

	if (!ei)
		return NULL;
	memset(ei->data, 0, sizeof(ei->data));
	ei->last_logical = ei->last_physical = 0;
	ei->rsv.size = 0;
	ei->flags = ei->file_acl = ei->dir_acl = ei->dtime = 0;
	ei->group = ei->dir_hint = ei->dir_hint_offset = 0;
	ei->tree_clean = ei->fresh = false;
	return &ei->vfs_inode;
}

static void ext2_destroy_inode(struct inode *inode)
{
	kmem_cache_free(inode_cache, EXT2_I(inode));
}

static void ext2_clear_inode(struct inode *inode)
{
	if (!list_empty(&EXT2_I(inode)->rsv.link))
		ext2_discard_reservation(inode);
}

/* ---- writing the super block ---- */

static void update_counts(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);

	mutex_lock(&sbi->alloc_mutex);
	sbi->es->s_free_blocks_count = sbi->free_blocks;
	sbi->es->s_free_inodes_count = sbi->free_inodes;
	sbi->es->s_wtime = current_fs_time().tv_sec;
	sb->s_dirt = false;
	mark_buffer_dirty(sbi->sbh);
	mutex_unlock(&sbi->alloc_mutex);
}

static int ext2_sync_fs(struct super_block *sb, bool wait)
{
	int error, e;

	if (ext2_read_only(sb) && !sb->s_dirt)
		return 0;
	update_counts(sb);
	if (!wait)
		return 0;
	error = sync_blockdev(sb->s_bdev);
	e = blkdev_issue_flush(sb->s_bdev);
	return error ? error : e;
}

/* From now on the disk changes: until umount it is not clean. => 0, -EIO */
static int begin_writing(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct ext2_super_block *es = sbi->es;

	sbi->mount_state = es->s_state;
	if (!(es->s_state & EXT2_VALID_FS))
		pr_warn("ext2: %s: was not unmounted cleanly, run e2fsck\n", sb->s_bdev->bd_name);
	else if (es->s_state & EXT2_ERROR_FS)
		pr_warn("ext2: %s: has errors, run e2fsck\n", sb->s_bdev->bd_name);
	es->s_state &= ~EXT2_VALID_FS;
	es->s_mnt_count++;
	es->s_mtime = current_fs_time().tv_sec;
	mark_buffer_dirty(sbi->sbh);
	return sync_dirty_buffer(sbi->sbh);
}

/* Everything is on the disk; then, and only then, it is clean (if it was before). */
static void end_writing(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);

	update_counts(sb);
	if (sync_blockdev(sb->s_bdev))
		sbi->mount_state |= EXT2_ERROR_FS;
	blkdev_issue_flush(sb->s_bdev);
	sbi->es->s_state = sbi->mount_state;
	mark_buffer_dirty(sbi->sbh);
	if (sync_dirty_buffer(sbi->sbh))
		pr_err("ext2: %s: the super block could not be written\n", sb->s_bdev->bd_name);
	blkdev_issue_flush(sb->s_bdev);
}

/* ---- mount and umount ---- */

static void release(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);

	ext2_release_groups(sb);
	brelse(sbi->sbh);
	sb->s_fs_info = NULL;
	kfree(sbi);
}

static void ext2_put_super(struct super_block *sb)
{
	if (!ext2_read_only(sb))
		end_writing(sb);
	else
		sync_blockdev(sb->s_bdev); /* made read-only by an error: what it had begun */
	release(sb);
}

static int ext2_statfs(struct dentry *dentry, struct statfs64 *buf)
{
	struct super_block *sb = dentry->d_sb;
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 reserved = sbi->es->s_r_blocks_count;

	memset(buf, 0, sizeof(*buf));
	buf->f_type = EXT2_SUPER_MAGIC;
	buf->f_bsize = buf->f_frsize = sb->s_blocksize;
	buf->f_blocks = sbi->blocks_count - sbi->overhead;
	buf->f_bfree = sbi->free_blocks;
	buf->f_bavail = sbi->free_blocks > reserved ? sbi->free_blocks - reserved : 0;
	buf->f_files = sbi->inodes_count;
	buf->f_ffree = sbi->free_inodes;
	buf->f_namelen = EXT2_NAME_LEN;
	memcpy(buf->f_fsid, sbi->es->s_uuid, sizeof(buf->f_fsid));
	return 0;
}

static int ext2_remount(struct super_block *sb, int *flags, char *data)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	const struct ext2_super_block *es = sbi->es;
	bool to_ro = *flags & MS_RDONLY, is_ro = ext2_read_only(sb);
	int error = ext2_parse_options(sb, data);

	if (error || to_ro == is_ro)
		return error;
	if (to_ro) {
		end_writing(sb);
		return 0;
	}
	if (sb->s_bdev->bd_disk->read_only ||
	    (es->s_rev_level != EXT2_GOOD_OLD_REV &&
	     es->s_feature_ro_compat & ~EXT2_RO_COMPAT_SUPPORTED))
		return -EROFS;
	return begin_writing(sb);
}

static const struct super_operations ext2_super_ops = {
	.alloc_inode = ext2_alloc_inode,
	.destroy_inode = ext2_destroy_inode,
	.read_inode = ext2_read_inode,
	.write_inode = ext2_write_inode,
	.delete_inode = ext2_delete_inode,
	.clear_inode = ext2_clear_inode,
	.put_super = ext2_put_super,
	.sync_fs = ext2_sync_fs,
	.statfs = ext2_statfs,
	.remount_fs = ext2_remount,
	.show_options = ext2_show_options,
};

static struct ext2_sb_info *alloc_sb_info(void)
{
	struct ext2_sb_info *sbi = kzalloc(sizeof(*sbi), GFP_KERNEL);

	if (!sbi)
		return NULL;
	mutex_init(&sbi->alloc_mutex);
	INIT_LIST_HEAD(&sbi->reservations);
	sbi->next_generation = current_fs_time().tv_sec;
	return sbi;
}

/* What the super block itself says about options; before the mount's own options. */
static void default_options(struct ext2_sb_info *sbi)
{
	sbi->errors = sbi->es->s_errors == EXT2_ERRORS_RO ||
				      sbi->es->s_errors == EXT2_ERRORS_PANIC ?
			      EXT2_ERRORS_RO : EXT2_ERRORS_CONTINUE;
	sbi->resuid = sbi->es->s_def_resuid;
	sbi->resgid = sbi->es->s_def_resgid;
}

/* A failed mount leaves no inode behind in the cache. */
static void drop_root(struct inode *root)
{
	remove_inode_hash(root);
	iput(root);
}

static int get_root(struct super_block *sb)
{
	struct inode *root = iget(sb, EXT2_ROOT_INO);

	if (IS_ERR(root))
		return PTR_ERR(root);
	if (!S_ISDIR(root->i_mode) || i_size_read(root) == 0) {
		pr_err("ext2: %s: the root inode is no directory\n", sb->s_bdev->bd_name);
		drop_root(root);
		return -EINVAL;
	}
	sb->s_root = d_alloc_root(root);
	if (sb->s_root)
		return 0;
	drop_root(root);
	return -ENOMEM;
}

static int ext2_fill_super(struct super_block *sb, void *data, bool silent)
{
	int error;

	if (sb->s_bdev->bd_disk->read_only && !ext2_read_only(sb))
		return -EROFS;
	sb->s_fs_info = alloc_sb_info();
	if (!sb->s_fs_info)
		return -ENOMEM;
	error = ext2_load_super(sb, silent);
	if (error)
		goto out_release;
	default_options(EXT2_SB(sb));
	error = ext2_parse_options(sb, data);
	if (error)
		goto out_release;
	sb->s_magic = EXT2_SUPER_MAGIC;
	sb->s_maxbytes = ext2_max_size(sb->s_blocksize_bits);
	sb->s_op = &ext2_super_ops;
	error = ext2_load_groups(sb);
	if (error)
		goto out_release;
	EXT2_SB(sb)->overhead = ext2_overhead(sb);
	if (!ext2_read_only(sb)) {
		error = begin_writing(sb);
		if (error)
			goto out_release;
	}
	error = get_root(sb);
	if (!error)
		return 0;
	if (!ext2_read_only(sb))
		end_writing(sb);
out_release:
	release(sb);
	return error;
}

static struct file_system_type ext2_fs_type = {
	.name = "ext2",
	.fs_flags = FS_REQUIRES_DEV,
	.fill_super = ext2_fill_super,
};

void ext2_init(void)
{
	inode_cache = kmem_cache_create("ext2_inode", sizeof(struct ext2_inode_info), 0,
					SLAB_RECLAIM_ACCOUNT, inode_ctor);
	if (!inode_cache || register_filesystem(&ext2_fs_type))
		panic("ext2: cannot start");
}
