/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID links: exe, cwd, root, fd/N.  They are "magic": following one leads to the
 * object itself, whatever its name is now.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/namei.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "proc_internal.h"

#define FD_INO_FIRST 64	/* index part of the inode number: behind the fixed files */

static int file_path_of(struct file *file, struct path *path)
{
	if (!file)
		return -ENOENT;
	*path = file->f_path;
	path_get(path);
	return 0;
}

static int exe_path(struct task_struct *t, struct path *path)
{
	struct mm_struct *mm = get_task_mm(t);
	int err;

	if (!mm)
		return -ENOENT;
	down_read(&mm->mmap_sem);
	err = file_path_of(mm->exe_file, path);
	up_read(&mm->mmap_sem);
	mmput(mm);
	return err;
}

static int fs_path(struct task_struct *t, bool want_root, struct path *path)
{
	struct path root, pwd;

	if (!get_task_fs(t, &root, &pwd))
		return -ENOENT;
	*path = want_root ? root : pwd;
	path_put(want_root ? &pwd : &root);
	return 0;
}

static int fd_path(struct task_struct *t, unsigned int fd, struct path *path)
{
	struct file *file = fget_task(t, fd);
	int err = file_path_of(file, path);

	if (file)
		fput(file);
	return err;
}

/* What the link leads to, referenced. */
static int link_path(struct inode *inode, struct path *path)
{
	const struct pid_file *pf = PROC_I(inode)->pid_file;
	struct task_struct *t = proc_task(inode);
	int err = -EACCES;

	if (!t)
		return -ENOENT;
	if (!proc_may_look(t))
		err = -EACCES;
	else if (!pf)
		err = fd_path(t, PROC_I(inode)->fd, path);
	else if (strcmp(pf->name, "exe") == 0)
		err = exe_path(t, path);
	else
		err = fs_path(t, strcmp(pf->name, "root") == 0, path);
	put_task_struct(t);
	return err;
}

static int pid_follow_link(struct dentry *dentry, struct nameidata *nd)
{
	struct path path;
	int err = link_path(dentry->d_inode, &path);

	if (err)
		return err;
	nd_set_path(nd, &path);
	path_put(&path);
	return 0;
}

static int pid_readlink(struct dentry *dentry, char *buf, int size)
{
	struct path path;
	char *page, *name;
	int len, err = link_path(dentry->d_inode, &path);

	if (err)
		return err;
	page = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!page) {
		path_put(&path);
		return -ENOMEM;
	}
	name = d_path(path.dentry, path.mnt, page, PATH_MAX);
	if (IS_ERR(name)) {
		len = PTR_ERR(name);
	} else {
		len = min((int)strlen(name), size);
		memcpy(buf, name, len);
	}
	kfree(page);
	path_put(&path);
	return len;
}

const struct inode_operations pid_link_operations = {
	.readlink = pid_readlink,
	.follow_link = pid_follow_link,
};

/* ---- fd/ ---- */

static const struct pid_file fd_link = { .mode = S_IFLNK | 0700, .iop = &pid_link_operations };

static struct dentry *fd_lookup(struct inode *dir, struct dentry *dentry)
{
	struct task_struct *t = proc_task(dir);
	struct file *file = NULL;
	struct inode *inode;
	unsigned int fd;

	if (!t)
		return ERR_PTR(-ENOENT);
	if (parse_number(dentry->d_name.name, dentry->d_name.len, &fd) && proc_may_look(t))
		file = fget_task(t, fd);
	inode = file ? pid_new_inode(dir->i_sb, t, &fd_link, FD_INO_FIRST + fd) : NULL;
	put_task_struct(t);
	if (!file)
		return ERR_PTR(-ENOENT);
	fput(file);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	/* The table entry has no name: pid_file NULL says "by descriptor". */
	PROC_I(inode)->pid_file = NULL;
	PROC_I(inode)->fd = fd;
	dentry->d_op = &pid_dentry_operations;
	d_add(dentry, inode);
	return NULL;
}

static int fd_readdir(struct file *dir, void *dirent, filldir_t filldir)
{
	struct task_struct *t = proc_task(file_inode(dir));
	unsigned int fd;
	struct file *f;
	char name[12];
	int len;

	if (!t)
		return -ENOENT;
	for (; dir->f_pos < 2; dir->f_pos++)
		if (filldir(dirent, "..", dir->f_pos + 1, dir->f_pos, PROC_ROOT_INO, DT_DIR))
			goto out;
	for (fd = dir->f_pos - 2; (f = fget_task_next(t, &fd)) != NULL; fd++) {
		fput(f);
		len = scnprintf(name, sizeof(name), "%u", fd);
		if (filldir(dirent, name, len, fd + 2, FD_INO_FIRST + fd, DT_LNK))
			break;
		dir->f_pos = fd + 3;
	}
out:
	put_task_struct(t);
	return 0;
}

const struct inode_operations pid_fd_dir_inode_operations = { .lookup = fd_lookup };

const struct file_operations pid_fd_dir_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.readdir = fd_readdir,
};
