/* SPDX-License-Identifier: MIT */
/*
 * sendfile between regular files, from page to page of their caches.
 *
 * Pipes and terminals take user memory only; as output they give -EINVAL, upon which programs fall
 * back to read and write.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>

static ssize_t copy_pages(struct file *out, struct file *in, loff_t *pos, size_t count)
{
	ssize_t done = 0, n = 0;

	while (count) {
		n = kernel_send(in, *pos, out, out->f_pos, count);
		if (n <= 0)
			break;
		*pos += n;
		out->f_pos += n;
		done += n;
		count -= (size_t)n;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done ? done : n;
}

static ssize_t do_sendfile(unsigned int out_fd, unsigned int in_fd, loff_t *pos, size_t count)
{
	struct file *in = fget(in_fd), *out = fget(out_fd);
	ssize_t n = -EBADF;

	if (!in || !out || !(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE))
		goto out;
	n = -EINVAL;
	if (!S_ISREG(file_inode(in)->i_mode) || !S_ISREG(file_inode(out)->i_mode) ||
	    out->f_flags & O_APPEND)
		goto out;
	if (pos && *pos < 0)
		goto out;
	mutex_lock(&out->f_pos_lock);
	n = copy_pages(out, in, pos ? pos : &in->f_pos, count);
	mutex_unlock(&out->f_pos_lock);
out:
	if (in)
		fput(in);
	if (out)
		fput(out);
	return n;
}

long sys_sendfile64(int out_fd, int in_fd, loff_t __user *offset, size_t count)
{
	loff_t pos;
	ssize_t n;

	if (!offset)
		return do_sendfile((unsigned int)out_fd, (unsigned int)in_fd, NULL, count);
	if (get_user(pos, offset))
		return -EFAULT;
	n = do_sendfile((unsigned int)out_fd, (unsigned int)in_fd, &pos, count);
	return put_user(pos, offset) ? -EFAULT : n;
}

long sys_sendfile(int out_fd, int in_fd, off_t __user *offset, size_t count)
{
	off_t small;
	loff_t pos;
	ssize_t n;

	if (!offset)
		return do_sendfile((unsigned int)out_fd, (unsigned int)in_fd, NULL, count);
	if (get_user(small, offset))
		return -EFAULT;
	pos = small;
	n = do_sendfile((unsigned int)out_fd, (unsigned int)in_fd, &pos, count);
	return put_user((off_t)pos, offset) ? -EFAULT : n;
}
