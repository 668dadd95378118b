/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: virtually contiguous kernel memory.
 *
 * Idea.  Areas between VMALLOC_START and VMALLOC_END, first fit, each followed
 * by an unmapped guard page.  vmalloc backs an area frame by frame (HighMem first:
 * the kernel needs no other address of them); ioremap backs it with device memory.
 *
 * Structures.  vm_areas: struct vm_area by address.  The frames of an area are
 * found again in its ptes, so there is no second list of them.
 *
 * Page tables.  Made on demand in swapper_pg_dir and never freed.  Another pgd copies a
 * missing entry in the vmalloc fault; what it has copied stays true for ever.
 *
 * Locking.  vmalloc_mutex: the list.  tables_mutex: making a page table.  The ptes of an
 * area belong to whoever makes or undoes it.  Everything here may sleep.
 */
#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <arch/tlb.h>
#include <quire/errno.h>
#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/mutex.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/vmalloc.h>

#define GUARD_SIZE PAGE_SIZE

struct vm_area {
	unsigned long addr;
	unsigned long size; /* guard page excluded */
	phys_addr_t phys;   /* ioremap: where it leads */
	bool device;	    /* ioremap: frames are not ours */
	unsigned long caller;
	struct list_head link; /* vm_areas, by address: vmalloc_mutex */
};

static LIST_HEAD(vm_areas);
static DEFINE_MUTEX(vmalloc_mutex);
static DEFINE_MUTEX(tables_mutex); /* apart: an allocation is made under it */
static unsigned long used_bytes; /* vmalloc_mutex */

/* First gap of size and a guard page; => its address, *before: the area to insert after. */
static unsigned long find_gap_locked(unsigned long size, struct list_head **before)
{
	unsigned long start = VMALLOC_START;
	struct vm_area *area;

	*before = &vm_areas;
	list_for_each_entry(area, &vm_areas, link) {
		if (area->addr - start >= size + GUARD_SIZE)
			return start;
		start = area->addr + area->size + GUARD_SIZE;
		*before = &area->link;
	}
	return VMALLOC_END - start >= size + GUARD_SIZE ? start : 0;
}

static struct vm_area *get_area(size_t size, unsigned long caller)
{
	struct vm_area *area;
	struct list_head *before;

	if (!size || size > VMALLOC_END - VMALLOC_START)
		return NULL;
	area = kzalloc(sizeof(*area), GFP_KERNEL);
	if (!area)
		return NULL;
	area->size = PAGE_ALIGN(size);
	area->caller = caller;
	mutex_lock(&vmalloc_mutex);
	area->addr = find_gap_locked(area->size, &before);
	if (area->addr) {
		list_add(&area->link, before);
		used_bytes += area->size;
	}
	mutex_unlock(&vmalloc_mutex);
	if (area->addr)
		return area;
	kfree(area);
	return NULL;
}

static int map_page(unsigned long addr, unsigned long pfn, pgprot_t prot)
{
	pte_t *pte;

	mutex_lock(&tables_mutex);
	pte = pte_alloc_kernel(addr);
	mutex_unlock(&tables_mutex);
	if (!pte)
		return -ENOMEM;
	assert(pte_none(*pte));
	set_pte(pte, pfn_pte(pfn, prot));
	return 0;
}

static int back_with_frame(unsigned long addr, gfp_t gfp)
{
	struct page *page = alloc_page(gfp);
	int error;

	if (!page)
		return -ENOMEM;
	page_claim(page, OWNER_VMALLOC);
	error = map_page(addr, page_to_pfn(page), PAGE_KERNEL);
	if (error) {
		page_disclaim(page);
		__free_page(page);
	}
	return error;
}

static void free_frame(unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn);

	page_disclaim(page);
	__free_page(page);
}

/* Unmap what is mapped, flush, then free: in this order nobody reaches a freed frame. */
static void unmap_area(struct vm_area *area)
{
	unsigned long addr, end = area->addr + area->size;

	for (addr = area->addr; addr < end; addr += PAGE_SIZE) {
		pte_t *ptep = kernel_pte(addr);
		pte_t pte = ptep ? ptep_get_and_clear(ptep) : __pte(0);

		if (pte_none(pte))
			continue;
		flush_tlb_kernel_page(addr);
		if (!area->device)
			free_frame(pte_pfn(pte));
	}
}

static void put_area(struct vm_area *area)
{
	unmap_area(area);
	mutex_lock(&vmalloc_mutex);
	list_del(&area->link);
	used_bytes -= area->size;
	mutex_unlock(&vmalloc_mutex);
	kfree(area);
}

static void *do_vmalloc(size_t size, gfp_t gfp, unsigned long caller)
{
	struct vm_area *area = get_area(size, caller);
	unsigned long offset;

	if (!area)
		return NULL;
	for (offset = 0; offset < area->size; offset += PAGE_SIZE) {
		if (back_with_frame(area->addr + offset, gfp)) {
			put_area(area);
			return NULL;
		}
	}
	return (void *)area->addr;
}

void *vmalloc(size_t size)
{
	return do_vmalloc(size, GFP_KERNEL | __GFP_HIGHMEM, __return_address);
}

void *vzalloc(size_t size)
{
	return do_vmalloc(size, GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO, __return_address);
}

static struct vm_area *find_area(const void *addr)
{
	struct vm_area *area, *found = NULL;

	mutex_lock(&vmalloc_mutex);
	list_for_each_entry(area, &vm_areas, link)
		if (area->addr == ((unsigned long)addr & PAGE_MASK))
			found = area;
	mutex_unlock(&vmalloc_mutex);
	return found;
}

void vfree(const void *addr)
{
	struct vm_area *area;

	if (!addr)
		return;
	area = find_area(addr);
	assert(area && !area->device);
	put_area(area);
}

void *ioremap(u32 phys, size_t size)
{
	unsigned long offset = phys & ~PAGE_MASK, i;
	struct vm_area *area;

	if (!size || phys + (size - 1) < phys)
		return NULL;
	area = get_area(size + offset, __return_address);
	if (!area)
		return NULL;
	area->device = true;
	area->phys = phys;
	for (i = 0; i < area->size; i += PAGE_SIZE) {
		if (map_page(area->addr + i, PFN_DOWN(phys + i), PAGE_KERNEL_NOCACHE)) {
			put_area(area);
			return NULL;
		}
	}
	return (void *)(area->addr + offset);
}

void iounmap(void *addr)
{
	struct vm_area *area;

	if (!addr)
		return;
	area = find_area(addr);
	assert(area && area->device);
	put_area(area);
}

void vmalloc_init(void)
{
	assert(VMALLOC_START >= (unsigned long)high_memory + VMALLOC_GAP);
	assert(VMALLOC_START < VMALLOC_END);
}

unsigned long vmalloc_used(void)
{
	return used_bytes;
}

unsigned long vmalloc_largest_gap(void)
{
	unsigned long start = VMALLOC_START, largest = 0;
	struct vm_area *area;

	mutex_lock(&vmalloc_mutex);
	list_for_each_entry(area, &vm_areas, link) {
		largest = max(largest, area->addr - start);
		start = area->addr + area->size + GUARD_SIZE;
	}
	mutex_unlock(&vmalloc_mutex);
	return max(largest, VMALLOC_END - start);
}

void vmalloc_for_each(void (*fn)(const struct vmalloc_info *info, void *arg), void *arg)
{
	struct vm_area *area;

	mutex_lock(&vmalloc_mutex);
	list_for_each_entry(area, &vm_areas, link) {
		struct vmalloc_info info = {
			.start = area->addr, .size = area->size, .caller = area->caller,
			.device = area->device, .phys = area->phys,
		};

		fn(&info, arg);
	}
	mutex_unlock(&vmalloc_mutex);
}
