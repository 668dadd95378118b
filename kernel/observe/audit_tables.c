/* SPDX-License-Identifier: MIT */
/*
 * Auditor: page tables: who maps which frame.
 *
 * Page directories are found as frames owned by OWNER_PGD, so one that no list knows (an mm being
 * built by fork, or being torn down) is walked as well.  Every kernel entry must equal
 * swapper_pg_dir's, or, in the vmalloc range alone, be not yet copied.
 */
#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <quire/highmem.h>
#include <quire/mm.h>
#include <quire/vmstat.h>

#include "audit_internal.h"

/* What one page directory leads to. */
struct table_sums {
	unsigned long tables, anon, lazyfree, file, swap;	/* lazyfree: of anon */
};

static void note_owner(struct audit *a, unsigned long pfn, enum page_owner owner)
{
	struct audit_frame *f;

	if (!pfn_valid(pfn)) {
		audit_diff(a, "a %s entry leads to frame %05lx, which does not exist",
			   page_owner_name(owner), pfn);
		return;
	}
	f = &a->frame[pfn];
	if (f->owner != OWNER_NONE)
		audit_diff(a, "page %05lx: found as %s and as %s", pfn,
			   page_owner_name(f->owner), page_owner_name(owner));
	f->owner = owner;
}

static void note_slot(struct audit *a, swp_entry_t entry)
{
	unsigned int type = swp_type(entry);
	unsigned long offset = swp_offset(entry);

	if (type >= MAX_SWAPFILES || offset >= a->nr_slots[type])
		audit_diff(a, "a pte names swap slot %u:%lu, which does not exist", type, offset);
	else
		a->slot_users[type][offset]++;
}

/* Device memory and reserved frames are outside counting. */
static bool counted(pte_t pte)
{
	return pfn_valid(pte_pfn(pte)) && !PageReserved(pte_page(pte));
}

/* a is NULL when only the sums are wanted. */
static void walk_table(struct audit *a, const pte_t *table, struct table_sums *sums)
{
	unsigned int i;

	for (i = 0; i < PTRS_PER_PTE; i++) {
		pte_t pte = table[i];

		if (pte_none(pte))
			continue;
		if (!pte_present(pte)) {
			sums->swap++;
			if (a)
				note_slot(a, pte_to_swp_entry(pte));
		} else if (counted(pte)) {
			*(PageAnon(pte_page(pte)) ? &sums->anon : &sums->file) += 1;
			sums->lazyfree += anon_is_lazyfree(pte_page(pte), pte);
			if (a)
				a->frame[pte_pfn(pte)].maps++;
		}
	}
}

static void walk_user_part(struct audit *a, const pgd_t *pgd, struct table_sums *sums)
{
	unsigned int i;

	for (i = 0; i < USER_PGD_PTRS; i++) {
		if (!pgd_present(pgd[i]))
			continue;
		sums->tables++;
		if (a)
			note_owner(a, pgd_pfn(pgd[i]), OWNER_PGTABLE);
		if (pfn_valid(pgd_pfn(pgd[i])))
			walk_table(a, pgd_table(pgd[i]), sums);
	}
}

static void audit_kernel_part(struct audit *a, const pgd_t *pgd)
{
	unsigned int first = pgd_index(VMALLOC_START), last = pgd_index(VMALLOC_END - 1), i;

	for (i = USER_PGD_PTRS; i < PTRS_PER_PGD; i++) {
		bool may_lack = i >= first && i <= last;

		if (pgd_val(pgd[i]) == pgd_val(swapper_pg_dir[i]) ||
		    (may_lack && pgd_none(pgd[i])))
			continue;
		audit_diff(a, "directory %p: kernel entry %u is %08x, swapper_pg_dir has %08x", pgd,
			   i, pgd_val(pgd[i]), pgd_val(swapper_pg_dir[i]));
	}
}

void audit_directories(struct audit *a)
{
	unsigned long pfn;

	for (pfn = 0; pfn < max_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);
		struct table_sums sums = { 0 };

		if (page->owner != OWNER_PGD || !page_count(page))
			continue;
		note_owner(a, pfn, OWNER_PGD);
		walk_user_part(a, page_address(page), &sums);
		audit_kernel_part(a, page_address(page));
	}
}

static void expect(struct audit *a, const struct mm_struct *mm, const char *what,
		   unsigned long kept, unsigned long found)
{
	if (kept != found)
		audit_diff(a, "mm %p: %s is %lu, found %lu", mm, what, kept, found);
}

void audit_mms(struct audit *a)
{
	const struct mm_struct *mm;

	list_for_each_entry(mm, &mmlist, mmlist) {
		struct table_sums sums = { 0 };

		walk_user_part(NULL, mm->pgd, &sums);
		expect(a, mm, "anon_rss", mm->anon_rss, sums.anon);
		expect(a, mm, "file_rss", mm->file_rss, sums.file);
		expect(a, mm, "swap_ptes", mm->swap_ptes, sums.swap);
		expect(a, mm, "nr_ptes", mm->nr_ptes, sums.tables);
		/* Reclaim drops such pages, so only a program may have made them. */
		if (!vm_events(pglazyfree))
			expect(a, mm, "anonymous memory that may be lost", 0, sums.lazyfree);
	}
}

/* ---- the kernel's own windows ---- */

/* Note the owner of each counted, cacheable frame mapped in [start, end) of swapper_pg_dir. */
static void walk_window(struct audit *a, unsigned long start, unsigned long end,
			enum page_owner owner)
{
	unsigned long addr;

	for (addr = start; addr < end; addr += PAGE_SIZE) {
		pgd_t *pgd = pgd_offset_k(addr);
		pte_t pte;

		if (!pgd_present(*pgd)) {
			addr = (addr & PGDIR_MASK) + PGDIR_SIZE - PAGE_SIZE;
			continue;
		}
		pte = *pte_offset(pgd, addr);
		if (pte_present(pte) && !(pte_val(pte) & _PAGE_PCD) && counted(pte))
			note_owner(a, pte_pfn(pte), owner);
	}
}

/* Tables of the kernel part that came after boot. */
static void note_kernel_tables(struct audit *a)
{
	unsigned int i;

	for (i = USER_PGD_PTRS; i < PTRS_PER_PGD; i++) {
		pgd_t pgd = swapper_pg_dir[i];

		if (pgd_present(pgd) && !pgd_large(pgd) && pfn_valid(pgd_pfn(pgd)) &&
		    !PageReserved(pfn_to_page(pgd_pfn(pgd))))
			note_owner(a, pgd_pfn(pgd), OWNER_PGTABLE);
	}
}

static void audit_kmap(struct audit *a)
{
	unsigned long addr;
	unsigned int used = 0;

	for (addr = PKMAP_BASE; addr < PKMAP_END; addr += PAGE_SIZE) {
		pte_t pte = *kernel_pte(addr);

		if (pte_none(pte))
			continue;
		used++;
		if (!pfn_valid(pte_pfn(pte)) || pte_page(pte)->virtual != (void *)addr)
			audit_diff(a, "kmap slot %08lx: its page %05lx has another address", addr,
				   pte_pfn(pte));
		else
			a->frame[pte_pfn(pte)].seen |= SEEN_KMAP;
	}
	if (used != kmap_slots_used())
		audit_diff(a, "kmap: %u slots in use, found %u", kmap_slots_used(), used);
}

void audit_kernel_windows(struct audit *a)
{
	walk_window(a, VMALLOC_START, VMALLOC_END, OWNER_VMALLOC);
	walk_window(a, KSTACK_BASE, KSTACK_END, OWNER_KSTACK);
	note_kernel_tables(a);
	audit_kmap(a);
}
