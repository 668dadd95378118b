/* SPDX-License-Identifier: MIT */
/*
 * open(2) up to the open file: the walk with O_CREAT, the checks of what was found, O_TRUNC.
 *
 * With O_CREAT the walk stops before the last component; under the directory's lock it is looked up
 * and made if missing, so that two creators cannot both succeed with O_EXCL.  A symlink found there
 * is followed (unless O_NOFOLLOW or O_EXCL) and the same starts again where it leads.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/file.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/sched.h>

static int access_wanted(int flags)
{
	static const int wanted[] = { MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE };

	return wanted[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
}

/* May the file that was found be opened like this?  created: its mode does not matter. */
static int may_open(const struct path *path, int flags, bool created)
{
	struct inode *inode = path->dentry->d_inode;
	int wanted = access_wanted(flags), err;

	if (S_ISLNK(inode->i_mode))
		return -ELOOP;
	if (S_ISDIR(inode->i_mode) && wanted & MAY_WRITE)
		return -EISDIR;
	if ((S_ISCHR(inode->i_mode) || S_ISBLK(inode->i_mode)) && path->mnt->mnt_flags & MNT_NODEV)
		return -EACCES;
	if (!created) {
		err = inode_permission(inode, wanted);
		if (err)
			return err;
	}
	if (wanted & MAY_WRITE && S_ISREG(inode->i_mode)) {
		err = mnt_want_write(path->mnt);
		if (err)
			return err;
	}
	if (flags & O_NOATIME && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

static int truncate_for_open(const struct path *path)
{
	struct inode *inode = path->dentry->d_inode;
	int err = get_write_access(inode);

	if (err)
		return err;
	err = do_truncate(path->dentry, 0);
	put_write_access(inode);
	return err;
}

/* The walk is done: nd->path is the file. */
static struct file *open_found(struct nameidata *nd, int flags, bool created)
{
	struct inode *inode = nd->path.dentry->d_inode;
	int err;

	if (flags & O_DIRECTORY && !S_ISDIR(inode->i_mode))
		return ERR_PTR(-ENOTDIR);
	if (flags & O_PATH)
		return dentry_open(&nd->path, flags);
	if (flags & O_CREAT && S_ISDIR(inode->i_mode))
		return ERR_PTR(-EISDIR);
	err = may_open(&nd->path, flags, created);
	if (!err && flags & O_TRUNC && !created && S_ISREG(inode->i_mode))
		err = truncate_for_open(&nd->path);
	return err ? ERR_PTR(err) : dentry_open(&nd->path, flags);
}

/*
 * nd->last in its locked directory: found or made.  => referenced positive dentry, ERR_PTR
 */
static struct dentry *find_or_create_locked(struct nameidata *nd, int flags, int mode, bool *created)
{
	struct inode *dir = nd->path.dentry->d_inode;
	struct dentry *dentry = lookup_last(nd);
	int err;

	*created = false;
	if (IS_ERR(dentry))
		return dentry;
	if (dentry->d_inode) {
		err = flags & O_EXCL ? -EEXIST : 0;
	} else {
		err = mnt_want_write(nd->path.mnt);
		if (!err)
			err = vfs_create(dir, dentry, mode);
		*created = !err;
	}
	if (!err)
		return dentry;
	dput(dentry);
	return ERR_PTR(err);
}

/*
 * One round of O_CREAT: the walk stands before its last component.  => 1: followed a symlink, go
 * round again; 0: nd->path is the file; -errno
 */
static int create_step(struct nameidata *nd, int flags, int mode, bool *created)
{
	struct inode *dir = nd->path.dentry->d_inode;
	struct path next;
	int err;

	*created = false;
	if (nd->last_type == LAST_DOTDOT || nd->last_type == LAST_DOT || nd->last_slash)
		return -EISDIR;
	if (nd->last_type == LAST_ROOT)
		return 0;
	mutex_lock_nested(&dir->i_mutex, I_MUTEX_PARENT);
	next.dentry = find_or_create_locked(nd, flags, mode, created);
	mutex_unlock(&dir->i_mutex);
	if (IS_ERR(next.dentry))
		return (int)PTR_ERR(next.dentry);
	next.mnt = mntget(nd->path.mnt);
	follow_mount(&next);
	if (S_ISLNK(next.dentry->d_inode->i_mode)) {
		err = flags & O_NOFOLLOW ? -ELOOP : nd_follow_last(nd, next.dentry);
		path_put(&next);
		return err ? err : 1;
	}
	nd_set_path(nd, &next);
	path_put(&next);
	return 0;
}

static struct file *open_creating(int dfd, const char *name, int flags, int mode)
{
	struct nameidata nd;
	struct file *file;
	bool created;
	int err = path_lookup(dfd, name, LOOKUP_PARENT, &nd);

	if (err)
		return ERR_PTR(err);
	do
		err = create_step(&nd, flags, mode, &created);
	while (err == 1);
	file = err ? ERR_PTR(err) : open_found(&nd, flags, created);
	path_release(&nd);
	return file;
}

static struct file *open_existing(int dfd, const char *name, int flags)
{
	unsigned int lookup = flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct nameidata nd;
	struct file *file;
	int err;

	if (flags & O_DIRECTORY)
		lookup |= LOOKUP_DIRECTORY;
	err = path_lookup(dfd, name, lookup, &nd);
	if (err)
		return ERR_PTR(err);
	file = open_found(&nd, flags, false);
	path_release(&nd);
	return file;
}

/* flags that O_PATH leaves valid */
#define O_PATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)

/* name in kernel memory; mode already without the umask.  => file or ERR_PTR */
struct file *do_filp_open(int dfd, const char *name, int flags, int mode)
{
	if (flags & O_PATH)
		flags &= O_PATH_FLAGS;
	if ((flags & O_TMPFILE) == O_TMPFILE)
		return ERR_PTR(-EOPNOTSUPP);
	if ((flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
		return ERR_PTR(-EINVAL);
	if (flags & O_CREAT)
		return open_creating(dfd, name, flags, mode);
	return open_existing(dfd, name, flags);
}
