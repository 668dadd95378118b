/* SPDX-License-Identifier: MIT */
/*
 * Pages and the direct map: kernel address = physical address + PAGE_OFFSET, for low memory only.
 */
#ifndef ARCH_PAGE_TYPES_H
#define ARCH_PAGE_TYPES_H

#define PAGE_SHIFT	12
#define PAGE_OFFSET	0xC0000000

#ifdef __ASSEMBLY__
#define PAGE_SIZE	(1 << PAGE_SHIFT)
#else
#include <quire/types.h>

#define PAGE_SIZE	(1ul << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x)	(((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PFN_UP(x)	(((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)	((x) >> PAGE_SHIFT)
#define PFN_PHYS(pfn)	((phys_addr_t)(pfn) << PAGE_SHIFT)

#define TASK_SIZE	((unsigned long)PAGE_OFFSET)	/* user addresses are below */
#define TASK_UNMAPPED_BASE	(TASK_SIZE / 3 & PAGE_MASK)	/* where mmap starts to search */

#define __pa(x)		((phys_addr_t)(unsigned long)(x) - (phys_addr_t)PAGE_OFFSET)
#define __va(x)		((void *)((unsigned long)(x) + (unsigned long)PAGE_OFFSET))

/* Contents of whole pages, page-aligned, mapped. */
void clear_page(void *page);
void copy_page(void *to, const void *from);
#endif

#endif
