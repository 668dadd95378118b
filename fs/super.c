/* SPDX-License-Identifier: MIT */
/*
 * File system types and super blocks: who is mounted how often, and how a super block dies.
 *
 * A super block has two counts.  s_active: the mounts (and kern_mount) that use it; when it falls
 * to 0 the super block is shut down under s_umount held for writing and s_root becomes NULL.
 * s_count: who may still look at the structure; all the mounts together are one.
 * A walker of super_blocks takes an s_count under sb_lock, drops the lock, takes s_umount for
 * reading and then tests s_root: the super block stays alive until it lets go.
 *
 * Locking: sb_lock (spin): the lists and both counts.  s_umount is outside i_mutex.
 */
#include <quire/blkdev.h>
#include <quire/bitmap.h>
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/mount.h>
#include <quire/printk.h>
#include <quire/seq_file.h>
#include <quire/slab.h>
#include <quire/string.h>

DEFINE_SPINLOCK(sb_lock);
LIST_HEAD(super_blocks);

static LIST_HEAD(file_systems);			/* sb_lock; types are never removed */

#define MAX_ANON_DEVS 256
static DECLARE_BITMAP(anon_devs, MAX_ANON_DEVS); /* sb_lock; minors of major 0 */

/* At boot or from a driver; the type stays for ever. */
int register_filesystem(struct file_system_type *fs)
{
	struct file_system_type *p;
	int err = 0;

	spin_lock(&sb_lock);
	list_for_each_entry(p, &file_systems, link)
		if (!strcmp(p->name, fs->name))
			err = -EBUSY;
	if (!err)
		list_add_tail(&fs->link, &file_systems);
	spin_unlock(&sb_lock);
	return err;
}

struct file_system_type *get_fs_type(const char *name)
{
	struct file_system_type *p, *found = NULL;

	spin_lock(&sb_lock);
	list_for_each_entry(p, &file_systems, link) {
		if (!strcmp(p->name, name)) {
			found = p;
			break;
		}
	}
	spin_unlock(&sb_lock);
	return found;
}

/* /proc/filesystems.  Types are never removed, so the walk needs no lock. */
int filesystems_show(struct seq_file *m, void *v)
{
	struct file_system_type *p;

	list_for_each_entry(p, &file_systems, link)
		seq_printf(m, "%s\t%s\n", p->fs_flags & FS_REQUIRES_DEV ? "" : "nodev", p->name);
	return 0;
}

/* A device number for a super block without a device: major 0. => 0 when all are taken */
dev_t get_anon_bdev(void)
{
	unsigned int minor;

	spin_lock(&sb_lock);
	minor = find_next_zero_bit(anon_devs, MAX_ANON_DEVS, 1);
	if (minor < MAX_ANON_DEVS)
		__set_bit(minor, anon_devs);
	spin_unlock(&sb_lock);
	return minor < MAX_ANON_DEVS ? MKDEV(0, minor) : 0;
}

void put_anon_bdev(dev_t dev)
{
	spin_lock(&sb_lock);
	__clear_bit(MINOR(dev), anon_devs);
	spin_unlock(&sb_lock);
}

static struct super_block *alloc_super(struct file_system_type *type, unsigned int flags)
{
	struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);

	if (!sb)
		return NULL;
	INIT_LIST_HEAD(&sb->s_inodes);
	INIT_LIST_HEAD(&sb->s_dirty);
	INIT_LIST_HEAD(&sb->s_io);
	mutex_init(&sb->s_rename_mutex);
	init_rwsem(&sb->s_umount);
	sb->s_type = type;
	sb->s_flags = flags;
	sb->s_maxbytes = 0x7fffffff;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_active = 1;
	sb->s_count = 1;
	return sb;
}

void put_super(struct super_block *sb)
{
	bool last;

	spin_lock(&sb_lock);
	last = --sb->s_count == 0;
	if (last)
		list_del(&sb->s_list);
	spin_unlock(&sb_lock);
	if (last)
		kfree(sb);
}

/* Release the device, or the anonymous number, of a super block that is going. */
static void release_device(struct super_block *sb)
{
	if (sb->s_bdev)
		blkdev_put(sb->s_bdev, sb);
	else if (sb->s_dev)
		put_anon_bdev(sb->s_dev);
	sb->s_bdev = NULL;
	sb->s_dev = 0;
}

/*
 * Everything of the super block goes: dentries, inodes, the file system's own data.
 * s_umount is held for writing; nobody can find anything of it any more.
 */
static void generic_shutdown_super(struct super_block *sb)
{
	if (!sb->s_root)
		return;
	if (sb->s_flags & SB_PINNED_DENTRIES)
		d_genocide(sb->s_root);
	shrink_dcache_for_umount(sb);
	fsync_super(sb);
	if (invalidate_inodes(sb))
		pr_err("VFS: busy inodes after umount of %s\n", sb->s_type->name);
	if (sb->s_op && sb->s_op->put_super)
		sb->s_op->put_super(sb);
}

/* One mount less; the last shuts the super block down.  Sleeps. */
void deactivate_super(struct super_block *sb)
{
	bool last;

	spin_lock(&sb_lock);
	last = --sb->s_active == 0;
	spin_unlock(&sb_lock);
	if (!last)
		return;
	down_write(&sb->s_umount);
	generic_shutdown_super(sb);
	release_device(sb);
	up_write(&sb->s_umount);
	put_super(sb);
}

/* An instance to share: the same device, or the only one of an FS_SINGLE type.  sb_lock held. */
static struct super_block *find_shared_locked(struct file_system_type *type,
					      struct block_device *bdev)
{
	struct super_block *sb;

	list_for_each_entry(sb, &super_blocks, s_list) {
		if (sb->s_type != type || sb->s_active <= 0 || !sb->s_root)
			continue;
		if (bdev ? sb->s_bdev == bdev : (type->fs_flags & FS_SINGLE) != 0) {
			sb->s_active++;
			return sb;
		}
	}
	return NULL;
}

static struct super_block *find_shared(struct file_system_type *type, struct block_device *bdev)
{
	struct super_block *sb;

	spin_lock(&sb_lock);
	sb = find_shared_locked(type, bdev);
	spin_unlock(&sb_lock);
	return sb;
}

static int open_device(struct super_block *sb, struct block_device *bdev)
{
	int err;

	if (!bdev) {
		sb->s_dev = get_anon_bdev();
		return sb->s_dev ? 0 : -EMFILE;
	}
	err = blkdev_get(bdev, sb);
	if (err)
		return err;
	sb->s_bdev = bdev;
	sb->s_dev = bdev->bd_dev;
	return 0;
}

static struct super_block *new_super(struct file_system_type *type, unsigned int flags,
				     struct block_device *bdev, void *data)
{
	struct super_block *sb = alloc_super(type, flags);
	int err;

	if (!sb)
		return ERR_PTR(-ENOMEM);
	spin_lock(&sb_lock);
	list_add_tail(&sb->s_list, &super_blocks);
	spin_unlock(&sb_lock);
	down_write(&sb->s_umount);
	err = open_device(sb, bdev);
	if (!err)
		err = type->fill_super(sb, data, flags & MS_SILENT);
	if (!err) {
		up_write(&sb->s_umount);
		return sb;
	}
	generic_shutdown_super(sb);
	release_device(sb);
	spin_lock(&sb_lock);
	sb->s_active = 0;
	spin_unlock(&sb_lock);
	up_write(&sb->s_umount);
	put_super(sb);
	return ERR_PTR(err);
}

/*
 * The super block for a mount, s_active taken: an existing one where it can be shared.
 * dev_name names the device of an FS_REQUIRES_DEV type.  Sleeps, does I/O.
 */
struct super_block *sget_mount(struct file_system_type *type, unsigned int flags,
			       const char *dev_name, void *data)
{
	struct block_device *bdev = NULL;
	struct super_block *sb;

	if (type->fs_flags & FS_REQUIRES_DEV) {
		if (!dev_name || !*dev_name)
			return ERR_PTR(-EINVAL);
		bdev = lookup_bdev(dev_name);
		if (IS_ERR(bdev))
			return ERR_CAST(bdev);
	}
	if (bdev || type->fs_flags & FS_SINGLE) {
		sb = find_shared(type, bdev);
		if (sb && (flags ^ sb->s_flags) & MS_RDONLY && bdev) {
			deactivate_super(sb);
			return ERR_PTR(-EBUSY);
		}
		if (sb)
			return sb;
	}
	return new_super(type, flags, bdev, data);
}

struct super_block *kern_mount(struct file_system_type *type)
{
	return sget_mount(type, 0, type->name, NULL);
}

/* See mount.h; the order is that of mounting.  Sleeps in s_umount. */
void for_each_super(void (*fn)(struct super_block *sb, void *arg), void *arg, bool may_wait)
{
	struct super_block *sb, *prev = NULL;

	spin_lock(&sb_lock);
	list_for_each_entry(sb, &super_blocks, s_list) {
		if (!sb->s_root)
			continue;
		sb->s_count++;
		spin_unlock(&sb_lock);
		if (prev)
			put_super(prev);
		if (may_wait)
			down_read(&sb->s_umount);
		if (may_wait || down_read_trylock(&sb->s_umount)) {
			if (sb->s_root)
				fn(sb, arg);
			up_read(&sb->s_umount);
		}
		prev = sb;
		spin_lock(&sb_lock);
	}
	spin_unlock(&sb_lock);
	if (prev)
		put_super(prev);
}

/*
 * mount -o remount.  force: power-off, writers or not.  The caller holds namespace_mutex, so the super
 * block stays.  => 0, -EBUSY when files are open for writing and it should become read-only.
 */
int do_remount_sb(struct super_block *sb, unsigned long flags, void *data, bool force)
{
	int fl = (int)flags, err = 0;

	down_write(&sb->s_umount);
	if ((flags & MS_RDONLY) && !(sb->s_flags & MS_RDONLY)) {
		shrink_dcache_parent(sb->s_root);
		fsync_super(sb);
		if (!force && fs_may_not_remount_ro(sb))
			err = -EBUSY;
	}
	if (!err && sb->s_op->remount_fs)
		err = sb->s_op->remount_fs(sb, &fl, data);
	if (!err)
		sb->s_flags = (sb->s_flags & ~(unsigned long)MS_RMT_MASK) | ((unsigned)fl & MS_RMT_MASK);
	up_write(&sb->s_umount);
	return err;
}

/* All of a super block to its store, waiting.  => the first error */
int fsync_super(struct super_block *sb)
{
	sync_inodes_sb(sb, false);
	sync_inodes_sb(sb, true);
	if (sb->s_op && sb->s_op->sync_fs)
		return sb->s_op->sync_fs(sb, true);
	return 0;
}
