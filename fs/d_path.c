/* SPDX-License-Identifier: MIT */
/*
 * From a (mount, dentry) back to text.
 *
 * The path is built backwards from the end of the buffer.  A place outside the caller's root
 * (after chroot, or a nameless file) gives the path from its own topmost mount.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/specfs.h>
#include <quire/string.h>

struct backwards {
	char *start, *pos;
};

static int prepend(struct backwards *b, const char *text, size_t len)
{
	if ((size_t)(b->pos - b->start) < len)
		return -ENAMETOOLONG;
	b->pos -= len;
	memcpy(b->pos, text, len);
	return 0;
}

/* dcache_lock keeps names and parents; mount points cannot change while a path holds the mount. */
static int prepend_path(struct backwards *b, const struct path *path, const struct path *root)
{
	struct path at = *path;
	int err = 0;

	while (!err && !path_equal(&at, root)) {
		if (at.dentry == at.mnt->mnt_root || IS_ROOT(at.dentry)) {
			if (at.mnt->mnt_parent == at.mnt)
				break;
			at.dentry = at.mnt->mnt_mountpoint;
			at.mnt = at.mnt->mnt_parent;
			continue;
		}
		err = prepend(b, at.dentry->d_name.name, at.dentry->d_name.len);
		if (!err)
			err = prepend(b, "/", 1);
		at.dentry = at.dentry->d_parent;
	}
	return err;
}

/* => start of the text inside buf, or ERR_PTR(-ENAMETOOLONG) */
char *__d_path(const struct path *path, const struct path *root, char *buf, int buflen,
	       const char *deleted)
{
	struct backwards b = { .start = buf, .pos = buf + buflen - 1 };
	char *before;
	int err = 0;

	if (buflen < 2)
		return ERR_PTR(-ENAMETOOLONG);
	*b.pos = '\0';
	if (deleted && !IS_ROOT(path->dentry) && d_unhashed(path->dentry))
		err = prepend(&b, deleted, strlen(deleted));
	before = b.pos;
	if (!err) {
		spin_lock(&dcache_lock);
		err = prepend_path(&b, path, root);
		spin_unlock(&dcache_lock);
	}
	if (!err && b.pos == before)
		err = prepend(&b, "/", 1);
	return err ? ERR_PTR(err) : b.pos;
}

/* "pipe:[7]" for what never had a path; a nameless memory object is shown as a removed file. */
static char *nameless_path(struct dentry *dentry, char *buf, int buflen)
{
	bool object = dentry->d_sb != anon_mnt()->mnt_sb;
	int len = scnprintf(buf, (size_t)buflen, "%s%s%s", object ? "/" : "", dentry->d_name.name,
			    object ? " (deleted)" : "");

	return len == buflen - 1 ? ERR_PTR(-ENAMETOOLONG) : buf;
}

/* The path as the current task would write it; text inside buf or ERR_PTR. */
char *d_path(struct dentry *dentry, struct vfsmount *mnt, char *buf, int buflen)
{
	struct path path = { .mnt = mnt, .dentry = dentry }, root;
	char *text;

	if (IS_ROOT(dentry) && dentry != dentry->d_sb->s_root)
		return nameless_path(dentry, buf, buflen);
	get_fs_root(&root);
	text = __d_path(&path, &root, buf, buflen, " (deleted)");
	path_put(&root);
	return text;
}
