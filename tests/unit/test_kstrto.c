/* SPDX-License-Identifier: MIT */
/*
 * Numbers out of text: what is accepted, what is refused, where reading stops.
 *
 * links: kernel/lib/kstrto.c
 */
#include "unit.h"

#include <quire/errno.h>
#include <quire/string.h>

static void whole_strings(void **state)
{
	unsigned int u;
	int i;
	u64 v;

	assert_int_equal(kstrtouint("42", 10, &u), 0);
	assert_int_equal(u, 42);
	assert_int_equal(kstrtouint("0x1F\n", 0, &u), 0);
	assert_int_equal(u, 31);
	assert_int_equal(kstrtouint("017", 0, &u), 0);
	assert_int_equal(u, 15);
	assert_int_equal(kstrtoint("-2147483648", 10, &i), 0);
	assert_int_equal(i, INT_MIN);
	assert_int_equal(kstrtoull("18446744073709551615", 10, &v), 0);
	assert_true(v == ~0ull);
}

static void refused(void **state)
{
	static const char *const bad[] = { "", " ", "\n", "x", "12x", "1 2", "0x", "--1", "1\n\n", "08" };
	unsigned int u;
	int i;
	u64 v;

	for (size_t n = 0; n < sizeof(bad) / sizeof(*bad); n++)
		assert_int_equal(kstrtouint(bad[n], 0, &u), -EINVAL);
	assert_int_equal(kstrtouint("4294967296", 10, &u), -ERANGE);
	assert_int_equal(kstrtoint("2147483648", 10, &i), -ERANGE);
	assert_int_equal(kstrtoint("-2147483649", 10, &i), -ERANGE);
	assert_int_equal(kstrtoull("18446744073709551616", 10, &v), -ERANGE);
}

static void stops(void **state)
{
	const char *end;

	assert_int_equal(simple_strtoul("0x10g", &end, 0), 16);
	assert_string_equal(end, "g");
	assert_int_equal(simple_strtol("-12,", &end, 10), -12);
	assert_string_equal(end, ",");
	assert_true(memparse("12M,", &end) == 12ull << 20);
	assert_string_equal(end, ",");
	assert_true(memparse("1g", &end) == 1ull << 30);
	assert_true(memparse("0x10k", &end) == 16ull << 10);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(whole_strings),
	cmocka_unit_test(refused),
	cmocka_unit_test(stops),
};

RUN(tests)
