/* SPDX-License-Identifier: MIT */
/*
 * From an object to the ptes that map it, by its list of areas, i_mmap; from a swap entry to the ptes that hold it.
 *
 * Two users: truncation (every pte of a range goes before its pages leave the
 * cache) and the start of a write (every writable pte is write-protected, so that
 * the next store faults and marks the page dirty anew).
 *
 * Locks.  i_mmap_lock keeps areas and bounds of this object in place; then one
 * page_table_lock at a time.
 */
#include <arch/tlb.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/page_lists.h>
#include <quire/sched.h>

#include "mm_internal.h"

static pgoff_t vma_last_index(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff + vma_pages(vma) - 1;
}

static unsigned long index_address(const struct vm_area_struct *vma, pgoff_t index)
{
	return vma->vm_start + ((index - vma->vm_pgoff) << PAGE_SHIFT);
}

/* [start, end) in pages, end 0 = to infinity.  Bumps truncate_count first: do_no_page. */
void unmap_mapping_range(struct address_space *mapping, pgoff_t start, pgoff_t end,
			 bool even_cows)
{
	pgoff_t last = end ? end - 1 : ~0ul, first;
	struct vm_area_struct *vma;
	unsigned long from, to;

	mutex_lock(&mapping->i_mmap_lock);
	mapping->truncate_count++;
	list_for_each_entry(vma, &mapping->i_mmap, shared) {
		if (vma->vm_pgoff > last || vma_last_index(vma) < start)
			continue;
		first = max(start, vma->vm_pgoff);
		from = index_address(vma, first);
		to = index_address(vma, min(last, vma_last_index(vma))) + PAGE_SIZE;
		if (even_cows)
			zap_page_range(vma, from, to);
		else
			zap_file_pages(vma, from, to);
	}
	mutex_unlock(&mapping->i_mmap_lock);
}

/* page_table_lock held.  => the pte was dirty */
static bool clean_pte(struct mm_struct *mm, unsigned long addr, const struct page *page)
{
	pte_t *ptep = pte_lookup(mm, addr), pte;

	if (!ptep || !pte_present(*ptep) || pte_pfn(*ptep) != page_to_pfn(page))
		return false;
	if (!pte_write(*ptep) && !pte_dirty(*ptep))
		return false;
	pte = ptep_get_and_clear(ptep);
	flush_tlb_page(mm, addr);
	set_pte(ptep, pte_mkclean(pte_wrprotect(pte)));
	return pte_dirty(pte);
}

/* page locked.  => some pte was dirty.  May sleep. */
bool page_mkclean(struct page *page)
{
	struct address_space *mapping = page->mapping;
	struct vm_area_struct *vma;
	bool dirty = false;

	if (!mapping || !page_mapcount(page))
		return false;
	mutex_lock(&mapping->i_mmap_lock);
	list_for_each_entry(vma, &mapping->i_mmap, shared) {
		if (!vma_wants_writenotify(vma, vma->vm_flags))
			continue;
		if (page->index < vma->vm_pgoff || page->index > vma_last_index(vma))
			continue;
		spin_lock(&vma->vm_mm->page_table_lock);
		dirty |= clean_pte(vma->vm_mm, index_address(vma, page->index), page);
		spin_unlock(&vma->vm_mm->page_table_lock);
	}
	mutex_unlock(&mapping->i_mmap_lock);
	return dirty;
}

/* ---- from a swap entry to the ptes that hold it (swapoff's walk) ---- */

/*
 * swapoff's walk: replace one swap entry by its page in every address space.
 *
 * swapoff holds the page locked, in the swap cache and uptodate, so its slot
 * cannot be given to anything else.  A child made by fork during the walk is
 * put on mmlist behind its parent and has copied what the parent had; swapoff
 * repeats its walk until the slot's count says that no user is left.
 */

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
