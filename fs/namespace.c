/* SPDX-License-Identifier: MIT */
/*
 * The tree of mounts: what is mounted where, mounting and unmounting.
 *
 * A mount is found by its (parent mount, mount point) in a hash; dentry->d_mounted says whether a
 * look is worth it.  There is one namespace.  A task whose root is not the first mount sees in
 * /proc/mounts only what it can reach.
 *
 * Locking: see mount.h.  namespace_mutex -> s_umount -> i_mutex.
 */
#include <quire/assert.h>
#include <quire/blkdev.h>
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/syscalls_fs.h>
#include <quire/kernel.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/seq_file.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#define MOUNT_HASH_SIZE 32u

static DEFINE_SPINLOCK(vfsmount_lock);
static DEFINE_MUTEX(namespace_mutex);
static struct hlist_head mount_hashtable[MOUNT_HASH_SIZE];
static LIST_HEAD(mount_list);
static int last_mnt_id;

static struct hlist_head *mount_bucket(const struct vfsmount *mnt, const struct dentry *dentry)
{
	unsigned long h = (unsigned long)mnt / sizeof(*mnt) + (unsigned long)dentry / sizeof(*dentry);

	return &mount_hashtable[h % MOUNT_HASH_SIZE];
}

struct vfsmount *lookup_mnt(const struct path *path)
{
	struct vfsmount *mnt, *found = NULL;

	spin_lock(&vfsmount_lock);
	hlist_for_each_entry(mnt, mount_bucket(path->mnt, path->dentry), mnt_hash) {
		if (mnt->mnt_parent == path->mnt && mnt->mnt_mountpoint == path->dentry) {
			found = mntget(mnt);
			break;
		}
	}
	spin_unlock(&vfsmount_lock);
	return found;
}

bool follow_mount(struct path *path)
{
	struct vfsmount *mnt;
	bool moved = false;

	while (path->dentry->d_mounted) {
		mnt = lookup_mnt(path);
		if (!mnt)
			break;
		path_put(path);
		path->mnt = mnt;
		path->dentry = dget(mnt->mnt_root);
		moved = true;
	}
	return moved;
}

bool follow_up(struct path *path)
{
	struct path up;

	spin_lock(&vfsmount_lock);
	if (path->mnt->mnt_parent == path->mnt) {
		spin_unlock(&vfsmount_lock);
		return false;
	}
	up.mnt = mntget(path->mnt->mnt_parent);
	up.dentry = dget(path->mnt->mnt_mountpoint);
	spin_unlock(&vfsmount_lock);
	path_put(path);
	*path = up;
	return true;
}

static unsigned int mnt_flags_of(unsigned long ms_flags)
{
	static const struct { unsigned int ms, mnt; } map[] = {
		{ MS_RDONLY, MNT_RDONLY }, { MS_NOSUID, MNT_NOSUID }, { MS_NODEV, MNT_NODEV },
		{ MS_NOEXEC, MNT_NOEXEC }, { MS_NOATIME, MNT_NOATIME },
		{ MS_NODIRATIME, MNT_NODIRATIME },
	};
	unsigned int flags = 0, i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (ms_flags & map[i].ms)
			flags |= map[i].mnt;
	return flags;
}

/* sb's s_active reference becomes the mount's, also on failure. => NULL: no memory */
static struct vfsmount *alloc_vfsmnt(struct super_block *sb, struct dentry *root, const char *name,
				     unsigned long flags)
{
	struct vfsmount *mnt = kzalloc(sizeof(*mnt), GFP_KERNEL);

	if (mnt)
		mnt->mnt_devname = kstrdup(name && *name ? name : "none", GFP_KERNEL);
	if (!mnt || !mnt->mnt_devname) {
		kfree(mnt);
		deactivate_super(sb);
		return NULL;
	}
	INIT_LIST_HEAD(&mnt->mnt_mounts);
	INIT_LIST_HEAD(&mnt->mnt_child);
	INIT_LIST_HEAD(&mnt->mnt_list);
	INIT_HLIST_NODE(&mnt->mnt_hash);
	atomic_set(&mnt->mnt_count, 1);
	mnt->mnt_sb = sb;
	mnt->mnt_root = dget(root);
	mnt->mnt_mountpoint = root;
	mnt->mnt_parent = mnt;
	mnt->mnt_flags = mnt_flags_of(flags);
	return mnt;
}

void mntput(struct vfsmount *mnt)
{
	if (!mnt || !atomic_dec_and_test(&mnt->mnt_count))
		return;
	assert(list_empty(&mnt->mnt_mounts) && hlist_unhashed(&mnt->mnt_hash));
	dput(mnt->mnt_root);
	deactivate_super(mnt->mnt_sb);
	kfree(mnt->mnt_devname);
	kfree(mnt);
}

struct vfsmount *vfs_kern_mount(struct file_system_type *type, unsigned int flags,
				const char *dev_name, void *data)
{
	struct super_block *sb = sget_mount(type, flags & (MS_RMT_MASK | MS_SILENT), dev_name, data);
	struct vfsmount *mnt;

	if (IS_ERR(sb))
		return ERR_CAST(sb);
	mnt = alloc_vfsmnt(sb, sb->s_root, dev_name, flags);
	return mnt ? mnt : ERR_PTR(-ENOMEM);
}

/* Into the tree at path; takes the mount's reference for the tree. namespace_mutex held. */
static int attach_mount(struct vfsmount *mnt, struct path *path)
{
	struct inode *dir = path->dentry->d_inode;
	int err = 0;

	if (!S_ISDIR(dir->i_mode) != !S_ISDIR(mnt->mnt_root->d_inode->i_mode))
		return -ENOTDIR;
	mutex_lock(&dir->i_mutex);
	if (IS_DEADDIR(dir) || (d_unhashed(path->dentry) && !IS_ROOT(path->dentry))) {
		err = -ENOENT;
		goto out;
	}
	path_get(path);
	spin_lock(&dcache_lock);
	path->dentry->d_mounted++;
	spin_unlock(&dcache_lock);
	spin_lock(&vfsmount_lock);
	mnt->mnt_parent = path->mnt;
	mnt->mnt_mountpoint = path->dentry;
	mnt->mnt_id = ++last_mnt_id;
	hlist_add_head(&mnt->mnt_hash, mount_bucket(path->mnt, path->dentry));
	list_add_tail(&mnt->mnt_child, &path->mnt->mnt_mounts);
	list_add_tail(&mnt->mnt_list, &mount_list);
	spin_unlock(&vfsmount_lock);
out:
	mutex_unlock(&dir->i_mutex);
	return err;
}

/* Out of the tree; the tree's reference and that to the mount point go. namespace_mutex held. */
static void detach_mount(struct vfsmount *mnt)
{
	struct path up = { .mnt = mnt->mnt_parent, .dentry = mnt->mnt_mountpoint };

	spin_lock(&dcache_lock);
	up.dentry->d_mounted--;
	spin_unlock(&dcache_lock);
	spin_lock(&vfsmount_lock);
	hlist_del_init(&mnt->mnt_hash);
	list_del_init(&mnt->mnt_child);
	list_del_init(&mnt->mnt_list);
	mnt->mnt_parent = mnt;
	mnt->mnt_mountpoint = mnt->mnt_root;
	spin_unlock(&vfsmount_lock);
	path_put(&up);
	mntput(mnt);
}

/* At boot, once: takes the reference. */
void mnt_set_rootfs(struct vfsmount *mnt)
{
	struct fs_struct *fs = current->fs;
	struct path root = { .mnt = mnt, .dentry = mnt->mnt_root };

	spin_lock(&vfsmount_lock);
	mnt->mnt_id = ++last_mnt_id;
	list_add(&mnt->mnt_list, &mount_list);
	spin_unlock(&vfsmount_lock);
	path_get(&root);
	path_get(&root);
	fs->root = root;
	fs->pwd = root;
}

/* ---- mount(2) ---- */

static int do_remount(struct path *path, unsigned long flags, void *data)
{
	int err;

	if (path->dentry != path->mnt->mnt_root)
		return -EINVAL;
	err = do_remount_sb(path->mnt->mnt_sb, flags, data, false);
	if (!err)
		path->mnt->mnt_flags = mnt_flags_of(flags);
	return err;
}

static struct vfsmount *make_bind(const char *old_name, unsigned long flags)
{
	struct vfsmount *mnt;
	struct path old;
	int err;

	if (!old_name || !*old_name)
		return ERR_PTR(-EINVAL);
	err = kern_path(old_name, LOOKUP_FOLLOW, &old);
	if (err)
		return ERR_PTR(err);
	spin_lock(&sb_lock);
	old.mnt->mnt_sb->s_active++;
	spin_unlock(&sb_lock);
	mnt = alloc_vfsmnt(old.mnt->mnt_sb, old.dentry, old.mnt->mnt_devname, flags);
	if (mnt)
		mnt->mnt_flags = old.mnt->mnt_flags;
	path_put(&old);
	return mnt ? mnt : ERR_PTR(-ENOMEM);
}

static struct vfsmount *make_new(const char *dev_name, const char *type_name, unsigned long flags,
				 void *data)
{
	struct file_system_type *type = type_name ? get_fs_type(type_name) : NULL;

	if (!type_name)
		return ERR_PTR(-EINVAL);
	if (!type)
		return ERR_PTR(-ENODEV);
	return vfs_kern_mount(type, (unsigned int)flags, dev_name, data);
}

int do_mount(const char *dev_name, const char *dir_name, const char *type, unsigned long flags,
	     void *data)
{
	struct vfsmount *mnt;
	struct path path;
	int err = kern_path(dir_name, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	mutex_lock(&namespace_mutex);
	if (flags & MS_REMOUNT) {
		err = do_remount(&path, flags, data);
		goto out;
	}
	mnt = flags & MS_BIND ? make_bind(dev_name, flags) : make_new(dev_name, type, flags, data);
	if (IS_ERR(mnt)) {
		err = (int)PTR_ERR(mnt);
		goto out;
	}
	follow_mount(&path);
	err = -EBUSY;
	if (path.mnt->mnt_sb != mnt->mnt_sb || path.dentry != mnt->mnt_root)
		err = attach_mount(mnt, &path);
	if (err)
		mntput(mnt);
out:
	mutex_unlock(&namespace_mutex);
	path_put(&path);
	return err;
}

/* A page of mount data or a name from user space; NULL stays NULL.  => kfree, ERR_PTR */
static char *copy_mount_string(const char __user *s)
{
	struct filename f;
	char *copy;
	int err;

	if (!s)
		return NULL;
	err = getname(&f, s);
	if (err)
		return ERR_PTR(err);
	copy = kstrdup(f.name, GFP_KERNEL);
	putname(&f);
	return copy ? copy : ERR_PTR(-ENOMEM);
}

/* The data page need not be a string; what cannot be read of it is zero. */
static char *copy_mount_data(const void __user *data)
{
	char *copy;

	if (!data)
		return NULL;
	copy = kzalloc(PAGE_SIZE + 1, GFP_KERNEL);
	if (!copy)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(copy, data, PAGE_SIZE) == PAGE_SIZE) {
		kfree(copy);
		return ERR_PTR(-EFAULT);
	}
	return copy;
}

#define MS_MGC_VAL 0xc0ed0000u	/* programs of old set it */
#define MS_MGC_MSK 0xffff0000u

long sys_mount(const char __user *dev_name, const char __user *dir_name, const char __user *type,
	       unsigned long flags, void __user *data)
{
	char *dev, *fstype, *opts;
	struct filename dir;
	int dir_err;
	long err;

	if (!capable())
		return -EPERM;
	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~(unsigned long)MS_MGC_MSK;
	fstype = copy_mount_string(type);
	dev = copy_mount_string(dev_name);
	opts = copy_mount_data(data);
	dir_err = getname(&dir, dir_name);
	err = PTR_ERR_OR_ZERO(fstype) ?: PTR_ERR_OR_ZERO(dev) ?: PTR_ERR_OR_ZERO(opts) ?: dir_err;
	if (!err)
		err = do_mount(dev, dir.name, fstype, flags, opts);
	if (!dir_err)
		putname(&dir);
	kfree(IS_ERR(opts) ? NULL : opts);
	kfree(IS_ERR(dev) ? NULL : dev);
	kfree(IS_ERR(fstype) ? NULL : fstype);
	return err;
}

/* ---- umount ---- */

#define MNT_UMOUNT_NOFOLLOW 8

/* Idle: the tree's reference and the caller's are the only ones, and nothing is mounted below. */
static bool mount_is_idle(struct vfsmount *mnt)
{
	bool idle;

	spin_lock(&vfsmount_lock);
	idle = atomic_read(&mnt->mnt_count) == 2 && list_empty(&mnt->mnt_mounts);
	spin_unlock(&vfsmount_lock);
	return idle;
}

/* namespace_mutex held; path is the mount's root. */
static int do_umount(struct path *path, int flags)
{
	struct vfsmount *mnt = path->mnt;
	struct path root;
	bool is_root;

	if (path->dentry != mnt->mnt_root)
		return -EINVAL;
	get_fs_root(&root);
	is_root = mnt == root.mnt;
	path_put(&root);
	if (is_root)
		return flags & MNT_DETACH ? -EINVAL : do_remount_sb(mnt->mnt_sb, MS_RDONLY, NULL, false);
	if (mnt->mnt_parent == mnt)
		return -EINVAL;
	if (flags & MNT_DETACH ? !list_empty(&mnt->mnt_mounts) : !mount_is_idle(mnt))
		return -EBUSY;
	detach_mount(mnt);
	return 0;
}

int do_umount_path(const char *name, int flags)
{
	unsigned int lookup = flags & MNT_UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path path;
	int err;

	mutex_lock(&namespace_mutex);
	err = kern_path(name, lookup, &path);
	if (!err) {
		err = do_umount(&path, flags);
		path_put(&path);
	}
	mutex_unlock(&namespace_mutex);
	return err;
}

long sys_umount(const char __user *name, int flags)
{
	struct filename f;
	long err;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_UMOUNT_NOFOLLOW))
		return -EINVAL;
	if (!capable())
		return -EPERM;
	err = getname(&f, name);
	if (err)
		return err;
	err = do_umount_path(f.name, flags);
	putname(&f);
	return err;
}

long sys_oldumount(const char __user *name)
{
	return sys_umount(name, 0);
}

/* ---- /proc/mounts ---- */

static void show_mnt_options(struct seq_file *m, struct vfsmount *mnt)
{
	static const struct { unsigned int flag; const char *text; } opts[] = {
		{ MNT_NOSUID, ",nosuid" }, { MNT_NODEV, ",nodev" }, { MNT_NOEXEC, ",noexec" },
		{ MNT_NOATIME, ",noatime" }, { MNT_NODIRATIME, ",nodiratime" },
	};
	unsigned int i;

	seq_puts(m, mnt_want_write(mnt) ? "ro" : "rw");
	for (i = 0; i < ARRAY_SIZE(opts); i++)
		if (mnt->mnt_flags & opts[i].flag)
			seq_puts(m, opts[i].text);
	if (!(mnt->mnt_flags & MNT_NOATIME))
		seq_puts(m, ",relatime");
	if (mnt->mnt_sb->s_op->show_options)
		mnt->mnt_sb->s_op->show_options(m, mnt);
}

/* Is the mount at or below this root?  vfsmount_lock not needed: namespace_mutex is held. */
static bool reachable(struct vfsmount *mnt, const struct path *root)
{
	while (mnt != root->mnt) {
		if (mnt->mnt_parent == mnt)
			return false;
		mnt = mnt->mnt_parent;
	}
	return true;
}

int mounts_show(struct seq_file *m, void *v)
{
	struct vfsmount *mnt;
	struct path root;

	get_fs_root(&root);
	mutex_lock(&namespace_mutex);
	list_for_each_entry(mnt, &mount_list, mnt_list) {
		struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };

		if (!reachable(mnt, &root))
			continue;
		seq_printf(m, "%s ", mnt->mnt_devname);
		seq_path(m, &path);
		seq_printf(m, " %s ", mnt->mnt_sb->s_type->name);
		show_mnt_options(m, mnt);
		seq_puts(m, " 0 0\n");
	}
	mutex_unlock(&namespace_mutex);
	path_put(&root);
	return 0;
}

/* ---- power-off ---- */

static void remount_readonly(struct super_block *sb, void *arg)
{
	struct super_block **todo = arg;

	if (!*todo && sb->s_bdev && !(sb->s_flags & MS_RDONLY) && sb->s_op->remount_fs) {
		spin_lock(&sb_lock);
		sb->s_count++;
		spin_unlock(&sb_lock);
		*todo = sb;
	}
}

/* Everything to the disks, then every file system on a device read-only and marked clean. */
void vfs_shutdown(void)
{
	struct super_block *sb;

	vfs_sync_all(true);
	mutex_lock(&namespace_mutex);
	for (;;) {
		sb = NULL;
		for_each_super(remount_readonly, &sb, true);
		if (!sb)
			break;
		if (do_remount_sb(sb, MS_RDONLY, NULL, true)) {
			pr_err("VFS: %s on %s did not become read-only\n", sb->s_type->name,
			       sb->s_bdev ? sb->s_bdev->bd_name : "?");
			sb->s_flags |= MS_RDONLY;
		}
		put_super(sb);
	}
	mutex_unlock(&namespace_mutex);
	vfs_sync_all(true);
}
