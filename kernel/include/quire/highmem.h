/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: temporary kernel mappings of HighMem pages.
 *
 * kmap may sleep (all 1024 slots in use); nests per page by a slot count.  The
 * last kunmap clears the pte, flushes that one address and clears page->virtual
 * at once, so a free page never has an address (the notes' worry; design.md).
 * kmap_atomic never sleeps, disables preemption until kunmap_atomic, and uses a
 * fixed slot per CPU and purpose; slots are released in reverse order.
 */
#ifndef QUIRE_HIGHMEM_H
#define QUIRE_HIGHMEM_H

#include <arch/fixmap.h>
#include <quire/page.h>
#include <quire/string.h>

void *kmap(struct page *page);
void kunmap(struct page *page);
/* enum km_type comes from arch/fixmap.h: KM_USER0, KM_USER1, KM_PTE.., KM_IRQ0, KM_BIO. */
void *kmap_atomic(struct page *page, enum km_type type);
void kunmap_atomic(void *addr, enum km_type type);
void kmap_init(void);
/* Slots in use by kmap: for the leak check at system call exit and the auditor. */
unsigned int kmap_slots_used(void);

void clear_highpage(struct page *page);
void copy_highpage(struct page *to, struct page *from);
/* Clear bytes [offset, offset + len) of the page. */
void zero_highpage_range(struct page *page, unsigned int offset, unsigned int len);

#endif
