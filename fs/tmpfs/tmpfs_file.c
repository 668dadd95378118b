/* SPDX-License-Identifier: MIT */
/*
 * read() and write() of tmpfs files: page by page through shmem_get_page.
 *
 * A reader copies from a pinned page without its lock: the page may go to swap or be truncated
 * meanwhile, its contents stay.  A writer holds the page lock and must not fault on the user's memory
 * under it, so it copies with faults off and faults the source in when that fails.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/highmem.h>
#include <quire/sched.h>
#include <quire/uaccess.h>

#include "tmpfs.h"

/* Bytes [offset, offset + n) of the page at index to the user. => bytes not copied, -errno */
static ssize_t read_one(struct inode *inode, pgoff_t index, unsigned int offset, char __user *buf,
			size_t n)
{
	struct page *page = NULL;
	size_t left;
	int err = shmem_get_page(inode, index, SGP_READ, &page, NULL);

	if (err)
		return err;
	if (!page)
		return (ssize_t)clear_user(buf, n);
	unlock_page(page);
	left = copy_to_user(buf, (char *)kmap(page) + offset, n);
	kunmap(page);
	unpin_page(page);
	return (ssize_t)left;
}

static ssize_t shmem_file_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	struct inode *inode = file_inode(file);
	ssize_t done = 0, err = 0;

	while (count) {
		unsigned int offset = (unsigned int)(*ppos & (PAGE_SIZE - 1));
		size_t n = min_t(size_t, count, PAGE_SIZE - offset);
		loff_t size = i_size_read(inode);

		if (*ppos >= size)
			break;
		n = (size_t)min_t(loff_t, (loff_t)n, size - *ppos);
		err = read_one(inode, (pgoff_t)(*ppos >> PAGE_SHIFT), offset, buf, n);
		if (err == -EFAULT)	/* truncated meanwhile */
			err = 0;
		if (err < 0)
			break;
		n -= (size_t)err;
		*ppos += (loff_t)n;
		buf += n;
		count -= n;
		done += (ssize_t)n;
		if (err) {
			err = -EFAULT;
			break;
		}
		cond_resched();
	}
	touch_atime(file->f_vfsmnt, file->f_dentry);
	return done ? done : err;
}

/* => bytes copied (0: the source must be faulted in), -errno */
static ssize_t write_one(struct inode *inode, loff_t pos, const char __user *buf, size_t n)
{
	unsigned int offset = (unsigned int)(pos & (PAGE_SIZE - 1));
	struct page *page = NULL;
	size_t left;
	char *addr;
	int err = shmem_get_page(inode, (pgoff_t)(pos >> PAGE_SHIFT), SGP_WRITE, &page, NULL);

	if (err)
		return err;
	addr = kmap_atomic(page, KM_USER0);
	left = copy_from_user_inatomic(addr + offset, buf, n);
	kunmap_atomic(addr, KM_USER0);
	n -= left;
	if (pos + (loff_t)n > i_size_read(inode))
		i_size_write(inode, pos + (loff_t)n);
	set_page_dirty(page);
	unlock_page(page);
	unpin_page(page);
	return (ssize_t)n;
}

/* The file's i_mutex is held. */
static ssize_t shmem_write_locked(struct file *file, const char __user *buf, size_t count,
				  loff_t *ppos)
{
	struct inode *inode = file_inode(file);
	ssize_t done = 0, n;
	loff_t pos = *ppos;
	int err = generic_write_checks(file, &pos, &count);

	if (err || !count)
		return err;
	file_remove_suid(file);
	while (count) {
		size_t want = min_t(size_t, count, PAGE_SIZE - (size_t)(pos & (PAGE_SIZE - 1)));

		err = fault_in_readable(buf, want);
		if (err)
			break;
		n = write_one(inode, pos, buf, want);
		if (n < 0) {
			err = (int)n;
			break;
		}
		pos += n;
		buf += n;
		count -= (size_t)n;
		done += n;
		cond_resched();
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
	}
	if (done)
		file_update_time(file);
	*ppos = done ? pos : *ppos;
	return done ? done : err;
}

static ssize_t shmem_file_write(struct file *file, const char __user *buf, size_t count,
				loff_t *ppos)
{
	struct inode *inode = file_inode(file);
	ssize_t n;

	mutex_lock(&inode->i_mutex);
	n = shmem_write_locked(file, buf, count, ppos);
	mutex_unlock(&inode->i_mutex);
	return n;
}

const struct file_operations shmem_file_operations = {
	.open = generic_file_open,
	.llseek = generic_file_llseek,
	.read = shmem_file_read,
	.write = shmem_file_write,
	.mmap = shmem_mmap,
	.fsync = simple_sync_file,
};

const struct inode_operations shmem_file_inode_ops = {
	.truncate = shmem_truncate,
};

const struct address_space_operations shmem_aops = {
	.writepage = shmem_writepage,
	.will_need = shmem_will_need,
};

bool mapping_is_shmem(const struct address_space *mapping)
{
	return mapping->a_ops == &shmem_aops;
}
