/* SPDX-License-Identifier: MIT */
/*
 * Path walks, for fs/: the walk's state and the operations on names.
 */
#ifndef QUIRE_NAMEI_H
#define QUIRE_NAMEI_H

#include <quire/fs.h>

#define LOOKUP_PARENT 4u	/* stop before the last component; it is in last */
#define LOOKUP_EMPTY 8u		/* an empty path names dfd itself (AT_EMPTY_PATH) */
#define LOOKUP_NOMOUNT 16u	/* the last component's mount is not entered (umount of itself) */

enum last_type { LAST_NORM, LAST_ROOT, LAST_DOT, LAST_DOTDOT };

#define MAXSYMLINKS 40

struct nameidata {
	struct path path;	/* where the walk stands; referenced */
	struct qstr last;	/* LOOKUP_PARENT: the last component, inside the name or buf */
	enum last_type last_type;
	bool last_slash;	/* it was followed by a slash */
	unsigned int flags;
	char *buf;		/* text of the latest symlink and what came after it; owned */
	struct dentry *link;	/* or the symlink in whose inode that text lies; referenced */
	unsigned int nr_links;
};

/* => 0 with nd->path referenced; path_release always undoes. */
int path_lookup(int dfd, const char *name, unsigned int flags, struct nameidata *nd);
void path_release(struct nameidata *nd);
/* Child of base by name; base's i_mutex held.  Referenced, perhaps negative; or ERR_PTR. */
struct dentry *lookup_one_len(const char *name, struct dentry *base, unsigned int len);
/* The dentry of nd->last (LOOKUP_PARENT), its directory's i_mutex held; ERR_PTR. */
struct dentry *lookup_last(struct nameidata *nd);
/* nd->last is this symlink: walk on to the parent of what it names. => 0 or -errno */
int nd_follow_last(struct nameidata *nd, struct dentry *link);
void get_fs_root(struct path *path); /* of current, referenced */
void get_fs_pwd(struct path *path);
bool is_fs_root(const struct path *path);
/* Current's root, if it lies on this mount, else NULL.  Not referenced: dcache_lock, held, keeps it. */
struct dentry *fs_root_on(const struct vfsmount *mnt);
struct fs_struct;
struct task_struct;
void set_fs_root(struct fs_struct *fs, const struct path *path);
void set_fs_pwd(struct fs_struct *fs, const struct path *path);
bool get_task_fs(struct task_struct *t, struct path *root, struct path *pwd);
void fs_struct_init(void);
static inline bool path_equal(const struct path *a, const struct path *b)
{
	return a->mnt == b->mnt && a->dentry == b->dentry;
}
/* A "magic" link's follow_link: put the walk at path (takes references). */
void nd_set_path(struct nameidata *nd, const struct path *path);

/* Operations on a name in a locked directory; they check permissions. */
int vfs_create(struct inode *dir, struct dentry *dentry, int mode);
int vfs_mkdir(struct inode *dir, struct dentry *dentry, int mode);
int vfs_mknod(struct inode *dir, struct dentry *dentry, int mode, dev_t dev);
int vfs_symlink(struct inode *dir, struct dentry *dentry, const char *target);
int vfs_link(struct dentry *old, struct inode *dir, struct dentry *dentry);
int vfs_unlink(struct inode *dir, struct dentry *dentry);
int vfs_rmdir(struct inode *dir, struct dentry *dentry);
/* Both directories locked by lock_rename. */
int vfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
	       struct dentry *new);
/* The text of a symlink, kmalloc'ed and terminated; ERR_PTR. */
char *vfs_readlink_text(struct dentry *dentry, size_t *len);

/* The same from the kernel, by path: initramfs, devfs, mount points.  => 0 or -errno */
int kern_mkdir(const char *name, int mode);
int kern_mknod(const char *name, int mode, dev_t dev, struct path *made); /* made: gets it, referenced; or NULL */
int kern_symlink(const char *target, const char *name);
int kern_link(const char *old, const char *name);
int kern_unlink(const char *name);

/* Opening by a path in kernel memory; => file or ERR_PTR. */
struct file *do_filp_open(int dfd, const char *name, int flags, int mode);

struct vfsmount;
int mnt_want_write(struct vfsmount *mnt); /* -EROFS on a read-only mount or super block */
bool inode_owner_or_capable(const struct inode *inode);
void namei_init(void);

#endif
