/* SPDX-License-Identifier: MIT */
/*
 * 64-bit arithmetic that the kernel does without the compiler's help, against the compiler's.
 *
 * links: kernel/lib/math64.c
 */
#include "unit.h"

#include <quire/math64.h>

static u64 random64(uint32_t *seed)
{
	u64 v = (u64)next_random(seed) << 32 | next_random(seed);

	/* All sizes, not only big ones. */
	return v >> next_random(seed) % 64;
}

static void divisions(void **state)
{
	uint32_t seed = 11;

	for (int i = 0; i < 200000; i++) {
		u64 n = random64(&seed), d = random64(&seed), rem;
		u32 d32 = (u32)d, rem32;

		if (d) {
			assert_true(div64_u64_rem(n, d, &rem) == n / d);
			assert_true(rem == n % d);
			assert_true(div64_u64(n, d) == n / d);
		}
		if (d32) {
			assert_true(div_u64_rem(n, d32, &rem32) == n / d32);
			assert_true(rem32 == n % d32);
		}
	}
	assert_true(div64_u64(~0ull, ~0ull) == 1);
	assert_true(div64_u64(~0ull, 1ull << 63) == 1);
}

static void signed_divisions(void **state)
{
	s32 rem;

	assert_true(div_s64_rem(-7, 2, &rem) == -3 && rem == -1);
	assert_true(div_s64_rem(7, -2, &rem) == -3 && rem == 1);
	assert_true(div_s64_rem(-7, -2, &rem) == 3 && rem == -1);
}

static void products(void **state)
{
	uint32_t seed = 5;

	for (int i = 0; i < 100000; i++) {
		u64 a = random64(&seed) >> 1;
		u32 b = next_random(&seed), c = next_random(&seed);
		unsigned __int128 exact = (unsigned __int128)a * b / c;
		unsigned int shift = next_random(&seed) % 33;
		unsigned __int128 shifted = (unsigned __int128)a * b >> shift;

		if (exact >> 64 == 0)
			assert_true(mul_div_u64(a, b, c) == (u64)exact);
		if (shifted >> 64 == 0)
			assert_true(mul_u64_u32_shr(a, b, shift) == (u64)shifted);
	}
}

static void roots(void **state)
{
	uint32_t seed = 9;

	for (int i = 0; i < 100000; i++) {
		u32 x = next_random(&seed) >> next_random(&seed) % 32;
		u64 r = int_sqrt(x);

		assert_true(r * r <= x && (r + 1) * (r + 1) > x);
	}
	assert_int_equal(int_sqrt(0), 0);
	assert_int_equal(int_sqrt(~0u), 65535);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(divisions),
	cmocka_unit_test(signed_divisions),
	cmocka_unit_test(products),
	cmocka_unit_test(roots),
};

RUN(tests)
