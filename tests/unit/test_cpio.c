/* SPDX-License-Identifier: MIT */
/*
 * The cpio reader: a good archive, and every way in which a bad one may lie.
 *
 * links: fs/cpio.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <quire/cpio.h>
#include <quire/errno.h>

#define HEADER 110

static char archive[4096];
static size_t used;

static void pad(void)
{
	while (used & 3)
		archive[used++] = 0;
}

static void add(const char *name, unsigned int mode, const char *data, size_t size)
{
	used += (size_t)sprintf(archive + used, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x",
				7u, mode, 1u, 2u, 1u, 99u, size, 0u, 0u, 3u, 4u, strlen(name) + 1, 0u);
	memcpy(archive + used, name, strlen(name) + 1);
	used += strlen(name) + 1;
	pad();
	memcpy(archive + used, data, size);
	used += size;
	pad();
}

static int start(void **state)
{
	(void)state;
	used = 0;
	memset(archive, 0, sizeof(archive));
	return 0;
}

/* Read from an allocation of exactly this size, so that the sanitizer sees every byte too many. */
static int read_all(const void *from, size_t size, struct cpio_entry *last)
{
	void *copy = malloc(size ? size : 1);
	struct cpio_reader r;
	struct cpio_entry e;
	int n = 0, more;

	memcpy(copy, from, size);
	cpio_open(&r, copy, size);
	while ((more = cpio_next(&r, &e)) == 1) {
		assert_true(e.data >= r.start && e.data + e.size <= r.end);
		assert_true(strlen(e.name) == e.name_len);
		n++;
		if (last)
			*last = e;
	}
	free(copy);
	return more < 0 ? more : n;
}

static void good(void **state)
{
	struct cpio_entry e;

	(void)state;
	add("dir", 040755, "", 0);
	add("dir/file", 0100644, "hello", 5);
	assert_int_equal(read_all(archive, used, &e), 2);
	assert_int_equal(e.mode, 0100644);
	assert_int_equal(e.size, 5);
	assert_int_equal(e.ino, 7);
	assert_int_equal(e.mtime, 99);
	assert_int_equal(e.rdev_major, 3);
	assert_int_equal(e.rdev_minor, 4);
	add("TRAILER!!!", 0, "", 0);
	assert_int_equal(read_all(archive, used, NULL), 2);
	assert_int_equal(read_all(archive, used + 300, NULL), 2);
	assert_int_equal(read_all(archive, 0, NULL), 0);
	assert_int_equal(read_all(archive + used, 64, NULL), 0);
}

static void cut_anywhere(void **state)
{
	size_t n;

	(void)state;
	add("first", 0100644, "some data here", 14);
	add("second", 0100644, "more", 4);
	for (n = 0; n < used; n++)
		assert_true(read_all(archive, n, NULL) <= 2);
}

static void lies(void **state)
{
	size_t i;

	(void)state;
	add("name", 0100644, "data", 4);
	for (i = 0; i < used; i++) {
		char old = archive[i];

		archive[i] = 'f';
		read_all(archive, used, NULL);
		archive[i] = 'z';
		read_all(archive, used, NULL);
		archive[i] = 0;
		read_all(archive, used, NULL);
		archive[i] = old;
	}
	memcpy(archive + 54, "ffffffff", 8);	/* size of the data */
	assert_int_equal(read_all(archive, used, NULL), -EINVAL);
	memcpy(archive + 54, "00000004", 8);
	memcpy(archive + 94, "ffffffff", 8);	/* size of the name */
	assert_int_equal(read_all(archive, used, NULL), -EINVAL);
	memcpy(archive + 94, "00000000", 8);
	assert_int_equal(read_all(archive, used, NULL), -EINVAL);
	memcpy(archive + 94, "00000003", 8);	/* no NUL where the name should end */
	assert_int_equal(read_all(archive, used, NULL), -EINVAL);
	memcpy(archive, "070707", 6);
	assert_int_equal(read_all(archive, used, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good, start),
		cmocka_unit_test_setup(cut_anywhere, start),
		cmocka_unit_test_setup(lies, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
