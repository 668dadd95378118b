/* SPDX-License-Identifier: MIT */
/*
 * Auditor: what is kept about pages by the caches: slabs, page cache trees, dirty and writeback
 * counters, swap slots.
 */
#include <quire/buffer.h>
#include <quire/pagemap.h>
#include <quire/radix_tree.h>
#include <quire/shmem.h>
#include <quire/slab.h>
#include <quire/swap.h>

#include "audit_internal.h"

#define GANG 16u
#define BUFFERS_MOST (PAGE_SIZE / 512)

/* ---- slabs ---- */

static void report_slab(void *arg, const char *cache, const char *what, unsigned long kept,
			unsigned long found)
{
	audit_diff(arg, "slab %s: %s is %#lx, found %#lx", cache, what, kept, found);
}

static void note_slab(void *arg, const struct page *first)
{
	struct audit *a = arg;

	shadow_of(a, first)->owner = OWNER_SLAB;
}

void audit_slabs(struct audit *a)
{
	const struct slab_auditor auditor = { report_slab, note_slab, a };

	slab_audit(&auditor);
}

/* ---- page cache ---- */

/* Every item of the tree is a page that says so, and their number is nrpages. */
static void audit_tree(struct audit *a, const struct address_space *mapping)
{
	unsigned long n = 0, next = 0;
	void *items[GANG];
	unsigned int got, i;

	do {
		got = radix_tree_gang_lookup(&mapping->page_tree, items, next, GANG);
		for (i = 0; i < got; i++) {
			const struct page *page = items[i];

			if (page->mapping != mapping)
				audit_diff(a, "page %05lx: in the tree of %p, but its mapping is %p",
					   page_to_pfn(page), mapping, page->mapping);
			next = page_tree_index(page) + 1;
		}
		n += got;
	} while (got == GANG && next && n <= max_pfn);
	if (n != mapping->nrpages)
		audit_diff(a, "mapping %p: nrpages is %lu, found %lu", mapping, mapping->nrpages, n);
}

static bool first_of_tree(const struct page *page)
{
	void *item;

	return radix_tree_gang_lookup(&page->mapping->page_tree, &item, 0, 1) == 1 && item == page;
}

static void audit_buffers(struct audit *a, const struct page *page)
{
	const struct buffer_head *bh = page->buffers;
	unsigned int n = 0;

	do {
		if (bh->b_page != page) {
			audit_diff(a, "page %05lx: a buffer of its ring belongs to another page",
				   page_to_pfn(page));
			return;
		}
		bh = bh->b_this_page;
	} while (bh && bh != page->buffers && ++n < BUFFERS_MOST);
	if (bh != page->buffers)
		audit_diff(a, "page %05lx: its buffers are not a ring", page_to_pfn(page));
}

static void audit_tag(struct audit *a, struct page *page, unsigned int tag, bool want,
		      const char *what)
{
	if (radix_tree_tag_get(&page->mapping->page_tree, page_tree_index(page), tag) != want)
		audit_diff(a, "page %05lx: %s and the tree's tag do not agree", page_to_pfn(page),
			   what);
}

static void audit_cached(struct audit *a, struct page *page)
{
	struct address_space *mapping = page->mapping;

	if (radix_tree_lookup(&mapping->page_tree, page_tree_index(page)) != page) {
		audit_diff(a, "page %05lx: not in the tree of its mapping %p at %lx",
			   page_to_pfn(page), mapping, page->index);
		return;
	}
	audit_tag(a, page, PAGECACHE_TAG_WRITEBACK, PageWriteback(page), "PG_writeback");
	if (PageDirty(page) && mapping_counts_dirty(mapping))
		audit_tag(a, page, PAGECACHE_TAG_DIRTY, true, "PG_dirty");
	if (first_of_tree(page))
		audit_tree(a, mapping);
}

static void expect(struct audit *a, const char *what, unsigned long kept, unsigned long found)
{
	if (kept != found)
		audit_diff(a, "%s is %lu, found %lu", what, kept, found);
}

void audit_page_cache(struct audit *a)
{
	unsigned long dirty = 0, writeback = 0;
	struct page *page, *end = mem_map + max_pfn;

	for (page = mem_map; page < end; page++) {
		if (PageReserved(page) || PageSlab(page) || !page_count(page))
			continue;
		if (page->buffers)
			audit_buffers(a, page);
		if (!page->mapping)
			continue;
		audit_cached(a, page);
		if (!mapping_counts_dirty(page->mapping))
			continue;
		if (!mapping_counts_dirty(page->mapping))
			continue;
		dirty += PageDirty(page);
		writeback += PageWriteback(page);
	}
	expect(a, "number of dirty pages", nr_dirty_pages(), dirty);
	expect(a, "number of pages under writeback", nr_writeback_pages(), writeback);
}

/* ---- swap ---- */

static void count_slot(struct audit *a, swp_entry_t entry, const char *who)
{
	unsigned int type = swp_type(entry);

	if (type >= MAX_SWAPFILES || swp_offset(entry) >= a->nr_slots[type])
		audit_diff(a, "%s names swap slot %u:%lu, which does not exist", who, type,
			   swp_offset(entry));
	else
		a->slot_users[type][swp_offset(entry)]++;
}

static void count_shmem_entry(struct inode *inode, pgoff_t index, swp_entry_t entry, void *arg)
{
	count_slot(arg, entry, "a shared memory object");
}

static void audit_area(struct audit *a, unsigned int type, const struct swap_info *area)
{
	unsigned long slot, inuse = 0;

	for (slot = 0; slot < a->nr_slots[type]; slot++) {
		u16 kept = area->swap_map[slot], found = a->slot_users[type][slot];

		if (kept == SWAP_MAP_BAD)
			continue;
		inuse += kept != 0;
		if (kept != found && kept < SWAP_MAP_MAX)
			audit_diff(a, "swap slot %u:%lu: swap_map is %u, found %u users", type, slot,
				   kept, found);
	}
	expect(a, "number of swap slots in use", area->inuse_pages, inuse);
}

/* The ptes' share was counted by the walk of the page directories. */
void audit_swap(struct audit *a)
{
	struct page *page, *end = mem_map + max_pfn;
	unsigned int type;

	for (page = mem_map; page < end; page++)
		if (PageSwapCache(page))
			count_slot(a, (swp_entry_t){ page->index }, "the swap cache");
	shmem_walk_swap_entries(count_shmem_entry, a);
	for (type = 0; type < MAX_SWAPFILES; type++) {
		const struct swap_info *area = swap_info_get(type);

		if (area && a->slot_users[type])
			audit_area(a, type, area);
	}
}
