/* SPDX-License-Identifier: MIT */
/*
 * Flushing translations. The one interface through which page table changes become effective; with
 * several CPUs the implementation sends interrupts, the callers stay as they are. mm may be any mm:
 * one that is not loaded here has nothing cached here. Order for pages that leave a page table:
 * clear the pte, flush, free the page.
 */
#ifndef ARCH_TLB_H
#define ARCH_TLB_H

#include <quire/types.h>

struct mm_struct;
struct vm_area_struct;

void flush_tlb_page(struct mm_struct *mm, unsigned long addr);
void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end);
void flush_tlb_mm(struct mm_struct *mm);
/* Kernel addresses: also global entries, on every CPU. */
void flush_tlb_kernel_page(unsigned long addr);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);
void flush_tlb_all(void);
/* Only this CPU: for atomic kmaps, which no other CPU uses. */
static inline void flush_tlb_one(unsigned long addr)
{
	__asm__ __volatile__("invlpg (%0)" : : "r" (addr) : "memory");
}

/* Counters for /proc/vmstat. */
extern unsigned long tlb_flush_pages, tlb_flush_mms, tlb_flush_alls;

#endif
