/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator as the debug kernel has it: one byte too far on either side of an object is seen by the census
 * and by the free, and a store into a freed object by the next allocation.
 *
 * flags: -DCONFIG_DEBUG=1
 * links: tests/unit/host.c tests/unit/host_memory.c kernel/mm/page.c kernel/mm/slab.c kernel/mm/kmalloc.c kernel/mm/slab_debug.c
 */
#include "host.h"

#include <quire/slab.h>

#include "slab_internal.h"

#define FRAMES 256ul
#define SIZE 104 /* whole words on every host: the red zone begins behind the last */

static struct kmem_cache *cache;
static unsigned char *object;

static void count_report(void *arg, const char *name, const char *what, unsigned long kept, unsigned long found)
{
	++*(int *)arg;
}

static void ignore_slab(void *arg, const struct page *first)
{
}

static int differences(void)
{
	int found = 0;
	const struct slab_auditor auditor = { count_report, ignore_slab, &found };

	slab_audit(&auditor);
	return found;
}

static int setup(void **state)
{
	static bool done;

	if (!done) {
		host_low_memory(FRAMES);
		kmem_cache_init();
		cache = kmem_cache_create("red", SIZE, 0, 0, NULL);
		done = true;
	}
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	assert_non_null(object);
	assert_int_equal(differences(), 0);
	return 0;
}

static void test_overrun(void **state)
{
	object[SIZE] ^= 1;
	assert_int_equal(differences(), 1);
	expect_trap(kmem_cache_free(cache, object));
	object[SIZE] ^= 1;
	kmem_cache_free(cache, object);
}

static void test_underrun(void **state)
{
	object[-1] ^= 1;
	assert_int_equal(differences(), 1);
	expect_trap(kmem_cache_free(cache, object));
	object[-1] ^= 1;
	kmem_cache_free(cache, object);
}

static void test_use_after_free(void **state)
{
	kmem_cache_free(cache, object);
	object[SIZE / 2] ^= 1;
	assert_int_equal(differences(), 1);
	expect_trap(kmem_cache_alloc(cache, GFP_KERNEL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_overrun, setup),
		cmocka_unit_test_setup(test_underrun, setup),
		cmocka_unit_test_setup(test_use_after_free, setup),
	};

	return cmocka_run_group_tests_name("slab_debug", tests, NULL, NULL);
}
