/* SPDX-License-Identifier: MIT */
/*
 * utime, utimes, futimesat, utimensat: setting a file's times.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/ktime.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/sched.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>

static bool nsec_valid(long nsec)
{
	return nsec == UTIME_NOW || nsec == UTIME_OMIT || (nsec >= 0 && nsec < (long)NSEC_PER_SEC);
}

/* One time into the attributes; UTIME_NOW leaves it to notify_change. */
static void want_time(struct iattr *attr, const struct timespec64 *t, unsigned int valid,
		      unsigned int valid_set, struct timespec64 *out)
{
	if (t->tv_nsec == UTIME_OMIT)
		return;
	attr->ia_valid |= valid;
	if (t->tv_nsec == UTIME_NOW)
		return;
	attr->ia_valid |= valid_set;
	*out = *t;
}

/* times: access, modification; NULL: both now.  Setting to now needs less than ownership. */
static int utimes_path(const struct path *path, const struct timespec64 times[2])
{
	struct inode *inode = path->dentry->d_inode;
	struct iattr attr = { .ia_valid = 0 };
	bool both_now = !times || (times[0].tv_nsec == UTIME_NOW && times[1].tv_nsec == UTIME_NOW);
	int err;

	if (times && times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT)
		return 0;
	err = mnt_want_write(path->mnt);
	if (err)
		return err;
	if (both_now) {
		attr.ia_valid = ATTR_ATIME | ATTR_MTIME;
		if (!inode_owner_or_capable(inode))
			err = inode_permission(inode, MAY_WRITE);
	} else {
		want_time(&attr, &times[0], ATTR_ATIME, ATTR_ATIME_SET, &attr.ia_atime);
		want_time(&attr, &times[1], ATTR_MTIME, ATTR_MTIME_SET, &attr.ia_mtime);
		if (!inode_owner_or_capable(inode))
			err = -EPERM;
	}
	if (err)
		return err;
	mutex_lock(&inode->i_mutex);
	err = notify_change(path->dentry, &attr);
	mutex_unlock(&inode->i_mutex);
	return err;
}

/* name NULL: the file dfd itself. */
static long do_utimes(int dfd, const char __user *name, const struct timespec64 *times, int flags)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path path;
	long err;

	if (times && (!nsec_valid(times[0].tv_nsec) || !nsec_valid(times[1].tv_nsec)))
		return -EINVAL;
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!name && dfd != AT_FDCWD) {
		struct file *file = flags ? NULL : fget((unsigned int)dfd);

		if (!file)
			return flags ? -EINVAL : -EBADF;
		err = utimes_path(&file->f_path, times);
		fput(file);
		return err;
	}
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	err = user_path_at(dfd, name, lookup, &path);
	if (err)
		return err;
	err = utimes_path(&path, times);
	path_put(&path);
	return err;
}

long sys_utimensat(int dfd, const char __user *name, const struct old_timespec32 __user *times,
		   int flags)
{
	struct old_timespec32 t32[2];
	struct timespec64 t[2];
	int i;

	if (!times)
		return do_utimes(dfd, name, NULL, flags);
	if (copy_from_user(t32, times, sizeof(t32)))
		return -EFAULT;
	for (i = 0; i < 2; i++)
		t[i] = (struct timespec64){ .tv_sec = t32[i].tv_sec, .tv_nsec = t32[i].tv_nsec };
	return do_utimes(dfd, name, t, flags);
}

long sys_utimensat_time64(int dfd, const char __user *name,
			  const struct kernel_timespec __user *times, int flags)
{
	struct kernel_timespec kt[2];
	struct timespec64 t[2];
	int i;

	if (!times)
		return do_utimes(dfd, name, NULL, flags);
	if (copy_from_user(kt, times, sizeof(kt)))
		return -EFAULT;
	for (i = 0; i < 2; i++)
		t[i] = (struct timespec64){ .tv_sec = kt[i].tv_sec, .tv_nsec = (s32)kt[i].tv_nsec };
	return do_utimes(dfd, name, t, flags);
}

long sys_futimesat(int dfd, const char __user *name, const struct old_timeval32 __user *times)
{
	struct old_timeval32 tv[2];
	struct timespec64 t[2];
	int i;

	if (!times)
		return do_utimes(dfd, name, NULL, 0);
	if (copy_from_user(tv, times, sizeof(tv)))
		return -EFAULT;
	for (i = 0; i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= (s32)USEC_PER_SEC)
			return -EINVAL;
		t[i].tv_sec = tv[i].tv_sec;
		t[i].tv_nsec = tv[i].tv_usec * (s32)NSEC_PER_USEC;
	}
	return do_utimes(dfd, name, t, 0);
}

long sys_utimes(const char __user *name, const struct old_timeval32 __user *times)
{
	return sys_futimesat(AT_FDCWD, name, times);
}

long sys_utime(const char __user *name, const struct old_utimbuf32 __user *times)
{
	struct old_utimbuf32 ut;
	struct timespec64 t[2];

	if (!times)
		return do_utimes(AT_FDCWD, name, NULL, 0);
	if (copy_from_user(&ut, times, sizeof(ut)))
		return -EFAULT;
	t[0] = (struct timespec64){ .tv_sec = ut.actime };
	t[1] = (struct timespec64){ .tv_sec = ut.modtime };
	return do_utimes(AT_FDCWD, name, t, 0);
}
