/* SPDX-License-Identifier: MIT */
/* Access patterns in whole numbers only, so that every machine computes the same sequence. */
#include <stdlib.h>

#include "../pattern.h"

#define PERCENT		100u
#define FIRST_WEIGHT	(1u << 24)	/* of rank 1: the sum stays below 2^32 for 2^24 pages */
#define SCATTER		2654435761u	/* a prime above any number of pages: see scattered() */

/* Knuth's linear congruential generator (MMIX); its high bits are the good ones. */
uint32_t pattern_random(struct pattern *pattern, uint32_t limit)
{
	pattern->random = pattern->random * 6364136223846793005u + 1442695040888963407u;
	return (pattern->random >> 32) * limit >> 32;
}

static int make_weights(struct pattern *pattern)
{
	uint32_t sum = 0;

	pattern->cumulative = malloc(pattern->pages * sizeof(*pattern->cumulative));
	if (!pattern->cumulative)
		return -1;
	for (uint32_t rank = 0; rank < pattern->pages; rank++) {
		sum += FIRST_WEIGHT / (rank + 1);
		pattern->cumulative[rank] = sum;
	}
	return 0;
}

int pattern_init(struct pattern *pattern, enum pattern_kind kind, uint32_t pages, uint32_t seed)
{
	*pattern = (struct pattern){ .kind = kind, .pages = pages, .random = seed };
	return kind == ZIPF ? make_weights(pattern) : 0;
}

/* A permutation of the pages: multiplication by a number without a common factor. */
static uint32_t scattered(const struct pattern *pattern, uint32_t rank)
{
	return (uint64_t)rank * SCATTER % pattern->pages;
}

static uint32_t next_zipf(struct pattern *pattern)
{
	uint32_t low = 0, high = pattern->pages - 1;
	uint32_t weight = pattern_random(pattern, pattern->cumulative[high]);

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (pattern->cumulative[middle] > weight)
			high = middle;
		else
			low = middle + 1;
	}
	return scattered(pattern, low);
}

/* The hot pages lie behind a first part of cold ones. */
static uint32_t next_hot(struct pattern *pattern)
{
	uint32_t hot = pattern->pages * HOT_PAGES / PERCENT, page;

	if (pattern_random(pattern, PERCENT) < HOT_TOUCHES)
		return hot + pattern_random(pattern, hot);
	page = pattern_random(pattern, pattern->pages - hot);
	return page < hot ? page : page + hot;
}

uint32_t pattern_next(struct pattern *pattern)
{
	uint32_t page;

	switch (pattern->kind) {
	case RANDOM:
		return pattern_random(pattern, pattern->pages);
	case HOT:
		return next_hot(pattern);
	case ZIPF:
		return next_zipf(pattern);
	default:
		page = pattern->next;
		pattern->next = page + 1 < pattern->pages ? page + 1 : 0;
		return page;
	}
}
