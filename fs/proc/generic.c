/* SPDX-License-Identifier: MIT */
/*
 * The static part of /proc: a tree of entries that the parts of the kernel register.
 *
 * The tree only grows, at start-up, before anybody can look at it.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/printk.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#include "proc_internal.h"

#define PROC_LINE_MAX PAGE_SIZE	/* most that a file with a line writer takes at once */

static unsigned long next_ino = PROC_ROOT_INO + 1;

struct proc_entry proc_root = {
	.name = "",
	.mode = S_IFDIR | 0555,
	.ino = PROC_ROOT_INO,
	.children = LIST_HEAD_INIT(proc_root.children),
};

/* ---- registration ---- */

struct proc_entry *proc_find(struct proc_entry *dir, const char *name, unsigned int len)
{
	struct proc_entry *e;

	list_for_each_entry(e, &dir->children, sibling)
		if (strlen(e->name) == len && memcmp(e->name, name, len) == 0)
			return e;
	return NULL;
}

static struct proc_entry *add_entry(struct proc_entry *dir, const char *name, unsigned int len,
				    umode_t mode)
{
	struct proc_entry *e = kzalloc(sizeof(*e), GFP_KERNEL);
	char *copy = kmalloc(len + 1, GFP_KERNEL);

	if (!e || !copy)
		panic("proc: no memory for %s", name);
	memcpy(copy, name, len);
	copy[len] = '\0';
	e->name = copy;
	e->mode = mode;
	e->ino = next_ino++;
	e->parent = dir;
	INIT_LIST_HEAD(&e->children);
	list_add_tail(&e->sibling, &dir->children);
	return e;
}

/* Makes directories on the way. */
static struct proc_entry *create_path(const char *path, umode_t mode)
{
	struct proc_entry *dir = &proc_root, *e;
	const char *slash;

	while ((slash = strchr(path, '/')) != NULL) {
		e = proc_find(dir, path, slash - path);
		dir = e ? e : add_entry(dir, path, slash - path, S_IFDIR | 0555);
		path = slash + 1;
	}
	assert(!proc_find(dir, path, strlen(path)));
	return add_entry(dir, path, strlen(path), mode & S_IFMT ? mode : S_IFREG | mode);
}

void proc_create(const char *path, umode_t mode, const struct file_operations *fops, void *data)
{
	struct proc_entry *e = create_path(path, mode);

	e->fops = fops;
	e->data = data;
}

/* ---- files with a show function ---- */

static int show_open(struct inode *inode, struct file *file)
{
	struct proc_entry *e = PROC_I(inode)->entry;

	return single_open(file, e->show, e->data);
}

static ssize_t show_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct proc_entry *e = PROC_I(file_inode(file))->entry;
	char *line;
	int err;

	if (!e->write)
		return -EINVAL;
	if (count >= PROC_LINE_MAX)
		return -EINVAL;
	line = kmalloc(count + 1, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	err = -EFAULT;
	if (!copy_from_user(line, buf, count)) {
		line[count] = '\0';
		err = e->write(line, count);
	}
	kfree(line);
	return err ? err : (ssize_t)count;
}

static const struct file_operations show_operations = {
	.open = show_open,
	.read = seq_read,
	.write = show_write,
	.llseek = seq_lseek,
	.release = single_release,
};

void proc_create_rw(const char *path, umode_t mode, int (*show)(struct seq_file *m, void *v),
		    int (*write)(char *line, size_t len))
{
	struct proc_entry *e = create_path(path, mode);

	e->fops = &show_operations;
	e->show = show;
	e->write = write;
}

void proc_create_show(const char *path, umode_t mode, int (*show)(struct seq_file *m, void *v))
{
	proc_create_rw(path, mode, show, NULL);
}

/* ---- inodes ---- */

/* Not hashed: it lives as long as its dentry.  NULL without memory. */
struct inode *proc_new_inode(struct super_block *sb, umode_t mode, unsigned long ino)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	inode->i_ino = ino;
	inode->i_mode = mode;
	inode->i_nlink = S_ISDIR(mode) ? 2 : 1;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	return inode;
}

struct inode *proc_entry_inode(struct super_block *sb, struct proc_entry *e)
{
	struct inode *inode = proc_new_inode(sb, e->mode, e->ino);

	if (!inode)
		return NULL;
	PROC_I(inode)->entry = e;
	if (S_ISDIR(e->mode)) {
		inode->i_op = &proc_dir_inode_operations;
		inode->i_fop = &proc_dir_operations;
	} else {
		inode->i_fop = e->fops;
		inode->i_private = e->data;
	}
	return inode;
}

/* ---- directories ---- */

static struct dentry *proc_dir_lookup(struct inode *dir, struct dentry *dentry)
{
	struct proc_entry *e = proc_find(PROC_I(dir)->entry, dentry->d_name.name,
					 dentry->d_name.len);
	struct inode *inode = NULL;

	if (!e)
		return ERR_PTR(-ENOENT);
	inode = proc_entry_inode(dir->i_sb, e);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	d_add(dentry, inode);
	return NULL;
}

static unsigned int mode_to_dt(umode_t mode)
{
	return mode >> 12 & 15;
}

int proc_fill_static(struct file *file, void *dirent, filldir_t filldir, struct proc_entry *dir,
		     loff_t first)
{
	struct proc_entry *e;
	loff_t pos = first;
	int err;

	list_for_each_entry(e, &dir->children, sibling) {
		if (pos++ < file->f_pos)
			continue;
		err = filldir(dirent, e->name, strlen(e->name), pos - 1, e->ino,
			      mode_to_dt(e->mode));
		if (err)
			return err;
		file->f_pos = pos;
	}
	return 0;
}

static int proc_dir_readdir(struct file *file, void *dirent, filldir_t filldir)
{
	struct inode *inode = file_inode(file);
	struct proc_entry *dir = PROC_I(inode)->entry;

	if (file->f_pos == 0) {
		if (filldir(dirent, ".", 1, 0, dir->ino, DT_DIR))
			return 0;
		file->f_pos = 1;
	}
	if (file->f_pos == 1) {
		if (filldir(dirent, "..", 2, 1, dir->parent ? dir->parent->ino : dir->ino, DT_DIR))
			return 0;
		file->f_pos = 2;
	}
	proc_fill_static(file, dirent, filldir, dir, 2);
	return 0;
}

const struct inode_operations proc_dir_inode_operations = { .lookup = proc_dir_lookup };

const struct file_operations proc_dir_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.readdir = proc_dir_readdir,
};
