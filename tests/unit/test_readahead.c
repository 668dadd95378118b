/* SPDX-License-Identifier: MIT */
/*
 * The readahead window, driven by simulated readers of a file that is not cached at first: how many reads are
 * started, and how many pages are read that nobody wanted.
 *
 * links: kernel/mm/readahead.c
 */
#include "unit.h"

#include <string.h>

#include <quire/readahead.h>

#define FILE_PAGES 4096u

static bool cached[FILE_PAGES], marked[FILE_PAGES];
static unsigned int waits, reads, pages_read;

static int new_file(void **state)
{
	memset(cached, 0, sizeof(cached));
	memset(marked, 0, sizeof(marked));
	waits = reads = pages_read = 0;
	return 0;
}

static void read_range(pgoff_t start, unsigned long nr, unsigned long marker)
{
	unsigned long i;
	unsigned int before = pages_read;

	for (i = 0; i < nr && start + i < FILE_PAGES; i++) {
		if (cached[start + i])
			continue;
		cached[start + i] = true;
		marked[start + i] = i == marker;
		pages_read++;
	}
	reads += pages_read > before;
}

/* What filemap and readahead do around the window. */
static void use(struct file_ra_state *ra, pgoff_t index, unsigned long req)
{
	pgoff_t hole = index + 1;

	if (!cached[index]) {
		waits++;
		if (ra_next_window(ra, RA_MISS, index, req, 0))
			read_range(ra->start, ra->size, ra->size - ra->async_size);
		else
			read_range(index, req, ~0ul);
	} else if (marked[index]) {
		marked[index] = false;
		while (hole < FILE_PAGES && cached[hole])
			hole++;
		if (ra_next_window(ra, RA_MARKER, index, req, hole))
			read_range(ra->start, ra->size, ra->size - ra->async_size);
	}
	assert_true(cached[index]);
	assert_true(ra->size <= 2ul * ra->ra_pages);
	ra->prev_index = index;
}

/* Does a reader from start to end wait only once, and are its reads long? */
static void sequential(void **state)
{
	struct file_ra_state ra;
	pgoff_t i;

	file_ra_state_init(&ra);
	for (i = 0; i < FILE_PAGES; i++)
		use(&ra, i, 1);
	assert_int_equal(waits, 1);
	assert_int_equal(pages_read, FILE_PAGES);
	assert_true(reads < FILE_PAGES / max_readahead_pages + 8);
}

/* Does a stream that starts in the middle soon read ahead, too? */
static void from_the_middle(void **state)
{
	struct file_ra_state ra;
	pgoff_t i;

	file_ra_state_init(&ra);
	for (i = 1000; i < 2000; i++)
		use(&ra, i, 1);
	assert_true(waits <= 3);
	assert_true(pages_read < 1000 + 2 * max_readahead_pages);
}

/* Does a random reader read little more than it asks for? */
static void random_access(void **state)
{
	struct file_ra_state ra;
	uint32_t seed = 5;
	unsigned int i;

	file_ra_state_init(&ra);
	for (i = 0; i < 500; i++)
		use(&ra, 2 + next_random(&seed) % (FILE_PAGES - 2), 1);
	assert_true(pages_read < 600);
}

/* Two readers of one file, each with its own window, one behind the other: the second finds all cached. */
static void two_readers(void **state)
{
	struct file_ra_state a, b;
	pgoff_t i;

	file_ra_state_init(&a);
	file_ra_state_init(&b);
	for (i = 0; i < FILE_PAGES; i++) {
		use(&a, i, 1);
		if (i >= 200)
			use(&b, i - 200, 1);
	}
	assert_int_equal(waits, 1);
	assert_int_equal(pages_read, FILE_PAGES);
}

/* No readahead: exactly what was asked for. */
static void switched_off(void **state)
{
	struct file_ra_state ra;
	pgoff_t i;

	file_ra_state_init(&ra);
	ra.ra_pages = 0;
	for (i = 0; i < 100; i++)
		use(&ra, i, 1);
	assert_int_equal(waits, 100);
	assert_int_equal(pages_read, 100);
}

/* One large request is read in one window. */
static void large_request(void **state)
{
	struct file_ra_state ra;

	file_ra_state_init(&ra);
	use(&ra, 0, 1000);
	assert_int_equal(reads, 1);
	assert_true(pages_read >= max_readahead_pages && pages_read <= 2 * max_readahead_pages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(sequential, new_file),
		cmocka_unit_test_setup(from_the_middle, new_file),
		cmocka_unit_test_setup(random_access, new_file),
		cmocka_unit_test_setup(two_readers, new_file),
		cmocka_unit_test_setup(switched_off, new_file),
		cmocka_unit_test_setup(large_request, new_file),
	};

	return cmocka_run_group_tests_name("readahead", tests, NULL, NULL);
}
