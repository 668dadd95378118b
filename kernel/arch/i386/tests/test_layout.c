/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of the layout of the kernel's quarter, as it is in the master directory: what is mapped, by what, and
 * what is not.
 */
#include <arch/fixmap.h>
#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <arch/processor.h>
#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/ktest.h>

KTEST(layout_order)
{
	ktest_assert((unsigned long)high_memory + VMALLOC_GAP <= VMALLOC_START);
	ktest_assert(VMALLOC_START < VMALLOC_END && VMALLOC_END < KSTACK_BASE);
	ktest_assert(KSTACK_END < PKMAP_BASE && PKMAP_END <= FIXMAP_BASE);
	ktest_assert(!kernel_addr_mapped(VMALLOC_START - PAGE_SIZE));
	ktest_assert(!kernel_addr_mapped(VMALLOC_END));
	ktest_assert(kernel_addr_mapped((unsigned long)high_memory - PAGE_SIZE));
}

/* Do the entries of one page table lead to the frames that the direct map promises? */
static bool table_is_direct(unsigned long addr, unsigned long end)
{
	for (; addr < end; addr += PAGE_SIZE) {
		pte_t *pte = kernel_pte(addr);

		if (!ktest_assert(pte) || !ktest_equal(pte_pfn(*pte), __pa(addr) >> PAGE_SHIFT))
			return false;
	}
	return true;
}

/* Low memory is mapped whole: by 4 MiB entries where the CPU has them, of which only the top 10 bits are an address. */
KTEST(layout_direct_map)
{
	unsigned long addr, end = (unsigned long)high_memory;

	for (addr = PAGE_OFFSET; addr < end; addr += PGDIR_SIZE) {
		pgd_t pgd = *pgd_offset_k(addr);
		bool large = boot_cpu.pse && end - addr >= PGDIR_SIZE;

		if (!ktest_equal(pgd_large(pgd), large))
			break;
		if (!large && !table_is_direct(addr, min(addr + PGDIR_SIZE, end)))
			break;
		if (large && !ktest_equal(pgd_val(pgd), __pa(addr) | _PAGE_KERNEL | _PAGE_PSE))
			break;
	}
}

/* What lies above low memory has no address until somebody asks for one; a free frame has none. */
KTEST(layout_highmem_has_no_address)
{
	unsigned long pfn;

	ktest_assert(max_low_pfn <= LOWMEM_MAX >> PAGE_SHIFT);
	ktest_equal((unsigned long)high_memory, PAGE_OFFSET + (max_low_pfn << PAGE_SHIFT));
	if (max_low_pfn == max_pfn) {
		ktest_skip("no HighMem");
		return;
	}
	for (pfn = 0; pfn < max_pfn; pfn++) {
		const struct page *page = pfn_to_page(pfn);
		bool high = pfn >= max_low_pfn;

		if (PageReserved(page))
			continue;
		if (!ktest_equal(PageHighMem(page), high) ||
		    (high && !page_count(page) && !ktest_equal(page->virtual, NULL)))
			break;
	}
	ktest_assert(!kernel_addr_mapped(PAGE_OFFSET + (max_low_pfn << PAGE_SHIFT)));
}

/* Stacks, pkmap and fixmap have their page tables from boot on, so every directory has them. */
KTEST(layout_windows_have_tables)
{
	unsigned long addr;
	enum fixed_address slot;

	for (addr = KSTACK_BASE; addr < KSTACK_END; addr += PGDIR_SIZE)
		ktest_assert(kernel_pte(addr));
	ktest_assert(kernel_pte(PKMAP_BASE) && kernel_pte(PKMAP_END - PAGE_SIZE));
	for (slot = FIX_HOLE; slot < FIX_COUNT; slot++)
		ktest_equal(kernel_pte(fix_to_virt(slot)), fixmap_pte(slot));
	for (addr = KSTACK_BASE; addr >= KSTACK_BASE; addr += PGDIR_SIZE)
		ktest_equal(pgd_val(*pgd_offset_pgd(loaded_pgd(), addr)), pgd_val(*pgd_offset_k(addr)));
}
