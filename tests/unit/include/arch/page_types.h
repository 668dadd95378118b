/* SPDX-License-Identifier: MIT */
/*
 * Host build: "low memory" is an arena of the test's own (host_memory in host.c), so __va and
 * __pa work on 64-bit hosts and out of an address sanitizer's way.
 */
#ifndef ARCH_PAGE_TYPES_H
#define ARCH_PAGE_TYPES_H

#include <quire/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1ul << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_PHYS(pfn) ((phys_addr_t)(pfn) << PAGE_SHIFT)

extern char *host_memory;

#define PAGE_OFFSET ((unsigned long)host_memory)
#define __pa(x) ((phys_addr_t)((unsigned long)(x) - PAGE_OFFSET))
#define __va(x) ((void *)((unsigned long)(x) + PAGE_OFFSET))
#define TASK_SIZE 0xc0000000ul
#define TASK_UNMAPPED_BASE (TASK_SIZE / 3 & PAGE_MASK)

void clear_page(void *page);
void copy_page(void *to, const void *from);

#endif
