/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: virtually contiguous kernel memory, each area followed by one
 * unmapped guard page, between VMALLOC_START and VMALLOC_END (memlayout.h).
 * May sleep.  Page tables made here are never freed, so a pgd copy can miss an
 * entry but never hold a stale one; the vmalloc fault copies what is missing.
 */
#ifndef QUIRE_VMALLOC_H
#define QUIRE_VMALLOC_H

#include <quire/types.h>

void *vmalloc(size_t size);
void *vzalloc(size_t size);
void vfree(const void *addr);
/* Map device memory uncached; phys need not be page-aligned. */
void *ioremap(u32 phys, size_t size);
void iounmap(void *addr);
void vmalloc_init(void);
/* For /proc/vmallocinfo and the auditor; fn must not call back into vmalloc. */
struct vmalloc_info {
	unsigned long start, size; /* guard page excluded */
	unsigned long caller;
	bool device; /* ioremap */
	u32 phys;    /* ... of this */
};
void vmalloc_for_each(void (*fn)(const struct vmalloc_info *info, void *arg), void *arg);
unsigned long vmalloc_used(void);	   /* bytes */
unsigned long vmalloc_largest_gap(void); /* bytes */

#endif
