/* SPDX-License-Identifier: MIT */
/*
 * What the files of layer 6 (address spaces) share among themselves and with
 * nobody else, grouped by the file that defines it.
 */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/pagemap.h>
#include <quire/swap.h>
#include <quire/user.h>

struct scan_control;

/* mm.c: one more of *count, a field of current's user, unless he has `most`.  *charged: whom to credit later, NULL:
 * nobody (root).  => false: he has */
bool mm_charge_user(atomic_t *count, unsigned long most, struct user_struct **charged);

/* vma.c: the set of areas; mmap_sem held for writing unless told otherwise. */
extern const pgprot_t protection_map[16];
void vma_init(void);
pgprot_t vm_get_page_prot(const struct vm_area_struct *vma, unsigned long flags);
bool vma_wants_writenotify(const struct vm_area_struct *vma, unsigned long flags);
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma);
void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma);
/* All that vma is, for mm, but on no list and without references to its file. => NULL: no memory */
struct vm_area_struct *vm_area_copy(struct mm_struct *mm, const struct vm_area_struct *vma);
/* Cut at addr, inside vma: vma keeps the part below; => the part above, or ERR_PTR(-ENOMEM). */
struct vm_area_struct *split_vma(struct mm_struct *mm, struct vm_area_struct *vma,
				 unsigned long addr);
/* Split so that [start, end) falls on area boundaries. */
int split_range(struct mm_struct *mm, unsigned long start, unsigned long end);
/* Join with neighbours that continue it; => the area that now holds vma->vm_start. */
struct vm_area_struct *vma_merge_around(struct mm_struct *mm, struct vm_area_struct *vma);
/* Extend prev to end if an area with these properties would continue it. */
bool vma_extend(struct mm_struct *mm, struct vm_area_struct *prev, unsigned long end,
		unsigned long flags, struct file *file, pgoff_t pgoff);
/* Put back file, ops and memory of an area that is on no list any more.  May sleep. */
void remove_vma(struct vm_area_struct *vma);
/* How many pages of [start, end) lie in areas that have all of these flags? */
unsigned long pages_in_areas(struct mm_struct *mm, unsigned long start, unsigned long end,
			     unsigned long flags);
void vma_stat_account(struct mm_struct *mm, const struct vm_area_struct *vma, long pages);
/* Do RLIMIT_AS and, for what is data, RLIMIT_DATA leave room for so many pages more? */
bool may_expand_vm(const struct mm_struct *mm, unsigned long flags, unsigned long pages);
/* May the caller lock pages at all? */
bool can_do_mlock(void);
/* Does RLIMIT_MEMLOCK leave room, if these flags say that they would be locked? */
bool may_lock(const struct mm_struct *mm, unsigned long flags, unsigned long pages);

/* mmap.c: VM_READ, VM_WRITE, VM_EXEC as PROT_ asks for them. */
unsigned long prot_to_vm(unsigned long prot);

static inline struct vm_area_struct *vma_next(const struct vm_area_struct *vma)
{
	return vma->vm_list.next == &vma->vm_mm->mmap ?
		       NULL :
		       list_entry(vma->vm_list.next, struct vm_area_struct, vm_list);
}

static inline struct vm_area_struct *vma_prev(const struct vm_area_struct *vma)
{
	return vma->vm_list.prev == &vma->vm_mm->mmap ?
		       NULL :
		       list_entry(vma->vm_list.prev, struct vm_area_struct, vm_list);
}

/* What stays unmapped below a growing area, so that an overrun faults instead of hitting a neighbour. */
#define STACK_GUARD_GAP (256 * PAGE_SIZE)

/* How far up what is mapped below the area may reach. */
static inline unsigned long vma_start_gap(const struct vm_area_struct *vma)
{
	unsigned long gap = vma->vm_flags & VM_GROWSDOWN ? STACK_GUARD_GAP : 0;

	return vma->vm_start - min(gap, vma->vm_start);
}

static inline pgoff_t linear_page_index(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
}

static inline bool vma_is_shared(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_SHARED;
}

/* Private and writable, and not a stack: what RLIMIT_DATA and VmData count. */
static inline bool vma_is_data(unsigned long flags)
{
	return (flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

static inline bool vma_accountable(unsigned long flags)
{
	return (flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}

/* swap_out.c: a fault on a swap entry, its page found or being read: read ahead, leave behind.
 * mmap_sem held for reading; may sleep. */
void swap_stream_fault(struct vm_area_struct *vma, unsigned long addr);
/* Start reading what is in swap of [start, end), inside the area.  mmap_sem held for reading; may sleep. */
void swap_will_need(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* MADV_COLD, MADV_PAGEOUT or MADV_FREE for the page at addr, if nobody else maps it.  mmap_sem held for reading; may
 * sleep.  No area that is locked or of a device. */
void advise_page(struct vm_area_struct *vma, unsigned long addr, int advice);
/* Swap out what lies in [start, end), inside the area, however recently it was used. */
void swap_out_behind(struct vm_area_struct *vma, unsigned long start, unsigned long end);

/* memory.c: page tables. */
/* The pte for addr with its table made if need be; returns with page_table_lock held, or NULL
 * (no memory, lock not held).  May sleep before it takes the lock. */
pte_t *pte_alloc_map_lock(struct mm_struct *mm, unsigned long addr);
int copy_page_range(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *vma);
/* Clear every pte of [start, end) in this area: gather, flush, free. */
void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* The same, sparing anonymous memory of private areas (truncation). */
void zap_file_pages(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* Clear a swap entry: its use of the slot ends.  page_table_lock held. */
void zap_swap_pte(struct mm_struct *mm, pte_t *ptep);
/* Free the page tables of whole 4 MiB spans within [floor, ceiling). */
void free_pgtables(struct mm_struct *mm, unsigned long floor, unsigned long ceiling);
/* Free the page tables that hold nothing, unless somebody is in mmap_sem.  Does not sleep. */
void free_empty_tables(struct mm_struct *mm);

/* rss of the kind of page, which is mapped once more (1) or less (-1); page_table_lock held. */
static inline void mm_count_page(struct mm_struct *mm, const struct page *page, long n)
{
	if (PageAnon(page))
		mm->anon_rss += n;
	else if (!PageReserved(page))
		mm->file_rss += n;
}

/* Before rss falls: readers of the high water mark take the present rss if it is higher. */
static inline void mm_note_rss(struct mm_struct *mm)
{
	mm->hiwater_rss = max(mm->hiwater_rss, mm->anon_rss + mm->file_rss);
}

/* mlock.c: make the locks of [start, end), inside one area, what lock says: 0, VM_LOCKED, or that with
 * VM_LOCKONFAULT.  mmap_sem held for writing.  => 0, -ENOMEM: it cannot be split */
int mlock_area(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned long lock);

/* The same file: make [start, end), inside the area, present for this access.  mmap_sem held for reading; sleeps.
 * => 0, -EFAULT, -ENOMEM, -EINTR */
int populate_area(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool write);

/* fault.c */
/* A fresh anonymous page (pin) takes its place in the page tables and on the lists. */
void install_anon_page(struct vm_area_struct *vma, unsigned long address, pte_t *ptep,
		       struct page *page, bool dirty_writable);

/* swap_out.c, object_map.c: the tables that mmap_init registers */
unsigned long swap_out(struct scan_control *sc, unsigned long nr_ptes);
int unuse_all_mms(swp_entry_t entry, struct page *page);
void unmap_mapping_range(struct address_space *mapping, pgoff_t start, pgoff_t end,
			 bool even_cows);
bool page_mkclean(struct page *page);

#endif
