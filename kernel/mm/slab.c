/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: the slab allocator: caches of equal objects.
 *
 * Idea.  A cache cuts slabs (runs of 2^order frames) into objects of one size.
 * An object keeps its constructed state while it is free, so the constructor's
 * work is done once per slab.  Slabs with some objects in use are preferred, so that
 * others run empty and can go back to the zones.
 *
 * Structures.  struct kmem_cache: three lists of slabs, full, partial, free.
 * struct slab: count, first free object and a chain of indices; at the start of the
 * slab, or for objects of OFF_SLAB_SIZE and more in kmalloc memory.  Every frame of a
 * slab has PG_slab, slab_cache and freelist (its struct slab), so an object's
 * address leads to both.  Slabs start at different offsets (colours) of the cache lines.
 *
 * States.  An object is in the chain, or marked SLAB_IN_USE there: a double free or a
 * wild pointer trips an assertion in every build.
 *
 * Locking.  cache->lock, interrupts off, never held across an allocation or a
 * constructor.  cache_chain_mutex guards the list of caches; reclaim only tries it.
 *
 * Limits.  Objects up to MAX_SLAB_ORDER frames; SLAB_MAX_OBJECTS per slab.  At most
 * free_limit() empty slabs stay in a cache; the others go back at once.
 */
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/string.h>
#include <quire/vmstat.h>

#include "slab_internal.h"

#define CACHE_LINE 32u
#define OFF_SLAB_SIZE (PAGE_SIZE / 8)
#define MAX_SLAB_ORDER 5u
#define WASTE_SHARE 8u /* an order is good enough when at most 1/8 is left over */
#define BREAK_ORDER_SMALL 1u
#define BREAK_ORDER_LARGE 2u
#define LARGE_MACHINE_PAGES (32ul << (20 - PAGE_SHIFT))
#define FREE_SLABS_KEPT 2u
#define FREE_SLABS_SHARE 8u

LIST_HEAD(cache_chain);
DEFINE_MUTEX(cache_chain_mutex);

static struct kmem_cache cache_cache;
static struct kmem_cache *reap_hand; /* the cache that reap looked at last: cache_chain_mutex */
static atomic_t slab_pages, slab_pages_reclaim;

/* ---- layout of a cache ---- */

static size_t mgmt_size(const struct kmem_cache *cache, unsigned int num)
{
	size_t size = sizeof(struct slab) + num * sizeof(slab_index_t);

	return cache->flags & SLAB_OFF_SLAB ? size : ALIGN(size, cache->align);
}

/* Fit objects into 2^order frames; => bytes left over. */
static size_t fit_order(struct kmem_cache *cache, unsigned int order)
{
	size_t room = PAGE_SIZE << order, inside;
	unsigned int num = min_t(size_t, room / cache->stride, SLAB_MAX_OBJECTS);

	for (;; num--) {
		inside = cache->flags & SLAB_OFF_SLAB ? 0 : mgmt_size(cache, num);
		if (inside + num * cache->stride <= room)
			break;
	}
	cache->order = order;
	cache->num = num;
	cache->mgmt_size = mgmt_size(cache, num);
	return room - inside - num * cache->stride;
}

static bool choose_order(struct kmem_cache *cache)
{
	unsigned int most = totalram_pages > LARGE_MACHINE_PAGES ? BREAK_ORDER_LARGE :
								   BREAK_ORDER_SMALL;
	unsigned int order = 0;
	size_t left;

	for (;; order++) {
		left = fit_order(cache, order);
		if (cache->num && (order >= most || left * WASTE_SHARE <= PAGE_SIZE << order))
			break;
		if (order == MAX_SLAB_ORDER)
			return false;
	}
	if ((cache->flags & SLAB_OFF_SLAB) && left >= ALIGN(cache->mgmt_size, cache->align)) {
		cache->flags &= ~SLAB_OFF_SLAB; /* it fits into what is left over */
		cache->mgmt_size = ALIGN(cache->mgmt_size, cache->align);
		left -= cache->mgmt_size;
	}
	cache->colour_off = max_t(size_t, cache->align, CACHE_LINE);
	cache->colours = left / cache->colour_off + 1;
	return true;
}

int cache_setup(struct kmem_cache *cache, const char *name, size_t size, size_t align,
		unsigned int flags, void (*ctor)(void *object))
{
	if (!size || (align & (align - 1)))
		return -EINVAL;
	memset(cache, 0, sizeof(*cache));
	spin_lock_init_named(&cache->lock, "kmem_cache->lock");
	INIT_LIST_HEAD(&cache->full);
	INIT_LIST_HEAD(&cache->partial);
	INIT_LIST_HEAD(&cache->free);
	cache->name = name;
	cache->size = size;
	cache->align = max_t(size_t, align, flags & SLAB_HWCACHE_ALIGN ? CACHE_LINE : sizeof(long));
	cache->stride = ALIGN(size, sizeof(long));
	cache->flags = flags;
	cache->ctor = ctor;
	slab_debug_layout(cache);
	cache->stride = ALIGN(cache->stride, cache->align);
	if (cache->stride >= OFF_SLAB_SIZE)
		cache->flags |= SLAB_OFF_SLAB;
	return choose_order(cache) ? 0 : -EINVAL;
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned int flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = kmem_cache_alloc(&cache_cache, GFP_KERNEL);

	if (!cache)
		return NULL;
	if (cache_setup(cache, name, size, align, flags, ctor)) {
		kmem_cache_free(&cache_cache, cache);
		return NULL;
	}
	mutex_lock(&cache_chain_mutex);
	list_add_tail(&cache->link, &cache_chain);
	mutex_unlock(&cache_chain_mutex);
	return cache;
}

int kmem_cache_destroy(struct kmem_cache *cache)
{
	unsigned long flags;
	LIST_HEAD(slabs);
	struct slab *slab, *next;

	mutex_lock(&cache_chain_mutex);
	spin_lock_irqsave(&cache->lock, flags);
	if (cache->nr_active) {
		spin_unlock_irqrestore(&cache->lock, flags);
		mutex_unlock(&cache_chain_mutex);
		return -EBUSY;
	}
	list_splice_init(&cache->free, &slabs);
	cache->nr_slabs = cache->nr_free_slabs = 0;
	spin_unlock_irqrestore(&cache->lock, flags);
	if (reap_hand == cache)
		reap_hand = NULL;
	list_del(&cache->link);
	mutex_unlock(&cache_chain_mutex);
	list_for_each_entry_safe(slab, next, &slabs, link)
		slab_destroy(cache, slab);
	kmem_cache_free(&cache_cache, cache);
	return 0;
}

/* ---- slabs ---- */

static void account_pages(const struct kmem_cache *cache, int sign)
{
	int pages = sign * (1 << cache->order);

	atomic_add(pages, &slab_pages);
	if (cache->flags & SLAB_RECLAIM_ACCOUNT)
		atomic_add(pages, &slab_pages_reclaim);
}

unsigned long slab_pages_in_use(void)
{
	return atomic_read(&slab_pages);
}

unsigned long slab_pages_reclaimable(void)
{
	return atomic_read(&slab_pages_reclaim);
}

/* The frames know their cache and slab, or forget them. */
static void tag_frames(struct page *page, struct kmem_cache *cache, struct slab *slab)
{
	unsigned int i;

	for (i = 0; i < 1u << cache->order; i++) {
		page[i].slab_cache = slab ? cache : NULL;
		page[i].freelist = slab;
		if (slab)
			SetPageSlab(&page[i]);
		else
			ClearPageSlab(&page[i]);
	}
}

static void init_objects(struct kmem_cache *cache, struct slab *slab)
{
	unsigned int i;

	for (i = 0; i < cache->num; i++) {
		void *slot = slab_slot(cache, slab, i);

		if (cache->ctor)
			cache->ctor(slot + cache->offset);
		slab_debug_init(cache, slot);
		slab->next[i] = i + 1 < cache->num ? i + 1 : SLAB_END;
	}
	slab->free = 0;
	slab->inuse = 0;
}

/* Objects start behind the colour and, on-slab, behind the management. */
static struct slab *place_slab(struct kmem_cache *cache, char *addr, gfp_t gfp)
{
	size_t colour = cache->colour_next * cache->colour_off;
	struct slab *slab;

	if (cache->flags & SLAB_OFF_SLAB) {
		slab = kmalloc(cache->mgmt_size, gfp);
		if (slab)
			slab->objects = addr + colour;
		return slab;
	}
	slab = (struct slab *)(addr + colour);
	slab->objects = addr + colour + cache->mgmt_size;
	return slab;
}

static void next_colour(struct kmem_cache *cache)
{
	unsigned int next = cache->colour_next + 1;

	cache->colour_next = next < cache->colours ? next : 0;
}

static bool cache_grow(struct kmem_cache *cache, gfp_t gfp)
{
	unsigned long flags;
	struct slab *slab;
	char *addr;

	gfp &= ~(__GFP_ZERO | __GFP_HIGHMEM | __GFP_DMA);
	addr = (char *)__get_free_pages(gfp | (cache->flags & SLAB_DMA ? __GFP_DMA : 0),
					cache->order, OWNER_SLAB);
	if (!addr)
		return false;
	slab = place_slab(cache, addr, gfp);
	if (!slab) {
		free_pages((unsigned long)addr, cache->order);
		return false;
	}
	init_objects(cache, slab);
	tag_frames(virt_to_page(addr), cache, slab);
	account_pages(cache, 1);
	count_vm_event(slab_grow);
	spin_lock_irqsave(&cache->lock, flags);
	list_add(&slab->link, &cache->free);
	cache->nr_slabs++;
	cache->nr_free_slabs++;
	cache->nr_grown++;
	cache->grown = true;
	next_colour(cache);
	spin_unlock_irqrestore(&cache->lock, flags);
	return true;
}

void slab_destroy(struct kmem_cache *cache, struct slab *slab)
{
	struct page *page = slab_first_page(slab);

	tag_frames(page, cache, NULL);
	account_pages(cache, -1);
	count_vm_event(slab_reap);
	if (cache->flags & SLAB_OFF_SLAB)
		kfree(slab);
	free_pages((unsigned long)page_address(page), cache->order);
}

/* ---- objects ---- */

static void *take_object_locked(struct kmem_cache *cache)
{
	struct slab *slab;
	unsigned int i;

	if (!list_empty(&cache->partial)) {
		slab = list_first_entry(&cache->partial, struct slab, link);
	} else if (!list_empty(&cache->free)) {
		slab = list_first_entry(&cache->free, struct slab, link);
		cache->nr_free_slabs--;
		list_move(&slab->link, &cache->partial);
	} else {
		return NULL;
	}
	i = slab->free;
	slab->free = slab->next[i];
	slab->next[i] = SLAB_IN_USE;
	slab->inuse++;
	cache->nr_active++;
	cache->nr_allocs++;
	if (slab->free == SLAB_END)
		list_move(&slab->link, &cache->full);
	return slab_slot(cache, slab, i);
}

static void *alloc_slot(struct kmem_cache *cache, gfp_t gfp)
{
	unsigned long flags;
	void *slot;

	if (gfp & __GFP_WAIT)
		might_sleep();
	if (should_fail(FAIL_SLAB) && !(gfp & __GFP_NOFAIL))
		return NULL;
	do {
		spin_lock_irqsave(&cache->lock, flags);
		slot = take_object_locked(cache);
		spin_unlock_irqrestore(&cache->lock, flags);
	} while (!slot && cache_grow(cache, gfp));
	return slot;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *slot = alloc_slot(cache, gfp);

	if (!slot)
		return NULL;
	slab_debug_alloc(cache, slot, __return_address);
	return slot + cache->offset;
}

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object = kmem_cache_alloc(cache, gfp);

	assert(!cache->ctor);
	return object ? memset(object, 0, cache->size) : NULL;
}

static unsigned long free_limit(const struct kmem_cache *cache)
{
	return FREE_SLABS_KEPT + cache->nr_slabs / FREE_SLABS_SHARE;
}

/* => the slab, off its list, when it ran empty and there are enough empty ones. */
static struct slab *put_object_locked(struct kmem_cache *cache, struct slab *slab, unsigned int i)
{
	assert(slab->next[i] == SLAB_IN_USE); /* double free */
	if (slab->free == SLAB_END)
		list_move(&slab->link, &cache->partial);
	slab->next[i] = slab->free;
	slab->free = i;
	cache->nr_active--;
	if (--slab->inuse)
		return NULL;
	if (cache->nr_free_slabs >= free_limit(cache)) {
		list_del(&slab->link);
		cache->nr_slabs--;
		return slab;
	}
	list_move(&slab->link, &cache->free);
	cache->nr_free_slabs++;
	return NULL;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	struct page *page = virt_to_page(object);
	void *slot = object - cache->offset;
	struct slab *slab, *empty;
	unsigned long flags;
	size_t distance;

	assert(is_lowmem_addr(object) && PageSlab(page) && page->slab_cache == cache);
	slab = page->freelist;
	distance = (char *)slot - slab->objects;
	assert(distance / cache->stride < cache->num && distance % cache->stride == 0);
	slab_debug_free(cache, slot, __return_address);
	spin_lock_irqsave(&cache->lock, flags);
	empty = put_object_locked(cache, slab, distance / cache->stride);
	spin_unlock_irqrestore(&cache->lock, flags);
	if (empty)
		slab_destroy(cache, empty);
}

void kmem_cache_init(void)
{
	int error = cache_setup(&cache_cache, "kmem_cache", sizeof(struct kmem_cache), 0,
				SLAB_HWCACHE_ALIGN, NULL);

	assert(!error);
	list_add_tail(&cache_cache.link, &cache_chain);
	kmalloc_init();
}

/* ---- reaping: empty slabs go back to the zones ---- */

/*
 * A clock hand goes round the caches; REAP_SCAN of them are looked at per call.  A cache
 * that grew since it was looked at last is left alone once.  The one with the most
 * free frames loses four fifths of its empty slabs; frames that cost a constructor
 * or are hard to get again (order > 0) weigh less.
 */

#define REAP_SCAN 10
#define REAP_NUM 4 /* of REAP_DEN parts of the empty slabs are freed */
#define REAP_DEN 5

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

		reap_hand = next_cache(reap_hand);
		weight = reap_weight(reap_hand);
		if (weight > best_weight) {
			best = reap_hand;
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
