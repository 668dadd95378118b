/* SPDX-License-Identifier: MIT */
/*
 * The system calls on names, and their forms for the kernel itself: from a path to a locked
 * directory and a dentry, then vfs_*.
 *
 * Locking: one directory's i_mutex (I_MUTEX_PARENT), or for rename both, see lock_rename.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/syscalls_fs.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/sched.h>
#include <quire/string.h>

/* ---- making a new name ---- */

struct make_args {
	int mode;
	dev_t dev;
	const char *target;	/* symlink */
	struct dentry *old;	/* link */
	struct path *made;	/* gets the new name, referenced; or NULL */
};

typedef int (*make_fn)(struct inode *dir, struct dentry *dentry, const struct make_args *args);

/*
 * The negative dentry of the last component, its directory locked; unlocked again on error.
 * A trailing slash is for directories only.
 */
static struct dentry *lookup_create(struct nameidata *nd, bool isdir)
{
	struct inode *dir = nd->path.dentry->d_inode;
	struct dentry *dentry = ERR_PTR(-EEXIST);

	mutex_lock_nested(&dir->i_mutex, I_MUTEX_PARENT);
	if (nd->last_type == LAST_NORM)
		dentry = lookup_last(nd);
	if (!IS_ERR(dentry) && dentry->d_inode) {
		dput(dentry);
		dentry = ERR_PTR(-EEXIST);
	} else if (!IS_ERR(dentry) && nd->last_slash && !isdir) {
		dput(dentry);
		dentry = ERR_PTR(-ENOENT);
	}
	if (IS_ERR(dentry))
		mutex_unlock(&dir->i_mutex);
	return dentry;
}

static int make_at(int dfd, const char *name, bool isdir, make_fn make, const struct make_args *args,
		   struct vfsmount *same_mnt)
{
	struct nameidata nd;
	struct dentry *dentry;
	int err = path_lookup(dfd, name, LOOKUP_PARENT, &nd);

	if (err)
		return err;
	dentry = lookup_create(&nd, isdir);
	err = PTR_ERR_OR_ZERO(dentry);
	if (!err) {
		err = mnt_want_write(nd.path.mnt);
		if (!err && same_mnt && same_mnt != nd.path.mnt)
			err = -EXDEV;
		if (!err)
			err = make(nd.path.dentry->d_inode, dentry, args);
		if (!err && args->made)
			*args->made = (struct path){ .mnt = mntget(nd.path.mnt), .dentry = dget(dentry) };
		dput(dentry);
		mutex_unlock(&nd.path.dentry->d_inode->i_mutex);
	}
	path_release(&nd);
	return err;
}

static int make_user(int dfd, const char __user *name, bool isdir, make_fn make,
		     const struct make_args *args, struct vfsmount *same_mnt)
{
	struct filename f;
	int err = getname(&f, name);

	if (err)
		return err;
	err = make_at(dfd, f.name, isdir, make, args, same_mnt);
	putname(&f);
	return err;
}

static int make_dir(struct inode *dir, struct dentry *dentry, const struct make_args *args)
{
	return vfs_mkdir(dir, dentry, args->mode);
}

static int make_node(struct inode *dir, struct dentry *dentry, const struct make_args *args)
{
	switch (args->mode & S_IFMT) {
	case 0:
	case S_IFREG:
		return vfs_create(dir, dentry, args->mode);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return vfs_mknod(dir, dentry, args->mode, args->dev);
	default:
		return -EINVAL;
	}
}

static int make_symlink(struct inode *dir, struct dentry *dentry, const struct make_args *args)
{
	return vfs_symlink(dir, dentry, args->target);
}

static int make_link(struct inode *dir, struct dentry *dentry, const struct make_args *args)
{
	return vfs_link(args->old, dir, dentry);
}

static int with_umask(int mode)
{
	return mode & ~current->fs->umask;
}

long sys_mkdirat(int dfd, const char __user *name, int mode)
{
	struct make_args args = { .mode = with_umask(mode) };

	return make_user(dfd, name, true, make_dir, &args, NULL);
}

long sys_mkdir(const char __user *name, int mode)
{
	return sys_mkdirat(AT_FDCWD, name, mode);
}

long sys_mknodat(int dfd, const char __user *name, int mode, unsigned int dev)
{
	struct make_args args = { .mode = with_umask(mode), .dev = dev };

	if (S_ISDIR(mode))
		return -EPERM;
	return make_user(dfd, name, false, make_node, &args, NULL);
}

long sys_mknod(const char __user *name, int mode, unsigned int dev)
{
	return sys_mknodat(AT_FDCWD, name, mode, dev);
}

long sys_symlinkat(const char __user *target, int dfd, const char __user *name)
{
	struct make_args args = { .mode = 0 };
	struct filename f;
	long err = getname(&f, target);

	if (err)
		return err;
	args.target = f.name;
	err = *f.name ? make_user(dfd, name, false, make_symlink, &args, NULL) : -ENOENT;
	putname(&f);
	return err;
}

long sys_symlink(const char __user *target, const char __user *name)
{
	return sys_symlinkat(target, AT_FDCWD, name);
}

long sys_linkat(int old_dfd, const char __user *old, int dfd, const char __user *name, int flags)
{
	struct make_args args = { .mode = 0 };
	unsigned int lookup = 0;
	struct path path;
	int err;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_SYMLINK_FOLLOW)
		lookup |= LOOKUP_FOLLOW;
	if (flags & AT_EMPTY_PATH) {
		if (!capable())
			return -ENOENT;
		lookup |= LOOKUP_EMPTY;
	}
	err = user_path_at(old_dfd, old, lookup, &path);
	if (err)
		return err;
	args.old = path.dentry;
	err = make_user(dfd, name, false, make_link, &args, path.mnt);
	path_put(&path);
	return err;
}

long sys_link(const char __user *old, const char __user *name)
{
	return sys_linkat(AT_FDCWD, old, AT_FDCWD, name, 0);
}

/* ---- removing a name ---- */

static int rmdir_at(int dfd, const char *name)
{
	static const int why_not[] = {
		[LAST_ROOT] = -EBUSY, [LAST_DOT] = -EINVAL, [LAST_DOTDOT] = -ENOTEMPTY,
	};
	struct nameidata nd;
	struct dentry *dentry;
	struct inode *dir;
	int err = path_lookup(dfd, name, LOOKUP_PARENT, &nd);

	if (err)
		return err;
	if (nd.last_type != LAST_NORM) {
		err = why_not[nd.last_type];
		goto release;
	}
	dir = nd.path.dentry->d_inode;
	mutex_lock_nested(&dir->i_mutex, I_MUTEX_PARENT);
	dentry = lookup_last(&nd);
	err = PTR_ERR_OR_ZERO(dentry);
	if (!err) {
		err = dentry->d_inode ? mnt_want_write(nd.path.mnt) : -ENOENT;
		if (!err)
			err = vfs_rmdir(dir, dentry);
		dput(dentry);
	}
	mutex_unlock(&dir->i_mutex);
release:
	path_release(&nd);
	return err;
}

static int unlink_at(int dfd, const char *name)
{
	struct nameidata nd;
	struct dentry *dentry;
	struct inode *dir, *inode = NULL;
	int err = path_lookup(dfd, name, LOOKUP_PARENT, &nd);

	if (err)
		return err;
	err = -EISDIR;
	if (nd.last_type != LAST_NORM)
		goto release;
	dir = nd.path.dentry->d_inode;
	mutex_lock_nested(&dir->i_mutex, I_MUTEX_PARENT);
	dentry = lookup_last(&nd);
	err = PTR_ERR_OR_ZERO(dentry);
	if (!err) {
		if (!dentry->d_inode)
			err = -ENOENT;
		else if (nd.last_slash)
			err = S_ISDIR(dentry->d_inode->i_mode) ? -EISDIR : -ENOTDIR;
		else
			err = mnt_want_write(nd.path.mnt);
		/* Freeing a big file takes long: do it after the directory is unlocked. */
		if (!err) {
			inode = igrab(dentry->d_inode);
			err = vfs_unlink(dir, dentry);
		}
		dput(dentry);
	}
	mutex_unlock(&dir->i_mutex);
	iput(inode);
release:
	path_release(&nd);
	return err;
}

long sys_unlinkat(int dfd, const char __user *name, int flags)
{
	struct filename f;
	int err;

	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	err = getname(&f, name);
	if (err)
		return err;
	err = flags & AT_REMOVEDIR ? rmdir_at(dfd, f.name) : unlink_at(dfd, f.name);
	putname(&f);
	return err;
}

long sys_unlink(const char __user *name)
{
	return sys_unlinkat(AT_FDCWD, name, 0);
}

long sys_rmdir(const char __user *name)
{
	return sys_unlinkat(AT_FDCWD, name, AT_REMOVEDIR);
}

/* ---- rename ---- */

#define RENAME_NOREPLACE 1u

/*
 * Both directories locked: s_rename_mutex first when they differ, so that the tree stands still, then the
 * one that is above the other (so unlink's parent-then-child order holds), else by address.
 */
static void lock_rename(struct dentry *a, struct dentry *b)
{
	if (a == b) {
		mutex_lock_nested(&a->d_inode->i_mutex, I_MUTEX_PARENT);
		return;
	}
	mutex_lock(&a->d_sb->s_rename_mutex);
	if (is_subdir(a, b) || (!is_subdir(b, a) && b < a)) {
		struct dentry *t = a;

		a = b;
		b = t;
	}
	mutex_lock_nested(&a->d_inode->i_mutex, I_MUTEX_PARENT);
	mutex_lock_nested(&b->d_inode->i_mutex, I_MUTEX_CHILD);
}

static void unlock_rename(struct dentry *a, struct dentry *b)
{
	mutex_unlock(&a->d_inode->i_mutex);
	if (a == b)
		return;
	mutex_unlock(&b->d_inode->i_mutex);
	mutex_unlock(&a->d_sb->s_rename_mutex);
}

/* Everything is locked and looked up: the checks on the pair. */
static int rename_check(struct nameidata *o, struct dentry *old, struct nameidata *n,
			struct dentry *new, unsigned int flags)
{
	if (!old->d_inode)
		return -ENOENT;
	if (flags & RENAME_NOREPLACE && new->d_inode)
		return -EEXIST;
	if (!S_ISDIR(old->d_inode->i_mode) && (o->last_slash || n->last_slash))
		return -ENOTDIR;
	/* A directory cannot go below itself, nor replace what it is below. */
	if (is_subdir(n->path.dentry, old))
		return -EINVAL;
	if (is_subdir(o->path.dentry, new))
		return -ENOTEMPTY;
	return mnt_want_write(o->path.mnt);
}

static int rename_locked(struct nameidata *o, struct nameidata *n, unsigned int flags)
{
	struct dentry *old = lookup_last(o), *new;
	int err;

	if (IS_ERR(old))
		return (int)PTR_ERR(old);
	new = lookup_last(n);
	err = PTR_ERR_OR_ZERO(new);
	if (!err) {
		err = rename_check(o, old, n, new, flags);
		if (!err)
			err = vfs_rename(o->path.dentry->d_inode, old, n->path.dentry->d_inode, new);
		dput(new);
	}
	dput(old);
	return err;
}

static int rename_at(int old_dfd, const char *old, int dfd, const char *name, unsigned int flags)
{
	struct nameidata o, n;
	int err = path_lookup(old_dfd, old, LOOKUP_PARENT, &o);

	if (err)
		return err;
	err = path_lookup(dfd, name, LOOKUP_PARENT, &n);
	if (err)
		goto release_old;
	if (o.path.mnt != n.path.mnt)
		err = -EXDEV;
	else if (o.last_type != LAST_NORM)
		err = -EBUSY;
	else if (n.last_type != LAST_NORM)
		err = flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	if (!err) {
		lock_rename(o.path.dentry, n.path.dentry);
		err = rename_locked(&o, &n, flags);
		unlock_rename(o.path.dentry, n.path.dentry);
	}
	path_release(&n);
release_old:
	path_release(&o);
	return err;
}

long sys_renameat2(int old_dfd, const char __user *old, int dfd, const char __user *name,
		   unsigned int flags)
{
	struct filename from, to;
	long err;

	if (flags & ~RENAME_NOREPLACE)
		return -EINVAL;
	err = getname(&from, old);
	if (err)
		return err;
	err = getname(&to, name);
	if (!err) {
		err = rename_at(old_dfd, from.name, dfd, to.name, flags);
		putname(&to);
	}
	putname(&from);
	return err;
}

long sys_renameat(int old_dfd, const char __user *old, int dfd, const char __user *name)
{
	return sys_renameat2(old_dfd, old, dfd, name, 0);
}

long sys_rename(const char __user *old, const char __user *name)
{
	return sys_renameat2(AT_FDCWD, old, AT_FDCWD, name, 0);
}

/* ---- for the kernel itself: no umask ---- */

int kern_mkdir(const char *name, int mode)
{
	struct make_args args = { .mode = mode };

	return make_at(AT_FDCWD, name, true, make_dir, &args, NULL);
}

int kern_mknod(const char *name, int mode, dev_t dev, struct path *made)
{
	struct make_args args = { .mode = mode, .dev = dev, .made = made };

	return make_at(AT_FDCWD, name, false, make_node, &args, NULL);
}

int kern_symlink(const char *target, const char *name)
{
	struct make_args args = { .target = target };

	return make_at(AT_FDCWD, name, false, make_symlink, &args, NULL);
}

int kern_link(const char *old, const char *name)
{
	struct make_args args = { .mode = 0 };
	struct path path;
	int err = kern_path(old, 0, &path);

	if (err)
		return err;
	args.old = path.dentry;
	err = make_at(AT_FDCWD, name, false, make_link, &args, path.mnt);
	path_put(&path);
	return err;
}

int kern_unlink(const char *name)
{
	return unlink_at(AT_FDCWD, name);
}
