/* SPDX-License-Identifier: MIT */
/*
 * Bitmaps against an array of bools, with ranges that cross words and end in the middle of one.
 *
 * links: kernel/lib/bitmap.c
 */
#include "unit.h"

#include <quire/bitmap.h>

#define BITS	197

static void fill(unsigned long *map, bool *model, uint32_t *seed)
{
	bitmap_zero(map, BITS);
	memset(model, 0, BITS * sizeof(*model));
	for (int i = 0; i < 12; i++) {
		unsigned int start = next_random(seed) % BITS;
		unsigned int n = next_random(seed) % (BITS - start + 1);
		bool set = next_random(seed) & 1;

		if (set)
			bitmap_set(map, start, n);
		else
			bitmap_clear(map, start, n);
		for (unsigned int b = start; b < start + n; b++)
			model[b] = set;
	}
}

static unsigned int model_next(const bool *model, bool value, unsigned int from)
{
	while (from < BITS && model[from] != value)
		from++;
	return from;
}

static void searches(void **state)
{
	DECLARE_BITMAP(map, BITS);
	bool model[BITS];
	uint32_t seed = 7;

	for (int round = 0; round < 500; round++) {
		unsigned int weight = 0;

		fill(map, model, &seed);
		for (unsigned int b = 0; b < BITS; b++) {
			weight += model[b];
			assert_int_equal(find_next_bit(map, BITS, b), model_next(model, true, b));
			assert_int_equal(find_next_zero_bit(map, BITS, b), model_next(model, false, b));
		}
		assert_int_equal(bitmap_weight(map, BITS), weight);
	}
}

static bool area_free(const bool *model, unsigned int start, unsigned int n)
{
	return start + n <= BITS && model_next(model, true, start) >= start + n;
}

static void zero_areas(void **state)
{
	DECLARE_BITMAP(map, BITS);
	bool model[BITS];
	uint32_t seed = 3;

	for (int round = 0; round < 2000; round++) {
		unsigned int n = 1 + next_random(&seed) % 20, align = 1u << (next_random(&seed) % 4);
		unsigned int want = 0, got;

		fill(map, model, &seed);
		while (want + n <= BITS && !area_free(model, want, n))
			want += align;
		got = bitmap_find_zero_area(map, BITS, 0, n, align);
		if (want + n <= BITS)
			assert_int_equal(got, want);
		else
			assert_true(got >= BITS);
	}
}

static void single_bits(void **state)
{
	DECLARE_BITMAP(map, BITS);

	bitmap_zero(map, BITS);
	assert_false(__test_and_set_bit(BITS - 1, map));
	assert_true(__test_and_set_bit(BITS - 1, map));
	assert_int_equal(find_first_bit(map, BITS), BITS - 1);
	assert_true(__test_and_clear_bit(BITS - 1, map));
	assert_int_equal(find_first_bit(map, BITS), BITS);
	assert_int_equal(roundup_pow_of_two(1), 1);
	assert_int_equal(roundup_pow_of_two(4097), 8192);
	assert_int_equal(fls(0), 0);
	assert_int_equal(fls(0x80000000u), 32);
	assert_int_equal(hweight32(0xf00ff00fu), 16);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(searches),
	cmocka_unit_test(zero_areas),
	cmocka_unit_test(single_bits),
};

RUN(tests)
