/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of the page cache, on an object whose store is a formula.
 */
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kmap_atomic.h>
#include <quire/ktest.h>
#include <quire/mount.h>
#include <quire/page_lists.h>
#include <quire/pagemap.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/timer.h>
#include <quire/vmstat.h>

#include "../cache_internal.h"
#include "formula.h"

/* Is a page read once, found again, and counted as cache + pin? */
KTEST(cache_read_and_find)
{
	struct address_space *mapping = formula_object();
	struct page *page = read_cache_page(mapping, 7, NULL), *again;

	if (!ktest_assert(!IS_ERR(page)))
		return;
	ktest_equal(formula_word(page), 7 + FORMULA_SALT);
	ktest_equal(page_count(page), 2);
	ktest_equal(atomic_read(&page->pins), 1);
	again = find_get_page(mapping, 7);
	ktest_equal(again, page);
	ktest_equal(formula.reads, 1);
	/* To look a page up is no use of it. */
	ktest_assert(PageInactiveDirty(page) && !PageReferenced(page));
	ktest_equal(page->age, 0);
	unpin_page(again);
	unpin_page(page);
	ktest_equal(find_get_page(mapping, 8), NULL);
	truncate_inode_pages(mapping, 0);
	ktest_equal(mapping->nrpages, 0);
}

static void dirty_pages(struct address_space *mapping, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct page *page = read_cache_page(mapping, i * 3, NULL);

		ktest_assert(set_page_dirty(page));
		ktest_assert(!set_page_dirty(page));
		unpin_page(page);
	}
}

/* Do counter, tags and flags follow a page through dirty, writeback, clean? */
KTEST(cache_dirty_and_writeback)
{
	struct address_space *mapping = formula_object();
	unsigned long before = nr_dirty_pages();
	long nr = 4;

	dirty_pages(mapping, 10);
	ktest_equal(nr_dirty_pages(), before + 10);
	ktest_assert(radix_tree_tag_get(&mapping->page_tree, 27, PAGECACHE_TAG_DIRTY));
	ktest_equal(filemap_fdatawrite_range(mapping, 0, ~0ul, &nr), 0);
	ktest_equal(formula.writes, 4);
	ktest_equal(nr, 0);
	/* The next part goes on where the last stopped. */
	nr = 1;
	filemap_fdatawrite_range(mapping, 0, ~0ul, &nr);
	ktest_assert(!radix_tree_tag_get(&mapping->page_tree, 12, PAGECACHE_TAG_DIRTY));
	ktest_equal(filemap_write_and_wait(mapping), 0);
	ktest_equal(formula.writes, 10);
	ktest_equal(nr_dirty_pages(), before);
	ktest_assert(!radix_tree_tagged(&mapping->page_tree, PAGECACHE_TAG_DIRTY));
	ktest_assert(!radix_tree_tagged(&mapping->page_tree, PAGECACHE_TAG_WRITEBACK));
	truncate_inode_pages(mapping, 0);
}

/* Does each open file hear of a failed write, once; and of one that nobody has heard of who opens it later? */
KTEST(cache_write_errors)
{
	static struct file one, two;
	struct address_space *mapping = formula_object();

	one.f_mapping = two.f_mapping = mapping;
	one.f_wb_seq = two.f_wb_seq = mapping->wb_seq;
	formula.write_error = -EIO;
	dirty_pages(mapping, 1);
	ktest_equal(filemap_write_and_wait(mapping), -EIO);
	ktest_equal(filemap_write_and_wait(mapping), 0);
	ktest_equal(file_check_wb_error(&one), -EIO);
	ktest_equal(file_check_wb_error(&one), 0);
	ktest_equal(file_check_wb_error(&two), -EIO);
	ktest_equal(file_check_wb_error(&two), 0);
	one.f_wb_seq = file_sample_wb_seq(mapping);
	ktest_equal(file_check_wb_error(&one), 0);
	formula.write_error = -EIO;
	dirty_pages(mapping, 1);
	ktest_equal(filemap_write_and_wait(mapping), -EIO);
	one.f_wb_seq = file_sample_wb_seq(mapping);
	ktest_equal(file_check_wb_error(&one), -EIO);
	ktest_equal(file_check_wb_error(&two), -EIO);
	truncate_inode_pages(mapping, 0);
}

/* Does truncation cut the last page, drop the others, and forget their dirt? */
KTEST(cache_truncate)
{
	struct address_space *mapping = formula_object();
	unsigned long before = nr_dirty_pages(), pages = nr_pagecache_pages();
	struct page *page;
	u32 *word;

	dirty_pages(mapping, 10);
	truncate_inode_pages(mapping, 3 * PAGE_SIZE + 8);
	ktest_equal(mapping->nrpages, 2);
	ktest_equal(nr_dirty_pages(), before + 2);
	page = find_get_page(mapping, 3);
	if (ktest_assert(page)) {
		word = kmap_atomic(page, KM_USER0);
		ktest_equal(word[1], 3 + FORMULA_SALT);
		ktest_equal(word[2], 0);
		ktest_equal(word[1023], 0);
		kunmap_atomic(word, KM_USER0);
		unpin_page(page);
	}
	truncate_inode_pages(mapping, 0);
	ktest_equal(mapping->nrpages, 0);
	ktest_equal(nr_dirty_pages(), before);
	ktest_equal(nr_pagecache_pages(), pages);
	ktest_equal(formula.writes, 0);
}

/* Is a page that somebody holds never taken, and one that nobody holds? */
KTEST(cache_remove_only_unused)
{
	struct address_space *mapping = formula_object();
	struct page *page = read_cache_page(mapping, 1, NULL);

	pin_page(page, PIN_LOOKUP);
	lock_page(page);
	ktest_assert(!remove_mapping_if_unused(page));
	unpin_page(page);
	SetPageDirty(page);
	ktest_assert(!remove_mapping_if_unused(page));
	ClearPageDirty(page);
	ktest_assert(remove_mapping_if_unused(page));
	ktest_equal(page->mapping, NULL);
	ktest_equal(page_count(page), 1);
	unlock_page(page);
	unpin_page(page);
	ktest_equal(mapping->nrpages, 0);
}

/* ---- a page is removed again and again, and looked up at every second tick ---- */

#define LOOKUPS 25
#define CONTESTED 1 /* the page's index */
#define FIRST_OF_ALL -20 /* nice */

static struct {
	struct address_space *mapping;
	volatile bool ends, ended;
	volatile unsigned int found; /* at a lookup */
	unsigned int lost;	     /* removed although it was held */
} race;

/* Who wakes at a tick comes in between whatever the remover is at. */
static int look_up_at_ticks(void *unused)
{
	set_user_nice(current, FIRST_OF_ALL);
	while (!race.ends) {
		struct page *page;

		schedule_timeout_uninterruptible(1);
		page = find_get_page(race.mapping, CONTESTED);
		if (!page)
			continue;
		race.found++;
		schedule_timeout_uninterruptible(1);
		unpin_page(page);
	}
	race.ended = true;
	return 0;
}

/* The check that nobody uses a page and its removal are one step: no lookup comes between. */
KTEST(cache_remove_races_with_lookup)
{
	struct page *page = alloc_page(GFP_KERNEL), *neighbour;

	if (!ktest_assert(page))
		return;
	memset(&race, 0, sizeof(race));
	race.mapping = formula_object();
	neighbour = read_cache_page(race.mapping, CONTESTED + 1, NULL); /* with it the tree has its node */
	if (!ktest_assert(kernel_thread(look_up_at_ticks, NULL, "looker") > 0))
		race.ends = race.ended = true;
	while (!race.ends && race.found < LOOKUPS && !race.lost) {
		lock_page(page);
		if (!page->mapping)
			ktest_equal(cache_insert(race.mapping, page, CONTESTED), 0);
		if (remove_mapping_if_unused(page))
			race.lost += page_count(page) != 1;
		unlock_page(page);
	}
	race.ends = true;
	while (!race.ended)
		schedule_timeout_uninterruptible(1);
	ktest_equal(race.lost, 0);
	unpin_page(neighbour);
	truncate_inode_pages(race.mapping, 0);
	unpin_page(page);
}
