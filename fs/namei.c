/* SPDX-License-Identifier: MIT */
/*
 * The path walk: from text to a referenced (mount, dentry).
 *
 * One loop over the components.  A symlink's text and what follows it in the path become the new
 * text to walk (nd->buf), so nothing recurses; MAXSYMLINKS links make -ELOOP.
 *
 * What is cached and ordinary is walked in one go (walk_cached, in namei_cached.c).  Where that stops,
 * a single step (walk_component) does all the rest: it holds a reference to where it stands, never
 * a lock; only a name that is not cached takes its directory's i_mutex for the file system's lookup.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/file.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#include "namei_internal.h"

static struct kmem_cache *names_cachep;

void namei_init(void)
{
	names_cachep = kmem_cache_create("names_cache", PATH_MAX, 0, 0, NULL);
}

/* An empty name is allowed here; the walk refuses it. */
int getname(struct filename *f, const char __user *path)
{
	long len = strncpy_from_user(f->text, path, FILENAME_SHORT);

	f->name = f->text;
	if (len < FILENAME_SHORT)
		return len < 0 ? (int)len : 0;
	f->name = kmem_cache_alloc(names_cachep, GFP_KERNEL);
	if (!f->name)
		return -ENOMEM;
	len = strncpy_from_user(f->name, path, PATH_MAX);
	if (len >= 0 && len < PATH_MAX)
		return 0;
	putname(f);
	return len < 0 ? (int)len : -ENAMETOOLONG;
}

void putname(struct filename *f)
{
	if (f->name != f->text)
		kmem_cache_free(names_cachep, f->name);
}

void path_get(const struct path *path)
{
	mntget(path->mnt);
	dget(path->dentry);
}

void path_put(const struct path *path)
{
	dput(path->dentry);
	mntput(path->mnt);
}

/* The texts of links that were walked. */
static void release_text(struct nameidata *nd)
{
	kfree(nd->buf);
	dput(nd->link);
}

void path_release(struct nameidata *nd)
{
	path_put(&nd->path);
	release_text(nd);
}

void nd_set_path(struct nameidata *nd, const struct path *path)
{
	struct path old = nd->path;

	path_get(path);
	nd->path = *path;
	path_put(&old);
}

/* ---- permissions ---- */

int generic_permission(struct inode *inode, int mask)
{
	unsigned int mode = inode->i_mode;

	if (mask == MAY_EXEC && all_may_execute(inode))
		return 0;
	if (current->fsuid == inode->i_uid)
		mode >>= 6;
	else if (in_group_p(inode->i_gid))
		mode >>= 3;
	if (((unsigned int)mask & ~mode & (MAY_READ | MAY_WRITE | MAY_EXEC)) == 0)
		return 0;
	if (current->fsuid != 0)
		return -EACCES;
	/* The superuser reads and writes everything, and executes what somebody may. */
	if (!(mask & MAY_EXEC) || S_ISDIR(inode->i_mode) || inode->i_mode & S_IXUGO)
		return 0;
	return -EACCES;
}

/* May the current task do this to the inode?  => 0, -EACCES, -EROFS, ... */
int inode_permission(struct inode *inode, int mask)
{
	if (mask & MAY_WRITE && inode->i_sb->s_flags & MS_RDONLY &&
	    (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode) || S_ISLNK(inode->i_mode)))
		return -EROFS;
	if (inode->i_op->permission)
		return inode->i_op->permission(inode, mask);
	return generic_permission(inode, mask);
}

bool inode_owner_or_capable(const struct inode *inode)
{
	return current->fsuid == inode->i_uid || current->fsuid == 0;
}

int mnt_want_write(struct vfsmount *mnt)
{
	return mnt->mnt_flags & MNT_RDONLY || mnt->mnt_sb->s_flags & MS_RDONLY ? -EROFS : 0;
}

/* ---- finding one component ---- */

/* From the cache, if what is cached is still true; NULL: ask the file system. */
static struct dentry *cached_lookup(struct dentry *parent, const struct qstr *name)
{
	struct dentry *dentry = d_lookup(parent, name);

	if (dentry && dentry->d_op && dentry->d_op->d_revalidate &&
	    !dentry->d_op->d_revalidate(dentry) && !d_invalidate(dentry)) {
		dput(dentry);
		dentry = NULL;
	}
	return dentry;
}

/* Parent's i_mutex held.  Referenced, perhaps negative; ERR_PTR. */
static struct dentry *lookup_locked(struct dentry *parent, const struct qstr *name)
{
	struct inode *dir = parent->d_inode;
	struct dentry *dentry = cached_lookup(parent, name), *other;

	if (dentry)
		return dentry;
	if (IS_DEADDIR(dir))
		return ERR_PTR(-ENOENT);
	if (!dir->i_op->lookup)
		return ERR_PTR(-ENOTDIR);
	dentry = d_alloc(parent, name);
	if (!dentry)
		return ERR_PTR(-ENOMEM);
	other = dir->i_op->lookup(dir, dentry);
	if (!other)
		return dentry;
	dput(dentry);
	return other;
}

static struct dentry *lookup_component(struct dentry *parent, const struct qstr *name)
{
	struct dentry *dentry = cached_lookup(parent, name);

	if (dentry)
		return dentry;
	mutex_lock_nested(&parent->d_inode->i_mutex, I_MUTEX_PARENT);
	dentry = lookup_locked(parent, name);
	mutex_unlock(&parent->d_inode->i_mutex);
	return dentry;
}

struct dentry *lookup_one_len(const char *name, struct dentry *base, unsigned int len)
{
	struct qstr q = { .name = name, .len = len, .hash = full_name_hash(name, len) };

	if (len == 0 || len > NAME_MAX || memchr(name, '/', len))
		return ERR_PTR(-EACCES);
	return lookup_locked(base, &q);
}

struct dentry *lookup_last(struct nameidata *nd)
{
	struct dentry *base = nd->path.dentry;
	int err = inode_permission(base->d_inode, MAY_EXEC);

	return err ? ERR_PTR(err) : lookup_locked(base, &nd->last);
}

/* ---- ".." and symlinks ---- */

static void follow_dotdot(struct nameidata *nd)
{
	struct path next;

	while (!is_fs_root(&nd->path)) {
		if (nd->path.dentry != nd->path.mnt->mnt_root) {
			spin_lock(&dcache_lock);
			next.dentry = dget(nd->path.dentry->d_parent);
			spin_unlock(&dcache_lock);
			dput(nd->path.dentry);
			nd->path.dentry = next.dentry;
			break;
		}
		if (!follow_up(&nd->path))
			break;
	}
	follow_mount(&nd->path);
}

/* The whole text of a symlink; see namei.h.  Sleeps. */
char *vfs_readlink_text(struct dentry *dentry, size_t *len)
{
	struct inode *inode = dentry->d_inode;
	char *text;
	int n;

	if (!inode->i_link && !inode->i_op->readlink)
		return ERR_PTR(-EINVAL);
	text = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!text)
		return ERR_PTR(-ENOMEM);
	if (inode->i_link)
		n = (int)strlcpy(text, inode->i_link, PATH_MAX);
	else
		n = inode->i_op->readlink(dentry, text, PATH_MAX - 1);
	if (n < 0) {
		kfree(text);
		return ERR_PTR(n);
	}
	text[n] = '\0';
	*len = (size_t)n;
	return text;
}

/* A link's text, in its buffer of PATH_MAX, and rest behind it. Consumes text. => ERR_PTR */
static char *append_rest(char *text, size_t len, const char *rest)
{
	size_t rest_len = strlen(rest);
	char *joined = text;

	if (len == 0) {
		kfree(text);
		return ERR_PTR(-ENOENT);
	}
	if (len + rest_len >= PATH_MAX) {
		joined = kmalloc(len + rest_len + 1, GFP_KERNEL);
		if (joined)
			memcpy(joined, text, len);
		kfree(text);
		if (!joined)
			return ERR_PTR(-ENOMEM);
	}
	memcpy(joined + len, rest, rest_len + 1);
	return joined;
}

/*
 * nd->buf becomes the link's text with rest behind it; a text that starts with a slash moves the
 * walk to the root.  rest may lie in the old nd->buf or in the text of nd->link.
 */
static int push_link_text(struct nameidata *nd, struct dentry *link, const char *rest)
{
	size_t len;
	char *text = vfs_readlink_text(link, &len);

	if (!IS_ERR(text))
		text = append_rest(text, len, rest);
	if (IS_ERR(text))
		return (int)PTR_ERR(text);
	kfree(nd->buf);
	nd->buf = text;
	if (text[0] == '/') {
		path_put(&nd->path);
		get_fs_root(&nd->path);
	}
	return 0;
}

/*
 * Follow a link found in the directory where nd stands.  *name: in: what follows the link in the
 * text, its slash included; out: what to walk next.
 */
static int follow_link(struct nameidata *nd, const struct path *link, const char **name)
{
	struct inode *inode = link->dentry->d_inode;
	int err;

	if (++nd->nr_links > MAXSYMLINKS)
		return -ELOOP;
	touch_atime(link->mnt, link->dentry);
	if (inode->i_op->follow_link)
		return inode->i_op->follow_link(link->dentry, nd);
	err = push_link_text(nd, link->dentry, *name);
	if (!err)
		*name = nd->buf;
	return err;
}

/* ---- the walk ---- */

static bool is_directory(const struct path *path)
{
	return path->dentry->d_inode && S_ISDIR(path->dentry->d_inode->i_mode);
}

/*
 * One ordinary component, `rest` behind it.  Moves nd, or follows a link, which changes *rest.
 */
static int walk_component(struct nameidata *nd, const struct qstr *this, const char **rest)
{
	struct path next = { .mnt = nd->path.mnt };
	bool last = is_last(*rest), linked;
	int err = 0;

	next.dentry = lookup_component(nd->path.dentry, this);
	if (IS_ERR(next.dentry))
		return (int)PTR_ERR(next.dentry);
	mntget(next.mnt);
	if (!(last && nd->flags & LOOKUP_NOMOUNT))
		follow_mount(&next);
	if (!next.dentry->d_inode) {
		err = -ENOENT;
		goto put_next;
	}
	linked = S_ISLNK(next.dentry->d_inode->i_mode);
	if (linked && (**rest || nd->flags & LOOKUP_FOLLOW)) {
		err = follow_link(nd, &next, rest);
		goto put_next;
	}
	path_put(&nd->path);
	nd->path = next;
	return **rest && !is_directory(&nd->path) ? -ENOTDIR : 0;
put_next:
	path_put(&next);
	return err;
}

/* Walk text from where nd stands. */
static int link_path_walk(const char *name, struct nameidata *nd)
{
	struct qstr this;
	const char *rest;
	int err;

	for (;;) {
		if (*name && !is_directory(&nd->path))
			return -ENOTDIR;
		rest = walk_cached(name, nd, &this);
		if (IS_ERR(rest))
			return (int)PTR_ERR(rest);
		if (!this.len)
			break;
		err = inode_permission(nd->path.dentry->d_inode, MAY_EXEC);
		if (err)
			return err;
		if (this.len > NAME_MAX)
			return -ENAMETOOLONG;
		nd->last_type = classify(&this);
		if (nd->flags & LOOKUP_PARENT && is_last(rest)) {
			nd->last = this;
			nd->last_slash = *rest == '/';
			return 0;
		}
		if (nd->last_type == LAST_DOTDOT)
			follow_dotdot(nd);
		else if (nd->last_type == LAST_NORM)
			err = walk_component(nd, &this, &rest);
		if (err)
			return err;
		name = rest;
	}
	nd->last_type = LAST_ROOT;
	if (nd->flags & LOOKUP_DIRECTORY && !is_directory(&nd->path))
		return -ENOTDIR;
	return 0;
}

int nd_follow_last(struct nameidata *nd, struct dentry *link)
{
	struct path path = { .mnt = nd->path.mnt, .dentry = link };
	const char *name = "";
	int err = follow_link(nd, &path, &name);

	return err ? err : link_path_walk(name, nd);
}

/* Where the walk starts. */
static int set_start(int dfd, const char *name, struct nameidata *nd)
{
	struct file *file;
	int err = 0;

	if (*name == '/') {
		get_fs_root(&nd->path);
		return 0;
	}
	if (dfd == AT_FDCWD) {
		get_fs_pwd(&nd->path);
		return 0;
	}
	file = fget_raw((unsigned int)dfd);
	if (!file)
		return -EBADF;
	if (*name && !S_ISDIR(file_inode(file)->i_mode))
		err = -ENOTDIR;
	else
		nd_set_path(nd, &file->f_path);
	fput(file);
	return err;
}

int path_lookup(int dfd, const char *name, unsigned int flags, struct nameidata *nd)
{
	int err;

	*nd = (struct nameidata){ .flags = flags };
	if (!*name && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	err = set_start(dfd, name, nd);
	if (!err)
		err = link_path_walk(name, nd);
	if (err)
		path_release(nd);
	return err;
}

/* The path of a finished walk changes hands. */
static int take_path(int err, struct nameidata *nd, struct path *path)
{
	if (err)
		return err;
	*path = nd->path;
	release_text(nd);
	return 0;
}

int kern_path(const char *name, unsigned int flags, struct path *path)
{
	struct nameidata nd;

	return take_path(path_lookup(AT_FDCWD, name, flags, &nd), &nd, path);
}

int user_path_at(int dfd, const char __user *name, unsigned int flags, struct path *path)
{
	struct nameidata nd;
	struct filename f;
	int err = getname(&f, name);

	if (err)
		return err;
	err = take_path(path_lookup(dfd, f.name, flags, &nd), &nd, path);
	putname(&f);
	return err;
}
