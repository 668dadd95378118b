/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: the slab allocator: caches of equal objects, and kmalloc on top.
 *
 * A cache's constructor runs when a slab is made; objects keep their
 * constructed state between kmem_cache_free and the next kmem_cache_alloc.
 * Frees and GFP_ATOMIC allocations work in interrupts.  In debug builds objects
 * carry red zones and poison (not in caches with a constructor: red zones only).
 */
#ifndef QUIRE_SLAB_H
#define QUIRE_SLAB_H

#include <quire/gfp.h>
#include <quire/types.h>

struct kmem_cache;

#define SLAB_HWCACHE_ALIGN 0x1u
#define SLAB_NO_REAP 0x2u
#define SLAB_RECLAIM_ACCOUNT 0x4u /* objects that a shrinker can free (dentries, inodes) */

/* name must outlive the cache; ctor may be NULL.  Panics only at boot, else NULL. */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned int flags, void (*ctor)(void *object));
/* => -EBUSY when objects are still in use. */
int kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp); /* not with a ctor */
void kmem_cache_free(struct kmem_cache *cache, void *object);

/* Up to 128 KiB of physically contiguous low memory; kfree(NULL) is nothing. */
void *kmalloc(size_t size, gfp_t gfp);
void *kzalloc(size_t size, gfp_t gfp);
void *kcalloc(size_t n, size_t size, gfp_t gfp);
void kfree(const void *object);
size_t ksize(const void *object);
char *kstrdup(const char *s, gfp_t gfp);
void *kmemdup(const void *src, size_t size, gfp_t gfp);

/* Give free slabs back to the zones; => pages freed.  Called by reclaim's shrinker. */
unsigned long kmem_cache_reap(gfp_t gfp);
unsigned long slab_pages_in_use(void);
unsigned long slab_pages_reclaimable(void);
/* For /proc/slabinfo; fn may sleep, but must not create or destroy caches. */
struct slab_info {
	const char *name;
	size_t size, stride;
	unsigned int num, order, flags;
	unsigned long nr_slabs, nr_free_slabs, nr_active, nr_allocs, nr_grown, nr_reaped;
};
void slab_for_each(void (*fn)(const struct slab_info *info, void *arg), void *arg);
/*
 * For the auditor (all tasks frozen; takes no locks): walk every slab and check lists, chains,
 * counters and red zones.
 */
struct slab_auditor {
	/* One difference: what is kept, what was found. */
	void (*report)(void *arg, const char *cache, const char *what, unsigned long kept,
		       unsigned long found);
	/* One slab: its first frame. */
	void (*slab)(void *arg, const struct page *first);
	void *arg;
};
/* => frames of all slabs found */
unsigned long slab_audit(const struct slab_auditor *auditor);
void kmem_cache_init(void);

#endif
