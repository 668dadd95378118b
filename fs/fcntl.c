/* SPDX-License-Identifier: MIT */
/*
 * dup and fcntl.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>

/* The reference becomes the new descriptor's. */
static long dup_file(struct file *file, unsigned int start, unsigned int flags)
{
	int fd = get_unused_fd_from(start, flags);

	if (fd < 0)
		fput(file);
	else
		fd_install((unsigned int)fd, file);
	return fd;
}

long sys_dup(unsigned int fd)
{
	struct file *file = fget_raw(fd);

	return file ? dup_file(file, 0, 0) : -EBADF;
}

long sys_dup3(unsigned int oldfd, unsigned int newfd, int flags)
{
	struct file *file;
	long err;

	if (flags & ~O_CLOEXEC || oldfd == newfd)
		return -EINVAL;
	file = fget_raw(oldfd);
	if (!file)
		return -EBADF;
	err = replace_fd(newfd, file, (unsigned int)flags);
	fput(file);
	return err;
}

long sys_dup2(unsigned int oldfd, unsigned int newfd)
{
	struct file *file;

	if (oldfd != newfd)
		return sys_dup3(oldfd, newfd, 0);
	file = fget_raw(oldfd);
	if (!file)
		return -EBADF;
	fput(file);
	return (long)newfd;
}

/* What F_SETFL may change. */
#define SETFL_MASK ((unsigned int)(O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME))

static long set_flags(unsigned int fd, struct file *file, unsigned int flags)
{
	struct inode *inode = file_inode(file);
	int err = 0;

	if (flags & O_NOATIME && !(file->f_flags & O_NOATIME) && current->fsuid != inode->i_uid &&
	    current->fsuid != 0)
		return -EPERM;
	if (flags & O_DIRECT)
		return -EINVAL;
	if ((flags ^ file->f_flags) & O_ASYNC && file->f_op && file->f_op->fasync)
		err = file->f_op->fasync((int)fd, file, (flags & O_ASYNC) != 0);
	if (err < 0)
		return err;
	file->f_flags = (flags & SETFL_MASK) | (file->f_flags & ~SETFL_MASK);
	return 0;
}

/* An O_PATH file knows only these. */
static bool allowed_for_path(unsigned int cmd)
{
	return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_GETFD || cmd == F_SETFD ||
	       cmd == F_GETFL;
}

static long do_fcntl(struct file *file, unsigned int fd, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (arg >= min_t(unsigned long, rlimit(RLIMIT_NOFILE), MAX_FDS))
			return -EINVAL;
		return dup_file(get_file(file), (unsigned int)arg,
				cmd == F_DUPFD_CLOEXEC ? O_CLOEXEC : 0);
	case F_GETFD:
		return get_close_on_exec(fd);
	case F_SETFD:
		set_close_on_exec(fd, arg & FD_CLOEXEC);
		return 0;
	case F_GETFL:
		return (long)file->f_flags & ~O_CLOEXEC;
	case F_SETFL:
		return set_flags(fd, file, (unsigned int)arg);
	case F_GETOWN:
		return file->f_owner;
	case F_SETOWN:
		file->f_owner = (pid_t)arg;
		return 0;
	case F_GETLK:
	case F_GETLK64:
		return fcntl_getlk(file, cmd, (void __user *)arg);
	case F_SETLK:
	case F_SETLKW:
	case F_SETLK64:
	case F_SETLKW64:
		return fcntl_setlk(file, cmd, (void __user *)arg);
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ:
		return pipe_fcntl(file, cmd, arg);
	default:
		return -EINVAL;
	}
}

long sys_fcntl64(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct file *file = fget_raw(fd);
	long err = -EBADF;

	if (!file)
		return err;
	if (!(file->f_mode & FMODE_PATH) || allowed_for_path(cmd))
		err = do_fcntl(file, fd, cmd, arg);
	fput(file);
	return err;
}

/* 55: the locks with 64-bit positions belong to fcntl64 alone. */
long sys_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	if (cmd == F_GETLK64 || cmd == F_SETLK64 || cmd == F_SETLKW64)
		return -EINVAL;
	return sys_fcntl64(fd, cmd, arg);
}
