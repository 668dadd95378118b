/* SPDX-License-Identifier: MIT */
/*
 * The search for swap slots: slots come in order while there is room for clusters, every free slot is found
 * before the area counts as full, and none is given out twice or although bad.
 *
 * links: tests/unit/host.c kernel/mm/swapfile.c
 */
#include "unit.h"

#include <string.h>

#include <quire/swap_slots.h>

#define SLOTS 2000u

static u16 map[SLOTS];

static void empty_area(struct swap_scan *scan)
{
	memset(map, 0, sizeof(map));
	map[0] = SWAP_MAP_BAD;
	swap_scan_init(scan, SLOTS);
}

static unsigned long take(struct swap_scan *scan)
{
	unsigned long slot = scan_swap_map(scan, map);

	if (slot) {
		assert_true(slot < SLOTS);
		assert_int_equal(map[slot], 0);
		map[slot] = 1;
	}
	return slot;
}

static void give_back(struct swap_scan *scan, unsigned long slot)
{
	assert_int_equal(map[slot], 1);
	map[slot] = 0;
	swap_scan_freed(scan, slot);
}

/* Does an empty area give its slots one after the other, all of them, and then none? */
static void in_order(void **state)
{
	struct swap_scan scan;
	unsigned long i;

	empty_area(&scan);
	for (i = 1; i < SLOTS; i++)
		assert_int_equal(take(&scan), i);
	assert_int_equal(take(&scan), 0);
	assert_int_equal(take(&scan), 0);
	give_back(&scan, 77);
	assert_int_equal(take(&scan), 77);
	assert_int_equal(take(&scan), 0);
}

/* Are bad slots passed over, at both ends and in the middle? */
static void bad_slots(void **state)
{
	static const unsigned long bad[] = { 1, 2, 300, 301, 302, SLOTS - 1 };
	struct swap_scan scan;
	unsigned int i, n = 0;

	empty_area(&scan);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		map[bad[i]] = SWAP_MAP_BAD;
	while (take(&scan))
		n++;
	assert_int_equal(n, SLOTS - 1 - sizeof(bad) / sizeof(bad[0]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(map[bad[i]], SWAP_MAP_BAD);
}

/* After holes were made, is a whole free cluster taken in preference to single holes? */
static void prefers_clusters(void **state)
{
	struct swap_scan scan;
	unsigned long i, first;

	empty_area(&scan);
	while (take(&scan))
		;
	for (i = 3; i < 1000; i += 7)
		give_back(&scan, i);
	for (i = 1200; i < 1200 + SWAPFILE_CLUSTER; i++)
		give_back(&scan, i);
	/* What was left of the old cluster ends at the area's end. */
	do
		first = take(&scan);
	while (first && first < 1200);
	assert_int_equal(first, 1200);
	for (i = 1; i < SWAPFILE_CLUSTER; i++)
		assert_int_equal(take(&scan), 1200 + i);
}

/* Random use: what is free is exactly what can still be taken. */
static void random_use(void **state)
{
	uint32_t seed = 11;
	struct swap_scan scan;
	unsigned int round, used = 0;

	empty_area(&scan);
	for (round = 0; round < 40000; round++) {
		unsigned long slot = 1 + next_random(&seed) % (SLOTS - 1);
		bool fill = next_random(&seed) % 100 < (round / 4000 % 2 ? 30u : 70u);

		if (fill) {
			slot = take(&scan);
			assert_int_equal(slot == 0, used == SLOTS - 1);
			used += slot != 0;
		} else if (map[slot] == 1) {
			give_back(&scan, slot);
			used--;
		}
	}
	while (take(&scan))
		used++;
	assert_int_equal(used, SLOTS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(bad_slots),
		cmocka_unit_test(prefers_clusters),
		cmocka_unit_test(random_use),
	};

	return cmocka_run_group_tests_name("swap_slots", tests, NULL, NULL);
}
