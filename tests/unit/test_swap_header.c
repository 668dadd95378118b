/* SPDX-License-Identifier: MIT */
/*
 * The header of a swap area: what mkswap writes is taken, everything else refused with a reason.
 *
 * links: tests/unit/host.c kernel/mm/swapfile.c
 */
#include "unit.h"

#include <string.h>

#include <quire/errno.h>

#include "swap_internal.h"

#define PAGES 16384ul
#define AT_VERSION 1024
#define AT_LAST_PAGE 1028
#define AT_NR_BAD 1032
#define AT_BAD 1536
#define AT_MAGIC 4086

static unsigned char header[4096];

static void put32(unsigned int at, u32 value)
{
	memcpy(header + at, &value, sizeof(value));
}

static int good_header(void **state)
{
	memset(header, 0, sizeof(header));
	put32(AT_VERSION, 1);
	put32(AT_LAST_PAGE, PAGES - 1);
	memcpy(header + AT_MAGIC, "SWAPSPACE2", 10);
	return 0;
}

static void refuse(void)
{
	struct swap_layout layout;
	const char *why = NULL;

	assert_int_equal(parse_swap_header(header, PAGES, &layout, &why), -EINVAL);
	assert_non_null(why);
}

static void accepts(void **state)
{
	struct swap_layout layout;
	const char *why;

	put32(AT_NR_BAD, 2);
	put32(AT_BAD, 17);
	put32(AT_BAD + 4, PAGES - 1);
	assert_int_equal(parse_swap_header(header, PAGES, &layout, &why), 0);
	assert_int_equal(layout.last_page, PAGES - 1);
	assert_int_equal(layout.nr_badpages, 2);
	assert_int_equal(layout.badpages[0], 17);
}

static void wrong_magic(void **state)
{
	memcpy(header + AT_MAGIC, "SWAP-SPACE", 10);
	refuse();
}

static void wrong_version(void **state)
{
	put32(AT_VERSION, 0x01000000);
	refuse();
}

static void too_long(void **state)
{
	put32(AT_LAST_PAGE, PAGES);
	refuse();
}

static void empty(void **state)
{
	put32(AT_LAST_PAGE, 0);
	refuse();
}

static void too_many_bad(void **state)
{
	put32(AT_NR_BAD, 638);
	refuse();
	put32(AT_NR_BAD, ~0u);
	refuse();
}

static void bad_out_of_range(void **state)
{
	put32(AT_NR_BAD, 1);
	put32(AT_BAD, PAGES);
	refuse();
	put32(AT_BAD, 0);
	refuse();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(accepts, good_header),
		cmocka_unit_test_setup(wrong_magic, good_header),
		cmocka_unit_test_setup(wrong_version, good_header),
		cmocka_unit_test_setup(too_long, good_header),
		cmocka_unit_test_setup(empty, good_header),
		cmocka_unit_test_setup(too_many_bad, good_header),
		cmocka_unit_test_setup(bad_out_of_range, good_header),
	};

	return cmocka_run_group_tests_name("swap_header", tests, NULL, NULL);
}
