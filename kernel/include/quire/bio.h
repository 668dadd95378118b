/* SPDX-License-Identifier: MIT */
/*
 * Bios, requests and the elevator: what the block layer is made of, free of everything that knows
 * hardware, tasks or locks, so that the elevator can be tested on a host.
 *
 * A bio is one transfer of page fragments to consecutive 512-byte sectors of a device; a request is
 * a chain of bios whose sectors follow each other; the elevator keeps the requests that wait.
 *
 * Invariants.  For a request: nr_sectors is the sum over its bios' sizes, each bio starts where
 * the one before ends, all have the request's direction.  For an elevator: a waiting request is
 * on `sorted` (by sector) and on fifo[rw] (by age), and within both limits.
 */
#ifndef QUIRE_BIO_H
#define QUIRE_BIO_H

#include <quire/list.h>
#include <quire/types.h>

struct bio;
struct block_device;
struct page;
struct request_queue;

#define SECTOR_SHIFT 9
#define SECTOR_SIZE 512u
#define READ 0
#define WRITE 1

struct bio_vec {
	struct page *page;
	u16 len, offset; /* bytes; len is a multiple of 512 */
};

#define BIO_MAX_VECS 32

struct bio {
	struct bio *next;	/* in a request */
	struct block_device *bdev;
	sector_t sector;	/* on bdev; remapped to the whole disk by submit_bio */
	u32 size;		/* bytes in all */
	u8 rw;			/* READ or WRITE */
	u8 vcnt, max_vecs;
	u8 pool;		/* bio.c: where it came from */
	bool sync;		/* somebody waits: the queue does not plug for it */
	bool flush;		/* no data: make earlier, finished writes durable */
	int error;		/* 0 or -errno at end_io */
	void (*end_io)(struct bio *bio); /* owns the bio from then on: bio_put */
	void *private;
	struct bio_vec vecs[];
};

#define bio_sectors(bio) ((bio)->size >> SECTOR_SHIFT)
#define bio_end_sector(bio) ((bio)->sector + bio_sectors(bio))

/* ---- requests: between queue and driver ---- */
struct request {
	struct list_head queuelist; /* elevator->sorted; the driver's while in flight */
	struct list_head fifo;
	struct request_queue *q;
	sector_t sector;	/* of the whole disk */
	unsigned int nr_sectors, nr_segments;
	int rw;
	bool flush;		/* no data: write the device's cache back */
	struct bio *bio, *biotail;
	struct bio *rest;	/* bios set apart after an error, to be tried one by one */
	unsigned long start_time; /* jiffies */
	void *driver_data;
};

/* Every vector of every bio, in order. */
#define rq_for_each_vec(vec, bio, rq)                                                              \
	for ((bio) = (rq)->bio; (bio); (bio) = (bio)->next)                                        \
		for ((vec) = (bio)->vecs; (vec) < (bio)->vecs + (bio)->vcnt; (vec)++)

struct elevator {
	struct list_head sorted;  /* waiting requests by sector */
	struct list_head fifo[2]; /* the same by age, each direction */
	sector_t position;	  /* where the last dispatched request ended */
	unsigned int max_sectors, max_segments; /* of one request */
	unsigned long expire[2];  /* ticks until a request jumps the queue */
	unsigned int batch;	  /* requests since the last one taken for its age */
};

void elv_init(struct elevator *e, unsigned int max_sectors, unsigned int max_segments);
bool elv_empty(const struct elevator *e);

/*
 * Append or prepend the bio to a waiting request that it touches.
 * => the request (which may have swallowed a neighbour: then *freed is that one, no more in use),
 * or NULL
 */
struct request *elv_merge(struct elevator *e, struct bio *bio, struct request **freed);
/* A fresh request with one bio; e is told by elv_add. */
void rq_init(struct request *rq, struct bio *bio, unsigned long now);
void elv_add(struct elevator *e, struct request *rq);
/* The next one to do, taken off both lists; NULL when empty. */
struct request *elv_next(struct elevator *e, unsigned long now);

#endif
