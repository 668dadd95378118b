/* SPDX-License-Identifier: MIT */
/*
 * munmap: taking areas out of an address space.
 *
 * Check and reserve first: the splits that the ends need are the only steps that
 * can fail.  Then commit: unlink the areas, clear and flush their ptes, free the page
 * tables that nothing covers any more, and last close files and give memory back.
 * mmap_sem held for writing throughout.
 */
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/syscalls.h>

#include "mm_internal.h"

/* Free the tables in the hole that now reaches from prev to the next area. */
static void free_hole_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *prev, *next = find_vma_prev(mm, start, &prev);
	unsigned long floor = prev ? prev->vm_end : 0;
	unsigned long ceiling = next ? next->vm_start : TASK_SIZE;

	floor = max(floor, start & PGDIR_MASK);
	ceiling = min(ceiling, ALIGN(end, PGDIR_SIZE));
	free_pgtables(mm, floor, ceiling);
}

static void unlink_range(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long end,
			 struct list_head *doomed)
{
	struct vm_area_struct *next;

	for (; vma && vma->vm_start < end; vma = next) {
		next = vma_next(vma);
		/* Cleared while its file's i_mmap still finds it: truncation misses nothing. */
		zap_page_range(vma, vma->vm_start, vma->vm_end);
		vma_unlink(mm, vma);
		list_add_tail(&vma->vm_list, doomed);
	}
}

int do_munmap(struct mm_struct *mm, unsigned long start, size_t len)
{
	struct vm_area_struct *vma, *next;
	unsigned long end;
	LIST_HEAD(doomed);
	int err;

	len = PAGE_ALIGN(len);
	if ((start & ~PAGE_MASK) || start > TASK_SIZE || len > TASK_SIZE - start || len == 0)
		return -EINVAL;
	end = start + len;
	vma = find_vma_intersection(mm, start, end);
	if (!vma)
		return 0;
	err = split_range(mm, start, end);
	if (err)
		return err;

	/* Nothing below can fail. */
	unlink_range(mm, find_vma(mm, start), end, &doomed);
	free_hole_pgtables(mm, start, end);
	if (start >= TASK_UNMAPPED_BASE && start < mm->free_area_cache)
		mm->free_area_cache = start;
	list_for_each_entry_safe(vma, next, &doomed, vm_list) {
		vma_stat_account(mm, vma, -(long)vma_pages(vma));
		if (vma->vm_flags & VM_ACCOUNT)
			vm_unacct_memory(vma_pages(vma));
		remove_vma(vma);
	}
	return 0;
}

long sys_munmap(unsigned long addr, size_t len)
{
	struct mm_struct *mm = current->mm;
	int err;

	down_write(&mm->mmap_sem);
	err = do_munmap(mm, addr, len);
	up_write(&mm->mmap_sem);
	return err;
}
