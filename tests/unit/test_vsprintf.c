/* SPDX-License-Identifier: MIT */
/*
 * The kernel's formatted output against the host's: same text, same length, nothing past the end.
 * The source is included under other names, since the C library has the same ones.
 */
#include "unit.h"

#include <stdio.h>

#include <quire/string.h>

#define vsnprintf	kernel_vsnprintf
#define snprintf	kernel_snprintf
int kernel_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
__printf(3, 4) int kernel_snprintf(char *buf, size_t size, const char *fmt, ...);
#include "../../kernel/lib/vsprintf.c"
#undef vsnprintf
#undef snprintf

#define check(...) do {									\
	char want[256], got[256];							\
	int length = snprintf(want, sizeof(want), __VA_ARGS__);				\
	assert_int_equal(kernel_snprintf(got, sizeof(got), __VA_ARGS__), length);	\
	assert_string_equal(got, want);							\
} while (0)

static void numbers(void **state)
{
	static const int values[] = { 0, 1, -1, 42, -42, INT_MAX, INT_MIN };

	for (size_t n = 0; n < sizeof(values) / sizeof(*values); n++) {
		int v = values[n];

		check("%d|%i|%u|%x|%X|%o", v, v, (unsigned int)v, (unsigned int)v, (unsigned int)v,
		      (unsigned int)v);
		check("%5d|%-5d|%05d|%+d|% d", v, v, v, v, v);
		check("%#x|%#o|%#010x|%-#10x|", (unsigned int)v, (unsigned int)v, (unsigned int)v,
		      (unsigned int)v);
		check("%.3d|%8.3d|%-8.3d|%.0d|", v, v, v, v);
		check("%*d|%-*d|%.*d", 7, v, 7, v, 4, v);
		check("%lld|%llx|%016llx", (long long)v * 1048576, (unsigned long long)v << 20,
		      (unsigned long long)v);
		check("%hhd|%hd|%ld|%zu|%td", (signed char)v, (short)v, (long)v, (size_t)v, (ptrdiff_t)v);
	}
}

static void strings(void **state)
{
	check("%s|%10s|%-10s|%.2s|%10.2s|", "abc", "abc", "abc", "abc", "abc");
	check("%c%c%%%5c|%-5c|", 'a', 'b', 'c', 'd');
	check("%s", "");
}

static void bounds(void **state)
{
	char buf[8];

	memset(buf, 'z', sizeof(buf));
	assert_int_equal(kernel_snprintf(buf, 4, "%d", 123456), 6);
	assert_string_equal(buf, "123");
	assert_int_equal(buf[4], 'z');
	assert_int_equal(kernel_snprintf(NULL, 0, "%s", "hello"), 5);
	assert_int_equal(scnprintf(buf, 4, "%d", 123456), 3);
	assert_int_equal(scnprintf(buf, 0, "x"), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(numbers),
	cmocka_unit_test(strings),
	cmocka_unit_test(bounds),
};

RUN(tests)
