/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: kernel mappings of HighMem pages that may live across a sleep.
 *
 * kmap may sleep (all 1024 slots in use); nests per page by a slot count.  The
 * last kunmap clears the pte, flushes that one address and clears page->virtual
 * at once, so a free page never has an address (the notes' worry; design.md).
 * Whoever needs the bytes only for a moment uses kmap_atomic.
 */
#ifndef QUIRE_HIGHMEM_H
#define QUIRE_HIGHMEM_H

#include <quire/kmap_atomic.h>
#include <quire/page.h>
#include <quire/preempt.h>
#include <quire/string.h>

void *kmap_high(struct page *page);
void kunmap_high(struct page *page);

static inline void *kmap(struct page *page)
{
	might_sleep();
	return PageHighMem(page) ? kmap_high(page) : page_address(page);
}

static inline void kunmap(struct page *page)
{
	if (PageHighMem(page))
		kunmap_high(page);
}

void kmap_init(void);
/* Slots in use by kmap: for the auditor. */
unsigned int kmap_slots_used(void);

#endif
