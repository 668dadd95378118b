/* SPDX-License-Identifier: MIT */
/*
 * What the two halves of the path walk share: namei.c, a component at a time with references, and
 * namei_cached.c, as far as the dentry cache alone can tell.
 */
#ifndef FS_NAMEI_INTERNAL_H
#define FS_NAMEI_INTERNAL_H

#include <quire/namei.h>

/*
 * Walk on from where nd stands while it is simple.  *this: the component that is not (len 0: there
 * is none left).  => what is behind it; ERR_PTR(-ENOENT)
 */
const char *walk_cached(const char *name, struct nameidata *nd, struct qstr *this);

/* By mode and owner alone. => 0 or -EACCES */
int generic_permission(struct inode *inode, int mask);

static inline bool all_may_execute(const struct inode *inode)
{
	return (inode->i_mode & S_IXUGO) == S_IXUGO;
}

static inline enum last_type classify(const struct qstr *q)
{
	if (q->name[0] != '.' || q->len > 2)
		return LAST_NORM;
	if (q->len == 1)
		return LAST_DOT;
	return q->name[1] == '.' ? LAST_DOTDOT : LAST_NORM;
}

static inline const char *skip_slashes(const char *name)
{
	while (*name == '/')
		name++;
	return name;
}

static inline bool is_last(const char *rest)
{
	return !*rest || !*skip_slashes(rest);
}

#endif
