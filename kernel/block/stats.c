/* SPDX-License-Identifier: MIT */
/*
 * What the disks have done: /proc/diskstats and /proc/partitions in Linux's formats.
 *
 * The counters of a disk change under its queue's lock and are read without: a reader may see
 * a line of two moments, as on Linux.
 */
#include <quire/blkdev.h>
#include <quire/ktime.h>
#include <quire/procfs.h>
#include <quire/seq_file.h>

#include "block_internal.h"

#define KIB_PER_SECTOR_SHIFT 1

/* Bring the time counters up to date before the number of requests under way changes. */
static void account_time(struct gendisk *disk)
{
	const struct request_queue *q = disk->queue;
	unsigned int under_way = q->nr_used[READ] + q->nr_used[WRITE];
	unsigned long delta = jiffies - disk->stat_stamp;

	if (under_way > 0) {
		disk->busy_ticks += delta;
		disk->weighted_ticks += (u64)delta * under_way;
	}
	disk->stat_stamp = jiffies;
}

void disk_account_start(struct gendisk *disk)
{
	account_time(disk);
}

void disk_account_done(struct gendisk *disk, const struct request *rq)
{
	account_time(disk);
	disk->ios[rq->rw]++;
	disk->sectors[rq->rw] += rq->nr_sectors;
	disk->ticks[rq->rw] += jiffies - rq->start_time;
}

static void diskstats_line(struct gendisk *d, void *arg)
{
	struct seq_file *m = arg;

	seq_printf(m, "%4u %7u %s %llu %llu %llu %llu %llu %llu %llu %llu %u %llu %llu\n", d->major,
		   d->first_minor, d->name, d->ios[READ], d->merges[READ], d->sectors[READ],
		   d->ticks[READ] * (1000 / HZ), d->ios[WRITE], d->merges[WRITE],
		   d->sectors[WRITE], d->ticks[WRITE] * (1000 / HZ),
		   d->queue->nr_used[READ] + d->queue->nr_used[WRITE],
		   d->busy_ticks * (1000 / HZ), d->weighted_ticks * (1000 / HZ));
}

static int diskstats_show(struct seq_file *m, void *v)
{
	for_each_disk(diskstats_line, m);
	return 0;
}

static void partitions_line(struct block_device *bdev, void *arg)
{
	if (bdev->bd_size)
		seq_printf(arg, "%4u %8u %10llu %s\n", MAJOR(bdev->bd_dev), MINOR(bdev->bd_dev),
			   bdev->bd_size >> KIB_PER_SECTOR_SHIFT, bdev->bd_name);
}

static int partitions_show(struct seq_file *m, void *v)
{
	seq_puts(m, "major minor  #blocks  name\n\n");
	for_each_bdev(partitions_line, m);
	return 0;
}

void disk_stats_init(void)
{
	proc_create_show("diskstats", 0444, diskstats_show);
	proc_create_show("partitions", 0444, partitions_show);
}
