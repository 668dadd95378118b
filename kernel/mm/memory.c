/* SPDX-License-Identifier: MIT */
/*
 * User page tables: making, copying, clearing and freeing them.
 *
 * The rules that keep other walkers safe:
 *  - every user pte changes under its mm's page_table_lock;
 *  - a page leaves in the order gather, flush, free: the pte is cleared, the
 *    translation flushed, and only then the page's reference dropped, so no CPU
 *    can still reach a frame that has a new owner;
 *  - a page-table page goes only under mmap_sem held for writing (or with the mm's last user), so a
 *    fault never loses its table: when no area covers its 4 MiB any more, or empty, for reclaim.
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

pte_t *pte_lookup(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);

	return pgd_none(*pgd) ? NULL : pte_offset(pgd, addr);
}

pte_t pte_snapshot(struct mm_struct *mm, unsigned long addr)
{
	pte_t *ptep, pte = __pte(0);

	spin_lock(&mm->page_table_lock);
	ptep = pte_lookup(mm, addr);
	if (ptep)
		pte = *ptep;
	spin_unlock(&mm->page_table_lock);
	return pte;
}

/* => NULL: no memory, or the user has as many as he may */
static pte_t *alloc_user_table(void)
{
	struct user_struct *user;
	pte_t *table;

	if (!mm_charge_user(&current->user->page_tables, sysctl_user_page_tables, &user))
		return NULL;
	table = pte_alloc_one();
	if (table)
		virt_to_page(table)->user = user;
	else if (user)
		uncharge_user(user, &user->page_tables);
	return table;
}

static void free_user_table(pte_t *table)
{
	struct user_struct *user = virt_to_page(table)->user;

	pte_free_one(table);
	if (user)
		uncharge_user(user, &user->page_tables);
}

pte_t *pte_alloc_map_lock(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	pte_t *table;

	spin_lock(&mm->page_table_lock);
	if (likely(!pgd_none(*pgd)))
		return pte_offset(pgd, addr);
	spin_unlock(&mm->page_table_lock);
	table = alloc_user_table();
	if (!table)
		return NULL;
	spin_lock(&mm->page_table_lock);
	if (pgd_none(*pgd)) {
		pgd_populate(pgd, table);
		mm->nr_ptes++;
	} else {
		/* Another thread of this mm was faster; ours is empty and low: free it at once. */
		free_user_table(table);
	}
	return pte_offset(pgd, addr);
}

/* ---- fork ---- */

/* One area's ptes on their way to a child. */
struct pte_copy {
	struct mm_struct *dst, *src;
	u32 protect;		/* bits that both lose: copy on write */
	u32 keep;		/* bits that the child inherits of the others */
	bool counted;		/* its pages have references: no device memory */
	unsigned long anon, file;	/* pages that the child has got */
};

static void pte_copy_init(struct pte_copy *c, struct mm_struct *dst, struct mm_struct *src,
			  const struct vm_area_struct *vma)
{
	bool cow = (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;

	*c = (struct pte_copy){
		.dst = dst, .src = src, .protect = cow ? _PAGE_RW : 0,
		.keep = ~(_PAGE_ACCESSED | (vma_is_shared(vma) ? _PAGE_DIRTY : 0)),
		.counted = !(vma->vm_flags & VM_IO),
	};
}

/* => false when a swap entry cannot be counted once more (the caller waits or gives up). */
static bool copy_swap_pte(struct pte_copy *c, pte_t *dst_pte, pte_t pte)
{
	if (swap_duplicate(pte_to_swp_entry(pte)) < 0)
		return false;
	c->dst->swap_ptes++;
	set_pte(dst_pte, pte);
	return true;
}

/* Copy n entries.  This loop is most of what fork costs.  => 0, -ENOMEM */
static int copy_ptes(struct pte_copy *c, pte_t *dst_pte, pte_t *src_pte, unsigned int n,
		     unsigned long addr)
{
	pte_t *first = src_pte, *last = src_pte + n, pte;
	struct page *page;

	for (; src_pte < last; src_pte++, dst_pte++) {
		if (pte_none(*src_pte))
			continue;
		if (!pte_present(*src_pte)) {
			if (!copy_swap_pte(c, dst_pte, *src_pte))
				return -ENOMEM;
			continue;
		}
		ptep_clear_bits(src_pte, c->protect);
		pte = __pte(pte_val(*src_pte) & c->keep);
		set_pte(dst_pte, pte);
		if (!c->counted)
			continue;
		page = pte_page(pte);
		if (PageReserved(page))
			continue;
		page_add_map(page);
		if (PageAnon(page))
			c->anon++;
		else
			c->file++;
		trace_vm(fork_map, page, c->dst, addr + ((src_pte - first) << PAGE_SHIFT),
			 pte_val(pte), 0);
	}
	return 0;
}

/* Copy the ptes of one page table's reach; the parent has that table. => 0, -ENOMEM */
static int copy_pte_range(struct pte_copy *c, unsigned long addr, unsigned long end)
{
	pte_t *dst_pte = pte_alloc_map_lock(c->dst, addr);
	int err;

	if (!dst_pte)
		return -ENOMEM;
	spin_lock_nested(&c->src->page_table_lock, 1);
	err = copy_ptes(c, dst_pte, pte_lookup(c->src, addr), (end - addr) >> PAGE_SHIFT, addr);
	spin_unlock(&c->src->page_table_lock);
	c->dst->anon_rss += c->anon;
	c->dst->file_rss += c->file;
	c->anon = c->file = 0;
	spin_unlock(&c->dst->page_table_lock);
	return err;
}

/*
 * Copy what the child cannot find again by itself: areas that never held
 * anonymous memory refault from the page cache, so their tables stay behind.
 */
int copy_page_range(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *vma)
{
	unsigned long addr = vma->vm_start, next;
	struct pte_copy c;
	int err;

	if (!vma->has_anon && !(vma->vm_flags & VM_IO))
		return 0;
	pte_copy_init(&c, dst, src, vma);
	for (; addr < vma->vm_end; addr = next) {
		next = min((addr & PGDIR_MASK) + PGDIR_SIZE, vma->vm_end);
		if (pgd_none(*pgd_offset(src, addr)))
			continue;
		err = copy_pte_range(&c, addr, next);
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

void zap_swap_pte(struct mm_struct *mm, pte_t *ptep)
{
	swp_entry_t entry = pte_to_swp_entry(*ptep);

	pte_clear(ptep);
	mm->swap_ptes--;
	free_swap_and_cache(entry);
}

/* Clear one table's reach until the gather is full; page_table_lock held.  => where it stopped */
static unsigned long zap_pte_range(struct gather *g, struct vm_area_struct *vma,
				   unsigned long addr, unsigned long end, bool spare_anon)
{
	pte_t *first = pte_lookup(g->mm, addr), *ptep = first, *last;

	if (!first)
		return end;
	last = first + ((end - addr) >> PAGE_SHIFT);
	for (; g->nr < GATHER_MAX && (ptep = pte_next_used(ptep, last)) < last; ptep++) {
		pte_t pte = *ptep;

		if (spare_anon && (!pte_present(pte) || PageAnon(pte_page(pte))))
			continue;
		if (pte_present(pte))
			zap_present_pte(g, vma, addr + ((ptep - first) << PAGE_SHIFT), ptep);
		else
			zap_swap_pte(g->mm, ptep);
	}
	return addr + ((ptep - first) << PAGE_SHIFT);
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
		mm_note_rss(g.mm);
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

static bool table_is_empty(pgd_t *pgd)
{
	pte_t *table = pgd_table(*pgd);

	return pte_next_used(table, table + PTRS_PER_PTE) == table + PTRS_PER_PTE;
}

/* => whether there was one to free: any, or an empty one */
static bool free_table(struct mm_struct *mm, pgd_t *pgd, bool only_empty)
{
	pgd_t entry;

	spin_lock(&mm->page_table_lock);
	/* The last user and reclaim may both be here. */
	if (pgd_none(*pgd) || (only_empty && !table_is_empty(pgd))) {
		spin_unlock(&mm->page_table_lock);
		return false;
	}
	entry = *pgd;
	pgd_clear(pgd);
	mm->nr_ptes--;
	spin_unlock(&mm->page_table_lock);
	flush_tlb_mm(mm);
	free_user_table(pgd_table(entry));
	return true;
}

void free_pgtables(struct mm_struct *mm, unsigned long floor, unsigned long ceiling)
{
	pgd_t *pgd = pgd_offset(mm, ALIGN(floor, PGDIR_SIZE)), *end = pgd_offset(mm, ceiling);

	for (; pgd < end; pgd++)
		if (!pgd_none(*pgd))
			free_table(mm, pgd, false);
}

void free_empty_tables(struct mm_struct *mm)
{
	pgd_t *pgd = pgd_offset(mm, 0), *end = pgd_offset(mm, TASK_SIZE);
	unsigned long freed = 0;

	if (!down_write_trylock(&mm->mmap_sem))
		return;
	for (; pgd < end; pgd++)
		if (!pgd_none(*pgd))
			freed += free_table(mm, pgd, true);
	up_write(&mm->mmap_sem);
	count_vm_events(pgtable_reclaim, freed);
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
