/* SPDX-License-Identifier: MIT */
/*
 * Slab, debug builds: red zones and poison; in all builds, the census (at the end).
 *
 *	slot: | pad | red | object (size, rounded up) | red | last caller |
 *
 * The red words say whether the object is in use, so an overrun, an underrun and a
 * free through the wrong pointer are all seen.  Free objects without a
 * constructor are filled with POISON_FREE; a write after free is seen at the next
 * allocation.  Objects above RED_ZONE_MAX would waste whole frames and have none.
 */
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "slab_internal.h"

#ifdef CONFIG_DEBUG
#define RED_IN_USE 0x5eed0b1eul
#define RED_FREE 0xf4eeb10cul
#define POISON_FREE 0x6b
#define POISON_NEW 0x5a
#define RED_ZONE_MAX (PAGE_SIZE / 2 - 3 * sizeof(unsigned long))

void slab_debug_layout(struct kmem_cache *cache)
{
	if (cache->size > RED_ZONE_MAX)
		return;
	cache->flags |= SLAB_RED_ZONE | (cache->ctor ? 0 : SLAB_POISON);
	cache->offset = max_t(size_t, cache->align, sizeof(unsigned long));
	cache->stride += cache->offset + 2 * sizeof(unsigned long);
}

static unsigned long *red_before(const struct kmem_cache *cache, const void *slot)
{
	return (unsigned long *)(slot + cache->offset) - 1;
}

static unsigned long *red_after(const struct kmem_cache *cache, const void *slot)
{
	return (unsigned long *)(slot + cache->offset + ALIGN(cache->size, sizeof(long)));
}

const char *slab_debug_check(const struct kmem_cache *cache, const void *slot, bool in_use)
{
	unsigned long want = in_use ? RED_IN_USE : RED_FREE;

	if (!(cache->flags & SLAB_RED_ZONE))
		return NULL;
	if (*red_before(cache, slot) != want)
		return "red zone before the object";
	if (*red_after(cache, slot) != want)
		return "red zone after the object";
	if (!in_use && (cache->flags & SLAB_POISON) &&
	    memchr_inv(slot + cache->offset, POISON_FREE, cache->size))
		return "written while free";
	return NULL;
}

static void must_be_whole(const struct kmem_cache *cache, const void *slot, bool in_use)
{
	const char *wrong = slab_debug_check(cache, slot, in_use);

	if (wrong)
		panic("slab %s, object %p, last caller %lx: %s", cache->name, slot + cache->offset,
		      red_after(cache, slot)[1], wrong);
}

static void set_state(const struct kmem_cache *cache, void *slot, unsigned long red, u8 fill)
{
	if (!(cache->flags & SLAB_RED_ZONE))
		return;
	*red_before(cache, slot) = red;
	*red_after(cache, slot) = red;
	if (cache->flags & SLAB_POISON)
		memset(slot + cache->offset, fill, cache->size);
}

void slab_debug_init(struct kmem_cache *cache, void *slot)
{
	set_state(cache, slot, RED_FREE, POISON_FREE);
	if (cache->flags & SLAB_RED_ZONE)
		red_after(cache, slot)[1] = 0;
}

void slab_debug_alloc(struct kmem_cache *cache, void *slot, unsigned long caller)
{
	must_be_whole(cache, slot, false);
	set_state(cache, slot, RED_IN_USE, POISON_NEW);
	if (cache->flags & SLAB_RED_ZONE)
		red_after(cache, slot)[1] = caller;
}

void slab_debug_free(struct kmem_cache *cache, void *slot, unsigned long caller)
{
	must_be_whole(cache, slot, true);
	set_state(cache, slot, RED_FREE, POISON_FREE);
	if (cache->flags & SLAB_RED_ZONE)
		red_after(cache, slot)[1] = caller;
}
#endif

/* ---- seen from outside: each cache's numbers, and the census that recomputes them from the slabs ---- */

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
