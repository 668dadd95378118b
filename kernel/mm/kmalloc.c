/* SPDX-License-Identifier: MIT */
/*
 * kmalloc: general caches of the sizes below, one row for any low memory and
 * one for ZONE_DMA.  Requests of 512 bytes and more are aligned to their size's power of
 * two (those caches keep their management elsewhere), except in debug builds.
 */
#include <quire/bitops.h>
#include <quire/kernel.h>
#include <quire/string.h>

#include "slab_internal.h"

#define KMALLOC_SIZES(S)                                                                           \
	S(32) S(64) S(96) S(128) S(192) S(256) S(512) S(1024) S(2048) S(4096) S(8192) S(16384)     \
	S(32768) S(65536) S(131072)

#define S(n) n,
static const u32 sizes[] = { KMALLOC_SIZES(S) };
#undef S
#define S(n) "kmalloc-" #n,
static const char *const names[] = { KMALLOC_SIZES(S) };
#undef S
#define S(n) "dma-kmalloc-" #n,
static const char *const dma_names[] = { KMALLOC_SIZES(S) };
#undef S

#define NR_SIZES ARRAY_SIZE(sizes)
#define SMALL_STEP 32u
#define SMALL_MAX 192u
#define INDEX_256 5u /* of the first size that only powers of two follow */

static struct kmem_cache *caches[NR_SIZES], *dma_caches[NR_SIZES];

void kmalloc_init(void)
{
	unsigned int i;

	/* Ascending: the management of large objects comes from the small caches. */
	for (i = 0; i < NR_SIZES; i++) {
		caches[i] = kmem_cache_create(names[i], sizes[i], 0, 0, NULL);
		dma_caches[i] = kmem_cache_create(dma_names[i], sizes[i], 0, SLAB_DMA, NULL);
		assert(caches[i] && dma_caches[i]);
	}
}

/* Index of the smallest size that holds n, which is not 0. */
static unsigned int size_index(size_t n)
{
	static const u8 small[SMALL_MAX / SMALL_STEP] = { 0, 1, 2, 3, 4, 4 };

	if (n <= SMALL_MAX)
		return small[(n - 1) / SMALL_STEP];
	return n <= 256 ? INDEX_256 : INDEX_256 + 1 + __fls((n - 1) / 256);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	struct kmem_cache **row = gfp & __GFP_DMA ? dma_caches : caches;
	unsigned int i;

	if (size > sizes[NR_SIZES - 1])
		return NULL;
	i = size_index(size ? size : 1);
	return gfp & __GFP_ZERO ? kmem_cache_zalloc(row[i], gfp) : kmem_cache_alloc(row[i], gfp);
}

void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	if (size && n > sizes[NR_SIZES - 1] / size)
		return NULL;
	return kzalloc(n * size, gfp);
}

static struct kmem_cache *cache_of(const void *object)
{
	struct page *page = virt_to_page(object);

	assert(is_lowmem_addr(object) && PageSlab(page));
	return page->slab_cache;
}

void kfree(const void *object)
{
	if (object)
		kmem_cache_free(cache_of(object), (void *)object);
}

size_t ksize(const void *object)
{
	return object ? cache_of(object)->size : 0;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

void *kmemdup(const void *src, size_t size, gfp_t gfp)
{
	void *copy = kmalloc(size, gfp);

	return copy ? memcpy(copy, src, size) : NULL;
}
