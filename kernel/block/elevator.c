/* SPDX-License-Identifier: MIT */
/*
 * The elevator: merges bios that touch each other and decides which request goes next.
 *
 * Idea.  Waiting requests are sorted by sector and served in one upward sweep after the
 * other, so that the head (and the host's readahead) moves in one direction.  A request that has
 * waited longer than its direction's deadline is served first; only every FIFO_BATCH-th
 * request may jump so, since under overload all are late and the sweep serves them all fastest.
 *
 * Pure: no locks, no allocation.  The queue's lock guards all of it.
 */
#include <quire/bio.h>
#include <quire/ktime.h>

#define READ_EXPIRE (HZ / 4)
#define WRITE_EXPIRE (2 * HZ)
#define FIFO_BATCH 8

void elv_init(struct elevator *e, unsigned int max_sectors, unsigned int max_segments)
{
	INIT_LIST_HEAD(&e->sorted);
	INIT_LIST_HEAD(&e->fifo[READ]);
	INIT_LIST_HEAD(&e->fifo[WRITE]);
	e->position = 0;
	e->max_sectors = max_sectors;
	e->max_segments = max_segments;
	e->expire[READ] = READ_EXPIRE;
	e->expire[WRITE] = WRITE_EXPIRE;
	e->batch = FIFO_BATCH;
}

bool elv_empty(const struct elevator *e)
{
	return list_empty(&e->sorted);
}

void rq_init(struct request *rq, struct bio *bio, unsigned long now)
{
	bio->next = NULL;
	rq->sector = bio->sector;
	rq->nr_sectors = bio_sectors(bio);
	rq->nr_segments = bio->vcnt;
	rq->rw = bio->rw;
	rq->bio = rq->biotail = bio;
	rq->rest = NULL;
	rq->flush = bio->flush;
	rq->start_time = now;
	rq->driver_data = NULL;
}

/* A request with bios set apart must stay as it is until they are done; a flush moves nothing. */
static bool mergeable(const struct request *rq)
{
	return !rq->rest && !rq->flush;
}

static bool fits(const struct elevator *e, const struct request *rq, unsigned int sectors,
		 unsigned int segments)
{
	return rq->nr_sectors + sectors <= e->max_sectors &&
	       rq->nr_segments + segments <= e->max_segments;
}

/* Two requests that have become neighbours become one; it keeps the older deadline. */
static bool join(struct elevator *e, struct request *rq, struct request *next)
{
	if (rq->rw != next->rw || !mergeable(rq) || !mergeable(next) ||
	    rq->sector + rq->nr_sectors != next->sector ||
	    !fits(e, rq, next->nr_sectors, next->nr_segments))
		return false;
	rq->biotail->next = next->bio;
	rq->biotail = next->biotail;
	rq->nr_sectors += next->nr_sectors;
	rq->nr_segments += next->nr_segments;
	if (time_before(next->start_time, rq->start_time)) {
		rq->start_time = next->start_time;
		list_move(&rq->fifo, &next->fifo);
	}
	list_del(&next->queuelist);
	list_del(&next->fifo);
	return true;
}

static struct request *back_merge(struct elevator *e, struct request *rq, struct bio *bio,
				  struct request **freed)
{
	bio->next = NULL;
	rq->biotail->next = bio;
	rq->biotail = bio;
	rq->nr_sectors += bio_sectors(bio);
	rq->nr_segments += bio->vcnt;
	if (!list_is_last(&rq->queuelist, &e->sorted)) {
		struct request *next = list_next_entry(rq, queuelist);

		if (join(e, rq, next))
			*freed = next;
	}
	return rq;
}

static struct request *front_merge(struct elevator *e, struct request *rq, struct bio *bio,
				   struct request **freed)
{
	bio->next = rq->bio;
	rq->bio = bio;
	rq->sector = bio->sector;
	rq->nr_sectors += bio_sectors(bio);
	rq->nr_segments += bio->vcnt;
	if (rq->queuelist.prev != &e->sorted) {
		struct request *prev = list_prev_entry(rq, queuelist);

		if (join(e, prev, rq)) {
			*freed = rq;
			return prev;
		}
	}
	return rq;
}

struct request *elv_merge(struct elevator *e, struct bio *bio, struct request **freed)
{
	struct request *rq;

	*freed = NULL;
	/* From the end: a sequential writer's last request is usually the last one. */
	list_for_each_entry_reverse(rq, &e->sorted, queuelist) {
		if (rq->rw != bio->rw || !mergeable(rq) ||
		    !fits(e, rq, bio_sectors(bio), bio->vcnt))
			continue;
		if (rq->sector + rq->nr_sectors == bio->sector)
			return back_merge(e, rq, bio, freed);
		if (bio_end_sector(bio) == rq->sector)
			return front_merge(e, rq, bio, freed);
	}
	return NULL;
}

void elv_add(struct elevator *e, struct request *rq)
{
	struct request *pos;

	list_for_each_entry_reverse(pos, &e->sorted, queuelist)
		if (pos->sector <= rq->sector)
			break;
	list_add(&rq->queuelist, &pos->queuelist);
	list_add_tail(&rq->fifo, &e->fifo[rq->rw]);
}

/* The oldest request, if it is late; a late read goes before a late write. */
static struct request *late_request(struct elevator *e, unsigned long now)
{
	int rw;

	for (rw = READ; rw <= WRITE; rw++) {
		struct request *rq;

		if (list_empty(&e->fifo[rw]))
			continue;
		rq = list_first_entry(&e->fifo[rw], struct request, fifo);
		if (time_after_eq(now, rq->start_time + e->expire[rw]))
			return rq;
	}
	return NULL;
}

/* The first one at or above the head's position, else the lowest: a new sweep. */
static struct request *sweep_request(struct elevator *e)
{
	struct request *rq;

	list_for_each_entry(rq, &e->sorted, queuelist)
		if (rq->sector >= e->position)
			return rq;
	return list_first_entry(&e->sorted, struct request, queuelist);
}

struct request *elv_next(struct elevator *e, unsigned long now)
{
	struct request *rq = NULL;

	if (elv_empty(e))
		return NULL;
	if (e->batch >= FIFO_BATCH)
		rq = late_request(e, now);
	if (rq) {
		e->batch = 0;
	} else {
		rq = sweep_request(e);
		e->batch++;
	}
	list_del(&rq->queuelist);
	list_del(&rq->fifo);
	e->position = rq->sector + rq->nr_sectors;
	return rq;
}
