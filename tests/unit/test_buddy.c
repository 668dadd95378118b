/* SPDX-License-Identifier: MIT */
/*
 * The buddy lists against a shadow map: random allocations and frees keep every
 * invariant; when all is free again the blocks are those of the start; misuse traps.
 *
 * links: tests/unit/host.c kernel/mm/buddy.c kernel/mm/page.c
 */
#include "host.h"

#include <string.h>

#include <quire/gfp.h>

#include "zone_internal.h"

#define FRAMES 5000ul /* not a multiple of the largest block */
#define HOLE_START 1234ul
#define HOLE_END 1301ul
#define LIVE_MOST 700
#define ROUNDS 60000

static struct zone zone;
static unsigned char shadow[FRAMES]; /* 1: handed out */
static struct {
	struct page *page;
	unsigned int order;
} live[LIVE_MOST];
static unsigned int nr_live;
static unsigned long nr_frames_out;

static int in_hole(unsigned long pfn)
{
	return pfn >= HOLE_START && pfn < HOLE_END;
}

static int setup(void **state)
{
	unsigned long pfn;

	host_mem_map(FRAMES);
	memset(&zone, 0, sizeof(zone));
	memset(shadow, 0, sizeof(shadow));
	nr_live = 0;
	nr_frames_out = 0;
	zone.spanned_pages = FRAMES;
	buddy_init(&zone);
	for (pfn = 0; pfn < FRAMES; pfn++)
		if (!in_hole(pfn))
			buddy_free_locked(&zone, pfn_to_page(pfn), 0);
	return 0;
}

/* Counts lists, checks every block, and that no frame is in two blocks or handed out and free. */
static void check_invariants(unsigned long *census)
{
	static unsigned char seen[FRAMES];
	unsigned long free = 0, pfn;
	unsigned int order;
	struct page *page;

	memset(seen, 0, sizeof(seen));
	for (order = 0; order < MAX_ORDER; order++) {
		unsigned long n = 0, i;

		list_for_each_entry(page, &zone.free_area[order].free_list, lru) {
			pfn = page_to_pfn(page);
			assert_true(PageBuddy(page));
			assert_int_equal(page->private, order);
			assert_int_equal(pfn % (1ul << order), 0);
			for (i = 0; i < 1ul << order; i++) {
				assert_false(seen[pfn + i] || shadow[pfn + i] || in_hole(pfn + i));
				assert_true(page_is_free(page + i));
				seen[pfn + i] = 1;
			}
			/* Its buddy is not free as a whole, or they would have merged. */
			if (order < MAX_ORDER - 1 && (pfn ^ 1ul << order) + (1ul << order) <= FRAMES) {
				struct page *buddy = pfn_to_page(pfn ^ 1ul << order);

				assert_false(PageBuddy(buddy) && buddy->private == order);
			}
			n++;
		}
		assert_int_equal(zone.free_area[order].nr_free, n);
		if (census)
			census[order] = n;
		free += n << order;
	}
	assert_int_equal(free + nr_frames_out, FRAMES - (HOLE_END - HOLE_START));
}

static void alloc_one(unsigned int order)
{
	struct page *page = buddy_alloc_locked(&zone, order);
	unsigned long pfn, i;

	if (!page)
		return;
	pfn = page_to_pfn(page);
	assert_int_equal(pfn % (1ul << order), 0);
	for (i = 0; i < 1ul << order; i++) {
		assert_int_equal(shadow[pfn + i], 0);
		assert_false(in_hole(pfn + i));
		shadow[pfn + i] = 1;
	}
	live[nr_live].page = page;
	live[nr_live++].order = order;
	nr_frames_out += 1ul << order;
}

static void free_one(unsigned int n)
{
	memset(shadow + page_to_pfn(live[n].page), 0, 1ul << live[n].order);
	nr_frames_out -= 1ul << live[n].order;
	buddy_free_locked(&zone, live[n].page, live[n].order);
	live[n] = live[--nr_live];
}

static void test_random(void **state)
{
	unsigned long before[MAX_ORDER], after[MAX_ORDER];
	unsigned int i;

	check_invariants(before);
	host_seed(42);
	for (i = 0; i < ROUNDS; i++) {
		unsigned int r = host_random();

		if (nr_live < LIVE_MOST && (r & 1))
			alloc_one((r >> 1) % 8 ? (r >> 4) % 4 : (r >> 4) % MAX_ORDER);
		else if (nr_live)
			free_one((r >> 1) % nr_live);
		if (i % 1000 == 0)
			check_invariants(NULL);
	}
	while (nr_live)
		free_one(nr_live - 1);
	check_invariants(after);
	assert_memory_equal(before, after, sizeof(before));
}

static void test_exhaustion(void **state)
{
	unsigned long before[MAX_ORDER], after[MAX_ORDER], n = 0, pfn;

	check_invariants(before);
	while (buddy_alloc_locked(&zone, 0))
		n++;
	assert_int_equal(n, FRAMES - (HOLE_END - HOLE_START));
	assert_null(buddy_alloc_locked(&zone, 3));
	for (pfn = FRAMES; pfn-- > 0;)
		if (!in_hole(pfn))
			buddy_free_locked(&zone, pfn_to_page(pfn), 0);
	check_invariants(after);
	assert_memory_equal(before, after, sizeof(before));
}

static void test_double_free_traps(void **state)
{
	struct page *page = buddy_alloc_locked(&zone, 2);

	buddy_free_locked(&zone, page, 2);
	/* The block may have merged downwards: free the head of what holds it. */
	while (!PageBuddy(page))
		page--;
	expect_trap(buddy_free_locked(&zone, page, page->private));
}

static void test_misaligned_free_traps(void **state)
{
	struct page *page = buddy_alloc_locked(&zone, 3);

	expect_trap(buddy_free_locked(&zone, page + 1, 3));
	expect_trap(buddy_free_locked(&zone, page, MAX_ORDER));
}

static void test_zone_border(void **state)
{
	unsigned long half = FRAMES / 2 & ~1ul;
	unsigned long pfn;

	/* A zone that ends in the middle: its last block must not merge across. */
	host_mem_map(FRAMES);
	memset(&zone, 0, sizeof(zone));
	zone.spanned_pages = half + 1;
	buddy_init(&zone);
	SetPageBuddy(pfn_to_page(half + 1)); /* of the neighbour zone, order 0 */
	for (pfn = 0; pfn <= half; pfn++)
		buddy_free_locked(&zone, pfn_to_page(pfn), 0);
	assert_true(PageBuddy(pfn_to_page(half)));
	assert_int_equal(pfn_to_page(half)->private, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_random, setup),
		cmocka_unit_test_setup(test_exhaustion, setup),
		cmocka_unit_test_setup(test_double_free_traps, setup),
		cmocka_unit_test_setup(test_misaligned_free_traps, setup),
		cmocka_unit_test_setup(test_zone_border, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
