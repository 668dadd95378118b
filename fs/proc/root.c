/* SPDX-License-Identifier: MIT */
/*
 * The proc file system: its super block and root directory: static entries, "self",
 * and a directory for each process.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/printk.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "proc_internal.h"

#define PROC_SUPER_MAGIC 0x9fa0
#define SELF_INO 2000
#define FIRST_STATIC 3		/* positions: ".", "..", "self", static entries, processes */

static struct kmem_cache *proc_inode_cache;

static struct inode *proc_alloc_inode(struct super_block *sb)
{
	struct proc_inode *pi = kmem_cache_zalloc(proc_inode_cache, GFP_KERNEL);

	if (!pi)
		return NULL;
	inode_init_once(&pi->vfs_inode);
	return &pi->vfs_inode;
}

static void proc_destroy_inode(struct inode *inode)
{
	kmem_cache_free(proc_inode_cache, PROC_I(inode));
}

static const struct super_operations proc_super_operations = {
	.alloc_inode = proc_alloc_inode,
	.destroy_inode = proc_destroy_inode,
	.statfs = simple_statfs,
};

/* ---- /proc/self ---- */

static int self_readlink(struct dentry *dentry, char *buf, int size)
{
	return scnprintf(buf, size, "%d", current->tgid);
}

static const struct inode_operations self_operations = { .readlink = self_readlink };

static struct inode *self_inode(struct super_block *sb)
{
	struct inode *inode = proc_new_inode(sb, S_IFLNK | S_IRWXUGO, SELF_INO);

	if (inode)
		inode->i_op = &self_operations;
	return inode;
}

/* ---- the directory ---- */

static struct dentry *root_lookup(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode;

	if (dentry->d_name.len == 4 && memcmp(dentry->d_name.name, "self", 4) == 0) {
		inode = self_inode(dir->i_sb);
		if (!inode)
			return ERR_PTR(-ENOMEM);
		d_add(dentry, inode);
		return NULL;
	}
	if (proc_find(&proc_root, dentry->d_name.name, dentry->d_name.len))
		return proc_dir_inode_operations.lookup(dir, dentry);
	return proc_pid_lookup(dir, dentry);
}

static loff_t nr_static(void)
{
	struct proc_entry *e;
	loff_t n = 0;

	list_for_each_entry(e, &proc_root.children, sibling)
		n++;
	return n;
}

static int root_readdir(struct file *file, void *dirent, filldir_t filldir)
{
	static const struct { const char *name; unsigned long ino; unsigned int type; } first[] = {
		{ ".", PROC_ROOT_INO, DT_DIR }, { "..", PROC_ROOT_INO, DT_DIR },
		{ "self", SELF_INO, DT_LNK },
	};

	static_assert(sizeof(first) / sizeof(first[0]) == FIRST_STATIC, "positions");
	for (; file->f_pos < FIRST_STATIC; file->f_pos++) {
		unsigned int i = file->f_pos;

		if (filldir(dirent, first[i].name, strlen(first[i].name), i, first[i].ino,
			    first[i].type))
			return 0;
	}
	if (proc_fill_static(file, dirent, filldir, &proc_root, FIRST_STATIC))
		return 0;
	return proc_pid_readdir(file, dirent, filldir, FIRST_STATIC + nr_static());
}

static const struct inode_operations root_inode_operations = { .lookup = root_lookup };

static const struct file_operations root_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.readdir = root_readdir,
};

static int proc_fill_super(struct super_block *sb, void *data, bool silent)
{
	struct inode *root;

	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_magic = PROC_SUPER_MAGIC;
	sb->s_op = &proc_super_operations;
	sb->s_flags |= SB_NO_WRITEBACK;
	root = proc_entry_inode(sb, &proc_root);
	if (!root)
		return -ENOMEM;
	root->i_op = &root_inode_operations;
	root->i_fop = &root_operations;
	sb->s_root = d_alloc_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static struct file_system_type proc_type = {
	.name = "proc",
	.fs_flags = FS_SINGLE,
	.fill_super = proc_fill_super,
};

void proc_init(void)
{
	proc_inode_cache = kmem_cache_create("proc_inode", sizeof(struct proc_inode), 0,
					     SLAB_RECLAIM_ACCOUNT, NULL);
	if (!proc_inode_cache || register_filesystem(&proc_type))
		panic("proc: cannot be registered");
	proc_misc_init();
	proc_sys_init();
}
