/* SPDX-License-Identifier: MIT */
/*
 * The elevator against a model: whatever is merged and in whatever order it is served, every bio
 * comes out exactly once, in requests without gaps and within the limits; nobody waits for ever.
 *
 * links: kernel/block/elevator.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <quire/bio.h>

#define BIOS 4000u
#define REQUESTS 64u
#define MAX_SECTORS 64u
#define MAX_SEGMENTS 16u

struct test_bio {
	struct bio bio;
	struct bio_vec vecs[4];
	unsigned int served;
};

static struct test_bio bios[BIOS];
static struct request requests[REQUESTS];
static struct request *free_rq[REQUESTS];
static unsigned int nr_free, nr_served, sweeps;
static u32 seed;

static u32 rnd(u32 n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void set_up_bio(struct test_bio *tb, int rw, sector_t sector, unsigned int segments)
{
	unsigned int i;

	memset(tb, 0, sizeof(*tb));
	tb->bio.rw = rw;
	tb->bio.sector = sector;
	tb->bio.vcnt = segments;
	for (i = 0; i < segments; i++)
		tb->bio.size += SECTOR_SIZE * (1 + rnd(4));
}

/* => false: no request was free */
static bool submit(struct elevator *e, struct bio *bio, unsigned long now)
{
	struct request *freed, *rq = elv_merge(e, bio, &freed);

	if (freed)
		free_rq[nr_free++] = freed;
	if (rq)
		return true;
	if (nr_free == 0)
		return false;
	rq = free_rq[--nr_free];
	rq_init(rq, bio, now);
	elv_add(e, rq);
	return true;
}

static void check_request(const struct request *rq)
{
	unsigned int sectors = 0, segments = 0;
	sector_t at = rq->sector;
	struct bio *bio, *last = NULL;

	for (bio = rq->bio; bio; bio = bio->next) {
		assert_int_equal(bio->sector, at);
		assert_int_equal(bio->rw, rq->rw);
		at = bio_end_sector(bio);
		sectors += bio_sectors(bio);
		segments += bio->vcnt;
		assert_int_equal(((struct test_bio *)bio)->served++, 0);
		nr_served++;
		last = bio;
	}
	assert_ptr_equal(last, rq->biotail);
	assert_int_equal(sectors, rq->nr_sectors);
	assert_int_equal(segments, rq->nr_segments);
	assert_true(sectors <= MAX_SECTORS && segments <= MAX_SEGMENTS);
}

static bool serve(struct elevator *e, unsigned long now)
{
	static sector_t last;
	struct request *rq = elv_next(e, now);

	if (!rq)
		return false;
	if (rq->sector < last)
		sweeps++;
	last = rq->sector;
	check_request(rq);
	free_rq[nr_free++] = rq;
	return true;
}

static void start(struct elevator *e)
{
	unsigned int i;

	elv_init(e, MAX_SECTORS, MAX_SEGMENTS);
	for (i = 0; i < REQUESTS; i++)
		free_rq[i] = &requests[i];
	nr_free = REQUESTS;
	nr_served = sweeps = 0;
}

static void random_traffic(void **state)
{
	unsigned int round, i;

	(void)state;
	for (round = 0; round < 20; round++) {
		struct elevator e;
		unsigned long now = 0;
		sector_t next = 0;

		seed = round + 1;
		start(&e);
		for (i = 0; i < BIOS; i++) {
			/* Runs upward, runs downward, and jumps. */
			if (rnd(8) == 0)
				next = rnd(1u << 20);
			set_up_bio(&bios[i], rnd(3) == 0, next, 1 + rnd(4));
			if (round % 2)
				next = next > 64 ? next - bio_sectors(&bios[i].bio) : rnd(1u << 20);
			else
				next = bio_end_sector(&bios[i].bio);
			while (!submit(&e, &bios[i].bio, now))
				assert_true(serve(&e, now));
			if (rnd(4) == 0)
				serve(&e, now);
			now += rnd(3);
		}
		while (serve(&e, now))
			;
		assert_int_equal(nr_served, BIOS);
		assert_int_equal(nr_free, REQUESTS);
		assert_true(elv_empty(&e));
	}
}

static void submit_at(struct elevator *e, unsigned int i, int rw, sector_t sector,
		      unsigned long now)
{
	memset(&bios[i], 0, sizeof(bios[i]));
	bios[i].bio.rw = rw;
	bios[i].bio.sector = sector;
	bios[i].bio.vcnt = 1;
	bios[i].bio.size = 8 * SECTOR_SIZE;
	assert_true(submit(e, &bios[i].bio, now));
}

/* 0-8 and 16-24 become one request when 8-16 arrives between them. */
static void neighbours_join(void **state)
{
	struct elevator e;

	(void)state;
	start(&e);
	submit_at(&e, 0, READ, 0, 0);
	submit_at(&e, 1, READ, 16, 0);
	assert_int_equal(nr_free, REQUESTS - 2);
	submit_at(&e, 2, READ, 8, 0);
	assert_int_equal(nr_free, REQUESTS - 1);
	/* The other direction does not mix. */
	submit_at(&e, 3, WRITE, 24, 0);
	assert_int_equal(nr_free, REQUESTS - 2);
	while (serve(&e, 0))
		;
	assert_int_equal(nr_served, 4);
}

static void served_upwards(void **state)
{
	struct elevator e;
	unsigned int i;

	(void)state;
	seed = 7;
	start(&e);
	for (i = 0; i < 60; i++)
		submit_at(&e, i, READ, 1000 + 100 * ((i * 37) % 60), 0);
	while (serve(&e, 0))
		;
	assert_int_equal(nr_served, 60);
	assert_true(sweeps <= 1);
}

/*
 * One far request among an endless stream of near ones is served within its deadline and a batch.
 */
static void nobody_starves(void **state)
{
	struct elevator e;
	unsigned int i;
	unsigned long now = 0;

	(void)state;
	start(&e);
	submit_at(&e, 0, READ, 1u << 20, 0);
	for (i = 1; i < BIOS && !bios[0].served; i++) {
		submit_at(&e, i, WRITE, 100 + 16 * i, now);
		serve(&e, now++);
		/* The stream goes round below the far request. */
		e.position = 0;
	}
	assert_true(bios[0].served);
	assert_true(now <= e.expire[READ] + 20);
	while (serve(&e, now))
		;
}

/* Bios set apart after an error are not merged with again. */
static void broken_requests_stay_apart(void **state)
{
	struct elevator e;

	(void)state;
	start(&e);
	submit_at(&e, 0, READ, 0, 0);
	list_first_entry(&e.sorted, struct request, queuelist)->rest = &bios[1].bio;
	submit_at(&e, 2, READ, 8, 0);
	assert_int_equal(nr_free, REQUESTS - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_traffic),
		cmocka_unit_test(neighbours_join),
		cmocka_unit_test(served_upwards),
		cmocka_unit_test(nobody_starves),
		cmocka_unit_test(broken_requests_stay_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
