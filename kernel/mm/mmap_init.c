/* SPDX-License-Identifier: MIT */
/*
 * Start of layer 6: what it registers with the layers below, and device mappings.
 */
#include <arch/tlb.h>
#include <quire/errno.h>
#include <quire/gfp.h>
#include <quire/highmem.h>
#include <quire/mm.h>
#include <quire/printk.h>
#include <quire/reclaim.h>

#include "mm_internal.h"

struct page *zero_page;

static const struct mm_ops mm_ops = {
	.swap_out = swap_out,
};

static const struct map_ops map_ops = {
	.unmap_mapping_range = unmap_mapping_range,
	.page_mkclean = page_mkclean,
};

static struct swap_user_ops mm_swap_user = {
	.unuse = unuse_all_mms,
};

/* Reserved: outside counting, so mapping it a million times costs nothing. */
static void make_zero_page(void)
{
	zero_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!zero_page)
		panic("mmap_init: no frame for the zero page");
	page_claim(zero_page, OWNER_KERNEL);
	SetPageReserved(zero_page);
	SetPageUptodate(zero_page);
}

void mmap_init(void)
{
	mm_init_caches();
	make_zero_page();
	register_mm_ops(&mm_ops);
	register_map_ops(&map_ops);
	register_swap_user(&mm_swap_user);
}

/* mmap_sem held for writing; the area becomes VM_IO: its ptes own no reference. => 0, -ENOMEM */
int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		    unsigned long size, pgprot_t prot)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long end = addr + PAGE_ALIGN(size);
	pte_t *ptep;

	vma->vm_flags |= VM_IO | VM_DONTEXPAND;
	for (; addr < end; addr += PAGE_SIZE, pfn++) {
		ptep = pte_alloc_map_lock(mm, addr);
		if (!ptep)
			return -ENOMEM;
		set_pte(ptep, pfn_pte(pfn, prot));
		spin_unlock(&mm->page_table_lock);
	}
	return 0;
}
