/* SPDX-License-Identifier: MIT */
/*
 * The kernel's page tables: built once at boot, and what is made from them.
 *
 * swapper_pg_dir is the master. Its direct map covers low memory, by 4 MiB global pages where the
 * CPU has them and by 4 KiB entries for a tail that does not fill one (what is not RAM must not
 * become cacheable). The tables of the stack window, pkmap and fixmap exist before the first page
 * directory is copied, so they are in every directory; only vmalloc's come later
 * (pte_alloc_kernel), and the page fault copies those entries over. Kernel page tables are never
 * freed, so a directory's copy can be missing but never stale.
 */
#include <arch/block_move.h>
#include <arch/fixmap.h>
#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <arch/processor.h>
#include <arch/tlb.h>
#include <quire/assert.h>
#include <quire/bootinfo.h>
#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/lock.h>
#include <quire/printk.h>
#include <quire/string.h>
#include "internal.h"

#define CR4_PSE		0x10ul
#define CR4_PGE		0x80ul
#define KERNEL_PGD_PTRS	(PTRS_PER_PGD - USER_PGD_PTRS)

/* Guards new tables in the master's vmalloc range: two allocations may want the same table. */
static DEFINE_SPINLOCK(kernel_table_lock);

static void set_cr4(unsigned long bits)
{
	unsigned long cr4;

	__asm__ __volatile__("movl %%cr4, %0" : "=r" (cr4));
	__asm__ __volatile__("movl %0, %%cr4" : : "r" (cr4 | bits) : "memory");
}

/* A user bit in a directory entry allows nothing by itself, but kernel entries have no business with it. */
static void plug_window(unsigned long addr, pte_t *table)
{
	set_pgd(pgd_offset_k(addr), __pgd(__pa(table) | (_PAGE_TABLE & ~_PAGE_USER)));
}

/* Filled before it is plugged in: the code that runs may be what it maps. */
static void map_small(unsigned long start, unsigned long end)
{
	pte_t *table = boot_alloc(PAGE_SIZE, PAGE_SIZE);

	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE)
		set_pte(&table[pte_index(addr)], pfn_pte(__pa(addr) >> PAGE_SHIFT, PAGE_KERNEL));
	plug_window(start, table);
}

/* Upwards in the live directory: each step makes more memory reachable for the next step's table. */
static void map_low_memory(void)
{
	unsigned long addr = PAGE_OFFSET, end = (unsigned long)high_memory;

	for (; addr < end; addr += PGDIR_SIZE) {
		if (boot_cpu.pse && end - addr >= PGDIR_SIZE)
			set_pgd(pgd_offset_k(addr), __pgd(__pa(addr) | _PAGE_KERNEL | _PAGE_PSE));
		else
			map_small(addr, min(addr + PGDIR_SIZE, end));
		boot_mapped_to(min(__pa(addr) + PGDIR_SIZE, __pa(end)));
	}
	for (; addr < PAGE_OFFSET + BOOT_MAP_SIZE; addr += PGDIR_SIZE)
		pgd_clear(pgd_offset_k(addr));
}

void paging_init(void)
{
	if (boot_cpu.pse)
		set_cr4(CR4_PSE);
	map_low_memory();
	for (unsigned long addr = KSTACK_BASE; addr < KSTACK_END; addr += PGDIR_SIZE)
		plug_window(addr, boot_alloc(PAGE_SIZE, PAGE_SIZE));
	plug_window(PKMAP_BASE, pkmap_table);
	plug_window(FIXMAP_BASE, fixmap_table);
	load_pgd(swapper_pg_dir);
	if (boot_cpu.pge)
		set_cr4(CR4_PGE);
	pr_info("layout: low memory %08x-%08lx, vmalloc %08lx-%08lx\n", PAGE_OFFSET,
		(unsigned long)high_memory, VMALLOC_START, VMALLOC_END);
	pr_info("layout: stacks %08lx-%08lx, pkmap %08lx-%08lx\n", KSTACK_BASE, KSTACK_END, PKMAP_BASE,
		PKMAP_END);
	pr_info("layout: fixmap %08lx-%08lx\n", FIXADDR_BOTTOM, FIXADDR_TOP);
}

pte_t *kernel_pte(unsigned long addr)
{
	pgd_t *pgd = pgd_offset_k(addr);

	if (addr < TASK_SIZE || !pgd_present(*pgd) || pgd_large(*pgd))
		return NULL;
	return pte_offset(pgd, addr);
}

bool kernel_addr_mapped(unsigned long addr)
{
	pte_t *pte = kernel_pte(addr);

	if (pte)
		return pte_present(*pte);
	return addr >= TASK_SIZE && pgd_present(*pgd_offset_k(addr));
}

pte_t *pte_alloc_kernel(unsigned long addr)
{
	pgd_t *pgd = pgd_offset_k(addr);
	pte_t *table;

	if (pgd_present(*pgd))
		return pte_offset(pgd, addr);
	table = pte_alloc_one();
	if (!table)
		return NULL;
	spin_lock(&kernel_table_lock);
	if (!pgd_present(*pgd)) {
		plug_window(addr, table);
		table = NULL;
	}
	spin_unlock(&kernel_table_lock);
	if (table)
		pte_free_one(table);
	return pte_offset(pgd, addr);
}

pgd_t *pgd_alloc(void)
{
	pgd_t *pgd = (pgd_t *)__get_free_page(GFP_KERNEL, OWNER_PGD);

	if (!pgd)
		return NULL;
	memset(pgd, 0, USER_PGD_PTRS * sizeof(pgd_t));
	memcpy(pgd + USER_PGD_PTRS, swapper_pg_dir + USER_PGD_PTRS, KERNEL_PGD_PTRS * sizeof(pgd_t));
	return pgd;
}

void pgd_free(pgd_t *pgd)
{
	assert(pgd != loaded_pgd() && pgd != swapper_pg_dir);
	free_page((unsigned long)pgd);
}

pte_t *pte_alloc_one(void)
{
	return (pte_t *)get_zeroed_page(GFP_KERNEL, OWNER_PGTABLE);
}

void pte_free_one(pte_t *table)
{
	free_page((unsigned long)table);
}

pte_t *fixmap_pte(enum fixed_address idx)
{
	return &fixmap_table[pte_index(fix_to_virt(idx))];
}

void set_fixmap(enum fixed_address idx, phys_addr_t phys, pgprot_t prot)
{
	set_pte(fixmap_pte(idx), pfn_pte(phys >> PAGE_SHIFT, prot));
	flush_tlb_kernel_page(fix_to_virt(idx));
}

void clear_fixmap(enum fixed_address idx)
{
	pte_clear(fixmap_pte(idx));
	flush_tlb_kernel_page(fix_to_virt(idx));
}

void clear_page(void *page)
{
	if (clear_blocks(page, PAGE_SIZE))
		memset32(page, 0, PAGE_SIZE / sizeof(u32));
}

void copy_page(void *to, const void *from)
{
	block_copy(to, from, PAGE_SIZE);
}
