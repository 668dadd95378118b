/* SPDX-License-Identifier: MIT */
/*
 * Slab, debug builds: red zones and poison.
 *
 *	slot: | pad | red | object (size, rounded up) | red | last caller |
 *
 * The red words say whether the object is in use, so an overrun, an underrun and a
 * free through the wrong pointer are all seen.  Free objects without a
 * constructor are filled with POISON_FREE; a write after free is seen at the next
 * allocation.  Objects above RED_ZONE_MAX would waste whole frames and have none.
 */
#ifdef CONFIG_DEBUG
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/string.h>

#include "slab_internal.h"

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
