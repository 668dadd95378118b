/* SPDX-License-Identifier: MIT */
/*
 * The request queue: between those who submit bios and one driver.
 *
 * Idea.  A bio is merged into a waiting request or gets one of its own from a fixed pool; when
 * the pool of its direction is used up the submitter sleeps, so readers and writers cannot starve
 * each other. A bio that nobody waits for plugs an empty queue: more may follow and be merged.
 * The queue is unplugged when somebody is about to wait (blk_run_queues), when enough has
 * gathered, or by a timer.
 *
 * Locking: q->lock, interrupts off, guards the queue; the driver's request_fn and end_io of
 * bios run under it.  plug_lock comes after it.
 */
#include <quire/assert.h>
#include <quire/blkdev.h>
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/timer.h>

#include "block_internal.h"

#define REQUESTS_PER_DIRECTION 64u
#define UNPLUG_REQUESTS 8u	/* waiting requests that unplug by themselves */
#define UNPLUG_DELAY 1		/* ticks */

static DEFINE_SPINLOCK(plug_lock);
static LIST_HEAD(plugged_queues);	/* plug_lock */
static struct timer_list unplug_timer;

struct request_queue *blk_init_queue(void (*request_fn)(struct request_queue *), void *data,
				     unsigned int max_sectors, unsigned int max_segments)
{
	struct request_queue *q = kzalloc(sizeof(*q), GFP_KERNEL);
	unsigned int i, n = 2 * REQUESTS_PER_DIRECTION;

	if (!q)
		return NULL;
	q->pool = kcalloc(n, sizeof(*q->pool), GFP_KERNEL);
	if (!q->pool) {
		kfree(q);
		return NULL;
	}
	spin_lock_init(&q->lock);
	init_waitqueue_head(&q->wait[READ]);
	init_waitqueue_head(&q->wait[WRITE]);
	elv_init(&q->elevator, max_sectors, max_segments);
	INIT_LIST_HEAD(&q->plug_link);
	INIT_LIST_HEAD(&q->free_requests);
	for (i = 0; i < n; i++) {
		q->pool[i].q = q;
		list_add_tail(&q->pool[i].queuelist, &q->free_requests);
	}
	q->request_fn = request_fn;
	q->queuedata = data;
	return q;
}

/* ---- plugging ---- */

static void plug_queue(struct request_queue *q)
{
	q->plugged = true;
	spin_lock(&plug_lock);
	list_add_tail(&q->plug_link, &plugged_queues);
	spin_unlock(&plug_lock);
	if (!timer_pending(&unplug_timer))
		mod_timer(&unplug_timer, jiffies + UNPLUG_DELAY);
}

/* q->lock held */
static void unplug_queue(struct request_queue *q)
{
	if (q->plugged) {
		spin_lock(&plug_lock);
		list_del_init(&q->plug_link);
		spin_unlock(&plug_lock);
		q->plugged = false;
	}
	q->request_fn(q);
}

void blk_restart_queue(struct request_queue *q)
{
	if (!q->plugged)
		q->request_fn(q);
}

static struct request_queue *first_plugged(void)
{
	struct request_queue *q;
	unsigned long flags;

	spin_lock_irqsave(&plug_lock, flags);
	q = list_first_entry_or_null(&plugged_queues, struct request_queue, plug_link);
	spin_unlock_irqrestore(&plug_lock, flags);
	return q;
}

void blk_run_queues(void)
{
	struct request_queue *q;
	unsigned long flags;

	while ((q = first_plugged())) {
		spin_lock_irqsave(&q->lock, flags);
		/* Whoever unplugged it meanwhile has run it. */
		if (q->plugged)
			unplug_queue(q);
		spin_unlock_irqrestore(&q->lock, flags);
	}
}

static void unplug_timeout(unsigned long data)
{
	blk_run_queues();
}

/* ---- requests ---- */

static struct request *get_request(struct request_queue *q, int rw)
{
	struct request *rq;

	if (q->nr_used[rw] >= REQUESTS_PER_DIRECTION)
		return NULL;
	rq = list_first_entry(&q->free_requests, struct request, queuelist);
	list_del(&rq->queuelist);
	q->nr_used[rw]++;
	return rq;
}

static void put_request(struct request_queue *q, struct request *rq)
{
	list_add(&rq->queuelist, &q->free_requests);
	q->nr_used[rq->rw]--;
	if (waitqueue_active(&q->wait[rq->rw]))
		wake_up(&q->wait[rq->rw]);
}

static bool queue_full(struct request_queue *q, int rw)
{
	return READ_ONCE(q->nr_used[rw]) >= REQUESTS_PER_DIRECTION;
}

/* Merge or take a request for it.  q->lock held.  => false: no request free */
static bool insert_bio(struct request_queue *q, struct bio *bio)
{
	struct request *freed = NULL, *rq = NULL;

	if (!bio->flush)
		rq = elv_merge(&q->elevator, bio, &freed);
	if (rq) {
		bio->bdev->bd_disk->merges[bio->rw]++;
		if (freed)
			put_request(q, freed);
		return true;
	}
	disk_account_start(bio->bdev->bd_disk);
	rq = get_request(q, bio->rw);
	if (!rq)
		return false;
	if (elv_empty(&q->elevator) && !q->plugged && !bio->sync)
		plug_queue(q);
	rq_init(rq, bio, jiffies);
	elv_add(&q->elevator, rq);
	return true;
}

static bool should_unplug(const struct request_queue *q, const struct bio *bio)
{
	return !q->plugged || bio->sync ||
	       q->nr_used[READ] + q->nr_used[WRITE] - q->in_flight >= UNPLUG_REQUESTS;
}

void queue_bio(struct request_queue *q, struct bio *bio)
{
	int rw = bio->rw;

	for (;;) {
		bool done;

		spin_lock_irq(&q->lock);
		done = insert_bio(q, bio);
		/* The bio may be finished and gone as soon as the driver has seen it. */
		if (!done || should_unplug(q, bio))
			unplug_queue(q);
		spin_unlock_irq(&q->lock);
		if (done)
			return;
		(void)__wait_event(&q->wait[rw], !queue_full(q, rw), TASK_UNINTERRUPTIBLE, 1, 0,
				   io_schedule());
	}
}

struct request *blk_fetch_request(struct request_queue *q)
{
	struct request *rq;

	assert_spin_locked(&q->lock);
	rq = elv_next(&q->elevator, jiffies);
	if (rq)
		q->in_flight++;
	return rq;
}

void blk_requeue_request(struct request *rq)
{
	struct request_queue *q = rq->q;

	q->in_flight--;
	q->elevator.position = rq->sector;
	elv_add(&q->elevator, rq);
}

/* Make rq a request of this one bio; the others wait in rq->rest. */
static void isolate_bio(struct request *rq, struct bio *bio)
{
	struct bio *rest = bio->next;

	rq_init(rq, bio, rq->start_time);
	rq->rest = rest;
}

static void end_bios(struct request *rq, int error)
{
	struct bio *bio = rq->bio;

	while (bio) {
		struct bio *next = bio->next;

		bio->next = NULL;
		bio_endio(bio, error);
		bio = next;
	}
}

void blk_end_request(struct request *rq, int error)
{
	struct request_queue *q = rq->q;
	struct gendisk *disk = rq->bio->bdev->bd_disk;
	struct bio *rest = rq->rest;

	assert_spin_locked(&q->lock);
	if (error && rq->bio->next) {
		isolate_bio(rq, rq->bio);
		blk_requeue_request(rq);
		return;
	}
	disk_account_done(disk, rq);
	end_bios(rq, error);
	if (rest) {
		isolate_bio(rq, rest);
		blk_requeue_request(rq);
		return;
	}
	q->in_flight--;
	put_request(q, rq);
}

void queue_init(void)
{
	setup_timer(&unplug_timer, unplug_timeout, 0);
}
