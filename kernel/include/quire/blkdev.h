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

#include <quire/list.h>
#include <quire/lock.h>
#include <quire/page.h>
#include <quire/types.h>
#include <quire/wait.h>

struct block_device;
struct gendisk;
struct inode;
struct request;

#define SECTOR_SHIFT 9
#define SECTOR_SIZE 512u
#define READ 0
#define WRITE 1

struct bio_vec {
	struct page *page;
	u16 len, offset; /* bytes */
};

#define BIO_MAX_VECS 32

struct bio {
	struct bio *next;	/* in a request */
	struct block_device *bdev;
	sector_t sector;	/* on bdev; remapped to the whole disk by submit_bio */
	u32 size;		/* bytes in all */
	u8 rw;			/* READ or WRITE */
	u8 vcnt, max_vecs;
	bool from_pool;
	bool sync;		/* somebody waits: the queue does not plug for it */
	int error;		/* 0 or -errno at end_io */
	void (*end_io)(struct bio *bio); /* owns the bio from then on: bio_put */
	void *private;
	struct bio_vec vecs[];
};

struct bio *bio_alloc(gfp_t gfp, unsigned int nr_vecs);
void bio_put(struct bio *bio);
/* => false when full or not mergeable with the device's limits */
bool bio_add_page(struct bio *bio, struct page *page, unsigned int len, unsigned int offset);
/* Queue it.  May sleep when the queue is full.  end_io is called exactly once, errors too. */
void submit_bio(int rw, struct bio *bio);
int submit_bio_wait(int rw, struct bio *bio); /* => error; the bio stays the caller's */

/* ---- requests: between queue and driver ---- */
struct request {
	struct list_head queuelist;
	struct request_queue *q;
	sector_t sector;	/* of the whole disk */
	unsigned int nr_sectors, nr_segments;
	int rw;
	struct bio *bio, *biotail;
	unsigned long start_time;
	void *driver_data;
};

struct request_queue {
	spinlock_t lock;
	struct list_head queue_head;	/* waiting, sorted by sector with aging */
	unsigned int nr_queued[2], in_flight;
	bool plugged;			/* collecting; unplugged by need or by timer */
	sector_t last_sector;
	wait_queue_head_t wait;		/* for a free request */
	unsigned int max_sectors, max_segments;
	/* Driver: take requests with blk_fetch_request while the hardware can. q->lock held. */
	void (*request_fn)(struct request_queue *q);
	void *queuedata;
	/* ... private part of block/queue.c: */
	struct list_head free_requests;
	struct request *pool;
};
struct request_queue *blk_init_queue(void (*request_fn)(struct request_queue *), void *data,
				     unsigned int max_sectors, unsigned int max_segments);
struct request *blk_fetch_request(struct request_queue *q);
void blk_end_request(struct request *rq, int error); /* q->lock held; ends every bio */
void blk_run_queues(void);	/* unplug all: somebody is about to wait */

/* ---- disks and devices ---- */
struct gendisk {
	const char *name;	/* "vda", "hda" */
	unsigned int major, first_minor, minors;
	sector_t capacity;	/* sectors */
	bool read_only;
	struct request_queue *queue;
	struct list_head link;
	u64 ios[2], sectors[2], merges[2], ticks[2]; /* /proc/diskstats: queue->lock */
	void *private_data;
};
void add_disk(struct gendisk *disk); /* reads the partition table, makes devices and /dev nodes */

struct block_device {
	dev_t bd_dev;
	struct inode *bd_inode;	/* its mapping caches the device's blocks */
	struct gendisk *bd_disk;
	sector_t bd_start, bd_size; /* sectors; a partition, or the whole disk */
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
void blkdev_init(void);		/* before drivers */

#endif
