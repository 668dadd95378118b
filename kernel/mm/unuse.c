/* SPDX-License-Identifier: MIT */
/*
 * swapoff's walk: replace one swap entry by its page in every address space.
 *
 * swapoff holds the page locked, in the swap cache and uptodate, so its slot
 * cannot be given to anything else.  A child made by fork during the walk is
 * put on mmlist behind its parent and has copied what the parent had; swapoff
 * repeats its walk until the slot's count says that no user is left.
 */
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/page_lists.h>
#include <quire/sched.h>

#include "mm_internal.h"

/* page_table_lock held; the pte holds the entry. */
static void unuse_pte(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
		      swp_entry_t entry, struct page *page)
{
	pin_page(page, PIN_FAULT);
	vma->vm_mm->swap_ptes--;
	install_anon_page(vma, addr, ptep, page, false);
	swap_free(entry);
}

static int unuse_pte_range(struct vm_area_struct *vma, unsigned long addr, unsigned long end,
			   swp_entry_t entry, struct page *page)
{
	pte_t *ptep = pte_lookup(vma->vm_mm, addr), wanted = swp_entry_to_pte(entry);
	int replaced = 0;

	for (; ptep && addr < end; addr += PAGE_SIZE, ptep++) {
		if (pte_same(*ptep, wanted)) {
			unuse_pte(vma, addr, ptep, entry, page);
			replaced++;
		}
	}
	return replaced;
}

static int unuse_mm(struct mm_struct *mm, swp_entry_t entry, struct page *page)
{
	struct vm_area_struct *vma;
	unsigned long addr, next;
	int replaced = 0;

	spin_lock(&mm->page_table_lock);
	list_for_each_entry(vma, &mm->mmap, vm_list) {
		if (!mm->swap_ptes)
			break;
		if (!vma->has_anon)
			continue;
		for (addr = vma->vm_start; addr < vma->vm_end; addr = next) {
			next = min((addr & PGDIR_MASK) + PGDIR_SIZE, vma->vm_end);
			replaced += unuse_pte_range(vma, addr, next, entry, page);
		}
	}
	spin_unlock(&mm->page_table_lock);
	return replaced;
}

/* page locked by the caller.  May be preempted between mm's.  => ptes replaced */
int unuse_all_mms(swp_entry_t entry, struct page *page)
{
	struct mm_struct *mm, *prev = NULL;
	int replaced = 0;

	spin_lock(&mmlist_lock);
	list_for_each_entry(mm, &mmlist, mmlist) {
		mmgrab(mm);
		spin_unlock(&mmlist_lock);
		if (prev)
			mmdrop(prev);
		prev = mm;
		replaced += unuse_mm(mm, entry, page);
		spin_lock(&mmlist_lock);
		/* It ended meanwhile: its place in the list is lost; the caller repeats the walk. */
		if (list_empty(&mm->mmlist))
			break;
	}
	spin_unlock(&mmlist_lock);
	if (prev)
		mmdrop(prev);
	return replaced;
}
