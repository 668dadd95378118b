/* SPDX-License-Identifier: MIT */
/*
 * Layer 0: page frames: mem_map, the last reference, and what a page looks like
 * in a dump.
 *
 * The last put_page() takes two upward steps through hooks, since layer 0 knows
 * neither page lists nor zones: the page leaves its page list (layer 3), then
 * goes back to its zone (layer 1).  A scanner that meets the page in between
 * sees count 0 and leaves it alone (pin_page_unless_zero).
 */
#include <quire/page.h>
#include <quire/printk.h>
#include <quire/string.h>

struct page *mem_map;
unsigned long num_physpages;
unsigned long totalram_pages;
unsigned long totalhigh_pages;

static struct page_hooks hooks;

void register_page_unlist(void (*unlist)(struct page *page))
{
	hooks.unlist = unlist;
}

void register_page_free(void (*free)(struct page *page))
{
	hooks.free = free;
}

void free_unreferenced_page(struct page *page)
{
	if (hooks.unlist)
		hooks.unlist(page);
	hooks.free(page);
}

void put_page_failed(struct page *page)
{
	dump_page(page, "put_page of a free page");
	assert(page_count(page) > 0);
	unreachable_code();
}

/* Flags that a free page may have; all others are bits of use. */
#define FREE_PAGE_FLAGS                                                                            \
	(1ul << PG_buddy | 1ul << PG_pcp | 1ul << PG_zeroed | 1ul << PG_highmem |                  \
	 ~((1ul << PG_flag_count) - 1))

bool page_is_unused(const struct page *page)
{
	return page_count(page) == 0 && page_mapcount(page) == 0 && atomic_read(&page->pins) == 0 &&
	       page->owner == OWNER_NONE && page->io == 0 && !page->mapping &&
	       (PageBuddy(page) || !page->buffers) && (!PageHighMem(page) || !page->virtual) &&
	       !(page->flags & ~FREE_PAGE_FLAGS);
}

/*
 * The block that a frame lies in is found by trying each order's aligned head; only a head carries
 * PG_buddy and its order.
 */
static bool in_buddy_block(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned int order;

	for (order = 0; order < PAGE_BLOCK_ORDERS; order++) {
		const struct page *head = pfn_to_page(pfn & ~((1ul << order) - 1));

		if (PageBuddy(head) && head->private >= order)
			return true;
	}
	return false;
}

bool page_is_free(const struct page *page)
{
	if (!page_is_unused(page))
		return false;
	return PagePcp(page) ? !in_buddy_block(page) : in_buddy_block(page);
}

#define F(name) #name,
static const char *const flag_names[] = { PAGE_FLAGS(F) };
#undef F

#define O(name, text) text,
static const char *const owner_names[] = { PAGE_OWNERS(O) };
#undef O

const char *page_flag_name(enum page_flag flag)
{
	return flag < PG_flag_count ? flag_names[flag] : "?";
}

const char *page_owner_name(enum page_owner owner)
{
	return owner < OWNER_count ? owner_names[owner] : "?";
}

void page_flags_text(unsigned long flags, char *buf, size_t size)
{
	size_t used = 0;
	int i;

	buf[0] = '\0';
	for (i = 0; i < PG_flag_count && used < size; i++)
		if (flags >> i & 1)
			used += snprintf(buf + used, size - used, "%s%s", used ? "|" : "",
					 flag_names[i]);
}

void dump_page(const struct page *page, const char *why)
{
	char flags[160];

	page_flags_text(page->flags, flags, sizeof(flags));
	printk(KERN_ERR "page %05lx: %s: count %d = maps %d + pins %d (tag %u) + owner %s + io %u\n",
	       page_to_pfn(page), why, page_count(page), page_mapcount(page),
	       atomic_read(&page->pins), page->pin_tag, page_owner_name(page->owner), page->io);
	printk(KERN_ERR "  flags %08lx <%s> mapping %p index %lx private %lx virtual %p age %u\n",
	       page->flags, flags, page->mapping, (unsigned long)page->index, page->private,
	       page->virtual, page->age);
}
