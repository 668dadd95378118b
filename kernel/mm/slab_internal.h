/* SPDX-License-Identifier: MIT */
/*
 * Private to the slab allocator: the structures that its files share.
 */
#ifndef MM_SLAB_INTERNAL_H
#define MM_SLAB_INTERNAL_H

#include <arch/memlayout.h>
#include <quire/lock.h>
#include <quire/mutex.h>
#include <quire/slab.h>

typedef u16 slab_index_t; /* number of an object in its slab */
#define SLAB_END 0xffffu    /* end of a slab's free chain */
#define SLAB_IN_USE 0xfffeu /* in the chain's place while the object is in use */
#define SLAB_MAX_OBJECTS 0xfff0u

/* Flags that only this allocator sets. */
#define SLAB_OFF_SLAB 0x100u  /* struct slab lies in kmalloc memory, not in the slab */
#define SLAB_DMA 0x200u	      /* frames from ZONE_DMA */
#define SLAB_RED_ZONE 0x400u  /* debug: words before and after each object */
#define SLAB_POISON 0x800u    /* debug: free objects are filled */

/* One slab: 2^order frames cut into cache->num objects. */
struct slab {
	struct list_head link;	 /* cache's full, partial or free list: cache->lock */
	char *objects;		 /* the first object's slot */
	unsigned int inuse;	 /* cache->lock */
	slab_index_t free;	 /* first free object, or SLAB_END: cache->lock */
	slab_index_t next[];	 /* per object: next free one, or SLAB_IN_USE: cache->lock */
};

struct kmem_cache {
	spinlock_t lock; /* innermost but zone->lock; interrupts off */
	/* lock */
	struct list_head full, partial, free; /* by inuse: num, between, 0 */
	unsigned long nr_slabs;
	unsigned long nr_free_slabs;
	unsigned long nr_active;   /* objects in use = sum of inuse */
	unsigned int colour_next;  /* colour of the next slab */
	bool grown;		   /* since reap looked last */
	unsigned long nr_allocs, nr_grown, nr_reaped; /* statistics */

	/* constant */
	const char *name;
	size_t size;		 /* as asked for */
	size_t stride;		 /* from object to object, red zones included */
	size_t align;
	unsigned int offset;	 /* of the object in its slot: after the first red zone */
	unsigned int num;	 /* objects per slab */
	unsigned int order;
	unsigned int flags;
	unsigned int colours;	 /* how many different offsets fit in what is left over */
	size_t colour_off;
	size_t mgmt_size;	 /* struct slab with its chain, aligned when on-slab */
	void (*ctor)(void *object);
	struct list_head link;	 /* cache_chain */
};

/* ---- slab.c ---- */
extern struct list_head cache_chain; /* cache_chain_mutex; never waited for in reclaim */
extern struct mutex cache_chain_mutex;
/* Give a slab without objects in use, on no list, back to its zone. */
void slab_destroy(struct kmem_cache *cache, struct slab *slab);
/* Fill in the caller's struct (the cache of caches is static). => 0 or -EINVAL */
int cache_setup(struct kmem_cache *cache, const char *name, size_t size, size_t align,
		unsigned int flags, void (*ctor)(void *object));
static inline void *slab_slot(const struct kmem_cache *cache, const struct slab *slab,
			      unsigned int i)
{
	return slab->objects + i * cache->stride;
}

/* The colour and the management may fill more than the first frame. */
static inline struct page *slab_first_page(const struct slab *slab)
{
	struct page *page = virt_to_page(slab->objects);

	while (PageCompound(page))
		page--;
	return page;
}

/* ---- kmalloc.c ---- */
void kmalloc_init(void);

/* ---- slab_debug.c: red zones and poison; slots, not objects ---- */
#ifdef CONFIG_DEBUG
void slab_debug_layout(struct kmem_cache *cache);
void slab_debug_init(struct kmem_cache *cache, void *slot);
void slab_debug_alloc(struct kmem_cache *cache, void *slot, unsigned long caller);
void slab_debug_free(struct kmem_cache *cache, void *slot, unsigned long caller);
/* => NULL, or what is wrong with the slot. */
const char *slab_debug_check(const struct kmem_cache *cache, const void *slot, bool in_use);
#else
static inline void slab_debug_layout(struct kmem_cache *cache)
{
}
static inline void slab_debug_init(struct kmem_cache *cache, void *slot)
{
}
static inline void slab_debug_alloc(struct kmem_cache *cache, void *slot, unsigned long caller)
{
}
static inline void slab_debug_free(struct kmem_cache *cache, void *slot, unsigned long caller)
{
}
static inline const char *slab_debug_check(const struct kmem_cache *cache, const void *slot,
					   bool in_use)
{
	return NULL;
}
#endif

#endif
