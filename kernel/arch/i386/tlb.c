/* SPDX-License-Identifier: MIT */
/*
 * TLB flushes for one CPU. An mm is cached here only while its directory is loaded (borrowed by a
 * kernel thread included), so flushes of other mms are nothing at all. Past a few pages a reload of
 * CR3 is cheaper than invlpg by page; kernel entries are global and survive that, so they are
 * flushed one by one or by CR4.PGE.
 */
#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <arch/processor.h>
#include <arch/tlb.h>
#include <quire/irqflags.h>
#include <quire/mm.h>
#include <quire/vmstat.h>

#define RANGE_MAX	(32 * PAGE_SIZE)	/* longer ranges flush everything */
#define CR4_PGE		0x80ul

unsigned long tlb_flush_pages, tlb_flush_mms, tlb_flush_alls;

void load_pgd(pgd_t *pgd)
{
	count_vm_event(mm_switch);
	__asm__ __volatile__("movl %0, %%cr3" : : "r" (__pa(pgd)) : "memory");
}

pgd_t *loaded_pgd(void)
{
	unsigned long cr3;

	__asm__ __volatile__("movl %%cr3, %0" : "=r" (cr3));
	return __va(cr3 & PAGE_MASK);
}

/* Between the two halves nobody may run: who has no mm of his own comes back to another directory than he left. */
static void reload_cr3(void)
{
	unsigned long flags;

	local_irq_save(flags);
	load_pgd(loaded_pgd());
	local_irq_restore(flags);
}

void flush_tlb_page(struct mm_struct *mm, unsigned long addr)
{
	if (mm->pgd != loaded_pgd())
		return;
	tlb_flush_pages++;
	flush_tlb_one(addr);
}

void flush_tlb_mm(struct mm_struct *mm)
{
	if (mm->pgd != loaded_pgd())
		return;
	tlb_flush_mms++;
	reload_cr3();
}

void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	if (end - start > RANGE_MAX) {
		flush_tlb_mm(mm);
		return;
	}
	for (start &= PAGE_MASK; start < end; start += PAGE_SIZE)
		flush_tlb_page(mm, start);
}

void flush_tlb_all(void)
{
	unsigned long flags, cr4;

	tlb_flush_alls++;
	if (!boot_cpu.pge) {
		reload_cr3();
		return;
	}
	local_irq_save(flags);
	__asm__ __volatile__("movl %%cr4, %0" : "=r" (cr4));
	__asm__ __volatile__("movl %0, %%cr4" : : "r" (cr4 & ~CR4_PGE) : "memory");
	__asm__ __volatile__("movl %0, %%cr4" : : "r" (cr4) : "memory");
	local_irq_restore(flags);
}

void flush_tlb_kernel_page(unsigned long addr)
{
	tlb_flush_pages++;
	flush_tlb_one(addr);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	if (end - start > RANGE_MAX) {
		flush_tlb_all();
		return;
	}
	for (start &= PAGE_MASK; start < end; start += PAGE_SIZE)
		flush_tlb_kernel_page(start);
}
