/* SPDX-License-Identifier: MIT */
/*
 * The page lists against a model: random moves keep flags, counters and lists in agreement; the
 * last put_page leaves no page behind; a dying page is never pinned by a scan.
 *
 * links: tests/unit/host.c kernel/mm/page_lists.c kernel/mm/page.c
 */
#include "host.h"

#include <string.h>

#include <quire/page_lists.h>
#include <quire/vmstat.h>

#define PAGES 200u
#define ROUNDS 20000

struct zone zones[MAX_NR_ZONES];
static int freed; /* pages given to the free hook */

/* LIST_* of each page, or NONE, and its age. */
#define NONE 3
static int model[PAGES];

static void count_free(struct page *page)
{
	assert_false(PageOnList(page));
	freed++;
}

static int setup(void **state)
{
	struct zone *zone;
	unsigned int i;

	host_mem_map(PAGES);
	freed = 0;
	for_each_zone(zone) {
		memset(zone, 0, sizeof(*zone));
		INIT_LIST_HEAD(&zone->active_list);
		INIT_LIST_HEAD(&zone->inactive_dirty_list);
		INIT_LIST_HEAD(&zone->inactive_clean_list);
	}
	for (i = 0; i < PAGES; i++) {
		mem_map[i].flags = (unsigned long)(i % MAX_NR_ZONES) << PAGE_ZONE_SHIFT;
		atomic_set(&mem_map[i].count, 1);
		model[i] = NONE;
	}
	register_page_free(count_free);
	page_lists_init();
	return 0;
}

static unsigned long walk(const struct list_head *head)
{
	const struct list_head *link;
	unsigned long n = 0;

	for (link = head->next; link != head; link = link->next) {
		assert_ptr_equal(link->next->prev, link);
		n++;
	}
	return n;
}

static void check_model(void)
{
	unsigned long want[MAX_NR_ZONES][NONE] = { 0 };
	unsigned int i;
	struct zone *zone;

	for (i = 0; i < PAGES; i++) {
		const struct page *page = &mem_map[i];

		assert_int_equal(PageActive(page), model[i] == LIST_ACTIVE);
		assert_int_equal(PageInactiveDirty(page), model[i] == LIST_INACTIVE_DIRTY);
		assert_int_equal(PageInactiveClean(page), model[i] == LIST_INACTIVE_CLEAN);
		assert_true(page->age <= PAGE_AGE_MAX);
		if (model[i] != NONE)
			want[page_zonenum(page)][model[i]]++;
	}
	for_each_zone(zone) {
		assert_int_equal(walk(&zone->active_list), want[zone - zones][LIST_ACTIVE]);
		assert_int_equal(walk(&zone->inactive_dirty_list),
				 want[zone - zones][LIST_INACTIVE_DIRTY]);
		assert_int_equal(walk(&zone->inactive_clean_list),
				 want[zone - zones][LIST_INACTIVE_CLEAN]);
		for (i = 0; i < NONE; i++)
			assert_int_equal(zone_list_count(zone, i), want[zone - zones][i]);
	}
	assert_int_equal(host_locks_held, 0);
}

static void step(unsigned int i, unsigned int what)
{
	struct page *page = &mem_map[i];

	switch (what) {
	case 0:
		if (model[i] == NONE) {
			lru_cache_add_active(page);
			model[i] = LIST_ACTIVE;
		}
		break;
	case 1:
		if (model[i] == NONE) {
			lru_cache_add_inactive(page);
			model[i] = LIST_INACTIVE_DIRTY;
		}
		break;
	case 2:
		activate_page(page);
		model[i] = model[i] == NONE ? NONE : LIST_ACTIVE;
		break;
	case 3:
		deactivate_page(page);
		model[i] = model[i] == LIST_ACTIVE ? LIST_INACTIVE_DIRTY : model[i];
		break;
	case 4:
		page_to_inactive_clean(page);
		model[i] = model[i] == NONE ? NONE : LIST_INACTIVE_CLEAN;
		break;
	case 5:
		page_to_inactive_dirty_tail(page);
		model[i] = model[i] == LIST_INACTIVE_CLEAN ? LIST_INACTIVE_DIRTY : model[i];
		break;
	case 6:
		page_list_del(page);
		model[i] = NONE;
		break;
	default:
		if (model[i] == LIST_INACTIVE_CLEAN ||
		    (model[i] == LIST_INACTIVE_DIRTY && PageReferenced(page)))
			model[i] = LIST_ACTIVE;
		mark_page_accessed(page);
	}
}

static void test_random(void **state)
{
	unsigned int round;

	host_seed(7);
	for (round = 0; round < ROUNDS; round++) {
		unsigned int r = host_random();

		step(r % PAGES, (r >> 10) % 8);
		if (round % 100 == 0)
			check_model();
	}
	check_model();
}

static void test_last_put_unlists(void **state)
{
	unsigned int i;

	for (i = 0; i < PAGES; i++) {
		step(i, i % 2);
		put_page(&mem_map[i]);
		model[i] = NONE;
	}
	check_model();
	assert_int_equal(freed, PAGES);
}

static void test_scan_order_and_pins(void **state)
{
	struct zone *zone = &zones[0];
	struct page *page;
	unsigned int i;

	for (i = 0; i < 9; i += MAX_NR_ZONES)
		step(i, 0);
	/* Oldest first, and round again. */
	for (i = 0; i < 12; i += MAX_NR_ZONES) {
		page = page_list_next(zone, LIST_ACTIVE);
		assert_ptr_equal(page, &mem_map[i % 9]);
		assert_int_equal(page_count(page), 2);
		assert_int_equal(page->pin_tag, PIN_RECLAIM);
		unpin_page(page);
	}
	/* A page whose last reference is gone is passed over; if there are only such, NULL. */
	atomic_set(&mem_map[3].count, 0);
	page = page_list_next(zone, LIST_ACTIVE);
	assert_ptr_equal(page, &mem_map[6]);
	atomic_set(&mem_map[0].count, 0);
	atomic_set(&mem_map[6].count, 0);
	assert_null(page_list_next(zone, LIST_ACTIVE));
	assert_null(page_list_next(zone, LIST_INACTIVE_CLEAN));
}

static void test_twice_on_a_list_traps(void **state)
{
	lru_cache_add_active(&mem_map[0]);
	expect_trap(lru_cache_add_inactive(&mem_map[0]));
}

static void test_dirty_page_is_not_clean(void **state)
{
	lru_cache_add_inactive(&mem_map[0]);
	SetPageDirty(&mem_map[0]);
	expect_trap(page_to_inactive_clean(&mem_map[0]));
}

static void test_age(void **state)
{
	struct page *page = &mem_map[0];
	unsigned int i;

	lru_cache_add_active(page);
	assert_int_equal(page->age, PAGE_AGE_START);
	for (i = 0; i < 100; i++)
		age_page_up(page);
	assert_int_equal(page->age, PAGE_AGE_MAX);
	for (i = 0; page->age; i++)
		age_page_down(page);
	assert_int_equal(i, 7);
}

static void test_stream_and_anonymous_use(void **state)
{
	lru_cache_add_inactive(&mem_map[0]);
	mark_page_accessed(&mem_map[0]);
	assert_true(PageInactiveDirty(&mem_map[0])); /* read once */
	mark_page_accessed(&mem_map[0]);
	assert_true(PageActive(&mem_map[0]));
	lru_cache_add_inactive(&mem_map[1]);
	SetPageAnon(&mem_map[1]);
	mark_page_accessed(&mem_map[1]);
	assert_true(PageActive(&mem_map[1])); /* swapped in and mapped */
}

static void test_rescue_is_counted(void **state)
{
	unsigned long before = vm_event_state[0].event[VM_EVENT_inactive_clean_rescued];

	lru_cache_add_inactive(&mem_map[0]);
	page_to_inactive_clean(&mem_map[0]);
	mark_page_accessed(&mem_map[0]);
	assert_true(PageActive(&mem_map[0]));
	assert_int_equal(vm_event_state[0].event[VM_EVENT_inactive_clean_rescued], before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_random, setup),
		cmocka_unit_test_setup(test_last_put_unlists, setup),
		cmocka_unit_test_setup(test_scan_order_and_pins, setup),
		cmocka_unit_test_setup(test_twice_on_a_list_traps, setup),
		cmocka_unit_test_setup(test_dirty_page_is_not_clean, setup),
		cmocka_unit_test_setup(test_age, setup),
		cmocka_unit_test_setup(test_stream_and_anonymous_use, setup),
		cmocka_unit_test_setup(test_rescue_is_counted, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
