/* SPDX-License-Identifier: MIT */
/*
 * Slab: empty slabs go back to the zones when memory is short.
 *
 * A clock hand goes round the caches; REAP_SCAN of them are looked at per call.  A cache
 * that grew since it was looked at last is left alone once.  The one with the most
 * free frames loses four fifths of its empty slabs; frames that cost a constructor
 * or are hard to get again (order > 0) weigh less.
 */
#include <quire/kernel.h>

#include "slab_internal.h"

#define REAP_SCAN 10
#define REAP_NUM 4 /* of REAP_DEN parts of the empty slabs are freed */
#define REAP_DEN 5

static struct kmem_cache *hand; /* cache_chain_mutex */

/* Free frames of the cache, weighed; 0: leave it alone. */
static unsigned long reap_weight(struct kmem_cache *cache)
{
	unsigned long weight = cache->nr_free_slabs << cache->order;

	if (cache->flags & SLAB_NO_REAP)
		return 0;
	if (cache->grown) {
		cache->grown = false;
		return 0;
	}
	if (cache->ctor)
		weight = weight * REAP_NUM / REAP_DEN;
	if (cache->order > 0)
		weight = weight * REAP_NUM / REAP_DEN;
	/* Rounding must not hide a cache with just one empty slab. */
	return max(weight, (unsigned long)!!cache->nr_free_slabs);
}

static struct kmem_cache *next_cache(struct kmem_cache *cache)
{
	if (!cache || list_is_last(&cache->link, &cache_chain))
		return list_first_entry(&cache_chain, struct kmem_cache, link);
	return list_next_entry(cache, link);
}

static struct kmem_cache *best_cache(void)
{
	struct kmem_cache *best = NULL;
	unsigned long best_weight = 0;
	int i;

	for (i = 0; i < REAP_SCAN; i++) {
		unsigned long weight;

		hand = next_cache(hand);
		weight = reap_weight(hand);
		if (weight > best_weight) {
			best = hand;
			best_weight = weight;
		}
	}
	return best;
}

static struct slab *take_empty_slab(struct kmem_cache *cache)
{
	struct slab *slab = NULL;
	unsigned long flags;

	spin_lock_irqsave(&cache->lock, flags);
	if (!list_empty(&cache->free)) {
		slab = list_first_entry(&cache->free, struct slab, link);
		list_del(&slab->link);
		cache->nr_slabs--;
		cache->nr_free_slabs--;
		cache->nr_reaped++;
	}
	spin_unlock_irqrestore(&cache->lock, flags);
	return slab;
}

static unsigned long shrink_cache(struct kmem_cache *cache)
{
	unsigned long n = DIV_ROUND_UP(cache->nr_free_slabs * REAP_NUM, REAP_DEN);
	unsigned long freed = 0;
	struct slab *slab;

	while (n-- && (slab = take_empty_slab(cache))) {
		slab_destroy(cache, slab);
		freed += 1ul << cache->order;
	}
	return freed;
}

unsigned long kmem_cache_reap(gfp_t gfp)
{
	struct kmem_cache *cache;
	unsigned long freed = 0;

	/* Whoever holds it may be waiting for memory. */
	if (!mutex_trylock(&cache_chain_mutex))
		return 0;
	cache = best_cache();
	if (cache)
		freed = shrink_cache(cache);
	mutex_unlock(&cache_chain_mutex);
	return freed;
}

void slab_forget_cache(struct kmem_cache *cache)
{
	if (hand == cache)
		hand = NULL;
}
