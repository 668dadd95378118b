/* SPDX-License-Identifier: MIT */
/*
 * Regular files: the generic page cache operations, plus what allocation wants to know.
 */
#include <quire/errno.h>
#include <quire/mm.h>
#include <quire/pagemap.h>

#include "ext2.h"

/* The last writer closes: the room kept behind the file is for others again. */
static int ext2_release(struct inode *inode, struct file *file)
{
	if ((file->f_mode & FMODE_WRITE) && inode->i_writecount <= 1)
		ext2_discard_reservation(inode);
	return 0;
}

/* Data, then the metadata that leads to it, then the disk's own cache. */
int ext2_fsync(struct file *file, bool datasync)
{
	struct inode *inode = file_inode(file);
	int error = filemap_write_and_wait(inode->i_mapping), e;

	e = ext2_sync_tree(inode);
	error = error ? error : e;
	e = write_inode_now(inode, true);
	error = error ? error : e;
	e = blkdev_issue_flush(inode->i_sb->s_bdev);
	return error ? error : e;
}

static int ext2_page_mkwrite(struct vm_area_struct *vma, struct page *page)
{
	return block_page_mkwrite(vma, page, ext2_get_block);
}

static const struct vm_operations_struct ext2_file_vm_ops = {
	.nopage = filemap_nopage,
	.fault_around = true,
	.page_mkwrite = ext2_page_mkwrite,
};

static int ext2_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	int error = generic_file_mmap(file, vma);

	if (!error)
		vma->vm_ops = &ext2_file_vm_ops;
	return error;
}

const struct file_operations ext2_file_fops = {
	.llseek = generic_file_llseek,
	.read = generic_file_read,
	.write = generic_file_write,
	.mmap = ext2_file_mmap,
	.open = generic_file_open,
	.release = ext2_release,
	.fsync = ext2_fsync,
};

const struct inode_operations ext2_file_iops = {
	.truncate = ext2_truncate,
};
