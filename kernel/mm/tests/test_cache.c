/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of the page cache and of reclaim's lists, on an object whose store is a formula: page n is
 * filled with n + SALT, and writes are only counted.
 */
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kmap_atomic.h>
#include <quire/ktest.h>
#include <quire/mount.h>
#include <quire/page_lists.h>
#include <quire/pagemap.h>
#include <quire/vmstat.h>

#include "../cache_internal.h"
#include "../reclaim_internal.h"

#define SALT 0x5a17u
#define FILE_PAGES 64

static unsigned int reads, writes;
static int write_error;

static int test_readpage(struct file *file, struct page *page)
{
	u32 *word = kmap_atomic(page, KM_USER0);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		word[i] = page->index + SALT;
	kunmap_atomic(word, KM_USER0);
	page_io_get(page);
	reads++;
	end_page_read(page, 0);
	return 0;
}

static int test_writepage(struct page *page)
{
	set_page_writeback(page);
	unlock_page(page);
	writes++;
	if (write_error)
		mapping_set_error(page->mapping, write_error);
	end_page_writeback(page);
	return 0;
}

static const struct address_space_operations test_aops = {
	.readpage = test_readpage,
	.writepage = test_writepage,
};

static struct super_block test_sb = { .s_flags = SB_NO_WRITEBACK };
static struct inode test_inode;

static struct address_space *new_object(void)
{
	struct address_space *mapping = &test_inode.i_data;

	test_inode = (struct inode){ .i_sb = &test_sb, .i_mapping = mapping };
	test_inode.i_size = FILE_PAGES * PAGE_SIZE;
	address_space_init(mapping, &test_inode, &test_aops, GFP_HIGHUSER);
	reads = writes = 0;
	write_error = 0;
	return mapping;
}

static u32 first_word(struct page *page)
{
	u32 *word = kmap_atomic(page, KM_USER0), value = *word;

	kunmap_atomic(word, KM_USER0);
	return value;
}

/* Is a page read once, found again, and counted as cache + pin? */
KTEST(cache_read_and_find)
{
	struct address_space *mapping = new_object();
	struct page *page = read_cache_page(mapping, 7, NULL), *again;

	if (!ktest_assert(!IS_ERR(page)))
		return;
	ktest_equal(first_word(page), 7 + SALT);
	ktest_equal(page_count(page), 2);
	ktest_equal(atomic_read(&page->pins), 1);
	again = find_get_page(mapping, 7);
	ktest_equal(again, page);
	ktest_equal(reads, 1);
	ktest_assert(PageInactiveDirty(page));
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
	struct address_space *mapping = new_object();
	unsigned long before = nr_dirty_pages();
	long nr = 4;

	dirty_pages(mapping, 10);
	ktest_equal(nr_dirty_pages(), before + 10);
	ktest_assert(radix_tree_tag_get(&mapping->page_tree, 27, PAGECACHE_TAG_DIRTY));
	ktest_equal(filemap_fdatawrite_range(mapping, 0, ~0ul, &nr), 0);
	ktest_equal(writes, 4);
	ktest_equal(nr, 0);
	/* The next part goes on where the last stopped. */
	nr = 1;
	filemap_fdatawrite_range(mapping, 0, ~0ul, &nr);
	ktest_assert(!radix_tree_tag_get(&mapping->page_tree, 12, PAGECACHE_TAG_DIRTY));
	ktest_equal(filemap_write_and_wait(mapping), 0);
	ktest_equal(writes, 10);
	ktest_equal(nr_dirty_pages(), before);
	ktest_assert(!radix_tree_tagged(&mapping->page_tree, PAGECACHE_TAG_DIRTY));
	ktest_assert(!radix_tree_tagged(&mapping->page_tree, PAGECACHE_TAG_WRITEBACK));
	truncate_inode_pages(mapping, 0);
}

/* Does each open file hear of a failed write, once? */
KTEST(cache_write_errors)
{
	static struct file one, two;
	struct address_space *mapping = new_object();

	one.f_mapping = two.f_mapping = mapping;
	one.f_wb_seq = two.f_wb_seq = mapping->wb_seq;
	write_error = -EIO;
	dirty_pages(mapping, 1);
	ktest_equal(filemap_write_and_wait(mapping), -EIO);
	ktest_equal(filemap_write_and_wait(mapping), 0);
	ktest_equal(file_check_wb_error(&one), -EIO);
	ktest_equal(file_check_wb_error(&one), 0);
	ktest_equal(file_check_wb_error(&two), -EIO);
	ktest_equal(file_check_wb_error(&two), 0);
	truncate_inode_pages(mapping, 0);
}

/* Does truncation cut the last page, drop the others, and forget their dirt? */
KTEST(cache_truncate)
{
	struct address_space *mapping = new_object();
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
		ktest_equal(word[1], 3 + SALT);
		ktest_equal(word[2], 0);
		ktest_equal(word[1023], 0);
		kunmap_atomic(word, KM_USER0);
		unpin_page(page);
	}
	truncate_inode_pages(mapping, 0);
	ktest_equal(mapping->nrpages, 0);
	ktest_equal(nr_dirty_pages(), before);
	ktest_equal(nr_pagecache_pages(), pages);
	ktest_equal(writes, 0);
}

/* Is a page that somebody holds never taken, and one that nobody holds? */
KTEST(cache_remove_only_unused)
{
	struct address_space *mapping = new_object();
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

/* Through the lists: inactive_dirty, written, inactive_clean; then rescued, or taken. */
KTEST(reclaim_through_the_lists)
{
	struct address_space *mapping = new_object();
	struct page *page = read_cache_page(mapping, 5, NULL);
	struct zone *zone = page_zone(page);
	struct scan_control sc = { .class = page_zonenum(page), .gfp = GFP_KERNEL,
				   .nr_to_reclaim = ~0ul >> 1 };

	set_page_dirty(page);
	unpin_page(page);
	ktest_assert(PageInactiveDirty(page));
	page_launder(zone, &sc);
	ktest_equal(writes, 1);
	page_launder(zone, &sc);
	ktest_assert(PageInactiveClean(page));

	page = find_get_page(mapping, 5);
	mark_page_accessed(page);
	ktest_assert(PageActive(page));
	deactivate_page(page);
	unpin_page(page);
	page_launder(zone, &sc);
	ktest_assert(PageInactiveClean(page));
	while ((page = reclaim_page(zone)) != NULL) {
		ktest_equal(page_count(page), 1);
		ktest_equal(page->mapping, NULL);
		unpin_page(page);
	}
	ktest_equal(mapping->nrpages, 0);
	ktest_equal(zone->nr_inactive_clean, 0);
}

/* A page in use does not go from inactive_clean, whatever it is used for. */
KTEST(reclaim_page_checks_again)
{
	struct address_space *mapping = new_object();
	struct page *page = read_cache_page(mapping, 2, NULL), *other;
	struct zone *zone = page_zone(page);

	page_to_inactive_clean(page);
	ktest_assert(PageInactiveClean(page));
	/* Our pin stands for a lookup between two looks. */
	while ((other = reclaim_page(zone)) != NULL) {
		ktest_assert(other != page);
		unpin_page(other);
	}
	ktest_assert(PageActive(page));
	ktest_equal(page->mapping, mapping);
	unpin_page(page);
	truncate_inode_pages(mapping, 0);
}

KTEST(reclaim_drop_caches)
{
	struct address_space *mapping = new_object();
	unsigned int i;

	for (i = 0; i < FILE_PAGES; i++)
		unpin_page(read_cache_page(mapping, i, NULL));
	set_page_dirty(find_get_page(mapping, 9));
	ktest_assert(drop_pagecache() >= FILE_PAGES - 1);
	ktest_equal(mapping->nrpages, 1);
	unpin_page(radix_tree_lookup(&mapping->page_tree, 9));
	truncate_inode_pages(mapping, 0);
}
