/* SPDX-License-Identifier: MIT */
/*
 * sync, fsync and their relatives.
 */
#include <quire/errno.h>
#include <quire/file.h>
#include <quire/mount.h>
#include <quire/syscalls_fs.h>

/* => -EINVAL: the file cannot be synced; else the first error of this open file */
int vfs_fsync(struct file *file, bool datasync)
{
	int err, err2;

	if (!file->f_op || !file->f_op->fsync)
		return -EINVAL;
	err = file->f_op->fsync(file, datasync);
	err2 = file_check_wb_error(file);
	return err ? err : err2;
}

static long do_fsync(unsigned int fd, bool datasync)
{
	struct file *file = fget(fd);
	long err;

	if (!file)
		return -EBADF;
	err = vfs_fsync(file, datasync);
	fput(file);
	return err;
}

long sys_fsync(unsigned int fd)
{
	return do_fsync(fd, false);
}

long sys_fdatasync(unsigned int fd)
{
	return do_fsync(fd, true);
}

long sys_sync(void)
{
	vfs_sync_all(false);
	vfs_sync_all(true);
	return 0;
}

long sys_syncfs(int fd)
{
	struct file *file = fget((unsigned int)fd);
	struct super_block *sb;
	long err;

	if (!file)
		return -EBADF;
	sb = file->f_dentry->d_sb;
	down_read(&sb->s_umount);
	err = sb->s_flags & SB_NO_WRITEBACK ? 0 : fsync_super(sb);
	up_read(&sb->s_umount);
	fput(file);
	return err;
}

#define SYNC_FILE_RANGE_WAIT_BEFORE 1u
#define SYNC_FILE_RANGE_WRITE 2u
#define SYNC_FILE_RANGE_WAIT_AFTER 4u

static int sync_range(struct file *file, loff_t offset, loff_t nbytes, unsigned int flags)
{
	struct address_space *mapping = file->f_mapping;
	pgoff_t end = nbytes ? (pgoff_t)((offset + nbytes - 1) >> PAGE_SHIFT) : ~0ul;
	int err = 0;

	if (!S_ISREG(file_inode(file)->i_mode) && !S_ISBLK(file_inode(file)->i_mode))
		return -ESPIPE;
	if (!mapping_counts_dirty(mapping))
		return 0;
	if (flags & SYNC_FILE_RANGE_WAIT_BEFORE)
		err = filemap_fdatawait(mapping);
	if (!err && flags & SYNC_FILE_RANGE_WRITE)
		err = filemap_fdatawrite_range(mapping, (pgoff_t)(offset >> PAGE_SHIFT), end, NULL);
	if (!err && flags & SYNC_FILE_RANGE_WAIT_AFTER)
		err = filemap_fdatawait(mapping);
	return err;
}

long sys_sync_file_range(int fd, loff_t offset, loff_t nbytes, unsigned int flags)
{
	struct file *file;
	long err;

	if (flags & ~(SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
		      SYNC_FILE_RANGE_WAIT_AFTER) ||
	    offset < 0 || nbytes < 0 || offset + nbytes < offset)
		return -EINVAL;
	file = fget((unsigned int)fd);
	if (!file)
		return -EBADF;
	err = sync_range(file, offset, nbytes, flags);
	fput(file);
	return err;
}
