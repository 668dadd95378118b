/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of the slab allocator.
 */
#include <quire/bitops.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/ktest.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "../slab_internal.h"

#define MAGIC 0x51ab51abu
#define OBJECTS 600

struct object {
	u32 magic; /* set by the constructor; users leave it so */
	u32 number;
	char text[40];
};

static unsigned int constructed;

static void construct(void *p)
{
	struct object *object = p;

	object->magic = MAGIC;
	constructed++;
}

KTEST(slab_ctor_state_survives)
{
	static struct object *objects[OBJECTS];
	struct kmem_cache *cache = kmem_cache_create("test-ctor", sizeof(struct object), 0, 0,
						     construct);
	unsigned int i, slabs;

	if (!ktest_assert(cache))
		return;
	constructed = 0;
	for (i = 0; i < OBJECTS; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		if (!ktest_assert(objects[i]))
			return;
		objects[i]->number = i;
	}
	slabs = cache->nr_slabs;
	ktest_equal(constructed, slabs * cache->num);
	for (i = 0; i < OBJECTS; i++) {
		ktest_equal(objects[i]->magic, MAGIC);
		ktest_equal(objects[i]->number, i);
	}
	ktest_equal(kmem_cache_destroy(cache), -EBUSY);
	kmem_cache_free(cache, objects[0]);
	objects[0] = kmem_cache_alloc(cache, GFP_KERNEL);
	ktest_equal(objects[0]->magic, MAGIC);
	ktest_equal(constructed, slabs * cache->num);
	for (i = 0; i < OBJECTS; i++)
		kmem_cache_free(cache, objects[i]);
	ktest_equal(cache->nr_active, 0);
	ktest_equal(kmem_cache_destroy(cache), 0);
}

KTEST(slab_colours)
{
	struct kmem_cache *cache = kmem_cache_create("test-colour", 200, 0, 0, NULL);
	unsigned long offset[2];
	void *object[64] = { NULL };
	unsigned int i, n;

	if (!ktest_assert(cache))
		return;
	n = min_t(unsigned int, 64, cache->num + 1);
	for (i = 0; i < n; i++)
		object[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	offset[0] = (unsigned long)object[0] & ~PAGE_MASK;
	offset[1] = (unsigned long)object[n - 1] & ~PAGE_MASK;
	if (cache->colours > 1 && n == cache->num + 1)
		ktest_assert(offset[0] != offset[1]);
	for (i = 0; i < n; i++)
		kmem_cache_free(cache, object[i]);
	ktest_equal(kmem_cache_destroy(cache), 0);
}

/* Fills and empties the cache, so that it holds empty slabs. */
static void leave_empty_slabs(struct kmem_cache *cache)
{
	static void *object[64];
	unsigned int i;

	for (i = 0; i < 64; i++)
		object[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	for (i = 0; i < 64; i++)
		kmem_cache_free(cache, object[i]);
}

#define REAPS 100 /* often enough that every cache has had its turn */

KTEST(slab_reap)
{
	struct kmem_cache *plain = kmem_cache_create("test-reap", 1000, 0, 0, NULL);
	struct kmem_cache *kept = kmem_cache_create("test-noreap", 1000, 0, SLAB_NO_REAP, NULL);
	unsigned long kept_slabs;
	unsigned int i;

	if (!ktest_assert(plain && kept))
		return;
	leave_empty_slabs(plain);
	leave_empty_slabs(kept);
	kept_slabs = kept->nr_free_slabs;
	ktest_assert(plain->nr_free_slabs > 0 && kept_slabs > 0);
	for (i = 0; i < REAPS; i++)
		kmem_cache_reap(GFP_KERNEL);
	ktest_equal(plain->nr_free_slabs, 0);
	ktest_equal(kept->nr_free_slabs, kept_slabs);
	ktest_equal(kmem_cache_destroy(plain), 0);
	ktest_equal(kmem_cache_destroy(kept), 0);
}

static void count_report(void *arg, const char *cache, const char *what, unsigned long kept,
			 unsigned long found)
{
	++*(unsigned int *)arg;
}

static void ignore_slab(void *arg, const struct page *first)
{
}

KTEST(slab_census)
{
	unsigned int differences = 0;
	const struct slab_auditor auditor = { count_report, ignore_slab, &differences };
	unsigned long frames;

	preempt_disable();
	frames = slab_audit(&auditor);
	preempt_enable();
	ktest_equal(differences, 0);
	ktest_equal(frames, slab_pages_in_use());
}

KTEST(slab_red_zone)
{
	unsigned int differences = 0;
	const struct slab_auditor auditor = { count_report, ignore_slab, &differences };
	struct kmem_cache *cache = kmem_cache_create("test-red", 100, 0, 0, NULL);
	char *object, saved;

	if (!ktest_assert(cache))
		return;
	if (!(cache->flags & SLAB_RED_ZONE)) {
		kmem_cache_destroy(cache);
		ktest_skip("red zones are in the debug build");
		return;
	}
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	preempt_disable();
	saved = object[100];
	object[100] = saved + 1; /* one byte too far */
	slab_audit(&auditor);
	object[100] = saved;
	preempt_enable();
	ktest_equal(differences, 1);
	kmem_cache_free(cache, object);
	kmem_cache_destroy(cache);
}

KTEST(kmalloc_sizes)
{
	size_t size;

	for (size = 1; size <= 128 * 1024; size = size + size / 3 + 1) {
		char *p = kmalloc(size, GFP_KERNEL | __GFP_NOWARN);

		if (!p)
			continue;
		ktest_assert(ksize(p) >= size);
		ktest_assert(ksize(p) < 2 * size || size <= 32);
		memset(p, 0x11, size);
		kfree(p);
	}
	ktest_assert(!kmalloc(128 * 1024 + 1, GFP_KERNEL));
	ktest_assert(!kcalloc(0x10000, 0x10001, GFP_KERNEL));
	kfree(NULL);
}

KTEST(kmalloc_zeroed_and_dma)
{
	char *p = kzalloc(300, GFP_KERNEL), *q = kmalloc(300, GFP_KERNEL | __GFP_DMA);

	ktest_assert(p && !memchr_inv(p, 0, 300));
	ktest_assert(!q || page_zonenum(virt_to_page(q)) == ZONE_DMA);
	kfree(q);
	kfree(p);
	p = kstrdup("quire", GFP_KERNEL);
	ktest_assert(p && !strcmp(p, "quire"));
	kfree(p);
}
