/* SPDX-License-Identifier: MIT */
/*
 * In which order a program touches its pages: fixed sequences, the same on every kernel and host.
 *
 *	sequential	0, 1, 2, ... and again from 0
 *	random		each page equally likely
 *	hot		HOT_TOUCHES percent of the touches go to HOT_PAGES percent of the pages, which lie
 *			side by side
 *	zipf		the page of rank r is touched in proportion to 1/r; ranks are scattered
 */
#ifndef QUIRE_BENCH_PATTERN_H
#define QUIRE_BENCH_PATTERN_H

#include <stdint.h>

#define HOT_TOUCHES	80u
#define HOT_PAGES	20u

enum pattern_kind { SEQUENTIAL, RANDOM, HOT, ZIPF };

struct pattern {
	enum pattern_kind kind;
	uint32_t pages;
	uint32_t next;		/* SEQUENTIAL */
	uint64_t random;	/* the generator's state */
	uint32_t *cumulative;	/* ZIPF: weight of the ranks up to this one */
};

/* PAGES > 0.  Sequences of different SEEDs differ. => 0, or -1: no memory */
int pattern_init(struct pattern *pattern, enum pattern_kind kind, uint32_t pages, uint32_t seed);
/* The next page, below pages. */
uint32_t pattern_next(struct pattern *pattern);
/* A number below LIMIT from the same generator. */
uint32_t pattern_random(struct pattern *pattern, uint32_t limit);

#endif
