/* SPDX-License-Identifier: MIT */
/*
 * Layer 0: a frame's bytes for a moment, whatever zone it is in.
 *
 * kmap_atomic never sleeps: it disables preemption until kunmap_atomic and uses
 * a fixed slot per CPU and purpose, so slots are released in reverse order and
 * an interrupt uses slots of its own (KM_IRQ0..).  Low memory is addressed
 * directly.  For mappings that live across a sleep, see highmem.h.
 */
#ifndef QUIRE_KMAP_ATOMIC_H
#define QUIRE_KMAP_ATOMIC_H

#include <arch/fixmap.h>
#include <quire/page.h>

/* enum km_type comes from arch/fixmap.h. */
void *kmap_atomic(struct page *page, enum km_type type);
void kunmap_atomic(void *addr, enum km_type type);

void clear_highpage(struct page *page);
void copy_highpage(struct page *to, struct page *from);
/* Clear bytes [offset, offset + len) of the page. */
void zero_highpage_range(struct page *page, unsigned int offset, unsigned int len);
/* Kernel memory, mapped all the time (or by kmap), from and to bytes of the page. */
void copy_from_page(void *to, struct page *page, unsigned int offset, unsigned int len);
void copy_to_page(struct page *page, unsigned int offset, const void *from, unsigned int len);

#endif
