/* SPDX-License-Identifier: MIT */
/*
 * truncate, fallocate, and the advice that goes with files: fadvise, readahead.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/sched.h>
#include <quire/syscalls_fs.h>

#define MAX_NON_LFS 0x7fffffffll

/* Set the size; the caller has checked that it may. */
int do_truncate(struct dentry *dentry, loff_t length)
{
	struct iattr attr = {
		.ia_valid = ATTR_SIZE | ATTR_MTIME | ATTR_FORCE,
		.ia_size = length,
	};
	struct inode *inode = dentry->d_inode;
	int err;

	if (length < 0)
		return -EINVAL;
	mutex_lock(&inode->i_mutex);
	err = notify_change(dentry, &attr);
	mutex_unlock(&inode->i_mutex);
	return err;
}

/* RLIMIT_FSIZE forbids growing a file beyond it. */
static int check_fsize(const struct inode *inode, loff_t length)
{
	unsigned long limit = rlimit(RLIMIT_FSIZE);

	if (length <= i_size_read(inode))
		return 0;
	if (limit != RLIM_INFINITY && length > (loff_t)limit) {
		send_sig(SIGXFSZ, current, 0);
		return -EFBIG;
	}
	return length > inode->i_sb->s_maxbytes ? -EFBIG : 0;
}

static int truncate_path(const struct path *path, loff_t length)
{
	struct inode *inode = path->dentry->d_inode;
	int err;

	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	err = mnt_want_write(path->mnt);
	if (!err)
		err = inode_permission(inode, MAY_WRITE);
	if (!err)
		err = check_fsize(inode, length);
	if (!err)
		err = get_write_access(inode);
	if (err)
		return err;
	err = do_truncate(path->dentry, length);
	put_write_access(inode);
	return err;
}

long sys_truncate64(const char __user *name, loff_t length)
{
	struct path path;
	long err;

	if (length < 0)
		return -EINVAL;
	err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	err = truncate_path(&path, length);
	path_put(&path);
	return err;
}

long sys_truncate(const char __user *name, long length)
{
	return sys_truncate64(name, length);
}

static long do_ftruncate(unsigned int fd, loff_t length, bool small)
{
	struct file *file;
	long err = -EINVAL;

	if (length < 0)
		return -EINVAL;
	file = fget(fd);
	if (!file)
		return -EBADF;
	if (S_ISREG(file_inode(file)->i_mode) && file->f_mode & FMODE_WRITE) {
		if (small && !(file->f_flags & O_LARGEFILE) && length > MAX_NON_LFS)
			err = -EINVAL;
		else
			err = check_fsize(file_inode(file), length);
		if (!err)
			err = do_truncate(file->f_dentry, length);
	}
	fput(file);
	return err;
}

long sys_ftruncate(unsigned int fd, unsigned long length)
{
	return do_ftruncate(fd, (loff_t)length, true);
}

long sys_ftruncate64(unsigned int fd, loff_t length)
{
	return do_ftruncate(fd, length, false);
}

/* No file system here can reserve blocks without writing them: programs write zeroes instead. */
long sys_fallocate(int fd, int mode, unsigned long offset_l, unsigned long offset_h, unsigned long len_l,
		   unsigned long len_h)
{
	loff_t offset = (loff_t)((u64)offset_h << 32 | offset_l), len = (loff_t)((u64)len_h << 32 | len_l);
	struct file *file;
	long err = -EOPNOTSUPP;

	if (offset < 0 || len <= 0)
		return -EINVAL;
	file = fget((unsigned int)fd);
	if (!file)
		return -EBADF;
	if (!(file->f_mode & FMODE_WRITE))
		err = -EBADF;
	else if (S_ISFIFO(file_inode(file)->i_mode))
		err = -ESPIPE;
	else if (!S_ISREG(file_inode(file)->i_mode))
		err = -ENODEV;
	fput(file);
	return err;
}

/* ---- advice ---- */

enum { FADV_NORMAL, FADV_RANDOM, FADV_SEQUENTIAL, FADV_WILLNEED, FADV_DONTNEED, FADV_NOREUSE };

static pgoff_t last_page(loff_t offset, loff_t len)
{
	return len ? (pgoff_t)((offset + len - 1) >> PAGE_SHIFT) : ~0ul;
}

static int advise(struct file *file, loff_t offset, loff_t len, int advice)
{
	struct address_space *mapping = file->f_mapping;
	pgoff_t start = (pgoff_t)(offset >> PAGE_SHIFT), end = last_page(offset, len), size;

	if (S_ISFIFO(file_inode(file)->i_mode))
		return -ESPIPE;
	if (len < 0)
		return -EINVAL;
	size = (pgoff_t)((i_size_read(mapping->host) + PAGE_SIZE - 1) >> PAGE_SHIFT);
	switch (advice) {
	case FADV_NORMAL:
		file->f_ra.ra_pages = max_readahead_pages;
		return 0;
	case FADV_RANDOM:
		file->f_ra.ra_pages = 0;
		return 0;
	case FADV_SEQUENTIAL:
		file->f_ra.ra_pages = 2 * max_readahead_pages;
		return 0;
	case FADV_WILLNEED:
		if (mapping->a_ops->readpage && start < size)
			force_page_cache_readahead(mapping, file, start,
						   (end < size ? end + 1 : size) - start);
		return 0;
	case FADV_DONTNEED:
		if (mapping->a_ops->writepage && mapping_counts_dirty(mapping))
			filemap_fdatawrite_range(mapping, start, end, NULL);
		invalidate_mapping_pages(mapping, start, end);
		return 0;
	case FADV_NOREUSE:
		return 0;
	default:
		return -EINVAL;
	}
}

long sys_fadvise64_64(int fd, loff_t offset, loff_t len, int advice)
{
	struct file *file = fget((unsigned int)fd);
	long err;

	if (!file)
		return -EBADF;
	err = advise(file, offset, len, advice);
	fput(file);
	return err;
}

long sys_fadvise64(int fd, loff_t offset, size_t len, int advice)
{
	return sys_fadvise64_64(fd, offset, (loff_t)len, advice);
}

long sys_readahead(int fd, loff_t offset, size_t count)
{
	struct file *file = fget((unsigned int)fd);
	long err = -EINVAL;

	if (!file)
		return -EBADF;
	if (!(file->f_mode & FMODE_READ))
		err = -EBADF;
	else if (S_ISREG(file_inode(file)->i_mode) && offset >= 0)
		err = advise(file, offset, (loff_t)count, FADV_WILLNEED);
	fput(file);
	return err;
}
