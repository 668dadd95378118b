/* SPDX-License-Identifier: MIT */
/*
 * Slab, seen from outside: the numbers of each cache, and the census that
 * recomputes them from the slabs themselves.
 */
#include <quire/slab.h>

#include "slab_internal.h"

typedef void (*report_fn)(const char *cache, const char *what, unsigned long want,
			  unsigned long have);

void slab_for_each(void (*fn)(const struct slab_info *info, void *arg), void *arg)
{
	struct kmem_cache *cache;

	mutex_lock(&cache_chain_mutex);
	list_for_each_entry(cache, &cache_chain, link) {
		struct slab_info info = {
			.name = cache->name, .size = cache->size, .stride = cache->stride,
			.num = cache->num, .order = cache->order, .flags = cache->flags,
			.nr_slabs = cache->nr_slabs, .nr_free_slabs = cache->nr_free_slabs,
			.nr_active = cache->nr_active, .nr_allocs = cache->nr_allocs,
			.nr_grown = cache->nr_grown, .nr_reaped = cache->nr_reaped,
		};

		fn(&info, arg);
	}
	mutex_unlock(&cache_chain_mutex);
}

static void expect(const struct kmem_cache *cache, report_fn report, const char *what,
		   unsigned long want, unsigned long have)
{
	if (want != have)
		report(cache->name, what, want, have);
}

/* Length of the free chain; stops when it is too long to be one. */
static unsigned int chain_length(const struct kmem_cache *cache, const struct slab *slab)
{
	unsigned int n = 0, i;

	for (i = slab->free; i < cache->num && n <= cache->num; i = slab->next[i])
		n++;
	return i == SLAB_END ? n : cache->num + 1;
}

static void audit_objects(const struct kmem_cache *cache, const struct slab *slab,
			  report_fn report)
{
	unsigned int i;

	for (i = 0; i < cache->num; i++) {
		const char *wrong = slab_debug_check(cache, slab_slot(cache, slab, i),
						     slab->next[i] == SLAB_IN_USE);

		if (wrong)
			report(cache->name, wrong, 0, (unsigned long)slab_slot(cache, slab, i));
	}
}

struct census {
	unsigned long slabs, active;
};

static void audit_list(const struct kmem_cache *cache, const struct list_head *list,
		       unsigned int least, unsigned int most, struct census *census,
		       report_fn report)
{
	struct slab *slab;

	list_for_each_entry(slab, list, link) {
		const struct page *page = virt_to_page(slab->objects);

		census->slabs++;
		census->active += slab->inuse;
		if (slab->inuse < least || slab->inuse > most)
			report(cache->name, "slab on the wrong list, inuse", least, slab->inuse);
		expect(cache, report, "free chain", cache->num - slab->inuse,
		       chain_length(cache, slab));
		expect(cache, report, "slab of its page", (unsigned long)slab,
		       PageSlab(page) ? (unsigned long)page->freelist : 0);
		audit_objects(cache, slab, report);
	}
}

static unsigned long audit_cache(const struct kmem_cache *cache, report_fn report)
{
	struct census free = { 0 }, used = { 0 };

	audit_list(cache, &cache->free, 0, 0, &free, report);
	audit_list(cache, &cache->partial, 1, cache->num - 1, &used, report);
	audit_list(cache, &cache->full, cache->num, cache->num, &used, report);
	expect(cache, report, "empty slabs", free.slabs, cache->nr_free_slabs);
	expect(cache, report, "slabs", free.slabs + used.slabs, cache->nr_slabs);
	expect(cache, report, "objects in use", used.active, cache->nr_active);
	return (free.slabs + used.slabs) << cache->order;
}

unsigned long slab_audit(report_fn report)
{
	const struct kmem_cache *cache;
	unsigned long frames = 0;

	list_for_each_entry(cache, &cache_chain, link)
		frames += audit_cache(cache, report);
	if (frames != slab_pages_in_use())
		report("all", "frames of slabs", frames, slab_pages_in_use());
	return frames;
}
