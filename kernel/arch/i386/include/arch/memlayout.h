/* SPDX-License-Identifier: MIT */
/*
 * The kernel's quarter of the address space, from the bottom:
 *
 *	C0000000	low memory, physical + PAGE_OFFSET, at most 896 MiB
 *	high_memory	hole of 8 to 16 MiB, catches overruns
 *	VMALLOC_START	vmalloc, to VMALLOC_END; a guard page after each area
 *	FB000000	hole, 4 MiB
 *	FB400000	kernel stacks, 4096 slots of 16 KiB: 8 KiB guard, 8 KiB stack
 *	FF400000	hole, 4 MiB
 *	FF800000	persistent kmap, one page table: 1024 slots
 *	FFC00000	fixmap, one page table; slots from FIXADDR_TOP downwards (fixmap.h)
 *
 * The page tables of stacks, pkmap and fixmap exist from boot and so are in every page directory;
 * those of vmalloc come later and reach a directory through the vmalloc fault. Each pair of
 * neighbours is asserted below.
 */
#ifndef ARCH_MEMLAYOUT_H
#define ARCH_MEMLAYOUT_H

#include <arch/page_types.h>

#define PGDIR_SPAN	0x400000ul		/* what one page table maps */

#define LOWMEM_MAX	(896ul << 20)		/* most low memory that the layout has room for */
#define VMALLOC_GAP	(8ul << 20)		/* least hole after low memory */

#define FIXMAP_BASE	0xFFC00000ul
#define FIXADDR_TOP	0xFFFFE000ul		/* the last page stays empty: a spare on this side */
#define PKMAP_SLOTS	1024ul
#define PKMAP_BASE	0xFF800000ul
#define PKMAP_END	(PKMAP_BASE + PKMAP_SLOTS * PAGE_SIZE)

#define KSTACK_SIZE	0x2000ul		/* usable stack */
#define KSTACK_SLOT	0x4000ul		/* guard, then stack */
#define KSTACK_SLOTS	4096ul
#define KSTACK_BASE	0xFB400000ul
#define KSTACK_END	(KSTACK_BASE + KSTACK_SLOTS * KSTACK_SLOT)

#define VMALLOC_END	0xFB000000ul
#define VMALLOC_START_FOR(high)	(((high) + 2 * VMALLOC_GAP - 1) & ~(VMALLOC_GAP - 1))
#define VMALLOC_START	VMALLOC_START_FOR((unsigned long)high_memory)
#define VMALLOC_MIN	(32ul << 20)		/* least room for vmalloc with full low memory */

extern void *high_memory;

static_assert(VMALLOC_START_FOR(PAGE_OFFSET + LOWMEM_MAX) >= PAGE_OFFSET + LOWMEM_MAX + VMALLOC_GAP,
	      "low memory | vmalloc");
static_assert(VMALLOC_START_FOR(PAGE_OFFSET + LOWMEM_MAX) + VMALLOC_MIN <= VMALLOC_END, "room for vmalloc");
static_assert(VMALLOC_END + PGDIR_SPAN <= KSTACK_BASE, "vmalloc | kernel stacks");
static_assert(KSTACK_BASE < KSTACK_END && KSTACK_END + PGDIR_SPAN <= PKMAP_BASE, "kernel stacks | pkmap");
static_assert(PKMAP_END <= FIXMAP_BASE, "pkmap | fixmap");
static_assert(FIXMAP_BASE < FIXADDR_TOP && FIXADDR_TOP - FIXMAP_BASE < PGDIR_SPAN, "fixmap | end");
static_assert(PKMAP_BASE % PGDIR_SPAN == 0 && PKMAP_SLOTS * PAGE_SIZE == PGDIR_SPAN, "pkmap: one table");
static_assert(KSTACK_BASE % PGDIR_SPAN == 0 && KSTACK_SLOT % PAGE_SIZE == 0, "kernel stacks: whole tables");
static_assert(KSTACK_BASE % KSTACK_SLOT == 0, "kernel stacks: guard by address");

static inline bool is_vmalloc_addr(const void *p)
{
	return (unsigned long)p >= VMALLOC_START && (unsigned long)p < VMALLOC_END;
}

static inline bool is_lowmem_addr(const void *p)
{
	return (unsigned long)p >= PAGE_OFFSET && (unsigned long)p < (unsigned long)high_memory;
}

#endif
