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

struct seq_file;

void *vmalloc(size_t size);
void *vzalloc(size_t size);
void vfree(const void *addr);
/* Map device memory uncached; phys need not be page-aligned. */
void *ioremap(u32 phys, size_t size);
void iounmap(void *addr);
void vmalloc_init(void);
void vmallocinfo_show(struct seq_file *m);
unsigned long vmalloc_used(void); /* bytes */

#endif
