/* SPDX-License-Identifier: MIT */
/*
 * Slab, seen from outside: the numbers of each cache, and the census that
 * recomputes them from the slabs themselves.
 */
#include <quire/slab.h>

#include "slab_internal.h"

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

static void expect(const struct kmem_cache *cache, const struct slab_auditor *sa, const char *what,
		   unsigned long kept, unsigned long found)
{
	if (kept != found)
		sa->report(sa->arg, cache->name, what, kept, found);
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
			  const struct slab_auditor *sa)
{
	unsigned int i;

	for (i = 0; i < cache->num; i++) {
		const char *wrong = slab_debug_check(cache, slab_slot(cache, slab, i),
						     slab->next[i] == SLAB_IN_USE);

		if (wrong)
			sa->report(sa->arg, cache->name, wrong, 0, (unsigned long)slab_slot(cache, slab, i));
	}
}

struct census {
	unsigned long slabs, active;
};

static void audit_list(const struct kmem_cache *cache, const struct list_head *list,
		       unsigned int least, unsigned int most, struct census *census,
		       const struct slab_auditor *sa)
{
	struct slab *slab;

	list_for_each_entry(slab, list, link) {
		const struct page *page = virt_to_page(slab->objects);

		census->slabs++;
		census->active += slab->inuse;
		if (slab->inuse < least || slab->inuse > most)
			sa->report(sa->arg, cache->name, "slab on the wrong list: inuse", slab->inuse,
				   least);
		expect(cache, sa, "free chain", cache->num - slab->inuse,
		       chain_length(cache, slab));
		expect(cache, sa, "slab of its page", (unsigned long)slab,
		       PageSlab(page) ? (unsigned long)page->freelist : 0);
		audit_objects(cache, slab, sa);
		sa->slab(sa->arg, slab_first_page(slab));
	}
}

static unsigned long audit_cache(const struct kmem_cache *cache, const struct slab_auditor *sa)
{
	struct census free = { 0 }, used = { 0 };

	audit_list(cache, &cache->free, 0, 0, &free, sa);
	audit_list(cache, &cache->partial, 1, cache->num - 1, &used, sa);
	audit_list(cache, &cache->full, cache->num, cache->num, &used, sa);
	expect(cache, sa, "empty slabs", cache->nr_free_slabs, free.slabs);
	expect(cache, sa, "slabs", cache->nr_slabs, free.slabs + used.slabs);
	expect(cache, sa, "objects in use", cache->nr_active, used.active);
	return (free.slabs + used.slabs) << cache->order;
}

unsigned long slab_audit(const struct slab_auditor *sa)
{
	const struct kmem_cache *cache;
	unsigned long frames = 0;

	list_for_each_entry(cache, &cache_chain, link)
		frames += audit_cache(cache, sa);
	if (frames != slab_pages_in_use())
		sa->report(sa->arg, "all", "frames of slabs", slab_pages_in_use(), frames);
	return frames;
}
