/* SPDX-License-Identifier: MIT */
/*
 * A task's place in the file systems: root, working directory, umask.
 *
 * The fs_struct may be shared (CLONE_FS); fs->lock guards its fields.  Readers take references
 * under it, so that a chdir of another thread cannot pull a directory away.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/syscalls_fs.h>
#include <quire/mount.h>
#include <quire/file.h>
#include <quire/namei.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#define DEFAULT_UMASK 0022

static struct fs_struct *alloc_fs(void)
{
	struct fs_struct *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	atomic_set(&fs->count, 1);
	spin_lock_init(&fs->lock);
	fs->umask = DEFAULT_UMASK;
	return fs;
}

/* Boot: the running task gets an empty one. */
void fs_struct_init(void)
{
	current->fs = alloc_fs();
	if (!current->fs)
		panic("no memory for the first fs_struct");
}

static void get_place(const struct path *place, struct path *path)
{
	struct fs_struct *fs = current->fs;

	spin_lock(&fs->lock);
	*path = *place;
	path_get(path);
	spin_unlock(&fs->lock);
}

void get_fs_root(struct path *path)
{
	get_place(&current->fs->root, path);
}

void get_fs_pwd(struct path *path)
{
	get_place(&current->fs->pwd, path);
}

/* Is this where current's tree ends?  path is referenced, so it cannot be another of the same address. */
bool is_fs_root(const struct path *path)
{
	struct fs_struct *fs = current->fs;
	bool same;

	spin_lock(&fs->lock);
	same = path_equal(path, &fs->root);
	spin_unlock(&fs->lock);
	return same;
}

struct dentry *fs_root_on(const struct vfsmount *mnt)
{
	struct fs_struct *fs = current->fs;
	struct dentry *root;

	spin_lock(&fs->lock);
	root = fs->root.mnt == mnt ? fs->root.dentry : NULL;
	spin_unlock(&fs->lock);
	return root;
}

static void set_place(struct fs_struct *fs, struct path *place, const struct path *path)
{
	struct path old;

	path_get(path);
	spin_lock(&fs->lock);
	old = *place;
	*place = *path;
	spin_unlock(&fs->lock);
	path_put(&old);
}

void set_fs_root(struct fs_struct *fs, const struct path *path)
{
	set_place(fs, &fs->root, path);
}

void set_fs_pwd(struct fs_struct *fs, const struct path *path)
{
	set_place(fs, &fs->pwd, path);
}

/* Root and working directory of another task, referenced; => false: it is exiting. */
bool get_task_fs(struct task_struct *t, struct path *root, struct path *pwd)
{
	struct fs_struct *fs;

	task_lock(t);
	fs = t->fs;
	if (fs) {
		spin_lock(&fs->lock);
		*root = fs->root;
		*pwd = fs->pwd;
		path_get(root);
		path_get(pwd);
		spin_unlock(&fs->lock);
	}
	task_unlock(t);
	return fs != NULL;
}

/* fork: share or copy.  => 0 or -ENOMEM */
int copy_fs(unsigned long clone_flags, struct task_struct *t)
{
	struct fs_struct *old = current->fs, *fs;

	if (!old) { /* a kernel thread from before there were file systems */
		t->fs = NULL;
		return 0;
	}
	if (clone_flags & CLONE_FS) {
		atomic_inc(&old->count);
		t->fs = old;
		return 0;
	}
	fs = alloc_fs();
	if (!fs)
		return -ENOMEM;
	get_fs_root(&fs->root);
	get_fs_pwd(&fs->pwd);
	fs->umask = old->umask;
	t->fs = fs;
	return 0;
}

static void put_fs_struct(struct fs_struct *fs)
{
	if (!atomic_dec_and_test(&fs->count))
		return;
	path_put(&fs->root);
	path_put(&fs->pwd);
	kfree(fs);
}

void exit_fs(struct task_struct *t)
{
	struct fs_struct *fs;

	task_lock(t);
	fs = t->fs;
	t->fs = NULL;
	task_unlock(t);
	if (fs)
		put_fs_struct(fs);
}

/* ---- system calls ---- */

/* Go to a referenced directory if that is allowed; drops the reference. */
static int enter_directory(struct path *path, void (*set)(struct fs_struct *, const struct path *))
{
	int err = inode_permission(path->dentry->d_inode, MAY_EXEC);

	if (!err)
		set(current->fs, path);
	path_put(path);
	return err;
}

long sys_chdir(const char __user *name)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	return err ? err : enter_directory(&path, set_fs_pwd);
}

long sys_fchdir(unsigned int fd)
{
	struct file *file = fget_raw(fd);
	struct path path;

	if (!file)
		return -EBADF;
	path = file->f_path;
	path_get(&path);
	fput(file);
	if (!S_ISDIR(path.dentry->d_inode->i_mode)) {
		path_put(&path);
		return -ENOTDIR;
	}
	return enter_directory(&path, set_fs_pwd);
}

long sys_chroot(const char __user *name)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (err)
		return err;
	if (!capable()) {
		err = inode_permission(path.dentry->d_inode, MAY_EXEC);
		path_put(&path);
		return err ? err : -EPERM;
	}
	return enter_directory(&path, set_fs_root);
}

/* => length with the NUL, as the system call gives it */
long sys_getcwd(char __user *buf, unsigned long size)
{
	struct path root, pwd;
	char *page = kmalloc(PATH_MAX, GFP_KERNEL), *text;
	long err;

	if (!page)
		return -ENOMEM;
	get_fs_root(&root);
	get_fs_pwd(&pwd);
	err = -ENOENT;
	if (IS_ROOT(pwd.dentry) || !d_unhashed(pwd.dentry)) {
		text = __d_path(&pwd, &root, page, PATH_MAX, NULL);
		err = PTR_ERR_OR_ZERO(text);
	}
	if (!err) {
		size_t len = strlen(text) + 1;

		if (len > size)
			err = -ERANGE;
		else
			err = copy_to_user(buf, text, len) ? -EFAULT : (long)len;
	}
	path_put(&pwd);
	path_put(&root);
	kfree(page);
	return err;
}

long sys_umask(int mask)
{
	return (int)xchg(&current->fs->umask, mask & S_IRWXUGO);
}
