/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes: no file system here has them, and the calls say so as Linux does for such a file
 * system: EOPNOTSUPP behind all checks of the path, the arguments and the permissions, an empty list
 * for listxattr. Programs know that answer, and go on; ENOSYS makes some of them complain.
 */
#include <abi/xattr.h>
#include <quire/err.h>
#include <quire/file.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>

/* What a call is about: by name (dirfd does not matter) or by descriptor. */
static int path_of(const char __user *name, unsigned int lookup, struct path *path)
{
	return user_path_at(AT_FDCWD, name, lookup, path);
}

static int path_of_fd(unsigned int fd, struct path *path)
{
	struct file *file = fget(fd);

	if (!file)
		return -EBADF;
	*path = file->f_path;
	path_get(path);
	fput(file);
	return 0;
}

static int get_name(char *name, const char __user *from)
{
	long n = strncpy_from_user(name, from, XATTR_NAME_MAX + 1);

	if (n < 0)
		return n;
	return n == 0 || n > XATTR_NAME_MAX ? -ERANGE : 0;
}

/* May the caller do this to the attribute, if it were there?  => -errno, never 0 */
static int refuse(struct inode *inode, const char *name, int mask)
{
	int hidden = mask & MAY_WRITE ? -EPERM : -ENODATA, err;

	if (strstarts(name, "security.") || strstarts(name, "system."))
		return -EOPNOTSUPP;
	if (strstarts(name, "trusted."))
		return capable() ? -EOPNOTSUPP : hidden;
	if (strstarts(name, "user.") && !S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode))
		return hidden;
	err = inode_permission(inode, mask);
	return err ? err : -EOPNOTSUPP;
}

/* The path's reference is used up by each of the three below. */
static long set_attribute(struct path *path, const char __user *uname, size_t size, int flags)
{
	char name[XATTR_NAME_MAX + 1];
	int err = mnt_want_write(path->mnt);

	if (!err && flags & ~(XATTR_CREATE | XATTR_REPLACE))
		err = -EINVAL;
	if (!err)
		err = get_name(name, uname);
	if (!err && size > XATTR_SIZE_MAX)
		err = -E2BIG;
	if (!err)
		err = refuse(path->dentry->d_inode, name, MAY_WRITE);
	path_put(path);
	return err;
}

static long attribute(struct path *path, const char __user *uname, int mask)
{
	char name[XATTR_NAME_MAX + 1];
	int err = mask & MAY_WRITE ? mnt_want_write(path->mnt) : 0;

	if (!err)
		err = get_name(name, uname);
	if (!err)
		err = refuse(path->dentry->d_inode, name, mask);
	path_put(path);
	return err;
}

static long no_attributes(struct path *path)
{
	path_put(path);
	return 0;
}

/* ---- the calls ---- */

long sys_setxattr(const char __user *path, const char __user *name, const void __user *value,
		  size_t size, int flags)
{
	struct path p;
	int err = path_of(path, LOOKUP_FOLLOW, &p);

	return err ? err : set_attribute(&p, name, size, flags);
}

long sys_lsetxattr(const char __user *path, const char __user *name, const void __user *value,
		   size_t size, int flags)
{
	struct path p;
	int err = path_of(path, 0, &p);

	return err ? err : set_attribute(&p, name, size, flags);
}

long sys_fsetxattr(unsigned int fd, const char __user *name, const void __user *value, size_t size,
		   int flags)
{
	struct path p;
	int err = path_of_fd(fd, &p);

	return err ? err : set_attribute(&p, name, size, flags);
}

long sys_getxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	struct path p;
	int err = path_of(path, LOOKUP_FOLLOW, &p);

	return err ? err : attribute(&p, name, MAY_READ);
}

long sys_lgetxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	struct path p;
	int err = path_of(path, 0, &p);

	return err ? err : attribute(&p, name, MAY_READ);
}

long sys_fgetxattr(unsigned int fd, const char __user *name, void __user *value, size_t size)
{
	struct path p;
	int err = path_of_fd(fd, &p);

	return err ? err : attribute(&p, name, MAY_READ);
}

long sys_listxattr(const char __user *path, char __user *list, size_t size)
{
	struct path p;
	int err = path_of(path, LOOKUP_FOLLOW, &p);

	return err ? err : no_attributes(&p);
}

long sys_llistxattr(const char __user *path, char __user *list, size_t size)
{
	struct path p;
	int err = path_of(path, 0, &p);

	return err ? err : no_attributes(&p);
}

long sys_flistxattr(unsigned int fd, char __user *list, size_t size)
{
	struct path p;
	int err = path_of_fd(fd, &p);

	return err ? err : no_attributes(&p);
}

long sys_removexattr(const char __user *path, const char __user *name)
{
	struct path p;
	int err = path_of(path, LOOKUP_FOLLOW, &p);

	return err ? err : attribute(&p, name, MAY_WRITE);
}

long sys_lremovexattr(const char __user *path, const char __user *name)
{
	struct path p;
	int err = path_of(path, 0, &p);

	return err ? err : attribute(&p, name, MAY_WRITE);
}

long sys_fremovexattr(unsigned int fd, const char __user *name)
{
	struct path p;
	int err = path_of_fd(fd, &p);

	return err ? err : attribute(&p, name, MAY_WRITE);
}
