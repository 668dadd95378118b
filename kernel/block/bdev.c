/* SPDX-License-Identifier: MIT */
/*
 * Block devices: disks, their partitions, who has them open.
 *
 * Each device has an inode in a file system of their own; the inode's mapping caches
 * the device's blocks.  A block_device lives for ever: a partition that a new
 * table no longer has becomes empty (bd_size 0) and cannot be opened.
 *
 * A holder is an exclusive user.  A partition and the whole disk exclude each other's
 * holders; partitions of one disk do not.
 *
 * Locking: bdev_mutex guards both lists, bd_openers and bd_holder.
 */
#define pr_fmt(fmt) "block: " fmt

#include <quire/assert.h>
#include <quire/blkdev.h>
#include <quire/buffer.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mutex.h>
#include <quire/printk.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "block_internal.h"
#include "partitions.h"

#define BDEV_MODE 0660
#define BDEVFS_MAGIC 0x62646576

static DEFINE_MUTEX(bdev_mutex);
static LIST_HEAD(disks);
static LIST_HEAD(bdevs);
static struct super_block *bdev_sb;

/* ---- the file system of the devices' inodes ---- */

static const struct super_operations bdev_super_ops = { 0 };

static int bdev_fill_super(struct super_block *sb, void *data, bool silent)
{
	struct inode *root;

	sb->s_op = &bdev_super_ops;
	sb->s_magic = BDEVFS_MAGIC;
	sb->s_maxbytes = S64_MAX;
	root = new_inode(sb);
	if (!root)
		return -ENOMEM;
	root->i_mode = S_IFDIR | 0700;
	sb->s_root = d_alloc_root(root);
	if (sb->s_root)
		return 0;
	iput(root);
	return -ENOMEM;
}

static struct file_system_type bdev_fs_type = {
	.name = "bdev",
	.fs_flags = FS_SINGLE,
	.fill_super = bdev_fill_super,
};

/* The largest block size that divides the device, so that its last sectors can be reached. */
static unsigned int natural_block_size(sector_t sectors)
{
	unsigned int size = SECTOR_SIZE;

	while (size < PAGE_SIZE && !((sectors << SECTOR_SHIFT) & size))
		size <<= 1;
	return size;
}

static void set_extent(struct block_device *bdev, sector_t start, sector_t size)
{
	struct inode *inode = bdev->bd_inode;

	bdev->bd_start = start;
	bdev->bd_size = size;
	bdev->bd_block_size = natural_block_size(size);
	inode->i_blkbits = ilog2(bdev->bd_block_size);
	i_size_write(inode, size << SECTOR_SHIFT);
}

static struct inode *bdev_inode(struct block_device *bdev)
{
	struct inode *inode = new_inode(bdev_sb);

	if (!inode)
		return NULL;
	inode->i_mode = S_IFBLK | 0600;
	inode->i_ino = bdev->bd_dev;
	inode->i_rdev = bdev->bd_dev;
	inode->i_bdev = bdev;
	inode->i_data.a_ops = &def_blk_aops;
	/* Metadata is used by address: low memory. */
	inode->i_data.gfp_mask = GFP_USER;
	insert_inode_hash(inode);
	return inode;
}

/* bdev_mutex held */
static struct block_device *find_bdev(dev_t dev)
{
	struct block_device *bdev;

	list_for_each_entry(bdev, &bdevs, link)
		if (bdev->bd_dev == dev)
			return bdev;
	return NULL;
}

static void bdev_name(struct block_device *bdev)
{
	if (bdev->bd_partno)
		snprintf(bdev->bd_name, sizeof(bdev->bd_name), "%s%u", bdev->bd_disk->name,
			 bdev->bd_partno);
	else
		strlcpy(bdev->bd_name, bdev->bd_disk->name, sizeof(bdev->bd_name));
}

/* Make device partno (0: the whole) of the disk, or give it a new extent.  bdev_mutex held. */
static int make_bdev(struct gendisk *disk, unsigned int partno, sector_t start, sector_t size)
{
	dev_t dev = MKDEV(disk->major, disk->first_minor + partno);
	struct block_device *bdev = find_bdev(dev);

	if (bdev) {
		set_extent(bdev, start, size);
		return 0;
	}
	bdev = kzalloc(sizeof(*bdev), GFP_KERNEL);
	if (!bdev)
		return -ENOMEM;
	bdev->bd_dev = dev;
	bdev->bd_disk = disk;
	bdev->bd_partno = partno;
	bdev_name(bdev);
	bdev->bd_inode = bdev_inode(bdev);
	if (!bdev->bd_inode) {
		kfree(bdev);
		return -ENOMEM;
	}
	set_extent(bdev, start, size);
	list_add_tail(&bdev->link, &bdevs);
	if (devfs_create(bdev->bd_name, S_IFBLK | BDEV_MODE, dev))
		pr_warn("no node for %s\n", bdev->bd_name);
	return 0;
}

/* ---- partitions ---- */

static int read_disk_sector(void *ctx, u64 sector, u8 *buf)
{
	struct block_device *bdev = ctx;
	struct page *page = alloc_page(GFP_KERNEL);
	struct bio *bio;
	int error;

	if (!page)
		return -ENOMEM;
	bio = bio_alloc(GFP_KERNEL, 1);
	bio->bdev = bdev;
	bio->sector = sector;
	bio_add_page(bio, page, SECTOR_SIZE, 0);
	error = submit_bio_wait(READ, bio);
	if (!error)
		memcpy(buf, page_address(page), SECTOR_SIZE);
	bio_put(bio);
	unpin_page(page);
	return error;
}

static bool partition_in_use(const struct gendisk *disk)
{
	struct block_device *bdev;

	list_for_each_entry(bdev, &bdevs, link)
		if (bdev->bd_disk == disk && bdev->bd_partno && bdev->bd_openers)
			return true;
	return false;
}

static void forget_partitions(const struct gendisk *disk)
{
	struct block_device *bdev;

	list_for_each_entry(bdev, &bdevs, link)
		if (bdev->bd_disk == disk && bdev->bd_partno)
			set_extent(bdev, 0, 0);
}

static int make_partitions(struct gendisk *disk, const struct partition *parts, int n)
{
	int i, error = 0;

	for (i = 0; i < n && !error; i++)
		if (parts[i].number < disk->minors)
			error = make_bdev(disk, parts[i].number, parts[i].start, parts[i].size);
	return error;
}

int rescan_partitions(struct gendisk *disk)
{
	struct partition *parts = kcalloc(MAX_PARTITIONS, sizeof(*parts), GFP_KERNEL);
	struct block_device *whole = bdget(MKDEV(disk->major, disk->first_minor));
	int n, error;

	if (!parts)
		return -ENOMEM;
	n = parse_mbr(read_disk_sector, whole, disk->capacity, parts);
	if (n < 0) {
		pr_err("%s: cannot read the partition table: error %d\n", disk->name, n);
		kfree(parts);
		return n;
	}
	mutex_lock(&bdev_mutex);
	error = partition_in_use(disk) ? -EBUSY : 0;
	if (!error) {
		forget_partitions(disk);
		error = make_partitions(disk, parts, n);
	}
	mutex_unlock(&bdev_mutex);
	kfree(parts);
	return error;
}

static void announce(struct gendisk *disk)
{
	char parts[128] = "";
	struct block_device *bdev;

	mutex_lock(&bdev_mutex);
	list_for_each_entry(bdev, &bdevs, link) {
		if (bdev->bd_disk != disk || !bdev->bd_partno || !bdev->bd_size)
			continue;
		strlcat(parts, " ", sizeof(parts));
		strlcat(parts, bdev->bd_name, sizeof(parts));
	}
	mutex_unlock(&bdev_mutex);
	pr_info("%s: %llu sectors (%llu MiB)%s;%s\n", disk->name, disk->capacity,
		disk->capacity >> 11, disk->read_only ? ", read-only" : "",
		parts[0] ? parts : " no partitions");
}

int add_disk(struct gendisk *disk)
{
	int error;

	mutex_lock(&bdev_mutex);
	list_add_tail(&disk->link, &disks);
	error = make_bdev(disk, 0, 0, disk->capacity);
	mutex_unlock(&bdev_mutex);
	if (error)
		return error;
	/* A disk without a readable table is a disk all the same. */
	rescan_partitions(disk);
	announce(disk);
	return 0;
}

void for_each_disk(void (*fn)(struct gendisk *disk, void *arg), void *arg)
{
	struct gendisk *disk;

	mutex_lock(&bdev_mutex);
	list_for_each_entry(disk, &disks, link)
		fn(disk, arg);
	mutex_unlock(&bdev_mutex);
}

void for_each_bdev(void (*fn)(struct block_device *bdev, void *arg), void *arg)
{
	struct block_device *bdev;

	mutex_lock(&bdev_mutex);
	list_for_each_entry(bdev, &bdevs, link)
		fn(bdev, arg);
	mutex_unlock(&bdev_mutex);
}

/* ---- finding and opening ---- */

struct block_device *bdget(dev_t dev)
{
	struct block_device *bdev;

	mutex_lock(&bdev_mutex);
	bdev = find_bdev(dev);
	mutex_unlock(&bdev_mutex);
	return bdev;
}

struct block_device *I_BDEV(struct inode *inode)
{
	return inode->i_bdev;
}

static struct block_device *find_by_name(const char *name)
{
	struct block_device *bdev, *found = NULL;

	mutex_lock(&bdev_mutex);
	list_for_each_entry(bdev, &bdevs, link)
		if (!strcmp(bdev->bd_name, name))
			found = bdev;
	mutex_unlock(&bdev_mutex);
	return found;
}

static struct block_device *find_by_path(const char *name)
{
	struct block_device *bdev;
	struct inode *inode;
	struct path path;
	int error = kern_path(name, LOOKUP_FOLLOW, &path);

	if (error)
		return ERR_PTR(error);
	inode = path.dentry->d_inode;
	bdev = S_ISBLK(inode->i_mode) ? bdget(inode->i_rdev) : ERR_PTR(-ENOTBLK);
	path_put(&path);
	return bdev ? bdev : ERR_PTR(-ENXIO);
}

struct block_device *lookup_bdev(const char *name)
{
	static const char dev_dir[] = "/dev/";
	struct block_device *bdev;
	unsigned long number;

	if (strstarts(name, "0x") && !kstrtoul(name, 16, &number)) {
		bdev = bdget(MKDEV(number >> 8, number & U8_MAX));
		return bdev ? bdev : ERR_PTR(-ENXIO);
	}
	/*
	 * By path first: the name may be a link or a node elsewhere.  At boot there is no /dev
	 * yet.
	 */
	if (name[0] == '/') {
		bdev = find_by_path(name);
		if (!IS_ERR(bdev) || PTR_ERR(bdev) == -ENOTBLK || !strstarts(name, dev_dir))
			return bdev;
		name += sizeof(dev_dir) - 1;
	}
	bdev = find_by_name(name);
	return bdev ? bdev : ERR_PTR(-ENOENT);
}

/* The whole disk and its partitions exclude each other's holders.  bdev_mutex held. */
static bool held_by_another(const struct block_device *bdev, const void *holder)
{
	struct block_device *other;

	list_for_each_entry(other, &bdevs, link) {
		if (other->bd_disk != bdev->bd_disk || !other->bd_holder ||
		    other->bd_holder == holder)
			continue;
		if (other == bdev || !other->bd_partno || !bdev->bd_partno)
			return true;
	}
	return false;
}

int blkdev_get(struct block_device *bdev, void *holder)
{
	int error = 0;

	mutex_lock(&bdev_mutex);
	if (!bdev->bd_size)
		error = -ENXIO;
	else if (holder && (bdev->bd_holder || held_by_another(bdev, holder)))
		error = -EBUSY;
	if (!error) {
		bdev->bd_openers++;
		if (holder)
			bdev->bd_holder = holder;
	}
	mutex_unlock(&bdev_mutex);
	return error;
}

void blkdev_put(struct block_device *bdev, void *holder)
{
	mutex_lock(&bdev_mutex);
	assert(bdev->bd_openers > 0);
	if (holder) {
		assert(bdev->bd_holder == holder);
		bdev->bd_holder = NULL;
	}
	if (--bdev->bd_openers == 0) {
		/* Nothing stays cached: the next user may choose another block size. */
		sync_blockdev(bdev);
		truncate_inode_pages(&bdev->bd_inode->i_data, 0);
	}
	mutex_unlock(&bdev_mutex);
}

void blkdev_init(void)
{
	bio_init();
	queue_init();
	buffer_init();
	disk_stats_init();
	if (register_filesystem(&bdev_fs_type))
		panic("block: cannot register the device file system");
	bdev_sb = kern_mount(&bdev_fs_type);
	if (IS_ERR(bdev_sb))
		panic("block: no super block for devices: error %ld", PTR_ERR(bdev_sb));
}
