/* SPDX-License-Identifier: MIT */
/*
 * Faults on anonymous memory: the first touch, and the return from swap.
 *
 * Locks, at each function's entry: mmap_sem held for reading; page_table_lock
 * held where a ptep is passed, and always released on return.  After every sleep
 * the pte is looked at again: another thread, swap_out or swapoff may have
 * changed it, and then the fault simply ends: the access is tried again.
 */
#include <arch/tlb.h>
#include <quire/highmem.h>
#include <quire/mm.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "mm_internal.h"

void install_anon_page(struct vm_area_struct *vma, unsigned long address, pte_t *ptep,
		       struct page *page, bool dirty_writable)
{
	pte_t pte = pte_mkyoung(mk_pte(page, vma->vm_page_prot));

	assert_spin_locked(&vma->vm_mm->page_table_lock);
	if (dirty_writable)
		pte = pte_mkdirty(pte_mkwrite(pte));
	if (!PageAnon(page)) {
		SetPageAnon(page);
		SetPageUptodate(page);
	}
	vma->has_anon = true;
	mm_count_page(vma->vm_mm, page, 1);
	if (!PageOnList(page))
		lru_cache_add_active(page);
	page_pin_to_map(page);
	set_pte(ptep, pte);
}

/* Nothing was there: a read gets the zero page, a write a frame of zeroes. */
int do_anonymous_page(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address,
		      pte_t *ptep, bool write)
{
	struct page *page;

	/* locked: page_table_lock */
	if (!write) {
		set_pte(ptep, pte_wrprotect(mk_pte(zero_page, vma->vm_page_prot)));
		trace_vm(zero_map, zero_page, mm, address, pte_val(*ptep), 0);
		spin_unlock(&mm->page_table_lock);
		return VM_FAULT_MINOR;
	}
	spin_unlock(&mm->page_table_lock);

	page = alloc_page(GFP_HIGHUSER | __GFP_ZERO);
	if (!page)
		return VM_FAULT_OOM;

	spin_lock(&mm->page_table_lock);
	/* locked: page_table_lock; the table is there: we hold mmap_sem */
	ptep = pte_lookup(mm, address);
	if (!pte_none(*ptep)) {
		count_vm_event(fault_retry);
		spin_unlock(&mm->page_table_lock);
		unpin_page(page);
		return VM_FAULT_MINOR;
	}
	install_anon_page(vma, address, ptep, page, true);
	count_vm_event(pgzero_fault);
	trace_vm(anon_map, page, mm, address, pte_val(*ptep), 0);
	spin_unlock(&mm->page_table_lock);
	return VM_FAULT_MINOR;
}

/* The page of a swap entry, pinned; reads it if need be.  NULL: see the caller. */
static struct page *get_swap_in_page(struct vm_area_struct *vma, unsigned long address,
				     swp_entry_t entry, int *result)
{
	struct page *page = lookup_swap_cache(entry);

	if (page) {
		count_vm_event(pgswapin_minor);
	} else {
		*result = VM_FAULT_MAJOR;
		page = read_swap_cache_async(entry);
	}
	if (page)
		swap_stream_fault(vma, address);
	return page;
}

/* Did the pte stay what it was while we slept? */
static bool pte_unchanged(struct mm_struct *mm, unsigned long address, pte_t orig)
{
	pte_t *ptep;
	bool same;

	spin_lock(&mm->page_table_lock);
	ptep = pte_lookup(mm, address);
	same = ptep && pte_same(*ptep, orig);
	spin_unlock(&mm->page_table_lock);
	return same;
}

/* Put the swapped-in page (pinned, locked, uptodate) in its place.  page_table_lock held. */
static pte_t map_swapped_page(struct mm_struct *mm, struct vm_area_struct *vma,
			      unsigned long address, pte_t *ptep, struct page *page,
			      swp_entry_t entry, bool write)
{
	bool exclusive;

	exclusive = can_share_swap_page(page);
	mm->swap_ptes--;
	swap_free(entry);
	install_anon_page(vma, address, ptep, page,
			  write && exclusive && (vma->vm_flags & VM_WRITE));
	trace_vm(swapin_map, page, mm, address, pte_val(*ptep), entry.val);
	/* Nobody else wants the slot: give it back when swap fills, or when its copy is stale at once. */
	if (exclusive && (write || vm_swap_full()))
		remove_exclusive_swap_page(page);
	return *ptep;
}

/*
 * A swap entry was there (orig).  page_table_lock not held.
 *
 *	1. find or read the page			(sleeps)
 *	2. lock it: now its slot cannot change		(sleeps)
 *	3. take page_table_lock, look at the pte again
 *	4. exchange the slot's reference for the pte's
 *	5. a write to a page that is still shared goes on to do_wp_page
 */
int do_swap_page(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address,
		 pte_t orig, bool write)
{
	swp_entry_t entry = pte_to_swp_entry(orig);
	int result = VM_FAULT_MINOR;
	struct page *page;
	pte_t *ptep, pte;

	page = get_swap_in_page(vma, address, entry, &result);
	if (!page)
		return pte_unchanged(mm, address, orig) ? VM_FAULT_OOM : result;

	lock_page(page);
	/* locked: the page */
	if (!PageSwapCache(page) || page->index != entry.val) {
		count_vm_event(fault_retry);
		goto out_unlock_page;
	}
	if (!PageUptodate(page)) {
		/* Only who asked for the read has the error; who found it failed, or comes later, reads it anew. */
		delete_from_swap_cache(page);
		if (result & VM_FAULT_MAJOR)
			result = VM_FAULT_SIGBUS;
		goto out_unlock_page;
	}
	mark_page_accessed(page);

	spin_lock(&mm->page_table_lock);
	/* locked: the page, page_table_lock */
	ptep = pte_lookup(mm, address);
	if (!pte_same(*ptep, orig)) {
		count_vm_event(fault_retry);
		spin_unlock(&mm->page_table_lock);
		goto out_unlock_page;
	}
	pte = map_swapped_page(mm, vma, address, ptep, page, entry, write);
	unlock_page(page);
	/* locked: page_table_lock */
	if (write && !pte_write(pte))
		return result | do_wp_page(mm, vma, address, ptep, pte);
	spin_unlock(&mm->page_table_lock);
	return result;

out_unlock_page:
	unlock_page(page);
	unpin_page(page);
	return result;
}
