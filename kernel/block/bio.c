/* SPDX-License-Identifier: MIT */
/*
 * Bios: allocation that never fails for who may wait, filling, checking, submitting.
 *
 * Two sizes, each a slab cache behind an emergency pool.  submit_bio checks the bio against the
 * end of its device, maps a partition's sector to the disk's and hands it to the queue; whatever
 * goes wrong is reported through end_io, exactly once.
 */
#define pr_fmt(fmt) "bio: " fmt

#include <quire/assert.h>
#include <quire/blkdev.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/mempool.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/vmstat.h>

#include "block_internal.h"

#define BIO_SMALL_VECS 2
#define BIO_POOL_MIN 8
#define KIB_SHIFT 10

enum bio_pool { POOL_SMALL, POOL_LARGE, POOL_COUNT };

static const unsigned int pool_vecs[POOL_COUNT] = { BIO_SMALL_VECS, BIO_MAX_VECS };
static struct mempool pools[POOL_COUNT];

struct bio *bio_alloc(gfp_t gfp, unsigned int nr_vecs)
{
	enum bio_pool pool = nr_vecs <= BIO_SMALL_VECS ? POOL_SMALL : POOL_LARGE;
	struct bio *bio;

	assert(nr_vecs <= BIO_MAX_VECS);
	bio = mempool_alloc(&pools[pool], gfp);
	if (!bio)
		return NULL;
	memset(bio, 0, sizeof(*bio));
	bio->max_vecs = pool_vecs[pool];
	bio->pool = pool;
	return bio;
}

void bio_put(struct bio *bio)
{
	mempool_free(&pools[bio->pool], bio);
}

bool bio_add_page(struct bio *bio, struct page *page, unsigned int len, unsigned int offset)
{
	const struct elevator *limits = &bio->bdev->bd_disk->queue->elevator;
	struct bio_vec *last = bio->vcnt ? &bio->vecs[bio->vcnt - 1] : NULL;

	assert(len % SECTOR_SIZE == 0 && offset + len <= PAGE_SIZE);
	if (bio_sectors(bio) + (len >> SECTOR_SHIFT) > limits->max_sectors)
		return false;
	if (last && last->page == page && last->offset + last->len == offset) {
		last->len += len;
	} else {
		if (bio->vcnt == bio->max_vecs || bio->vcnt >= limits->max_segments)
			return false;
		bio->vecs[bio->vcnt++] = (struct bio_vec){ page, len, offset };
	}
	bio->size += len;
	return true;
}

void bio_endio(struct bio *bio, int error)
{
	bio->error = error;
	bio->end_io(bio);
}

static int check_bio(struct bio *bio)
{
	struct block_device *bdev = bio->bdev;

	if (bio->flush)
		return 0;
	if (bio->size == 0 || bio->size % SECTOR_SIZE)
		return -EINVAL;
	if (bio_end_sector(bio) > bdev->bd_size || bio_end_sector(bio) < bio->sector) {
		printk_ratelimited(KERN_ERR "%s: %s beyond the end: sector %llu + %u of %llu\n",
				   bdev->bd_name, bio->rw == READ ? "read" : "write", bio->sector,
				   bio_sectors(bio), bdev->bd_size);
		return -EIO;
	}
	if (bio->rw == WRITE && bdev->bd_disk->read_only)
		return -EROFS;
	if (should_fail(bio->rw == READ ? FAIL_BIO_READ : FAIL_BIO_WRITE))
		return -EIO;
	return 0;
}

void submit_bio(int rw, struct bio *bio)
{
	int error;

	might_sleep();
	bio->rw = rw;
	error = check_bio(bio);
	if (error) {
		bio_endio(bio, error);
		return;
	}
	if (rw == READ) {
		count_vm_events(pgpgin, bio->size >> KIB_SHIFT);
		current->read_bytes += bio->size;
	} else {
		count_vm_events(pgpgout, bio->size >> KIB_SHIFT);
	}
	bio->sector += bio->bdev->bd_start;
	queue_bio(bio->bdev->bd_disk->queue, bio);
}

static void end_bio_wait(struct bio *bio)
{
	complete(bio->private);
}

int submit_bio_wait(int rw, struct bio *bio)
{
	struct completion done;

	init_completion(&done);
	bio->private = &done;
	bio->end_io = end_bio_wait;
	bio->sync = true;
	submit_bio(rw, bio);
	wait_for_completion(&done);
	return bio->error;
}

int blkdev_issue_flush(struct block_device *bdev)
{
	struct bio *bio;
	int error;

	if (!bdev->bd_disk->write_cache)
		return 0;
	bio = bio_alloc(GFP_NOFS, 0);
	bio->bdev = bdev;
	bio->flush = true;
	error = submit_bio_wait(WRITE, bio);
	bio_put(bio);
	return error;
}

void bio_init(void)
{
	static const char *const names[POOL_COUNT] = { "bio-2", "bio-32" };
	unsigned int i;

	for (i = 0; i < POOL_COUNT; i++) {
		size_t size = sizeof(struct bio) + pool_vecs[i] * sizeof(struct bio_vec);
		struct kmem_cache *cache = kmem_cache_create(names[i], size, 0, 0, NULL);

		if (!cache || mempool_init(&pools[i], cache, BIO_POOL_MIN))
			panic("bio: no memory for the emergency pools");
	}
}
