/* SPDX-License-Identifier: MIT */
/*
 * The border of layer 1: what is checked when a frame comes back and when it
 * leaves.  A page with an owner, a mapping, a list flag or a kmap address must never
 * become free; finding it here names the culprit before the damage spreads.
 * Debug builds also fill free frames with a pattern and look at it again.
 */
#include <quire/kmap_atomic.h>
#include <quire/printk.h>
#include <quire/string.h>

#include "zone_internal.h"

void check_free_page(const struct page *page)
{
	if (!page_is_unused(page) || PageBuddy(page) || PagePcp(page)) {
		dump_page(page, "freed while still in use, or twice");
		panic("page %05lx freed while still in use, or twice", page_to_pfn(page));
	}
}

void check_new_page(const struct page *page)
{
	if (!page_is_unused(page) || PageBuddy(page) || PagePcp(page)) {
		dump_page(page, "changed while it was free");
		panic("page %05lx changed while it was free", page_to_pfn(page));
	}
}

#ifdef CONFIG_DEBUG
#define POISON_FREE_PAGE 0xaa

void poison_free_page(struct page *page)
{
	void *addr = kmap_atomic(page, KM_PAGE_CHECK);

	memset(addr, POISON_FREE_PAGE, PAGE_SIZE);
	kunmap_atomic(addr, KM_PAGE_CHECK);
}

void check_poisoned_page(struct page *page)
{
	const u8 *addr = kmap_atomic(page, KM_PAGE_CHECK);
	unsigned int i = 0;

	while (i < PAGE_SIZE && addr[i] == POISON_FREE_PAGE)
		i++;
	if (i < PAGE_SIZE) {
		dump_page(page, "written while it was free");
		panic("free page %05lx: byte %u is %02x", page_to_pfn(page), i, addr[i]);
	}
	kunmap_atomic((void *)addr, KM_PAGE_CHECK);
}
#endif
