/* SPDX-License-Identifier: MIT */
/*
 * Auditor, pass 2: every frame against its shadow and against the equation of page.h.
 */
#include <quire/page_lists.h>
#include <quire/string.h>

#include "audit_internal.h"

static void diff_page(struct audit *a, const struct page *page, const char *what)
{
	char flags[160];

	page_flags_text(page->flags, flags, sizeof(flags));
	audit_diff(a, "page %05lx: %s (count %d, maps %d, pins %d, io %u, owner %s, <%s>)",
		   page_to_pfn(page), what, page_count(page), page_mapcount(page),
		   atomic_read(&page->pins), page->io, page_owner_name(page->owner), flags);
}

/* A frame that nobody references must be on a free list, and bare. */
static void audit_free(struct audit *a, const struct page *page, const struct audit_frame *f)
{
	if (!(f->seen & SEEN_FREE))
		diff_page(a, page, "lost: count 0, but on no free list");
	if (!page_is_unused(page))
		diff_page(a, page, "free, but still marked as in use");
	if (f->maps || f->owner != OWNER_NONE || (f->seen & (SEEN_LISTED | SEEN_KMAP)))
		diff_page(a, page, "free, but a page table or list leads to it");
}

/* A frame behind the first of a block: everything about it is said by the head. */
static void audit_tail(struct audit *a, const struct page *page, const struct audit_frame *f)
{
	if (page_count(page) || page_mapcount(page) || page->owner != OWNER_NONE ||
	    (f->seen & (SEEN_FREE | SEEN_LISTED)))
		diff_page(a, page, "tail of a block, but used or free by itself");
}

static bool has_mapping(const struct page *page)
{
	return !PageSlab(page) && page->mapping;
}

static int expected_count(const struct page *page, const struct audit_frame *f)
{
	return f->maps + has_mapping(page) + (page->buffers != NULL) + page->io +
	       atomic_read(&page->pins) + (page->owner != OWNER_NONE);
}

/* Owners that a walk can find: label and walk must agree. */
static void audit_owner(struct audit *a, const struct page *page, const struct audit_frame *f)
{
	const u32 walked = 1u << OWNER_SLAB | 1u << OWNER_PGTABLE | 1u << OWNER_PGD |
			   1u << OWNER_KSTACK | 1u << OWNER_VMALLOC;

	if (page->owner == f->owner)
		return;
	/* A page table of its own purpose within another's block, or an owner no walk can find. */
	if (f->owner == OWNER_NONE && !(walked >> page->owner & 1))
		return;
	audit_diff(a, "page %05lx: owner is %s, found as %s", page_to_pfn(page),
		   page_owner_name(page->owner), page_owner_name(f->owner));
}

static void audit_flags(struct audit *a, const struct page *page, const struct audit_frame *f)
{
	u8 listed = PageActive(page) * SEEN_ACTIVE | PageInactiveDirty(page) * SEEN_INACTIVE_DIRTY |
		    PageInactiveClean(page) * SEEN_INACTIVE_CLEAN;

	if (listed != (f->seen & SEEN_LISTED))
		diff_page(a, page, "list flag and list do not agree");
	if (PageSwapCache(page) != (has_mapping(page) && page->mapping == &swapper_space))
		diff_page(a, page, "PG_swap_cache and mapping do not agree");
	if (PageAnon(page) && has_mapping(page) && !PageSwapCache(page))
		diff_page(a, page, "anonymous, but in a file's cache");
	if (PageSlab(page) != (page->owner == OWNER_SLAB))
		diff_page(a, page, "PG_slab and owner do not agree");
	if (PageWriteback(page) && !page->io)
		diff_page(a, page, "under writeback without a transfer");
	if (page->age > PAGE_AGE_MAX)
		diff_page(a, page, "age out of range");
	if (!!page->virtual != !!(f->seen & SEEN_KMAP))
		diff_page(a, page, "kmap address and kmap slots do not agree");
	if (PageBuddy(page) || PagePcp(page) || PageZeroed(page))
		diff_page(a, page, "in use with a flag of free pages");
}

static void audit_used(struct audit *a, const struct page *page, const struct audit_frame *f)
{
	int expected = expected_count(page, f);

	if (f->seen & SEEN_FREE)
		diff_page(a, page, "in use, but on a free list");
	if (page_mapcount(page) != f->maps)
		audit_diff(a, "page %05lx: mapcount is %d, found %u ptes", page_to_pfn(page),
			   page_mapcount(page), f->maps);
	if (page_count(page) != expected)
		audit_diff(a, "page %05lx: count is %d, but maps %u + cache %d + buffers %d + io %u "
			   "+ pins %d (tag %u) + owner %s = %d",
			   page_to_pfn(page), page_count(page), f->maps, has_mapping(page),
			   page->buffers != NULL, page->io, atomic_read(&page->pins), page->pin_tag,
			   page_owner_name(page->owner), expected);
	audit_owner(a, page, f);
	audit_flags(a, page, f);
}

void audit_frames(struct audit *a)
{
	unsigned long pfn;

	for (pfn = 0; pfn < max_pfn; pfn++) {
		const struct page *page = pfn_to_page(pfn);
		const struct audit_frame *f = &a->frame[pfn];

		if (PageReserved(page)) {
			if (f->seen & (SEEN_FREE | SEEN_LISTED))
				diff_page(a, page, "reserved, but on a list");
		} else if (PageCompound(page)) {
			audit_tail(a, page, f);
		} else if (page_count(page) == 0) {
			audit_free(a, page, f);
		} else {
			audit_used(a, page, f);
		}
	}
}

/* ---- the sum by owner ---- */

static void part(struct audit *a, unsigned long frames, const char *what)
{
	if (frames)
		audit_print(a, "  %8lu %s\n", frames, what);
}

void audit_print_census(struct audit *a)
{
	struct page_census c;
	int owner;

	page_census_take(&c);
	audit_print(a, "of %lu frames:\n", max_pfn);
	part(a, c.reserved, "reserved (kernel image, mem_map, holes)");
	part(a, c.free, "free");
	for (owner = OWNER_NONE + 1; owner < OWNER_count; owner++)
		part(a, c.owner[owner], page_owner_name(owner));
	part(a, c.anon, "anonymous");
	part(a, c.file, "page cache of files");
	part(a, c.buffers, "page cache of devices");
	part(a, c.shmem, "shared memory and tmpfs");
	part(a, c.pinned, "held by running code");
	part(a, c.swap_cache, "(of these in the swap cache)");
}
