/* SPDX-License-Identifier: MIT */
/*
 * Layer 5: caches of objects under pressure: dentries, inodes, free slabs.
 *
 * Each cache gives up the share of its objects that the pass looked at of the page lists, weighted by
 * what an object costs to make again.  Shares smaller than a batch add up in pending.
 */
#include <quire/kernel.h>
#include <quire/mutex.h>
#include <quire/slab.h>
#include <quire/vmstat.h>

#include "reclaim_internal.h"

#define SHRINK_BATCH 64
#define PRESSURE 4 /* objects are smaller and more than pages: look at more of them */

static LIST_HEAD(shrinkers);
static DEFINE_MUTEX(shrinkers_mutex);

void register_shrinker(struct shrinker *s)
{
	s->pending = 0;
	mutex_lock(&shrinkers_mutex);
	list_add_tail(&s->link, &shrinkers);
	mutex_unlock(&shrinkers_mutex);
}

void unregister_shrinker(struct shrinker *s)
{
	mutex_lock(&shrinkers_mutex);
	list_del(&s->link);
	mutex_unlock(&shrinkers_mutex);
}

/* n * part / whole without overflow and without 64 bits. */
static unsigned long share_of(unsigned long n, unsigned long part, unsigned long whole)
{
	while (part > U16_MAX || n > U16_MAX) {
		if (n > U16_MAX)
			return n / whole * part;
		part >>= 1;
		whole >>= 1;
		if (!whole)
			return n;
	}
	return n * part / whole;
}

static void shrink_one(struct shrinker *s, struct scan_control *sc, unsigned long lru_pages)
{
	long total = s->shrink(0, sc->gfp);
	unsigned long seeks = s->seeks ? s->seeks : DEFAULT_SEEKS;

	if (total <= 0)
		return;
	s->pending += share_of(total, PRESSURE * sc->nr_scanned / seeks, lru_pages + 1);
	s->pending = min(s->pending, 2 * total);
	while (s->pending >= SHRINK_BATCH) {
		count_vm_events(slabs_scanned, SHRINK_BATCH);
		s->pending -= SHRINK_BATCH;
		if (s->shrink(SHRINK_BATCH, sc->gfp) < 0)
			break;
	}
}

void shrink_object_caches(struct scan_control *sc, unsigned long lru_pages)
{
	struct shrinker *s;
	unsigned long pages;

	/* Somebody is at it: a second one would only wait for the same locks. */
	if (!mutex_trylock(&shrinkers_mutex))
		return;
	list_for_each_entry(s, &shrinkers, link)
		shrink_one(s, sc, lru_pages);
	pages = kmem_cache_reap(sc->gfp);
	mutex_unlock(&shrinkers_mutex);
	sc->nr_reclaimed += pages;
}
