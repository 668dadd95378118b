/* SPDX-License-Identifier: MIT */
/*
 * The path walk through what is cached, in one go under dcache_lock.
 *
 * It passes ordinary directories, "." and "..", and follows a symlink whose text is in memory when
 * nothing stands behind it in the path.  All else it leaves to the single step of namei.c: names that
 * are not cached, mount points, directories and dentries that their file system wants to be asked
 * about, links whose time of access is due.
 *
 * The lock keeps every dentry that the walk meets, so only two get a reference, at the end: where
 * the walk stands, and the link (nd->link) in whose inode the text lies that is still to be walked.
 * The mount does not change on the way; the walk that called holds it.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/mount.h>

#include "namei_internal.h"

/* Most letters are known by one comparison. */
static bool in_name(unsigned char c)
{
	if (likely(c > '/'))
		return true;
	return c && c != '/';
}

/* Cut the next component off, slashes before it too. => what is behind it (at a slash or the end) */
static const char *next_component(const char *name, struct qstr *this)
{
	const char *end = skip_slashes(name);
	unsigned int hash = 0;

	this->name = end;
	for (; in_name((unsigned char)*end); end++)
		hash = name_hash_add(hash, *end);
	this->len = (unsigned int)(end - this->name);
	this->hash = hash;
	return end;
}

/* May we pass through this directory?  No: also when only a call that may sleep can tell. */
static bool may_pass(struct inode *dir)
{
	if (dir->i_op->permission)
		return false;
	return all_may_execute(dir) || !generic_permission(dir, MAY_EXEC);
}

/* "..", which at current's root leads nowhere; NULL: out of this mount */
static struct dentry *parent_locked(struct vfsmount *mnt, struct dentry *here)
{
	if (here == fs_root_on(mnt))
		return here;
	return here == mnt->mnt_root ? NULL : here->d_parent;
}

/* Where a component leads (negative: no such name), if that is simple; NULL: take the single step. */
static struct dentry *next_locked(struct vfsmount *mnt, struct dentry *here, const struct qstr *this)
{
	struct dentry *next;

	switch (classify(this)) {
	case LAST_DOT:
		next = here;
		break;
	case LAST_DOTDOT:
		next = parent_locked(mnt, here);
		break;
	default:
		next = this->len > NAME_MAX ? NULL : d_lookup_locked(here, this);
	}
	if (!next || next->d_mounted || (next->d_op && next->d_op->d_revalidate))
		return NULL;
	return next;
}

/* Go on with the link's text, *rest, where that starts: *here. => false: take the single step */
static bool enter_link(struct nameidata *nd, struct dentry *link, struct dentry **here,
		       const char **rest)
{
	struct vfsmount *mnt = nd->path.mnt;
	const char *text = link->d_inode->i_link;
	struct dentry *start = *here;

	if (**rest || !text || !*text || nd->nr_links >= MAXSYMLINKS ||
	    atime_needs_update(mnt, link->d_inode))
		return false;
	if (*text == '/')
		start = fs_root_on(mnt);
	if (!start)
		return false;
	nd->nr_links++;
	*here = start;
	*rest = text;
	return true;
}

const char *walk_cached(const char *name, struct nameidata *nd, struct qstr *this)
{
	struct dentry *start = nd->path.dentry, *here = start, *link = NULL, *next;
	const char *rest = next_component(name, this);

	spin_lock(&dcache_lock);
	while (this->len && may_pass(here->d_inode) &&
	       !(nd->flags & LOOKUP_PARENT && is_last(rest))) {
		next = next_locked(nd->path.mnt, here, this);
		if (!next)
			break;
		if (!next->d_inode) {
			rest = ERR_PTR(-ENOENT);
			break;
		}
		if (S_ISLNK(next->d_inode->i_mode) && (*rest || nd->flags & LOOKUP_FOLLOW)) {
			if (!enter_link(nd, next, &here, &rest))
				break;
			link = next;
		} else {
			if (*rest && !S_ISDIR(next->d_inode->i_mode))
				break;
			here = next;
		}
		rest = next_component(rest, this);
	}
	if (here != start)
		atomic_inc(&here->d_count);
	if (link) {
		atomic_inc(&link->d_count);
		swap(link, nd->link);
	}
	spin_unlock(&dcache_lock);
	dput(link);	/* the one before */
	if (here != start) {
		nd->path.dentry = here;
		dput(start);
	}
	return rest;
}
