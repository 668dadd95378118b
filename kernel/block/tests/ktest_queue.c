/* SPDX-License-Identifier: MIT */
/*
 * The block layer on a disk made of memory: data arrives where it belongs, neighbours are merged,
 * a bad sector fails only who asked for it, submitters sleep when the queue is full and all of
 * them are served.
 *
 * The disk takes everything that waits and completes it from a timer, as a device would from its
 * interrupt.
 */
#include <quire/blkdev.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/kmap_atomic.h>
#include <quire/ktest.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/timer.h>

#define DISK_SECTORS 512u
#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)
#define DISK_PAGES (DISK_SECTORS / SECTORS_PER_PAGE)
#define MAX_SECTORS 64
#define MAX_SEGMENTS 16
#define NO_SECTOR (~0ull)

struct memory_disk {
	struct gendisk disk;
	struct block_device bdev;
	struct request_queue *queue;
	struct page *pages[DISK_PAGES];
	struct list_head started; /* queue->lock */
	struct timer_list timer;
	u64 bad_sector;
	unsigned int nr_requests, largest; /* seen; sectors */
};

static void copy_vec(struct memory_disk *md, struct bio_vec *vec, sector_t sector, int rw)
{
	char *mine = page_address(md->pages[sector / SECTORS_PER_PAGE]);
	char *theirs = kmap_atomic(vec->page, KM_BIO);

	mine += sector % SECTORS_PER_PAGE * SECTOR_SIZE;
	if (rw == READ)
		memcpy(theirs + vec->offset, mine, SECTOR_SIZE);
	else
		memcpy(mine, theirs + vec->offset, SECTOR_SIZE);
	kunmap_atomic(theirs, KM_BIO);
}

static int do_request(struct memory_disk *md, struct request *rq)
{
	sector_t sector = rq->sector;
	struct bio_vec *vec;
	struct bio *bio;
	int error = 0;

	rq_for_each_vec(vec, bio, rq) {
		struct bio_vec part = *vec;

		for (; part.offset < vec->offset + vec->len; part.offset += SECTOR_SIZE, sector++) {
			if (sector == md->bad_sector)
				error = -EIO;
			else
				copy_vec(md, &part, sector, rq->rw);
		}
	}
	return error;
}

static void complete_all(unsigned long data)
{
	struct memory_disk *md = (struct memory_disk *)data;
	unsigned long flags;

	spin_lock_irqsave(&md->queue->lock, flags);
	while (!list_empty(&md->started)) {
		struct request *rq = list_first_entry(&md->started, struct request, queuelist);

		list_del(&rq->queuelist);
		md->nr_requests++;
		md->largest = max(md->largest, rq->nr_sectors);
		blk_end_request(rq, do_request(md, rq));
	}
	blk_restart_queue(md->queue);
	spin_unlock_irqrestore(&md->queue->lock, flags);
}

static void memory_request_fn(struct request_queue *q)
{
	struct memory_disk *md = q->queuedata;
	struct request *rq;

	while ((rq = blk_fetch_request(q)))
		list_add_tail(&rq->queuelist, &md->started);
	if (!list_empty(&md->started) && !timer_pending(&md->timer))
		mod_timer(&md->timer, jiffies + 1);
}

static struct memory_disk *make_disk(void)
{
	struct memory_disk *md = kzalloc(sizeof(*md), GFP_KERNEL);
	unsigned int i;

	if (!md)
		return NULL;
	md->queue = blk_init_queue(memory_request_fn, md, MAX_SECTORS, MAX_SEGMENTS);
	for (i = 0; i < DISK_PAGES; i++)
		md->pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
	INIT_LIST_HEAD(&md->started);
	setup_timer(&md->timer, complete_all, (unsigned long)md);
	md->bad_sector = NO_SECTOR;
	md->disk.name = "memory";
	md->disk.capacity = DISK_SECTORS;
	md->disk.queue = md->queue;
	md->bdev.bd_disk = &md->disk;
	md->bdev.bd_size = DISK_SECTORS;
	strlcpy(md->bdev.bd_name, "memory", sizeof(md->bdev.bd_name));
	return md;
}

static void free_disk(struct memory_disk *md)
{
	unsigned int i;

	del_timer_sync(&md->timer);
	ktest_equal(md->queue->in_flight, 0);
	ktest_equal(md->queue->nr_used[READ] + md->queue->nr_used[WRITE], 0);
	for (i = 0; i < DISK_PAGES; i++)
		unpin_page(md->pages[i]);
	kfree(md->queue->pool);
	kfree(md->queue);
	kfree(md);
}

static int transfer(struct memory_disk *md, int rw, struct page *page, sector_t sector,
		    unsigned int len)
{
	struct bio *bio = bio_alloc(GFP_KERNEL, 1);
	int error;

	bio->bdev = &md->bdev;
	bio->sector = sector;
	bio_add_page(bio, page, len, 0);
	error = submit_bio_wait(rw, bio);
	bio_put(bio);
	return error;
}

KTEST(block_read_what_was_written)
{
	struct memory_disk *md = make_disk();
	struct page *page = alloc_page(GFP_HIGHUSER);
	unsigned int i;

	for (i = 0; i < DISK_SECTORS; i++) {
		u32 *data = kmap_atomic(page, KM_USER0);

		memset32(data, i, SECTOR_SIZE / sizeof(u32));
		kunmap_atomic(data, KM_USER0);
		ktest_equal(transfer(md, WRITE, page, i, SECTOR_SIZE), 0);
	}
	for (i = 0; i < DISK_SECTORS; i += SECTORS_PER_PAGE) {
		u32 *data;

		ktest_equal(transfer(md, READ, page, i, PAGE_SIZE), 0);
		data = kmap_atomic(page, KM_USER0);
		ktest_equal(data[0], i);
		ktest_equal(data[PAGE_SIZE / sizeof(u32) - 1], i + SECTORS_PER_PAGE - 1);
		kunmap_atomic(data, KM_USER0);
	}
	unpin_page(page);
	free_disk(md);
}

KTEST(block_refuses_what_is_outside)
{
	struct memory_disk *md = make_disk();
	struct page *page = alloc_page(GFP_KERNEL);

	ktest_equal(transfer(md, READ, page, DISK_SECTORS - 1, PAGE_SIZE), -EIO);
	ktest_equal(transfer(md, READ, page, ~0ull, SECTOR_SIZE), -EIO);
	md->disk.read_only = true;
	ktest_equal(transfer(md, WRITE, page, 0, SECTOR_SIZE), -EROFS);
	ktest_equal(md->nr_requests, 0);
	unpin_page(page);
	free_disk(md);
}

/* ---- many at once ---- */

static atomic_t nr_done, nr_failed;
static u64 failed_sector;

static void end_async(struct bio *bio)
{
	if (bio->error) {
		atomic_inc(&nr_failed);
		failed_sector = bio->sector;
	}
	bio_put(bio);
	atomic_inc(&nr_done);
}

static struct bio *sector_bio(struct memory_disk *md, struct page *page, sector_t sector)
{
	struct bio *bio = bio_alloc(GFP_KERNEL, 1);

	bio->bdev = &md->bdev;
	bio->sector = sector;
	bio->end_io = end_async;
	bio_add_page(bio, page, SECTOR_SIZE, 0);
	return bio;
}

/*
 * One bio a sector, all into the same page: what arrives does not matter here.  They are made in batches before they are
 * submitted, so that the unplug timer has little time to come between neighbours.
 */
static void submit_sectors(struct memory_disk *md, int rw, struct page *page, sector_t first,
			   unsigned int n, unsigned int step)
{
	struct bio *bios[MAX_SEGMENTS];
	unsigned int i, batch;

	for (; n; n -= batch) {
		batch = min_t(unsigned int, n, MAX_SEGMENTS);
		for (i = 0; i < batch; i++, first += step)
			bios[i] = sector_bio(md, page, first);
		for (i = 0; i < batch; i++)
			submit_bio(rw, bios[i]);
	}
}

static void wait_done(int n)
{
	unsigned int rounds;

	blk_run_queues();
	for (rounds = 0; rounds < HZ && atomic_read(&nr_done) < n; rounds++)
		schedule_timeout_uninterruptible(1);
	ktest_equal(atomic_read(&nr_done), n);
}

/* => requests that MAX_SEGMENTS neighbours became; *largest in sectors */
static unsigned int requests_of_neighbours(struct page *page, unsigned int *largest)
{
	struct memory_disk *md = make_disk();
	unsigned int requests;

	atomic_set(&nr_done, 0);
	schedule_timeout_uninterruptible(1); /* the unplug timer counts ticks: begin right behind one */
	submit_sectors(md, WRITE, page, 0, MAX_SEGMENTS, 1);
	wait_done(MAX_SEGMENTS);
	requests = md->nr_requests;
	*largest = md->largest;
	free_disk(md);
	return requests;
}

#define MERGE_TRIES 10 /* the unplug timer may fire while we submit, on a host that paused us */

KTEST(block_neighbours_are_merged)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	unsigned int requests = 0, largest = 0, tries;

	for (tries = 0; tries < MERGE_TRIES && requests != 1; tries++)
		requests = requests_of_neighbours(page, &largest);
	ktest_equal(requests, 1);
	ktest_equal(largest, MAX_SEGMENTS);
	unpin_page(page);
}

KTEST(block_bad_sector_fails_alone)
{
	struct memory_disk *md = make_disk();
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	atomic_set(&nr_done, 0);
	atomic_set(&nr_failed, 0);
	md->bad_sector = 5;
	submit_sectors(md, READ, page, 0, MAX_SEGMENTS, 1);
	wait_done(MAX_SEGMENTS);
	ktest_equal(atomic_read(&nr_failed), 1);
	ktest_equal(failed_sector, 5);
	unpin_page(page);
	free_disk(md);
}

/* More requests than the queue has: the submitter sleeps in between, none is lost. */
KTEST(block_full_queue_waits)
{
	struct memory_disk *md = make_disk();
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	atomic_set(&nr_done, 0);
	submit_sectors(md, WRITE, page, 0, DISK_SECTORS / 2, 2);
	wait_done(DISK_SECTORS / 2);
	unpin_page(page);
	free_disk(md);
}

KTEST(block_flush_goes_to_the_disk)
{
	struct memory_disk *md = make_disk();

	ktest_equal(blkdev_issue_flush(&md->bdev), 0);
	ktest_equal(md->nr_requests, 0);
	md->disk.write_cache = true;
	ktest_equal(blkdev_issue_flush(&md->bdev), 0);
	ktest_equal(md->nr_requests, 1);
	free_disk(md);
}
