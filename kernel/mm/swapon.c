/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: swapon, swapoff and /proc/swaps: an area's way in and out.
 *
 * In: open, claim (a partition exclusively; a file by denying writes and unlink), check the header, build the
 * map, find the blocks of a file; only then, in one step that cannot fail, the area joins swap_list.
 * Out: leave swap_list (no new slots), empty the area (try_to_unuse), tear down; when
 * emptying fails the area goes back on the list as if nothing had been.
 *
 * Locking.  swapon_mutex: one of these at a time.  swap_lock for what others see.
 */
#include <quire/blkdev.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/gfp.h>
#include <quire/highmem.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/seq_file.h>
#include <quire/shmem.h>
#include <quire/vmalloc.h>

#include "cache_internal.h"
#include "swap_internal.h"

#define SWAP_FLAG_PREFER 0x8000 /* the low bits hold the priority */
#define SWAP_FLAG_PRIO_MASK 0x7fff
#define SWAP_FLAGS_VALID (SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK | 0x70000)

static DEFINE_MUTEX(swapon_mutex);
static int least_priority = -1;

/* ---- claiming ---- */

static int claim_file(struct swap_info *si)
{
	struct inode *inode = si->file->f_mapping->host;
	int err;

	if (S_ISBLK(file_inode(si->file)->i_mode)) {
		struct block_device *bdev = I_BDEV(inode);

		err = blkdev_get(bdev, si);
		if (!err)
			si->bdev = bdev;
		return err;
	}
	if (!S_ISREG(inode->i_mode) || !si->file->f_mapping->a_ops->bmap || !inode->i_sb->s_bdev)
		return -EINVAL;
	mutex_lock(&inode->i_mutex); /* against unlink: a file without a name could not be given back */
	err = inode->i_nlink ? deny_write_access(si->file) : -ENOENT;
	if (!err)
		set_bit(AS_SWAPFILE, &si->file->f_mapping->flags);
	mutex_unlock(&inode->i_mutex);
	return err;
}

static void release_file(struct swap_info *si)
{
	if (si->bdev) {
		blkdev_put(si->bdev, si);
	} else {
		clear_bit(AS_SWAPFILE, &si->file->f_mapping->flags);
		allow_write_access(si->file);
	}
	si->bdev = NULL;
}

static struct swap_info *area_of_mapping(const struct address_space *mapping)
{
	unsigned int type;

	for (type = 0; type < MAX_SWAPFILES; type++)
		if ((swap_areas[type].flags & SWP_USED) &&
		    swap_areas[type].file->f_mapping == mapping)
			return &swap_areas[type];
	return NULL;
}

static struct swap_info *free_area(void)
{
	unsigned int type;

	for (type = 0; type < MAX_SWAPFILES; type++)
		if (!(swap_areas[type].flags & SWP_USED))
			return &swap_areas[type];
	return NULL;
}

/* ---- a swap file's blocks ---- */

/* The device sector of a page of the file, 0 if its blocks are missing or apart. */
static sector_t page_sector(struct address_space *mapping, unsigned long page)
{
	unsigned int blkbits = mapping->host->i_blkbits;
	unsigned int i, per_page = 1u << (PAGE_SHIFT - blkbits);
	sector_t first = 0;

	for (i = 0; i < per_page; i++) {
		sector_t block = mapping->a_ops->bmap(mapping, (sector_t)page * per_page + i);

		if (!block || (i && block != first + i))
			return 0;
		if (!i)
			first = block;
	}
	return first << (blkbits - SECTOR_SHIFT);
}

/* Walk all pages but the header's; extents may be NULL to count only.  => runs, -EINVAL: holes */
static int walk_extents(struct address_space *mapping, unsigned long max,
			struct swap_extent *extents)
{
	sector_t expect = 0;
	unsigned long page;
	int nr = 0;

	for (page = 1; page < max; page++) {
		sector_t sector = page_sector(mapping, page);

		if (!sector)
			return -EINVAL;
		if (sector != expect) {
			if (extents)
				extents[nr] = (struct swap_extent){ page, 0, sector };
			nr++;
		}
		if (extents)
			extents[nr - 1].nr_pages++;
		expect = sector + (PAGE_SIZE >> SECTOR_SHIFT);
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return nr;
}

static int build_extents(struct swap_info *si)
{
	struct address_space *mapping = si->file->f_mapping;
	int nr;

	if (si->bdev)
		return 0;
	nr = walk_extents(mapping, si->max, NULL);
	if (nr < 0) {
		pr_warn("swapon: the file has holes or blocks that do not make whole pages\n");
		return nr;
	}
	si->extents = vmalloc(nr * sizeof(*si->extents));
	if (!si->extents)
		return -ENOMEM;
	si->nr_extents = walk_extents(mapping, si->max, si->extents);
	return 0;
}

/* ---- header and map ---- */

static int build_map(struct swap_info *si, const struct swap_layout *layout)
{
	unsigned int i;

	si->max = layout->last_page + 1;
	si->swap_map = vzalloc(si->max * sizeof(*si->swap_map));
	if (!si->swap_map)
		return -ENOMEM;
	si->swap_map[0] = SWAP_MAP_BAD;
	for (i = 0; i < layout->nr_badpages; i++)
		if (layout->badpages[i] < si->max)
			si->swap_map[layout->badpages[i]] = SWAP_MAP_BAD;
	si->pages = 0;
	for (i = 1; i < si->max; i++)
		si->pages += !si->swap_map[i];
	swap_scan_init(&si->scan, si->max);
	return si->pages ? 0 : -EINVAL;
}

static int read_header(struct swap_info *si)
{
	struct address_space *mapping = si->file->f_mapping;
	struct swap_layout layout;
	struct page *page;
	const char *why;
	int err;

	page = read_cache_page(mapping, 0, si->file);
	if (IS_ERR(page))
		return PTR_ERR(page);
	err = parse_swap_header(kmap(page), i_size_read(mapping->host) >> PAGE_SHIFT, &layout, &why);
	if (err)
		pr_warn("swapon: not a usable swap area: %s\n", why);
	else
		err = build_map(si, &layout);
	kunmap(page);
	unpin_page(page);
	return err;
}

static void free_area_memory(struct swap_info *si)
{
	vfree(si->swap_map);
	vfree(si->extents);
	si->swap_map = NULL;
	si->extents = NULL;
	si->nr_extents = 0;
}

/* What the file's cache holds is what the disk holds, and no longer needed. */
static int prepare_area(struct swap_info *si)
{
	int err = filemap_write_and_wait(si->file->f_mapping);

	if (!err)
		err = read_header(si);
	if (!err)
		err = build_extents(si);
	if (err)
		free_area_memory(si);
	else
		(void)invalidate_mapping_pages(si->file->f_mapping, 0, ~0ul);
	return err;
}

/* ---- joining and leaving the list ---- */

static void enlist_locked(struct swap_info *si)
{
	struct list_head *pos;

	list_for_each(pos, &swap_list)
		if (list_entry(pos, struct swap_info, link)->prio < si->prio)
			break;
	list_add_tail(&si->link, pos);
	si->flags |= SWP_WRITEOK;
	nr_swap_total += si->pages;
	nr_swap_free += si->pages - si->inuse_pages;
}

static void enlist(struct swap_info *si)
{
	unsigned long flags;

	spin_lock_irqsave(&swap_lock, flags);
	enlist_locked(si);
	spin_unlock_irqrestore(&swap_lock, flags);
}

static void delist(struct swap_info *si)
{
	unsigned long flags;

	spin_lock_irqsave(&swap_lock, flags);
	list_del(&si->link);
	si->flags &= ~SWP_WRITEOK;
	nr_swap_total -= si->pages;
	nr_swap_free -= si->pages - si->inuse_pages;
	spin_unlock_irqrestore(&swap_lock, flags);
}

static int add_area(struct file *file, int flags)
{
	struct swap_info *si = free_area();
	int err;

	if (area_of_mapping(file->f_mapping))
		return -EBUSY;
	if (!si)
		return -EPERM;
	*si = (struct swap_info){ .file = file };
	err = claim_file(si);
	if (err)
		return err;
	err = prepare_area(si);
	if (err) {
		release_file(si);
		return err;
	}
	si->prio = flags & SWAP_FLAG_PREFER ? flags & SWAP_FLAG_PRIO_MASK : least_priority--;
	si->flags = SWP_USED;
	pr_info("swap: %lu KiB on %s, priority %d, extents: %u\n", si->pages << (PAGE_SHIFT - 10),
		file->f_path.dentry->d_name.name, si->prio, si->extents ? si->nr_extents : 1);
	enlist(si);
	return 0;
}

static struct file *open_area(const char __user *specialfile)
{
	struct filename f;
	struct file *file;
	int err;

	if (!capable())
		return ERR_PTR(-EPERM);
	err = getname(&f, specialfile);
	if (err)
		return ERR_PTR(err);
	file = filp_open(f.name, O_RDONLY | O_LARGEFILE | O_NONBLOCK, 0); /* a FIFO: refuse, not wait */
	putname(&f);
	return file;
}

long sys_swapon(const char __user *specialfile, int flags)
{
	struct file *file;
	int err;

	if (flags & ~SWAP_FLAGS_VALID)
		return -EINVAL;
	file = open_area(specialfile);
	if (IS_ERR(file))
		return PTR_ERR(file);
	mutex_lock(&swapon_mutex);
	err = add_area(file, flags);
	mutex_unlock(&swapon_mutex);
	if (err)
		fput(file);
	return err;
}

/*
 * Can what is swapped there find a place elsewhere?  A rough look, so that swapoff does not end in OOM: free slots of
 * other areas, free frames above the marks, and half of the files' pages (the rest is likely in use).
 */
static bool room_without(const struct swap_info *si)
{
	long slots = nr_free_swap_slots() - (long)(si->pages - si->inuse_pages);
	long files = (long)nr_pagecache_pages() - (long)nr_shmem_pages();
	long frames = (long)nr_free_pages() + files / 2;
	struct zone *zone;

	for_each_zone(zone)
		frames -= (long)zone->watermark[WMARK_HIGH];
	return (long)si->inuse_pages <= slots + max(frames, 0l);
}

static int remove_area(struct swap_info *si)
{
	int err;

	if (!room_without(si))
		return -ENOMEM;
	delist(si);
	err = try_to_unuse(si - swap_areas);
	if (err) {
		enlist(si);
		return err;
	}
	si->flags = 0;
	free_area_memory(si);
	release_file(si);
	fput(si->file);
	si->file = NULL;
	return 0;
}

long sys_swapoff(const char __user *specialfile)
{
	struct file *file = open_area(specialfile);
	struct swap_info *si;
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	mutex_lock(&swapon_mutex);
	si = area_of_mapping(file->f_mapping);
	err = si ? remove_area(si) : -EINVAL;
	mutex_unlock(&swapon_mutex);
	fput(file);
	return err;
}

/* ---- /proc/swaps ---- */

#define NAME_COLUMN 40
#define WIDE_KIB 10000000ul

static void show_area(struct seq_file *m, const struct swap_info *si)
{
	unsigned long kib = si->pages << (PAGE_SHIFT - 10);
	unsigned long used = si->inuse_pages << (PAGE_SHIFT - 10);
	size_t before = m->count, width;

	seq_path(m, &si->file->f_path);
	width = m->count - before;
	seq_printf(m, "%*s%s\t%lu\t%s%lu\t%s%d\n", width < NAME_COLUMN ? (int)(NAME_COLUMN - width) : 1,
		   " ", si->bdev ? "partition" : "file\t", kib, kib < WIDE_KIB ? "\t" : "", used,
		   used < WIDE_KIB ? "\t" : "", si->prio);
}

int swaps_show(struct seq_file *m, void *v)
{
	unsigned int type;

	seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	mutex_lock(&swapon_mutex);
	for (type = 0; type < MAX_SWAPFILES; type++)
		if (swap_areas[type].flags & SWP_USED)
			show_area(m, &swap_areas[type]);
	mutex_unlock(&swapon_mutex);
	return 0;
}
