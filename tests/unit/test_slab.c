/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator's bookkeeping on the host: random allocations and frees in caches of many
 * sizes keep the census clean and objects apart; empty slabs go back; misuse traps; running out of
 * frames is an error, not a crash.
 *
 * links: tests/unit/host.c tests/unit/host_memory.c kernel/mm/page.c kernel/mm/slab.c kernel/mm/kmalloc.c kernel/mm/slab_debug.c
 */
#include "host.h"

#include <string.h>

#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/slab.h>

#include "slab_internal.h"

#define FRAMES 4096ul
#define LIVE_MOST 2000u
#define ROUNDS 60000

extern int host_fail_pages;

static struct {
	unsigned char *object;
	size_t size;
	unsigned char fill;
} live[LIVE_MOST];
static unsigned int nr_live;

static void report(void *arg, const char *cache, const char *what, unsigned long kept,
		   unsigned long found)
{
	print_error("%s: %s is %lu, found %lu\n", cache, what, kept, found);
	++*(int *)arg;
}

static void slab_seen(void *arg, const struct page *first)
{
	assert_false(PageCompound(first));
	assert_int_equal(first->owner, OWNER_SLAB);
}

static unsigned long census(void)
{
	int differences = 0;
	const struct slab_auditor auditor = { report, slab_seen, &differences };
	unsigned long frames = slab_audit(&auditor);

	assert_int_equal(differences, 0);
	assert_int_equal(frames, host_frames_out);
	assert_int_equal(host_locks_held, 0);
	return frames;
}

static int setup(void **state)
{
	static bool done;

	/* One boot for all tests: the caches of kmalloc are static. */
	if (!done) {
		host_low_memory(FRAMES);
		kmem_cache_init();
		done = true;
	}
	nr_live = 0;
	host_fail_pages = 0;
	return 0;
}

static void alloc_one(size_t size)
{
	unsigned char *p = kmalloc(size, GFP_KERNEL);
	unsigned int i = nr_live;

	if (!p)
		return;
	assert_true(ksize(p) >= size);
	assert_int_equal((unsigned long)p % sizeof(long), 0);
	live[i].object = p;
	live[i].size = size;
	live[i].fill = host_random();
	memset(p, live[i].fill, size);
	nr_live++;
}

static void free_one(unsigned int n)
{
	size_t i;

	for (i = 0; i < live[n].size; i++)
		assert_int_equal(live[n].object[i], live[n].fill);
	kfree(live[n].object);
	live[n] = live[--nr_live];
}

static void test_random_kmalloc(void **state)
{
	unsigned int i;

	host_seed(3);
	for (i = 0; i < ROUNDS; i++) {
		unsigned int r = host_random();

		if (nr_live < LIVE_MOST && (r & 3))
			alloc_one(1 + (r >> 2) % ((r & 0x100) ? 300 : (r & 0x200) ? 5000 : 40));
		else if (nr_live)
			free_one((r >> 2) % nr_live);
		if (i % 4000 == 0)
			census();
	}
	while (nr_live)
		free_one(0);
	census();
}

static void test_reap_returns_frames(void **state)
{
	unsigned long before, i, freed = 0;

	for (i = 0; i < LIVE_MOST; i++)
		alloc_one(500);
	while (nr_live)
		free_one(nr_live - 1);
	before = census();
	for (i = 0; i < 1000; i++)
		freed += kmem_cache_reap(GFP_KERNEL);
	/* More may have gone: the management of large objects, in slabs that ran empty by it. */
	assert_true(census() <= before - freed);
	assert_true(freed > 0);
	/* What stays is the caches' own structs. */
	assert_true(census() < 16);
}

static int constructed;

static void construct(void *p)
{
	memset(p, 0x3c, 72);
	constructed++;
}

static void test_ctor_and_destroy(void **state)
{
	struct kmem_cache *cache = kmem_cache_create("t", 72, 0, SLAB_HWCACHE_ALIGN, construct);
	unsigned char *a[100];
	int i;

	constructed = 0;
	for (i = 0; i < 100; i++) {
		a[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		assert_int_equal(a[i][71], 0x3c);
		assert_int_equal((unsigned long)a[i] % 32, 0);
	}
	assert_int_equal(constructed, cache->nr_slabs * cache->num);
	assert_int_equal(kmem_cache_destroy(cache), -EBUSY);
	for (i = 0; i < 100; i++)
		kmem_cache_free(cache, a[i]);
	assert_int_equal(kmem_cache_destroy(cache), 0);
	census();
}

static void test_layouts(void **state)
{
	size_t size;

	for (size = 1; size < 20000; size += 1 + size / 7) {
		struct kmem_cache *cache = kmem_cache_create("layout", size, 0, 0, NULL);
		char *p = kmem_cache_alloc(cache, GFP_KERNEL), *q;

		assert_non_null(p);
		memset(p, 1, size);
		q = kmem_cache_alloc(cache, GFP_KERNEL);
		memset(q, 2, size);
		assert_int_equal(p[size - 1], 1);
		census();
		kmem_cache_free(cache, p);
		kmem_cache_free(cache, q);
		assert_int_equal(kmem_cache_destroy(cache), 0);
	}
	assert_null(kmem_cache_create("none", 0, 0, 0, NULL));
	assert_null(kmem_cache_create("odd", 8, 24, 0, NULL));
	assert_null(kmem_cache_create("huge", 1 << 20, 0, 0, NULL));
}

static void test_misuse_traps(void **state)
{
	char *p = kmalloc(64, GFP_KERNEL), *q = kmalloc(64, GFP_KERNEL);
	int on_stack;

	kfree(p);
	expect_trap(kfree(p));
	expect_trap(kfree(q + 1));
	expect_trap(kfree(&on_stack));
	expect_trap(kmem_cache_free(kmem_cache_create("other", 64, 0, 0, NULL), q));
}

static void test_no_memory(void **state)
{
	struct kmem_cache *cache = kmem_cache_create("poor", 600, 0, 0, NULL);

	host_fail_pages = 1;
	assert_null(kmem_cache_alloc(cache, GFP_KERNEL));
	assert_int_equal(kmem_cache_destroy(cache), 0);
	assert_null(kmalloc(1 << 20, GFP_KERNEL));
	assert_null(kcalloc(1u << 31, 4, GFP_KERNEL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_random_kmalloc, setup),
		cmocka_unit_test_setup(test_reap_returns_frames, setup),
		cmocka_unit_test_setup(test_ctor_and_destroy, setup),
		cmocka_unit_test_setup(test_layouts, setup),
		cmocka_unit_test_setup(test_no_memory, setup),
		cmocka_unit_test_setup(test_misuse_traps, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
