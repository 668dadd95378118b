/* SPDX-License-Identifier: MIT */
/*
 * Page faults.  "Where does a page fault go?"
 *
 *	trap -> arch fault.c: address of the kernel? vmalloc, exception table
 *	     -> handle_user_fault: which area? is the access allowed? stack growth
 *	     -> handle_mm_fault: makes the page table, looks at the pte:
 *
 *	pte		area		access	goes to
 *	--------------	--------------	------	-----------------------------------
 *	none		anonymous	read	do_anonymous_page: the zero page
 *	none		anonymous	write	do_anonymous_page: a frame of zeroes
 *	none		file, shared	any	do_no_page: maps the cache's page
 *	none		file, private	read	do_no_page: maps the cache's page read-only
 *	none		file		read	map_around first: it and its cached neighbours
 *	none		file, private	write	do_no_page: maps a copy of it
 *	swap entry	any		any	do_swap_page, then perhaps do_wp_page
 *	present, r/o	private		write	do_wp_page: reuse if exclusive, else copy
 *	present, r/o	shared		write	do_wp_page: tells the file, then writable
 *	present		any		else	young (and dirty): a stale TLB entry, or a race
 *
 * Locks.  mmap_sem for reading over all of it; page_table_lock around each look
 * at a pte, never across a sleep; after a sleep the pte is compared with what it was.
 * Every function below that takes a ptep is entered with page_table_lock held and
 * returns without it.
 */
#include <arch/tlb.h>
#include <quire/fs.h>
#include <quire/highmem.h>
#include <quire/mm.h>
#include <quire/page_lists.h>
#include <quire/sched.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "mm_internal.h"

/* How far below the stack pointer an access may grow the stack: pusha stores 32 bytes below it. */
#define STACK_GROWTH_SLACK 32
/* A read fault maps what is cached of the aligned block around it: part of one page table. */
#define FAULT_AROUND (16 * PAGE_SIZE)

/* ---- write faults on present pages ---- */

/* An area that maps its object shared: the object must know before it is written. */
static int wp_shared_page(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address,
			  pte_t *ptep, pte_t pte)
{
	struct page *page = pte_page(pte);
	bool done;

	pin_page(page, PIN_FAULT);
	spin_unlock(&mm->page_table_lock);
	if (vma->vm_ops && vma->vm_ops->page_mkwrite && vma->vm_ops->page_mkwrite(vma, page) < 0) {
		unpin_page(page);
		return VM_FAULT_SIGBUS;
	}
	lock_page(page);
	/* locked: the page, so that it cannot be truncated or begin to be written */
	spin_lock(&mm->page_table_lock);
	ptep = pte_lookup(mm, address);
	done = pte_same(*ptep, pte) && page->mapping;
	if (done) {
		set_pte(ptep, pte_mkwrite(pte_mkdirty(pte_mkyoung(pte))));
		flush_tlb_page(mm, address);
		set_page_dirty(page);
	} else {
		count_vm_event(fault_retry);
	}
	spin_unlock(&mm->page_table_lock);
	unlock_page(page);
	unpin_page(page);
	if (done && vma->vm_file)
		balance_dirty_pages_ratelimited(vma->vm_file->f_mapping);
	return VM_FAULT_MINOR;
}

/* May the only user keep writing into this very page?  Anonymous, and nobody else maps it or holds
 * its slot.  page_table_lock held; never waits. */
static bool wp_can_reuse(struct page *page)
{
	bool reuse;

	if (!PageAnon(page) || PageReserved(page))
		return false;
	if (page_mapcount(page) != 1)
		return false;
	if (!PageSwapCache(page))
		return true;
	if (!trylock_page(page))
		return false;
	reuse = can_share_swap_page(page);
	if (reuse)
		remove_exclusive_swap_page(page);
	unlock_page(page);
	return reuse;
}

/* The other half of a COW fault: a copy of old (pinned) takes its place. */
static int wp_copy_page(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address,
			pte_t pte, struct page *old)
{
	struct page *page;
	pte_t *ptep;

	page = alloc_page(GFP_HIGHUSER | (old == zero_page ? __GFP_ZERO : 0));
	if (!page)
		return VM_FAULT_OOM;
	if (old != zero_page)
		copy_highpage(page, old);

	spin_lock(&mm->page_table_lock);
	/* locked: page_table_lock */
	ptep = pte_lookup(mm, address);
	if (!pte_same(*ptep, pte)) {
		count_vm_event(fault_retry);
		spin_unlock(&mm->page_table_lock);
		unpin_page(page);
		return VM_FAULT_MINOR;
	}
	pte_clear(ptep);
	flush_tlb_page(mm, address);
	if (!PageReserved(old)) {
		mm_count_page(mm, old, -1);
		page_remove_map(old);
	}
	install_anon_page(vma, address, ptep, page, true);
	if (old == zero_page)
		count_vm_event(pgzero_fault);
	else
		count_vm_event(pgcopy_cow);
	trace_vm(cow_copy, page, mm, address, pte_val(*ptep), 0);
	spin_unlock(&mm->page_table_lock);
	return VM_FAULT_MINOR;
}

static __noinline int do_wp_page(struct mm_struct *mm, struct vm_area_struct *vma,
				 unsigned long address, pte_t *ptep, pte_t pte)
{
	struct page *old = pte_page(pte);
	int result;

	if (vma->vm_flags & VM_SHARED)
		return wp_shared_page(mm, vma, address, ptep, pte);
	if (wp_can_reuse(old)) {
		set_pte(ptep, pte_mkwrite(pte_mkdirty(pte_mkyoung(pte))));
		flush_tlb_page(mm, address);
		count_vm_event(pgreuse_cow);
		trace_vm(cow_reuse, old, mm, address, pte_val(*ptep), 0);
		spin_unlock(&mm->page_table_lock);
		return VM_FAULT_MINOR;
	}
	pin_page(old, PIN_FAULT);
	spin_unlock(&mm->page_table_lock);
	result = wp_copy_page(mm, vma, address, pte, old);
	unpin_page(old);
	return result;
}

/* ---- anonymous memory: the first touch, and the return from swap ---- */

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
static __noinline int do_anonymous_page(struct mm_struct *mm, struct vm_area_struct *vma,
					unsigned long address, pte_t *ptep, bool write)
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
static __noinline int do_swap_page(struct mm_struct *mm, struct vm_area_struct *vma,
				   unsigned long address, pte_t orig, bool write)
{
	swp_entry_t entry = pte_to_swp_entry(orig);
	int result = VM_FAULT_MINOR;
	struct page *page;
	pte_t *ptep, pte;

	page = get_swap_in_page(vma, address, entry, &result);
	if (!page)
		/* Did the pte stay what it was while we slept? */
		return pte_same(pte_snapshot(mm, address), orig) ? VM_FAULT_OOM : result;

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

/* ---- first touch of a file page ---- */

/* A private area writes: the cache's page is only the pattern. => a pinned copy or NULL */
static struct page *copy_for_private(struct page *cached)
{
	struct page *page = alloc_page(GFP_HIGHUSER);

	if (page)
		copy_highpage(page, cached);
	return page;
}

/* The pte of a page of the object itself; old, since the access that follows makes it young. */
static void install_file_page(struct vm_area_struct *vma, unsigned long address, pte_t *ptep,
			      struct page *page, bool write)
{
	pte_t pte = pte_mkold(mk_pte(page, vma->vm_page_prot));

	if (write)
		pte = pte_mkdirty(pte_mkwrite(pte));
	mm_count_page(vma->vm_mm, page, 1);
	page_pin_to_map(page);
	set_pte(ptep, pte);
	count_vm_event(pgfile_fault);
	trace_vm(file_map, page, vma->vm_mm, address, pte_val(pte), 0);
}

/*
 * A read fault maps, with the page that it wants, the cached ones beside it: what runs or reads a
 * file faults less often.  => is the wanted page mapped?  If not, do_no_page has to get it.
 *
 * Against truncation: page_table_lock is held from the look at i_size to the last pte.  Either i_size
 * is the new one already, or the unmapping that follows its change finds these ptes.
 */
static __noinline bool map_around(struct vm_area_struct *vma, unsigned long address, pte_t *ptep)
{
	unsigned long start = max(address & ~(FAULT_AROUND - 1), vma->vm_start);
	unsigned long end = min((address & ~(FAULT_AROUND - 1)) + FAULT_AROUND, vma->vm_end);
	pgoff_t first = linear_page_index(vma, start);
	struct page *pages[FAULT_AROUND / PAGE_SIZE];
	struct file *file = vma->vm_file;
	unsigned int i, n;

	if (!vma->vm_ops->fault_around)
		return false;
	n = find_ready_pages(file->f_mapping, first, first + ((end - start) >> PAGE_SHIFT), pages);
	for (i = 0; i < n; i++) {
		unsigned long at = start + ((pages[i]->index - first) << PAGE_SHIFT);
		pte_t *pte = ptep - pte_index(address) + pte_index(at);

		if (pte_none(*pte))
			install_file_page(vma, at, pte, pages[i], false);
		else
			unpin_page(pages[i]);
	}
	if (pte_none(*ptep))
		return false;
	mark_page_accessed(pte_page(*ptep));
	/* A reader who goes on behind them goes on in sequence. */
	file->f_ra.prev_index = pages[n - 1]->index;
	return true;
}

/*
 * Ask the object for its page.  A truncation meanwhile is seen by its count:
 * it bumps the count, then unmaps, then drops pages; so a count that is still the
 * same under page_table_lock means that the unmapping has yet to come past here.
 */
static __noinline int do_no_page(struct mm_struct *mm, struct vm_area_struct *vma,
				 unsigned long address, bool write)
{
	bool copy = write && !vma_is_shared(vma), notify = false;
	struct address_space *mapping = vma->vm_file ? vma->vm_file->f_mapping : NULL;
	u32 truncations = mapping ? READ_ONCE(mapping->truncate_count) : 0;
	int result = VM_FAULT_MINOR;
	struct page *page, *own;
	pte_t *ptep;

	page = vma->vm_ops->nopage(vma, address & PAGE_MASK, &result);
	if (!page)
		return result;
	if (copy) {
		own = copy_for_private(page);
		unpin_page(page);
		if (!own)
			return VM_FAULT_OOM;
		page = own;
	} else if (write) {
		/* Mapped read-only now; the write faults once more and tells the file. */
		notify = vma_wants_writenotify(vma, vma->vm_flags);
	}

	spin_lock(&mm->page_table_lock);
	/* locked: page_table_lock */
	ptep = pte_lookup(mm, address);
	if (!pte_none(*ptep) || (mapping && mapping->truncate_count != truncations)) {
		count_vm_event(fault_retry);
		spin_unlock(&mm->page_table_lock);
		unpin_page(page);
		return result;
	}
	if (copy) {
		install_anon_page(vma, address, ptep, page, true);
		count_vm_event(pgcopy_cow);
		trace_vm(anon_map, page, mm, address, pte_val(*ptep), 0);
	} else {
		install_file_page(vma, address, ptep, page, write && !notify);
		if (notify)
			return result | do_wp_page(mm, vma, address, ptep, *ptep);
	}
	spin_unlock(&mm->page_table_lock);
	return result;
}

/* ---- dispatch ---- */

static int fault_present_pte(struct mm_struct *mm, struct vm_area_struct *vma,
			     unsigned long address, pte_t *ptep, pte_t pte, bool write)
{
	if (write && !pte_write(pte))
		return do_wp_page(mm, vma, address, ptep, pte);
	pte = pte_mkyoung(pte);
	set_pte(ptep, write ? pte_mkdirty(pte) : pte);
	flush_tlb_page(mm, address);
	spin_unlock(&mm->page_table_lock);
	return VM_FAULT_MINOR;
}

int handle_mm_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address,
		    bool write)
{
	pte_t *ptep, pte;
	bool around;

	ptep = pte_alloc_map_lock(mm, address);
	if (!ptep)
		return VM_FAULT_OOM;
	/* locked: page_table_lock */
	pte = *ptep;
	if (pte_present(pte))
		return fault_present_pte(mm, vma, address, ptep, pte, write);
	if (unlikely(test_bit(MM_REAPED, &mm->flags))) {
		spin_unlock(&mm->page_table_lock);
		return VM_FAULT_SIGBUS;
	}
	if (pte_none(pte) && !(vma->vm_ops && vma->vm_ops->nopage))
		return do_anonymous_page(mm, vma, address & PAGE_MASK, ptep, write);
	around = pte_none(pte) && !write && map_around(vma, address & PAGE_MASK, ptep);
	spin_unlock(&mm->page_table_lock);
	if (around)
		return VM_FAULT_MINOR;
	if (pte_none(pte))
		return do_no_page(mm, vma, address & PAGE_MASK, write);
	return do_swap_page(mm, vma, address & PAGE_MASK, pte, write);
}

/* ---- which area, and may it? ---- */

static bool access_allowed(const struct vm_area_struct *vma, unsigned int flags)
{
	if (flags & FAULT_WRITE)
		return vma->vm_flags & VM_WRITE;
	/* i386 has no execute bit and write implies read. */
	return vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC);
}

/* Below a stack: grow it, if the access looks like a push.  => VM_FAULT_NOMAP if not */
static int try_stack_growth(struct mm_struct *mm, unsigned long address, unsigned int flags,
			    unsigned long user_esp)
{
	struct vm_area_struct *vma;
	int result = VM_FAULT_NOMAP;

	/* Growing changes an area: trade the read hold for a write hold and look again. */
	down_write(&mm->mmap_sem);
	vma = find_vma(mm, address);
	if (vma && vma->vm_start <= address)
		result = VM_FAULT_MINOR;
	else if (vma && (vma->vm_flags & VM_GROWSDOWN) &&
		 (!(flags & FAULT_USER) || address + STACK_GROWTH_SLACK >= user_esp) &&
		 expand_stack(vma, address) == 0) {
		count_vm_event(stack_growth);
		result = VM_FAULT_MINOR;
	}
	up_write(&mm->mmap_sem);
	return result;
}

static void count_fault(int result)
{
	count_vm_event(pgfault);
	if (result & VM_FAULT_MAJOR) {
		count_vm_event(pgmajfault);
		current->maj_flt++;
	} else {
		current->min_flt++;
	}
}

int handle_user_fault(struct mm_struct *mm, unsigned long address, unsigned int flags,
		      unsigned long user_esp)
{
	struct vm_area_struct *vma;
	int result;

	might_sleep();
	for (;;) {
		down_read(&mm->mmap_sem);
		vma = find_vma(mm, address);
		if (vma && vma->vm_start <= address)
			break;
		up_read(&mm->mmap_sem);
		if (!vma || !(vma->vm_flags & VM_GROWSDOWN))
			return VM_FAULT_NOMAP;
		result = try_stack_growth(mm, address, flags, user_esp);
		if (result & VM_FAULT_ERROR)
			return result;
	}
	/* locked: mmap_sem (read) */
	if (!access_allowed(vma, flags)) {
		up_read(&mm->mmap_sem);
		return VM_FAULT_SIGSEGV;
	}
	trace_vm(fault, NULL, mm, address, 0, flags);
	result = handle_mm_fault(mm, vma, address, flags & FAULT_WRITE);
	trace_vm(fault_end, NULL, mm, address, 0, result);
	count_fault(result);
	up_read(&mm->mmap_sem);
	return result;
}
