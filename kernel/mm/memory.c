/* SPDX-License-Identifier: MIT */
/*
 * User page tables: making, copying, clearing and freeing them.
 *
 * The rules that keep other walkers safe:
 *  - every user pte changes under its mm's page_table_lock;
 *  - a page leaves in the order gather, flush, free: the pte is cleared, the
 *    translation flushed, and only then the page's reference dropped, so no CPU
 *    can still reach a frame that has a new owner;
 *  - a page-table page goes only when no area covers its 4 MiB, under mmap_sem
 *    held for writing (or the mm's last user), so a fault never loses its table.
 *
 * Never two page_table_locks, except in fork: parent after child, and the child
 * is not yet on mmlist, so nobody else can hold its lock and wait for another.
 */
#include <arch/tlb.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "mm_internal.h"

/* Pages on their way out of a page table: cleared, not yet flushed. */
#define GATHER_MAX 64

struct gather {
	struct mm_struct *mm;
	unsigned long start;	/* what to flush: [start, end) */
	unsigned long end;
	unsigned int nr;
	struct page *pages[GATHER_MAX];
};

void mm_count_page(struct mm_struct *mm, const struct page *page, long n)
{
	if (PageReserved(page))
		return;
	if (PageAnon(page))
		mm->anon_rss += n;
	else
		mm->file_rss += n;
	if (mm->anon_rss + mm->file_rss > mm->hiwater_rss)
		mm->hiwater_rss = mm->anon_rss + mm->file_rss;
}

pte_t *pte_lookup(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);

	return pgd_none(*pgd) ? NULL : pte_offset(pgd, addr);
}

pte_t *pte_alloc_map_lock(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	pte_t *table;

	spin_lock(&mm->page_table_lock);
	if (likely(!pgd_none(*pgd)))
		return pte_offset(pgd, addr);
	spin_unlock(&mm->page_table_lock);
	table = pte_alloc_one();
	if (!table)
		return NULL;
	spin_lock(&mm->page_table_lock);
	if (pgd_none(*pgd)) {
		pgd_populate(pgd, table);
		mm->nr_ptes++;
	} else {
		/* Another thread of this mm was faster; ours is empty and low: free it at once. */
		pte_free_one(table);
	}
	return pte_offset(pgd, addr);
}

/* ---- fork ---- */

/* => false when a swap entry cannot be counted once more (the caller waits or gives up). */
static bool copy_one_pte(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *vma,
			 pte_t *dst_pte, pte_t *src_pte, unsigned long addr)
{
	pte_t pte = *src_pte;
	struct page *page;

	if (pte_none(pte))
		return true;
	if (!pte_present(pte)) {
		if (swap_duplicate(pte_to_swp_entry(pte)) < 0)
			return false;
		dst->swap_ptes++;
		set_pte(dst_pte, pte);
		return true;
	}
	if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE && pte_write(pte)) {
		ptep_set_wrprotect(src_pte);
		pte = pte_wrprotect(*src_pte);
	}
	if (vma_is_shared(vma))
		pte = pte_mkclean(pte);
	pte = pte_mkold(pte);
	if (!(vma->vm_flags & VM_IO)) {
		page = pte_page(pte);
		page_add_map(page);
		mm_count_page(dst, page, 1);
		trace_vm(fork_map, page, dst, addr, pte_val(pte), 0);
	}
	set_pte(dst_pte, pte);
	return true;
}

/* Copy the ptes of one page table's reach. => 0, -ENOMEM */
static int copy_pte_range(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *vma,
			  unsigned long addr, unsigned long end)
{
	pte_t *dst_pte = pte_alloc_map_lock(dst, addr), *src_pte;
	int err = 0;

	if (!dst_pte)
		return -ENOMEM;
	spin_lock_nested(&src->page_table_lock, 1);
	src_pte = pte_lookup(src, addr);
	for (; src_pte && addr < end; addr += PAGE_SIZE, src_pte++, dst_pte++) {
		if (!copy_one_pte(dst, src, vma, dst_pte, src_pte, addr)) {
			err = -ENOMEM;
			break;
		}
	}
	spin_unlock(&src->page_table_lock);
	spin_unlock(&dst->page_table_lock);
	return err;
}

/*
 * Copy what the child cannot find again by itself: areas that never held
 * anonymous memory refault from the page cache, so their tables stay behind.
 */
int copy_page_range(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *vma)
{
	unsigned long addr = vma->vm_start, next;
	int err;

	if (!vma->has_anon && !(vma->vm_flags & VM_IO))
		return 0;
	for (; addr < vma->vm_end; addr = next) {
		next = min((addr & PGDIR_MASK) + PGDIR_SIZE, vma->vm_end);
		if (pgd_none(*pgd_offset(src, addr)))
			continue;
		err = copy_pte_range(dst, src, vma, addr, next);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/* ---- clearing ---- */

/* A page that this mm was the last to use gives its swap slot back now, not at some later scan. */
static void free_gathered_page(struct page *page)
{
	if (PageSwapCache(page) && page_mapcount(page) == 0 && trylock_page(page)) {
		remove_exclusive_swap_page(page);
		unlock_page(page);
	}
	unpin_page(page);
}

static void gather_flush(struct gather *g)
{
	unsigned int i;

	if (g->start < g->end)
		flush_tlb_range(g->mm, g->start, g->end);
	for (i = 0; i < g->nr; i++)
		free_gathered_page(g->pages[i]);
	g->nr = 0;
	g->start = g->end;
}

static void zap_present_pte(struct gather *g, struct vm_area_struct *vma, unsigned long addr,
			    pte_t *ptep)
{
	pte_t pte = ptep_get_and_clear(ptep);
	struct page *page;

	if (vma->vm_flags & VM_IO)
		return;
	page = pte_page(pte);
	if (PageReserved(page))
		return;
	if (!PageAnon(page)) {
		if (pte_dirty(pte))
			set_page_dirty(page);
		if (pte_young(pte))
			SetPageReferenced(page);
	}
	mm_count_page(g->mm, page, -1);
	page_map_to_pin(page, PIN_FAULT);
	trace_vm(unmap, page, g->mm, addr, pte_val(pte), 0);
	g->pages[g->nr++] = page;
}

/* Clear one table's reach until the gather is full; page_table_lock held.  => where it stopped */
static unsigned long zap_pte_range(struct gather *g, struct vm_area_struct *vma,
				   unsigned long addr, unsigned long end, bool spare_anon)
{
	pte_t *ptep = pte_lookup(g->mm, addr);

	if (!ptep)
		return end;
	for (; addr < end && g->nr < GATHER_MAX; addr += PAGE_SIZE, ptep++) {
		pte_t pte = *ptep;

		if (pte_none(pte))
			continue;
		if (spare_anon && (!pte_present(pte) || PageAnon(pte_page(pte))))
			continue;
		if (pte_present(pte)) {
			zap_present_pte(g, vma, addr, ptep);
		} else {
			pte_clear(ptep);
			g->mm->swap_ptes--;
			free_swap_and_cache(pte_to_swp_entry(pte));
		}
	}
	return addr;
}

static void zap_range(struct vm_area_struct *vma, unsigned long addr, unsigned long end,
		      bool spare_anon)
{
	struct gather g = { .mm = vma->vm_mm, .start = addr };
	unsigned long next;

	assert(vma->vm_start <= addr && end <= vma->vm_end);
	while (addr < end) {
		next = min((addr & PGDIR_MASK) + PGDIR_SIZE, end);
		spin_lock(&g.mm->page_table_lock);
		addr = zap_pte_range(&g, vma, addr, next, spare_anon);
		spin_unlock(&g.mm->page_table_lock);
		g.end = addr;
		if (g.nr == GATHER_MAX)
			gather_flush(&g);
	}
	gather_flush(&g);
}

void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	zap_range(vma, start, end, false);
}

void zap_file_pages(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	zap_range(vma, start, end, true);
}

/* ---- freeing page tables ---- */

void free_pgtables(struct mm_struct *mm, unsigned long floor, unsigned long ceiling)
{
	unsigned long addr;
	pgd_t *pgd, entry;

	floor = ALIGN(floor, PGDIR_SIZE);
	for (addr = floor; addr + PGDIR_SIZE <= ceiling; addr += PGDIR_SIZE) {
		pgd = pgd_offset(mm, addr);
		if (pgd_none(*pgd))
			continue;
		spin_lock(&mm->page_table_lock);
		entry = *pgd;
		pgd_clear(pgd);
		mm->nr_ptes--;
		spin_unlock(&mm->page_table_lock);
		flush_tlb_range(mm, addr, addr + PGDIR_SIZE);
		pte_free_one(pgd_table(entry));
	}
}

/* ---- walking, for observers ---- */

void walk_user_ptes(struct mm_struct *mm, unsigned long start, unsigned long end, pte_walk_fn fn,
		    void *arg)
{
	unsigned long addr = start, next;
	pte_t *ptep;

	for (; addr < end; addr = next) {
		next = (addr & PGDIR_MASK) + PGDIR_SIZE;
		if (next > end || next < addr)
			next = end;
		ptep = pte_lookup(mm, addr);
		if (!ptep)
			continue;
		for (; addr < next; addr += PAGE_SIZE, ptep++)
			if (!pte_none(*ptep))
				fn(mm, addr, *ptep, arg);
	}
}
