/* SPDX-License-Identifier: MIT */
/*
 * Host stand-ins for the zone allocator, for tests of what stands on it: low memory is an arena,
 * blocks are taken first fit, and a block that comes back is poisoned for the address sanitizer.
 */
#include "host.h"

#include <string.h>
#include <sanitizer/asan_interface.h>

#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/mutex.h>
#include <quire/slab.h>

long host_frames_out;
int host_fail_pages; /* the n-th request fails */
static unsigned char *used;

void host_low_memory(unsigned long n)
{
	host_mem_map(n);
	if (host_memory)
		ASAN_UNPOISON_MEMORY_REGION(host_memory, (char *)high_memory - host_memory);
	free(host_memory);
	free(used);
	host_memory = aligned_alloc(PAGE_SIZE << MAX_ORDER, ALIGN(n * PAGE_SIZE, PAGE_SIZE << MAX_ORDER));
	used = calloc(n, 1);
	assert_non_null(host_memory);
	high_memory = host_memory + n * PAGE_SIZE;
	ASAN_POISON_MEMORY_REGION(host_memory, n * PAGE_SIZE);
	totalram_pages = n;
	host_frames_out = 0;
}

static bool block_free(unsigned long pfn, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < 1ul << order; i++)
		if (pfn + i >= max_pfn || used[pfn + i])
			return false;
	return true;
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order, enum page_owner owner)
{
	unsigned long pfn, i, n = 1ul << order;

	if (host_fail_pages && --host_fail_pages == 0)
		return 0;
	for (pfn = n; pfn < max_pfn && !block_free(pfn, order); pfn += n)
		;
	if (pfn >= max_pfn)
		return 0;
	for (i = 0; i < n; i++) {
		used[pfn + i] = 1;
		if (i)
			SetPageCompound(pfn_to_page(pfn + i));
	}
	pfn_to_page(pfn)->owner = owner;
	atomic_set(&pfn_to_page(pfn)->count, 1);
	host_frames_out += n;
	ASAN_UNPOISON_MEMORY_REGION(__va(PFN_PHYS(pfn)), n * PAGE_SIZE);
	return (unsigned long)__va(PFN_PHYS(pfn));
}

void free_pages(unsigned long addr, unsigned int order)
{
	unsigned long pfn = PFN_DOWN(__pa(addr)), i;

	for (i = 0; i < 1ul << order; i++) {
		struct page *page = pfn_to_page(pfn + i);

		assert_int_equal(used[pfn + i], 1);
		assert_false(PageSlab(page));
		assert_null(page->slab_cache);
		ClearPageCompound(page);
		used[pfn + i] = 0;
	}
	pfn_to_page(pfn)->owner = OWNER_NONE;
	host_frames_out -= 1l << order;
	ASAN_POISON_MEMORY_REGION((void *)addr, PAGE_SIZE << order);
}

bool should_fail(enum fail_kind kind)
{
	return false;
}

void mutex_lock(struct mutex *m)
{
	assert_int_equal(m->owner, 0);
	m->owner = 1;
	host_locks_held++;
}

bool mutex_trylock(struct mutex *m)
{
	if (m->owner)
		return false;
	mutex_lock(m);
	return true;
}

void mutex_unlock(struct mutex *m)
{
	assert_int_not_equal(m->owner, 0);
	m->owner = 0;
	host_locks_held--;
}
