/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing files into kernel memory, through the page cache: exec, the initramfs; and
 * from one file to another.
 *
 * Page by page, like the file systems' own read and write, but without user memory.  Only regular
 * files and block devices, which have a mapping.
 */
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/highmem.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/shmem.h>

#include "tmpfs/tmpfs.h"

/* A pinned, uptodate page; NULL: a hole of a shared memory object; ERR_PTR. */
static struct page *get_file_page(struct file *file, pgoff_t index)
{
	struct address_space *mapping = file->f_mapping;
	struct page *page = NULL;
	int err;

	if (!mapping_is_shmem(mapping))
		return file_read_page(file, index, 1);
	err = shmem_get_page(mapping->host, index, SGP_READ, &page, NULL);
	if (err)
		return ERR_PTR(err);
	if (page)
		unlock_page(page);
	return page;
}

/*
 * What one page holds of count bytes at offset.  => how many, *page pinned (NULL: a hole, all
 * zeroes); 0: the end of the file; -errno
 */
static ssize_t get_piece(struct file *file, loff_t offset, size_t count, struct page **page)
{
	size_t n = min_t(size_t, count, PAGE_SIZE - (size_t)(offset & (PAGE_SIZE - 1)));
	loff_t size = i_size_read(file->f_mapping->host);

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (offset < 0 || (!file->f_mapping->a_ops->readpage && !mapping_is_shmem(file->f_mapping)))
		return -EINVAL;
	if (offset >= size)
		return 0;
	*page = get_file_page(file, (pgoff_t)(offset >> PAGE_SHIFT));
	return IS_ERR(*page) ? PTR_ERR(*page) : min_t(loff_t, (loff_t)n, size - offset);
}

ssize_t kernel_read(struct file *file, loff_t offset, void *buf, size_t count)
{
	ssize_t done = 0, n = 0;

	while (count) {
		struct page *page;

		n = get_piece(file, offset, count, &page);
		if (n <= 0)
			break;
		if (page) {
			copy_from_page((char *)buf + done, page, offset & (PAGE_SIZE - 1), n);
			unpin_page(page);
		} else {
			memset((char *)buf + done, 0, n);
		}
		done += n;
		offset += n;
		count -= n;
	}
	return done ? done : n;
}

ssize_t kernel_send(struct file *in, loff_t from, struct file *out, loff_t to, size_t count)
{
	struct page *page, *source;
	ssize_t n = get_piece(in, from, count, &page);

	if (n <= 0)
		return n;
	source = page ? page : zero_page;
	n = kernel_write(out, to, (char *)kmap(source) + (from & (PAGE_SIZE - 1)), n);
	kunmap(source);
	if (page)
		unpin_page(page);
	return n;
}

static int write_shmem_page(struct inode *inode, loff_t pos, const void *buf, size_t n)
{
	struct page *page = NULL;
	int err = shmem_get_page(inode, (pgoff_t)(pos >> PAGE_SHIFT), SGP_WRITE, &page, NULL);

	if (err)
		return err;
	copy_to_page(page, pos & (PAGE_SIZE - 1), buf, n);
	set_page_dirty(page);
	unlock_page(page);
	unpin_page(page);
	if (pos + (loff_t)n > i_size_read(inode))
		i_size_write(inode, pos + (loff_t)n);
	return 0;
}

static int write_cache_page(struct file *file, loff_t pos, const void *buf, size_t n)
{
	struct address_space *mapping = file->f_mapping;
	unsigned int start = (unsigned int)(pos & (PAGE_SIZE - 1));
	struct page *page;
	int err;

	page = find_or_create_page(mapping, (pgoff_t)(pos >> PAGE_SHIFT), mapping->gfp_mask);
	if (!page)
		return -ENOMEM;
	err = mapping->a_ops->prepare_write(file, page, start, start + (unsigned int)n);
	if (!err) {
		copy_to_page(page, start, buf, n);
		err = mapping->a_ops->commit_write(file, page, start, start + (unsigned int)n);
	}
	unlock_page(page);
	unpin_page(page);
	return err;
}

ssize_t kernel_write(struct file *file, loff_t offset, const void *buf, size_t count)
{
	struct inode *inode = file->f_mapping->host;
	bool shmem = mapping_is_shmem(file->f_mapping);
	ssize_t done = 0;
	int err = 0;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!shmem && !file->f_mapping->a_ops->prepare_write)
		return -EINVAL;
	mutex_lock(&inode->i_mutex);
	while (count && !err) {
		size_t n = min_t(size_t, count, PAGE_SIZE - (size_t)(offset & (PAGE_SIZE - 1)));

		if (shmem)
			err = write_shmem_page(inode, offset, (const char *)buf + done, n);
		else
			err = write_cache_page(file, offset, (const char *)buf + done, n);
		if (err)
			break;
		done += (ssize_t)n;
		offset += (loff_t)n;
		count -= n;
	}
	if (done)
		file_update_time(file);
	mutex_unlock(&inode->i_mutex);
	return done ? done : err;
}
