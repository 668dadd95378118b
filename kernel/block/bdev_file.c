/* SPDX-License-Identifier: MIT */
/*
 * Block special files: reading and writing a device through its page cache, ioctls.
 *
 * The file's f_mapping is the device's mapping, so every node of the device, every open file
 * and a mounted file system's metadata see the same pages.
 */
#include <abi/blkdev.h>
#include <quire/blkdev.h>
#include <quire/buffer.h>
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/math64.h>
#include <quire/sched.h>
#include <quire/uaccess.h>

#include "block_internal.h"

/* What CHS geometry has been a pretence of since disks passed 8 GiB. */
#define FAKE_HEADS 255
#define FAKE_SECTORS 63

static struct block_device *file_bdev(const struct file *file)
{
	return I_BDEV(file->f_mapping->host);
}

/* ---- the mapping ---- */

/* Block n of the device is block n of the file; beyond the end there is none. */
static int blkdev_get_block(struct inode *inode, sector_t iblock, struct buffer_head *bh,
			    bool create)
{
	struct block_device *bdev = I_BDEV(inode);

	if (iblock >= (u64)i_size_read(inode) >> inode->i_blkbits)
		return create ? -EIO : 0;
	bh->b_bdev = bdev;
	bh->b_blocknr = iblock;
	set_buffer_mapped(bh);
	return 0;
}

static int blkdev_readpage(struct file *file, struct page *page)
{
	return block_read_full_page(page, blkdev_get_block);
}

static int blkdev_writepage(struct page *page)
{
	return block_write_full_page(page, blkdev_get_block);
}

static int blkdev_prepare_write(struct file *file, struct page *page, unsigned int from,
				unsigned int to)
{
	return block_prepare_write(page, from, to, blkdev_get_block);
}

const struct address_space_operations def_blk_aops = {
	.readpage = blkdev_readpage,
	.writepage = blkdev_writepage,
	.prepare_write = blkdev_prepare_write,
	.commit_write = generic_commit_write,
	.set_page_dirty = block_set_page_dirty,
	.releasepage = block_releasepage,
	.invalidatepage = block_invalidatepage,
};

/* ---- the file ---- */

static int blkdev_open(struct inode *inode, struct file *file)
{
	struct block_device *bdev = bdget(inode->i_rdev);
	int error;

	if (!bdev)
		return -ENXIO;
	if ((file->f_mode & FMODE_WRITE) && bdev->bd_disk->read_only)
		return -EROFS;
	error = blkdev_get(bdev, file->f_flags & O_EXCL ? file : NULL);
	if (error)
		return error;
	file->f_mapping = bdev->bd_inode->i_mapping;
	return 0;
}

static int blkdev_release(struct inode *inode, struct file *file)
{
	blkdev_put(file_bdev(file), file->f_flags & O_EXCL ? file : NULL);
	return 0;
}

static loff_t blkdev_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t size = i_size_read(file->f_mapping->host);

	if (whence == SEEK_END)
		offset += size;
	else if (whence == SEEK_CUR)
		offset += file->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0 || offset > size)
		return -EINVAL;
	file->f_pos = offset;
	return offset;
}

static ssize_t blkdev_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	loff_t size = i_size_read(file->f_mapping->host);

	if (*ppos < 0)
		return -EINVAL;
	if (*ppos >= size)
		return count ? -ENOSPC : 0;
	if (count > (u64)(size - *ppos))
		count = size - *ppos;
	return generic_file_write(file, buf, count, ppos);
}

static int blkdev_fsync(struct file *file, bool datasync)
{
	struct block_device *bdev = file_bdev(file);
	int error = sync_blockdev(bdev), error2 = blkdev_issue_flush(bdev);

	return error ? error : error2;
}

static int get_geometry(struct block_device *bdev, struct hd_geometry __user *arg)
{
	struct hd_geometry geo = {
		.heads = FAKE_HEADS,
		.sectors = FAKE_SECTORS,
		.cylinders = div_u64(bdev->bd_disk->capacity, FAKE_HEADS * FAKE_SECTORS),
		.start = bdev->bd_start,
	};

	return copy_to_user(arg, &geo, sizeof(geo)) ? -EFAULT : 0;
}

static int flush_buffers(struct block_device *bdev)
{
	int error;

	if (!capable())
		return -EACCES;
	error = sync_blockdev(bdev);
	invalidate_mapping_pages(bdev->bd_inode->i_mapping, 0, ~0ul);
	return error;
}

static int reread_partitions(struct block_device *bdev)
{
	if (!capable())
		return -EACCES;
	if (bdev->bd_partno || bdev->bd_disk->minors == 1)
		return -EINVAL;
	return rescan_partitions(bdev->bd_disk);
}

static long blkdev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct block_device *bdev = file_bdev(file);

	switch (cmd) {
	case BLKGETSIZE:
		if (bdev->bd_size > ULONG_MAX)
			return -EFBIG;
		return put_user((unsigned long)bdev->bd_size, (unsigned long __user *)arg);
	case BLKGETSIZE64:
		return put_user((u64)bdev->bd_size << SECTOR_SHIFT, (u64 __user *)arg);
	case BLKSSZGET:
		return put_user((int)SECTOR_SIZE, (int __user *)arg);
	case BLKBSZGET:
		return put_user((int)bdev->bd_block_size, (int __user *)arg);
	case BLKROGET:
		return put_user((int)bdev->bd_disk->read_only, (int __user *)arg);
	case BLKFLSBUF:
		return flush_buffers(bdev);
	case BLKRRPART:
		return reread_partitions(bdev);
	case HDIO_GETGEO:
		return get_geometry(bdev, (struct hd_geometry __user *)arg);
	default:
		return -ENOTTY;
	}
}

const struct file_operations def_blk_fops = {
	.llseek = blkdev_llseek,
	.read = generic_file_read,
	.write = blkdev_write,
	.ioctl = blkdev_ioctl,
	.mmap = generic_file_mmap,
	.open = blkdev_open,
	.release = blkdev_release,
	.fsync = blkdev_fsync,
};
