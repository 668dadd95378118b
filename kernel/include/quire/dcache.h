/* SPDX-License-Identifier: MIT */
/*
 * The dentry cache, for fs/: what fs.h does not show to the rest of the kernel.
 *
 * A dentry is hashed (found by name), or not (deleted, or being made).  With count 0
 * and hashed it stays on the LRU; unhashed it dies at the last dput.
 *
 * Locking: dcache_lock guards hash, LRU, d_subdirs/d_child, i_dentry/d_alias, d_mounted, and
 * d_parent and d_name against renames.  It is inside inode->i_mutex and outside inode_lock.
 */
#ifndef QUIRE_DCACHE_H
#define QUIRE_DCACHE_H

#include <quire/fs.h>

extern spinlock_t dcache_lock;

struct dcache_stat {
	int nr_dentry, nr_unused;
};
extern struct dcache_stat dentry_stat;

/* The hash of a name is that of its front (0: empty) with its last letter added. */
static inline unsigned int name_hash_add(unsigned int hash, char c)
{
	return hash * 31 + (unsigned char)c;
}
unsigned int full_name_hash(const char *name, unsigned int len);
/* Hashed child of that name, referenced; or NULL. */
struct dentry *d_lookup(struct dentry *parent, const struct qstr *name);
/* The same without a reference: dcache_lock held keeps it. */
struct dentry *d_lookup_locked(struct dentry *parent, const struct qstr *name);
void d_rehash(struct dentry *dentry);
/* Unhash unless others use it as a directory; => 0 or -EBUSY. */
int d_invalidate(struct dentry *dentry);
/* Drop unused descendants; the tree itself stays. */
void shrink_dcache_parent(struct dentry *parent);
/* Unmounting: every dentry of the tree must be unused but for pins of the file system itself. */
void shrink_dcache_for_umount(struct super_block *sb);
/* Drop the extra reference that in-memory file systems keep on each hashed dentry. */
void d_genocide(struct dentry *root);
bool is_subdir(struct dentry *child, struct dentry *ancestor); /* or the same */
bool have_submounts(struct dentry *dentry);
/* The path below *root (of the caller's namespace); " (deleted)" is added unless NULL. */
char *__d_path(const struct path *path, const struct path *root, char *buf, int buflen,
	       const char *deleted);
void dcache_init(void);

static inline bool d_unhashed(const struct dentry *dentry)
{
	return hlist_unhashed(&dentry->d_hash);
}
#define IS_ROOT(dentry) ((dentry)->d_parent == (dentry))
#define IS_DEADDIR(inode) ((inode)->i_nlink == 0)

/* Nesting of i_mutex for the order checker. */
enum i_mutex_class { I_MUTEX_NORMAL, I_MUTEX_PARENT, I_MUTEX_CHILD, I_MUTEX_VICTIM };

/* ---- pieces for file systems that live in the dentry cache (libfs.c) ---- */
int dcache_readdir(struct file *file, void *dirent, filldir_t filldir);
int dcache_dir_open(struct inode *inode, struct file *file);
int dcache_dir_release(struct inode *inode, struct file *file);
loff_t dcache_dir_lseek(struct file *file, loff_t offset, int whence);
extern const struct file_operations simple_dir_operations;
int simple_empty(struct dentry *dentry); /* 1: no positive children */
struct dentry *simple_lookup(struct inode *dir, struct dentry *dentry);
int simple_statfs(struct dentry *dentry, struct statfs64 *buf);
int simple_sync_file(struct file *file, bool datasync);

#endif
