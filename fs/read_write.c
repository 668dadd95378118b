/* SPDX-License-Identifier: MIT */
/*
 * read, write and their relatives, lseek.
 *
 * A call that uses the file's own position holds f_pos_lock, so that two threads, or two processes
 * that share the open file, never move it under each other.  Positions given by the caller (pread)
 * need no lock.  Files that cannot seek have no FMODE_LSEEK and ignore positions.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/mount.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>
#include <quire/uio.h>

#define MAX_RW_COUNT ((size_t)0x7ffff000)	/* most bytes of one call */
#define MAX_NON_LFS 0x7fffffffll

/* ---- seeking ---- */

loff_t generic_file_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file_inode(file);

	mutex_lock(&inode->i_mutex);
	if (whence == SEEK_END)
		offset += i_size_read(inode);
	else if (whence == SEEK_CUR)
		offset += file->f_pos;
	if (offset < 0 || offset > inode->i_sb->s_maxbytes || whence < SEEK_SET || whence > SEEK_END)
		offset = -EINVAL;
	else
		file->f_pos = offset;
	mutex_unlock(&inode->i_mutex);
	return offset;
}

loff_t no_llseek(struct file *file, loff_t offset, int whence)
{
	return -ESPIPE;
}

/* Files that say nothing about seeking may be sought, without an end. */
static loff_t default_llseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_END)
		offset += i_size_read(file_inode(file));
	else if (whence == SEEK_CUR)
		offset += file->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	file->f_pos = offset;
	return offset;
}

static loff_t vfs_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t pos;

	if (!(file->f_mode & FMODE_LSEEK))
		return -ESPIPE;
	mutex_lock(&file->f_pos_lock);
	if (file->f_op && file->f_op->llseek)
		pos = file->f_op->llseek(file, offset, whence);
	else
		pos = default_llseek(file, offset, whence);
	mutex_unlock(&file->f_pos_lock);
	return pos;
}

long sys_lseek(unsigned int fd, off_t offset, unsigned int whence)
{
	bool put;
	struct file *file = fget_light(fd, &put);
	loff_t pos;

	if (!file)
		return -EBADF;
	pos = whence <= SEEK_END ? vfs_llseek(file, offset, (int)whence) : -EINVAL;
	fput_light(file, put);
	return pos > MAX_NON_LFS ? -EOVERFLOW : (long)pos;
}

long sys_llseek(unsigned int fd, unsigned long high, unsigned long low, loff_t __user *result,
		unsigned int whence)
{
	bool put;
	struct file *file = fget_light(fd, &put);
	loff_t pos;

	if (!file)
		return -EBADF;
	pos = whence <= SEEK_END ? vfs_llseek(file, (loff_t)((u64)high << 32 | low), (int)whence) :
				   -EINVAL;
	fput_light(file, put);
	if (pos < 0)
		return (long)pos;
	return put_user(pos, result);
}

/* ---- one transfer ---- */

ssize_t generic_read_dir(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return -EISDIR;
}

/* *pos and *count against the limits that hold for every write to a regular file. */
int generic_write_checks(struct file *file, loff_t *pos, size_t *count)
{
	struct inode *inode = file_inode(file);
	unsigned long fsize = rlimit(RLIMIT_FSIZE);
	loff_t limit = inode->i_sb->s_maxbytes;

	if (!*count)
		return 0;
	if (file->f_flags & O_APPEND)
		*pos = i_size_read(inode);
	if (!S_ISREG(inode->i_mode))
		return 0;
	if (fsize != RLIM_INFINITY) {
		if (*pos >= (loff_t)fsize) {
			send_sig(SIGXFSZ, current, 0);
			return -EFBIG;
		}
		limit = min(limit, (loff_t)fsize);
	}
	if (!(file->f_flags & O_LARGEFILE))
		limit = min(limit, MAX_NON_LFS);
	if (*pos >= limit)
		return -EFBIG;
	if ((loff_t)*count > limit - *pos)
		*count = (size_t)(limit - *pos);
	return 0;
}

/* Would the transfer leave the range of positions? */
static int check_area(const loff_t *pos, size_t count)
{
	return *pos < 0 || *pos + (loff_t)count < 0 ? -EINVAL : 0;
}

ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	int err;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (!file->f_op || !file->f_op->read)
		return -EINVAL;
	if (!access_ok(buf, count))
		return -EFAULT;
	count = min(count, MAX_RW_COUNT);
	err = check_area(pos, count);
	return err ? err : file->f_op->read(file, buf, count, pos);
}

ssize_t vfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	int err;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!file->f_op || !file->f_op->write)
		return -EINVAL;
	if (!access_ok(buf, count))
		return -EFAULT;
	count = min(count, MAX_RW_COUNT);
	err = check_area(pos, count);
	return err ? err : file->f_op->write(file, buf, count, pos);
}

static void pos_lock(struct file *file)
{
	if (file->f_mode & FMODE_LOCKED_POS)
		mutex_lock(&file->f_pos_lock);
}

static void pos_unlock(struct file *file)
{
	if (file->f_mode & FMODE_LOCKED_POS)
		mutex_unlock(&file->f_pos_lock);
}

long sys_read(unsigned int fd, char __user *buf, size_t count)
{
	bool put;
	struct file *file = fget_light(fd, &put);
	ssize_t n;

	if (!file)
		return -EBADF;
	pos_lock(file);
	n = vfs_read(file, buf, count, &file->f_pos);
	pos_unlock(file);
	fput_light(file, put);
	return n;
}

long sys_write(unsigned int fd, const char __user *buf, size_t count)
{
	bool put;
	struct file *file = fget_light(fd, &put);
	ssize_t n;

	if (!file)
		return -EBADF;
	pos_lock(file);
	n = vfs_write(file, buf, count, &file->f_pos);
	pos_unlock(file);
	fput_light(file, put);
	return n;
}

/* A file that has positions, held, for a transfer at pos.  => ERR_PTR(-EINVAL, -EBADF, -ESPIPE) */
static struct file *get_seekable(unsigned int fd, loff_t pos, bool *put)
{
	struct file *file;

	if (pos < 0)
		return ERR_PTR(-EINVAL);
	file = fget_light(fd, put);
	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_mode & FMODE_LSEEK)
		return file;
	fput_light(file, *put);
	return ERR_PTR(-ESPIPE);
}

long sys_pread64(unsigned int fd, char __user *buf, size_t count, loff_t pos)
{
	bool put;
	struct file *file = get_seekable(fd, pos, &put);
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	n = vfs_read(file, buf, count, &pos);
	fput_light(file, put);
	return n;
}

long sys_pwrite64(unsigned int fd, const char __user *buf, size_t count, loff_t pos)
{
	bool put;
	struct file *file = get_seekable(fd, pos, &put);
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	n = vfs_write(file, buf, count, &pos);
	fput_light(file, put);
	return n;
}

/* ---- vectors ---- */

ssize_t import_iovec(const struct iovec __user *vec, unsigned long nr, struct iovec *fast, struct iovec **iov)
{
	size_t total = 0;
	unsigned long i;

	*iov = fast;
	if (nr > UIO_MAXIOV)
		return -EINVAL;
	if (nr > UIO_FASTIOV) {
		*iov = kmalloc(nr * sizeof(**iov), GFP_KERNEL);
		if (!*iov) {
			*iov = fast;
			return -ENOMEM;
		}
	}
	if (copy_from_user(*iov, vec, nr * sizeof(**iov)))
		return -EFAULT;
	for (i = 0; i < nr; i++) {
		size_t len = (*iov)[i].iov_len;

		if ((ssize_t)len < 0)
			return -EINVAL;
		if (!access_ok((*iov)[i].iov_base, len))
			return -EFAULT;
		len = min(len, MAX_RW_COUNT - total);
		(*iov)[i].iov_len = len;
		total += len;
	}
	return (ssize_t)total;
}

/* One after the other, until one is short. */
static ssize_t do_iov(struct file *file, const struct iovec *iov, unsigned long nr, loff_t *pos,
		      bool write)
{
	ssize_t done = 0, n;
	unsigned long i;

	for (i = 0; i < nr; i++) {
		if (write)
			n = vfs_write(file, iov[i].iov_base, iov[i].iov_len, pos);
		else
			n = vfs_read(file, iov[i].iov_base, iov[i].iov_len, pos);
		if (n < 0)
			return done ? done : n;
		done += n;
		if ((size_t)n != iov[i].iov_len)
			break;
	}
	return done;
}

static ssize_t do_readv_writev(struct file *file, const struct iovec __user *vec, unsigned long nr,
			       loff_t *pos, bool write)
{
	struct iovec fast[UIO_FASTIOV], *iov;
	ssize_t n;

	if (!(file->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	n = import_iovec(vec, nr, fast, &iov);
	if (n >= 0 && file->f_op && file->f_op->rw_vector)
		n = file->f_op->rw_vector(file, iov, nr, (size_t)n, write);
	else if (n > 0)
		n = do_iov(file, iov, nr, pos, write);
	if (iov != fast)
		kfree(iov);
	return n;
}

static long readv_writev(unsigned int fd, const struct iovec __user *vec, unsigned long nr,
			 bool write)
{
	bool put;
	struct file *file = fget_light(fd, &put);
	ssize_t n;

	if (!file)
		return -EBADF;
	pos_lock(file);
	n = do_readv_writev(file, vec, nr, &file->f_pos, write);
	pos_unlock(file);
	fput_light(file, put);
	return n;
}

long sys_readv(unsigned int fd, const struct iovec __user *vec, unsigned long nr)
{
	return readv_writev(fd, vec, nr, false);
}

long sys_writev(unsigned int fd, const struct iovec __user *vec, unsigned long nr)
{
	return readv_writev(fd, vec, nr, true);
}

static long preadv_pwritev(unsigned int fd, const struct iovec __user *vec, unsigned long nr,
			   loff_t pos, bool write)
{
	bool put;
	struct file *file = get_seekable(fd, pos, &put);
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	n = do_readv_writev(file, vec, nr, &pos, write);
	fput_light(file, put);
	return n;
}

long sys_preadv(unsigned int fd, const struct iovec __user *vec, unsigned long nr,
		unsigned long pos_l, unsigned long pos_h)
{
	return preadv_pwritev(fd, vec, nr, (loff_t)((u64)pos_h << 32 | pos_l), false);
}

long sys_pwritev(unsigned int fd, const struct iovec __user *vec, unsigned long nr,
		 unsigned long pos_l, unsigned long pos_h)
{
	return preadv_pwritev(fd, vec, nr, (loff_t)((u64)pos_h << 32 | pos_l), true);
}
