/* SPDX-License-Identifier: MIT */
/*
 * Pieces for file systems whose directories live in the dentry cache alone (tmpfs, /proc's static part,
 * devfs): every name has a hashed dentry that the file system pins, so the cache is the directory.
 *
 * readdir keeps its place with a cursor: a nameless dentry among the directory's children, moved
 * past what was given out.  Children are added at the front of d_subdirs.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/mount.h>
#include <quire/sched.h>
#include <quire/string.h>

/* A name that is not in the cache does not exist.  Negative dentries are not kept. */
static int delete_negative(const struct dentry *dentry)
{
	return !dentry->d_inode;
}

static const struct dentry_operations simple_dentry_operations = {
	.d_delete = delete_negative,
};

struct dentry *simple_lookup(struct inode *dir, struct dentry *dentry)
{
	dentry->d_op = &simple_dentry_operations;
	d_add(dentry, NULL);
	return NULL;
}

static bool is_positive_child(const struct dentry *d)
{
	return d->d_inode && !d_unhashed(d);
}

int simple_empty(struct dentry *dentry)
{
	struct dentry *child;
	int empty = 1;

	spin_lock(&dcache_lock);
	list_for_each_entry(child, &dentry->d_subdirs, d_child)
		if (is_positive_child(child))
			empty = 0;
	spin_unlock(&dcache_lock);
	return empty;
}

int dcache_dir_open(struct inode *inode, struct file *file)
{
	static const struct qstr cursor_name = { .name = ".", .len = 1 };
	struct dentry *cursor = d_alloc(file->f_dentry, &cursor_name);

	file->private_data = cursor;
	return cursor ? 0 : -ENOMEM;
}

int dcache_dir_release(struct inode *inode, struct file *file)
{
	dput(file->private_data);
	return 0;
}

#define DIR_DOTS 2	/* "." and ".." come first, at positions 0 and 1 */

static void rewind_cursor(struct dentry *dir, struct dentry *cursor)
{
	spin_lock(&dcache_lock);
	list_move(&cursor->d_child, &dir->d_subdirs);
	spin_unlock(&dcache_lock);
}

/* The position is a count of entries; seeking walks to it. */
loff_t dcache_dir_lseek(struct file *file, loff_t offset, int whence)
{
	struct dentry *dir = file->f_dentry, *cursor = file->private_data;
	struct list_head *p;
	loff_t n;

	if (whence == SEEK_CUR)
		offset += file->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	mutex_lock(&dir->d_inode->i_mutex);
	file->f_pos = offset;
	rewind_cursor(dir, cursor);
	spin_lock(&dcache_lock);
	n = offset - DIR_DOTS;
	for (p = cursor->d_child.next; n > 0 && p != &dir->d_subdirs; p = p->next)
		if (is_positive_child(list_entry(p, struct dentry, d_child)))
			n--;
	list_move_tail(&cursor->d_child, p);
	spin_unlock(&dcache_lock);
	mutex_unlock(&dir->d_inode->i_mutex);
	return offset;
}

/* The next child behind the cursor, referenced; the cursor moves behind it. */
static struct dentry *next_child(struct dentry *dir, struct dentry *cursor)
{
	struct dentry *child = NULL;
	struct list_head *p;

	spin_lock(&dcache_lock);
	for (p = cursor->d_child.next; p != &dir->d_subdirs; p = p->next) {
		struct dentry *d = list_entry(p, struct dentry, d_child);

		if (is_positive_child(d)) {
			child = d;
			atomic_inc(&d->d_count);
			list_move(&cursor->d_child, p);
			break;
		}
	}
	spin_unlock(&dcache_lock);
	return child;
}

/* Undo next_child: the entry did not fit. */
static void push_back(struct dentry *child, struct dentry *cursor)
{
	spin_lock(&dcache_lock);
	list_move_tail(&cursor->d_child, &child->d_child);
	spin_unlock(&dcache_lock);
}

static unsigned int dt_type(const struct inode *inode)
{
	return (inode->i_mode & S_IFMT) >> 12;
}

static int emit_dots(struct file *file, void *dirent, filldir_t filldir)
{
	struct dentry *dir = file->f_dentry;
	u64 ino;

	if (file->f_pos == 0) {
		if (filldir(dirent, ".", 1, 0, dir->d_inode->i_ino, DT_DIR))
			return -1;
		file->f_pos++;
	}
	if (file->f_pos == 1) {
		spin_lock(&dcache_lock);
		ino = dir->d_parent->d_inode->i_ino;
		spin_unlock(&dcache_lock);
		if (filldir(dirent, "..", 2, 1, ino, DT_DIR))
			return -1;
		file->f_pos++;
		rewind_cursor(dir, file->private_data);
	}
	return 0;
}

/* The directory's i_mutex is held. */
int dcache_readdir(struct file *file, void *dirent, filldir_t filldir)
{
	struct dentry *dir = file->f_dentry, *cursor = file->private_data, *child;

	if (emit_dots(file, dirent, filldir))
		return 0;
	while ((child = next_child(dir, cursor)) != NULL) {
		int full = filldir(dirent, child->d_name.name, (int)child->d_name.len, file->f_pos,
				   child->d_inode->i_ino, dt_type(child->d_inode));

		if (full)
			push_back(child, cursor);
		dput(child);
		if (full)
			break;
		file->f_pos++;
	}
	return 0;
}

int simple_sync_file(struct file *file, bool datasync)
{
	return 0;
}

const struct file_operations simple_dir_operations = {
	.open = dcache_dir_open,
	.release = dcache_dir_release,
	.llseek = dcache_dir_lseek,
	.read = generic_read_dir,
	.readdir = dcache_readdir,
	.fsync = simple_sync_file,
};

int simple_statfs(struct dentry *dentry, struct statfs64 *buf)
{
	buf->f_type = (u32)dentry->d_sb->s_magic;
	buf->f_bsize = PAGE_SIZE;
	buf->f_namelen = NAME_MAX;
	return 0;
}
