/* SPDX-License-Identifier: MIT */
/*
 * swap_out: the one place that reads Accessed and Dirty of user ptes, and the
 * one that takes ptes away for reclaim; and streams of faults from swap, which read ahead and leave behind.
 *
 * Idea.  Without reverse maps the way from a frame to its ptes is a walk over
 * page tables.  swap_out walks all address spaces in turn, from where it stopped
 * last time, and looks at each present pte:
 *
 *	Accessed		cleared; the page ages up; next
 *	age > 0			halved, if this is the page's only pte (else the scan of its list does
 *				it); still > 0: next
 *	old			the pte goes: Dirty is passed to PG_dirty, and in its place
 *				stands	nothing		a file finds its page by itself
 *					a swap entry	anonymous memory, now in the swap cache
 *
 * When the last pte of a page is gone it is deactivated: page_launder does the rest.  Ptes of the zero page
 * that nobody uses go, too, and at an mm's end its tables that became empty.
 *
 * Locks.  mmlist_lock to choose the mm; mm_count holds it (never mm_users: tearing down an
 * address space is not for a page scanner); page_table_lock over a bounded batch of
 * ptes.  PG_locked by trylock only.  Nothing here sleeps with a lock held.
 */
#include <abi/mman.h>
#include <arch/tlb.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/page_lists.h>
#include <quire/reclaim.h>
#include <quire/sched.h>
#include <quire/swap.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "mm_internal.h"

/* ptes looked at under one hold of page_table_lock */
#define SWAP_OUT_BATCH 256

enum scan_result {
	PTE_KEPT,	/* look at the next */
	PTE_REMOVED,	/* one mapping less */
};

/* The page has no users among ptes any more: old, so let page_launder have it. */
static void page_unmapped(struct page *page)
{
	if (page_mapcount(page) == 0)
		deactivate_page(page);
}

/* Anonymous, locked, pinned, its pte taken out: give it a slot's name.  => the entry, val 0: no slot */
static swp_entry_t anon_page_entry(struct page *page)
{
	swp_entry_t entry = { 0 };

	if (!PageSwapCache(page) && !add_to_swap(page))
		return entry;
	entry.val = page->index;
	if (swap_duplicate(entry) < 0)
		entry.val = 0;
	return entry;
}

/*
 * Take the pte of an old page away.  page_table_lock held; the page is locked and
 * pinned.  The pte is empty and flushed before anything else is decided, so no store can
 * slip in behind the look at its Dirty bit.
 */
static enum scan_result unmap_old_page(struct mm_struct *mm, struct vm_area_struct *vma,
				       unsigned long addr, pte_t *ptep, struct page *page)
{
	pte_t pte = ptep_get_and_clear(ptep);
	swp_entry_t entry;

	flush_tlb_page(mm, addr);
	mm_note_rss(mm);
	if (!PageAnon(page) || anon_is_lazyfree(page, pte)) {
		if (pte_dirty(pte))
			set_page_dirty(page);
		if (PageAnon(page))
			count_vm_event(pglazyfreed);
		mm_count_page(mm, page, -1);
		page_remove_map(page);
		trace_vm(drop_pte, page, mm, addr, 0, 0);
		return PTE_REMOVED;
	}
	entry = anon_page_entry(page);
	if (!entry.val) {
		set_pte(ptep, pte);
		return PTE_KEPT;
	}
	if (pte_dirty(pte))
		set_page_dirty(page);
	set_pte(ptep, swp_entry_to_pte(entry));
	mm_count_page(mm, page, -1);
	mm->swap_ptes++;
	page_remove_map(page);
	trace_vm(swap_out, page, mm, addr, entry.val, entry.val);
	return PTE_REMOVED;
}

/* Like unmap_old_page for a page that nobody holds, if it can be had at once; then it is inactive. */
static enum scan_result take_pte(struct mm_struct *mm, struct vm_area_struct *vma,
				 unsigned long addr, pte_t *ptep, struct page *page)
{
	enum scan_result result;

	/* Nowhere to go: do not take the pte out only to put it back. */
	if (PageAnon(page) && !PageSwapCache(page) && nr_free_swap_slots() <= 0 &&
	    !anon_is_lazyfree(page, *ptep))
		return PTE_KEPT;
	if (!trylock_page(page))
		return PTE_KEPT;
	pin_page(page, PIN_RECLAIM);
	result = unmap_old_page(mm, vma, addr, ptep, page);
	if (result == PTE_REMOVED)
		page_unmapped(page);
	unlock_page(page);
	unpin_page(page);
	return result;
}

static bool zone_wanted(const struct page *page, const struct scan_control *sc)
{
	return page_zonenum(page) <= (unsigned int)sc->class;
}

/* No memory comes of it, but perhaps of the table. */
static void drop_zero_page(struct mm_struct *mm, unsigned long addr, pte_t *ptep)
{
	if (!ptep_test_and_clear_young(ptep))
		pte_clear(ptep);
	flush_tlb_page(mm, addr);
}

/* page_table_lock held. */
static enum scan_result try_to_swap_out(struct mm_struct *mm, struct vm_area_struct *vma,
					unsigned long addr, pte_t *ptep,
					const struct scan_control *sc)
{
	struct page *page;

	if (!pte_present(*ptep) || !pfn_valid(pte_pfn(*ptep)))
		return PTE_KEPT;
	page = pte_page(*ptep);
	if (PageReserved(page)) {
		if (page == zero_page)
			drop_zero_page(mm, addr, ptep);
		return PTE_KEPT;
	}
	if (ptep_test_and_clear_young(ptep)) {
		u64 before = trace_snapshot(page);

		flush_tlb_page(mm, addr);
		age_page_up(page);
		SetPageReferenced(page);
		trace_vm_from(before, age_up, page, mm, addr, pte_val(*ptep), 0);
		return PTE_KEPT;
	}
	if (page->age && page_mapcount(page) == 1) {
		u64 before = trace_snapshot(page);

		age_page_down(page);
		trace_vm_from(before, age_down, page, mm, addr, pte_val(*ptep), 0);
	}
	if (page->age > 0 || !zone_wanted(page, sc) || PageWriteback(page))
		return PTE_KEPT;
	return take_pte(mm, vma, addr, ptep, page);
}

/* What a walk has left to do. */
struct swap_out_walk {
	const struct scan_control *sc;
	unsigned long ptes_left;	/* to look at */
	unsigned long removed;
	bool empty_table;		/* seen in this mm */
};

/* One table's reach or until the batch ends.  => where to go on */
static unsigned long scan_pte_range(struct swap_out_walk *w, struct vm_area_struct *vma,
				    unsigned long addr, unsigned long end, unsigned int *batch)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *ptep = pte_lookup(mm, addr);
	bool used = false;

	if (!ptep)
		return end;
	for (; addr < end && *batch; addr += PAGE_SIZE, ptep++) {
		if (pte_none(*ptep))
			continue;
		used = true;
		(*batch)--;
		if (try_to_swap_out(mm, vma, addr, ptep, w->sc) == PTE_REMOVED)
			w->removed++;
	}
	w->empty_table |= !used;
	return addr;
}

/* From addr to the end of the area or of the batch.  => where to go on */
static unsigned long scan_area(struct swap_out_walk *w, struct vm_area_struct *vma,
			       unsigned long addr, unsigned int *batch)
{
	unsigned long next;

	if (vma->vm_flags & (VM_LOCKED | VM_IO))
		return vma->vm_end;
	addr = max(addr, vma->vm_start);
	while (addr < vma->vm_end && *batch) {
		next = min((addr & PGDIR_MASK) + PGDIR_SIZE, vma->vm_end);
		addr = scan_pte_range(w, vma, addr, next, batch);
	}
	return addr;
}

/* The first area at or above addr; page_table_lock held, so the list and the tree stand still. */
static struct vm_area_struct *area_from(struct mm_struct *mm, unsigned long addr)
{
	struct rb_node *node = mm->mm_rb.rb_node;
	struct vm_area_struct *vma, *found = NULL;

	while (node) {
		vma = rb_entry(node, struct vm_area_struct, vm_rb);
		if (vma->vm_end > addr) {
			found = vma;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

/* One batch of this mm from its cursor.  => true: its end was reached (the cursor is 0 again) */
static bool swap_out_batch(struct swap_out_walk *w, struct mm_struct *mm)
{
	unsigned int batch = min_t(unsigned long, w->ptes_left, SWAP_OUT_BATCH), size = batch;
	unsigned long addr;
	struct vm_area_struct *vma;

	spin_lock(&mm->page_table_lock);
	addr = mm->swap_address;
	vma = area_from(mm, addr);
	while (vma && batch) {
		addr = scan_area(w, vma, addr, &batch);
		if (addr >= vma->vm_end)
			vma = vma_next(vma);
	}
	mm->swap_address = vma ? addr : 0;
	spin_unlock(&mm->page_table_lock);
	count_vm_events(swap_scan, size - batch);
	w->ptes_left -= size - batch;
	return !vma;
}

/* The next mm in turn, held by mm_count; it moves to the end of the list. */
static struct mm_struct *next_mm(void)
{
	struct mm_struct *mm = NULL;

	spin_lock(&mmlist_lock);
	if (!list_empty(&mmlist)) {
		mm = list_first_entry(&mmlist, struct mm_struct, mmlist);
		mmgrab(mm);
	}
	spin_unlock(&mmlist_lock);
	return mm;
}

static void rotate_mm(struct mm_struct *mm)
{
	spin_lock(&mmlist_lock);
	if (!list_empty(&mm->mmlist))
		list_move_tail(&mm->mmlist, &mmlist);
	spin_unlock(&mmlist_lock);
}

static unsigned int count_mms(void)
{
	struct mm_struct *mm;
	unsigned int n = 0;

	spin_lock(&mmlist_lock);
	list_for_each_entry(mm, &mmlist, mmlist)
		n++;
	spin_unlock(&mmlist_lock);
	return n;
}

/*
 * Look at up to nr_ptes present or swap ptes, all mm's in turn; an mm keeps its turn until its
 * end.  Ends early after one round without work left.  => ptes removed
 */
unsigned long swap_out(struct scan_control *sc, unsigned long nr_ptes)
{
	struct swap_out_walk w = { .sc = sc, .ptes_left = nr_ptes };
	unsigned int rounds = count_mms() + 1;
	struct mm_struct *mm;

	while (w.ptes_left && rounds) {
		mm = next_mm();
		if (!mm)
			break;
		if (swap_out_batch(&w, mm)) {
			/* Not counted as progress: its owner may take it again and again, and memory be out. */
			if (w.empty_table)
				free_empty_tables(mm);
			w.empty_table = false;
			rotate_mm(mm);
			rounds--;
		}
		mmdrop(mm);
		cond_resched();
	}
	count_vm_events(swap_unmap, w.removed);
	return w.removed;
}

/* The page that only this pte maps, and that nobody is writing out; NULL: there is none.  page_table_lock held. */
static struct page *lone_page(const pte_t *ptep)
{
	bool there = ptep && pte_present(*ptep) && pfn_valid(pte_pfn(*ptep));
	struct page *page = there ? pte_page(*ptep) : NULL;

	return page && page_mapcount(page) == 1 && !PageWriteback(page) ? page : NULL;
}

void swap_out_behind(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;

	if (vma->vm_flags & (VM_LOCKED | VM_IO))
		return;
	spin_lock(&mm->page_table_lock);
	for (; start < end; start += PAGE_SIZE) {
		pte_t *ptep = pte_lookup(mm, start);
		struct page *page = lone_page(ptep);

		/* Read from swap for one use: shared or much used ones are not the stream's. */
		if (page && PageAnon(page) && page->age <= PAGE_AGE_START + 2 * PAGE_AGE_ADV)
			(void)take_pte(mm, vma, start, ptep, page);
	}
	spin_unlock(&mm->page_table_lock);
}

/* ---- advice: a program that knows better ---- */

/* MADV_FREE: no slot, not dirty, as no other anonymous page is.  => false: somebody holds the page or its slot */
static bool make_lazyfree(struct page *page)
{
	bool done;

	if (!trylock_page(page))
		return false;
	done = (!PageSwapCache(page) || remove_exclusive_swap_page(page)) && page_count(page) == 1;
	if (done)
		ClearPageDirty(page);
	unlock_page(page);
	return done;
}

void advise_page(struct vm_area_struct *vma, unsigned long addr, int advice)
{
	struct mm_struct *mm = vma->vm_mm;
	bool lazyfree = advice == MADV_FREE;
	struct page *page;
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	ptep = pte_lookup(mm, addr);
	page = lone_page(ptep);
	if (lazyfree && ptep && pte_is_swap(*ptep))
		zap_swap_pte(mm, ptep);
	if (!page || (lazyfree && !make_lazyfree(page))) {
		spin_unlock(&mm->page_table_lock);
		return;
	}
	count_vm_events(pglazyfree, lazyfree);
	ptep_clear_bits(ptep, _PAGE_ACCESSED | (lazyfree ? _PAGE_DIRTY : 0));
	flush_tlb_page(mm, addr);
	ClearPageReferenced(page);
	page->age = 0;
	pin_page(page, PIN_RECLAIM);
	if (advice == MADV_PAGEOUT)
		(void)take_pte(mm, vma, addr, ptep, page);
	spin_unlock(&mm->page_table_lock);
	if (!page_mapcount(page))
		launder_now(page);
	unpin_page(page);
}

/* ---- streams: what is read from swap besides the page that a fault wants, and what is let go of ---- */

/*
 * Idea.  Neighbours in memory are what a program touches next, if it touches memory in order, upwards or down;
 * neighbours on the swap area are only what was swapped out at the same time.  So faults are watched per area.  A
 * stream knows the stretch [start, end) that it has lately been through or has read ahead:
 *
 *	a fault beside it, at most NEAR away	a stream begins, or turns: a small window is read ahead
 *	a fault inside				it goes on: before the edge is reached the next window is
 *						being read, twice as large, up to 2 << page_cluster pages
 *	anything else				random: nothing is read ahead
 *
 * swap_out walks page tables, so the neighbours' slots are neighbours too, and a window is one transfer.
 *
 * A stream that has become longer than LONG_STREAM of memory leaves behind what it has passed: its next use is
 * farther away than that of anything else in memory.  That makes loops over more than memory keep the part
 * that fits, where strict LRU would read all of it each time round.
 *
 * Locks.  mmap_sem for reading.  vma->swap_stream is not locked: threads that fault at once may spoil
 * a guess, nothing else.  Entries are read under page_table_lock, used without: one that is freed meanwhile
 * is refused or read in vain.
 */

#define FIRST_WINDOW 4 /* pages */
#define MAX_WINDOW 64
#define NEAR (FIRST_WINDOW * PAGE_SIZE) /* so the first window has what lies between */
#define SPARSE 4       /* a window may lie among so many times its number of pages */
#define LONG_STREAM 32 /* 1/32 of memory */

static unsigned long largest_window(void)
{
	return min(2ul << page_cluster, (unsigned long)MAX_WINDOW);
}

/* The swap entries of up to *nr of so many pages, addr first, step apart.  => where to go on; *nr: how many there were */
static unsigned long entries_from(struct vm_area_struct *vma, unsigned long addr, long step,
				  unsigned long looks, swp_entry_t *entries, unsigned long *nr)
{
	unsigned long found = 0;

	spin_lock(&vma->vm_mm->page_table_lock);
	for (; looks && found < *nr && addr >= vma->vm_start && addr < vma->vm_end; addr += step) {
		pte_t *ptep = pte_lookup(vma->vm_mm, addr);

		looks--;
		if (ptep && pte_is_swap(*ptep))
			entries[found++] = pte_to_swp_entry(*ptep);
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	*nr = found;
	return addr;
}

static void read_window(struct vm_area_struct *vma, struct swap_stream *stream)
{
	unsigned long nr = stream->window, looks = nr * SPARSE;
	swp_entry_t entries[MAX_WINDOW];

	if (stream->down)
		stream->start = entries_from(vma, stream->start - PAGE_SIZE, -(long)PAGE_SIZE, looks,
					     entries, &nr) + PAGE_SIZE;
	else
		stream->end = entries_from(vma, stream->end, PAGE_SIZE, looks, entries, &nr);
	swap_read_ahead(entries, nr);
	stream->window = min(stream->window * 2, largest_window());
}

void swap_will_need(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	swp_entry_t entries[MAX_WINDOW];
	unsigned long nr;

	while (start < end) {
		nr = min((end - start) >> PAGE_SHIFT, (unsigned long)MAX_WINDOW);
		start = entries_from(vma, start, PAGE_SIZE, nr, entries, &nr);
		swap_read_ahead(entries, nr);
	}
}

/* One window stays: the program may look back a little. */
static void leave_behind(struct vm_area_struct *vma, struct swap_stream *stream)
{
	unsigned long left = stream->left;

	if (stream->down && stream->end < left) {
		swap_out_behind(vma, stream->end, left);
		stream->left = stream->end;
	} else if (!stream->down && stream->start > left) {
		swap_out_behind(vma, left, stream->start);
		stream->left = stream->start;
	}
}

/* A stream begins at addr, or turns there. */
static void begin_stream(struct swap_stream *stream, unsigned long addr)
{
	unsigned long stays = num_physpages / LONG_STREAM * PAGE_SIZE;

	stream->down = addr < stream->start;
	stream->window = FIRST_WINDOW;
	stream->left = stream->down ? addr - min(stays, addr) : addr + stays;
}

/* What lies farther behind addr than the largest window is no part of the stream any more. */
static void forget_behind(struct swap_stream *stream, unsigned long addr)
{
	unsigned long reach = largest_window() * PAGE_SIZE;

	if (stream->down)
		stream->end = min(stream->end, addr + reach);
	else if (addr > reach)
		stream->start = max(stream->start, addr - reach);
}

static bool edge_is_close(const struct swap_stream *stream, unsigned long addr)
{
	unsigned long left = stream->down ? addr + PAGE_SIZE - stream->start : stream->end - addr;

	return left <= stream->window / 2 * PAGE_SIZE;
}

void swap_stream_fault(struct vm_area_struct *vma, unsigned long addr)
{
	struct swap_stream *stream = &vma->swap_stream;
	bool inside = addr >= stream->start && addr < stream->end;

	if (addr + NEAR < stream->start || addr >= stream->end + NEAR) {
		*stream = (struct swap_stream){ .start = addr, .end = addr + PAGE_SIZE };
		return;
	}
	if (inside && (!stream->window || !edge_is_close(stream, addr)))
		return;
	if (!inside && (!stream->window || stream->down != (addr < stream->start)))
		begin_stream(stream, addr);
	read_window(vma, stream);
	stream->start = min(stream->start, addr);
	stream->end = max(stream->end, addr + PAGE_SIZE);
	forget_behind(stream, addr);
	leave_behind(vma, stream);
}
