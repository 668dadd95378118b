/* SPDX-License-Identifier: MIT */
/*
 * The block layer: block devices, bios, the request queue.
 *
 * A bio is one transfer of page fragments to consecutive 512-byte sectors.  The
 * queue merges neighbouring bios into requests, sorts them and hands them to the
 * driver, which completes them from its interrupt; nobody spins.
 *
 * References.  A bio does not own its pages: the submitter holds an I/O reference (page_io_get,
 * set_page_writeback) until end_io.  bio_alloc with __GFP_WAIT never fails: a mempool backs it, so
 * that reclaim can always write.
 *
 * Locking: queue->lock, interrupts off.  end_io runs in interrupt context.
 */
#ifndef QUIRE_BLKDEV_H
#define QUIRE_BLKDEV_H

#include <quire/bio.h>
#include <quire/gfp.h>
#include <quire/list.h>
#include <quire/lock.h>
#include <quire/page.h>
#include <quire/types.h>
#include <quire/wait.h>

struct file_operations;
struct gendisk;
struct inode;

struct bio *bio_alloc(gfp_t gfp, unsigned int nr_vecs);
void bio_put(struct bio *bio);
/* => false when full or not mergeable with the device's limits */
bool bio_add_page(struct bio *bio, struct page *page, unsigned int len, unsigned int offset);
void bio_endio(struct bio *bio, int error); /* calls end_io */
/* Queue it.  May sleep when the queue is full.  end_io is called exactly once, errors too. */
void submit_bio(int rw, struct bio *bio);
int submit_bio_wait(int rw, struct bio *bio); /* => error; the bio stays the caller's */
/*
 * Writes that have ended become durable (nothing to do for a disk without a write cache). Sleeps.
 */
int blkdev_issue_flush(struct block_device *bdev);

/* ---- the queue: between submitters and one driver ---- */
struct request_queue {
	spinlock_t lock;	/* interrupts off; guards everything here */
	struct elevator elevator; /* waiting requests */
	unsigned int nr_used[2]; /* requests taken from the pool, per direction */
	unsigned int in_flight;	/* with the driver */
	bool plugged;		/* collecting; unplugged by need or by timer */
	struct list_head plug_link; /* queue.c: the plugged queues, plug_lock */
	wait_queue_head_t wait[2]; /* for a free request, per direction */
	/* Driver: take requests with blk_fetch_request while the hardware can. q->lock held. */
	void (*request_fn)(struct request_queue *q);
	void *queuedata;
	struct list_head free_requests;
	struct request *pool;
};
struct request_queue *blk_init_queue(void (*request_fn)(struct request_queue *), void *data,
				     unsigned int max_sectors, unsigned int max_segments);
struct request *blk_fetch_request(struct request_queue *q);
/*
 * The driver is done with it.  q->lock held; end_io of the bios runs under it (it must not submit).
 * An error of a request of several bios: they are queued again one by one, so that only
 * the bad one fails.
 */
void blk_end_request(struct request *rq, int error);
/* Put a fetched request back, to be fetched again: the hardware is full after all. q->lock held. */
void blk_requeue_request(struct request *rq);
/* After completions: lets the driver fetch more, unless the queue collects. q->lock held. */
void blk_restart_queue(struct request_queue *q);
void blk_run_queues(void);	/* unplug all: somebody is about to wait */

/* ---- disks and devices ---- */
struct gendisk {
	const char *name;	/* "vda", "hda" */
	unsigned int major, first_minor, minors;
	sector_t capacity;	/* sectors */
	bool read_only;
	bool write_cache;	/* the driver wants flush requests */
	struct request_queue *queue;
	struct list_head link;	/* all disks: bdev.c's lock */
	u64 ios[2], sectors[2], merges[2], ticks[2]; /* /proc/diskstats: queue->lock */
	u64 busy_ticks, weighted_ticks;
	unsigned long stat_stamp;	/* when these two were last brought up to date */
	void *private_data;
};
/* Reads the partition table, makes devices and /dev nodes.  Sleeps.  => 0 or -ENOMEM */
int add_disk(struct gendisk *disk);
/* Read the table again (BLKRRPART). => -EBUSY when a partition is open */
int rescan_partitions(struct gendisk *disk);
/* Call fn for every disk / device, in order of appearance. */
void for_each_disk(void (*fn)(struct gendisk *disk, void *arg), void *arg);

struct block_device {
	dev_t bd_dev;
	struct inode *bd_inode;	/* its mapping caches the device's blocks */
	struct gendisk *bd_disk;
	sector_t bd_start, bd_size; /* sectors; a partition, or the whole disk */
	unsigned int bd_partno;	/* 0: the whole disk */
	unsigned int bd_block_size; /* of its buffers */
	int bd_openers;
	void *bd_holder;	/* exclusive user: a mounted super block, a swap area */
	char bd_name[16];	/* "vda1" */
	struct list_head link;
};
struct block_device *bdget(dev_t dev); /* NULL: no such device */
int blkdev_get(struct block_device *bdev, void *holder); /* => -EBUSY when held by another */
void blkdev_put(struct block_device *bdev, void *holder);
struct block_device *lookup_bdev(const char *name); /* "/dev/vda1", "vda1", or "0xMMmm"; ERR_PTR */
struct block_device *I_BDEV(struct inode *inode);
extern const struct file_operations def_blk_fops; /* of every block special file */
void for_each_bdev(void (*fn)(struct block_device *bdev, void *arg), void *arg);

/* Start-up, in this order, in a task that may sleep and after vfs_init(). */
void blkdev_init(void);
void virtio_blk_init(void);	/* after pci_init() */
void ata_init(void);

#endif
