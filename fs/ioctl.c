/* SPDX-License-Identifier: MIT */
/*
 * ioctl(2): what every file knows; the rest is the file's own.
 */
#include <abi/ioctl.h>
#include <quire/file.h>
#include <quire/sched.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>

static long set_flag(struct file *file, unsigned int flag, int __user *arg)
{
	int on;

	if (get_user(on, arg))
		return -EFAULT;
	if (on)
		file->f_flags |= flag;
	else
		file->f_flags &= ~flag;
	return 0;
}

static long regular_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inode *inode = file_inode(file);
	loff_t left = i_size_read(inode) - file->f_pos;

	if (cmd == FIONREAD && S_ISREG(inode->i_mode))
		return put_user(left < 0 ? 0 : (int)left, (int __user *)arg);
	return -ENOTTY;
}

static long vfs_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	long err = -ENOIOCTLCMD;

	if (file->f_op && file->f_op->ioctl)
		err = file->f_op->ioctl(file, cmd, arg);
	return err == -ENOIOCTLCMD ? regular_ioctl(file, cmd, arg) : err;
}

static long do_ioctl(struct file *file, unsigned int fd, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case FIOCLEX:
		set_close_on_exec(fd, true);
		return 0;
	case FIONCLEX:
		set_close_on_exec(fd, false);
		return 0;
	case FIONBIO:
		return set_flag(file, O_NONBLOCK, (int __user *)arg);
	case FIOASYNC:
		if (!file->f_op || !file->f_op->fasync)
			return -ENOTTY;
		return set_flag(file, O_ASYNC, (int __user *)arg);
	default:
		return vfs_ioctl(file, cmd, arg);
	}
}

long sys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct file *file = fget(fd);
	long err;

	if (!file)
		return -EBADF;
	err = do_ioctl(file, fd, cmd, arg);
	fput(file);
	return err;
}
