/* SPDX-License-Identifier: MIT */
/*
 * The heap: brk, and the anonymous area that exec makes for bss; and what it and all other areas promise.
 */
#include <abi/mman.h>
#include <quire/err.h>
#include <quire/errno.h>
#include <quire/gfp.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/shmem.h>
#include <quire/slab.h>
#include <quire/swap.h>
#include <quire/syscalls.h>

#include "mm_internal.h"

#define HEAP_FLAGS                                                                                 \
	(VM_READ | VM_WRITE | VM_EXEC | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT)

/* mmap_sem held for writing.  => addr or -errno */
unsigned long do_brk(unsigned long addr, unsigned long len)
{
	struct mm_struct *mm = current->mm;
	unsigned long flags = HEAP_FLAGS | mm->def_flags, pages;
	struct vm_area_struct *vma, *prev;
	int err;

	len = PAGE_ALIGN(len);
	if (len == 0)
		return addr;
	if ((addr & ~PAGE_MASK) || addr > TASK_SIZE || len > TASK_SIZE - addr)
		return -EINVAL;
	pages = len >> PAGE_SHIFT;
	if (mm->total_vm + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return -ENOMEM;
	err = do_munmap(mm, addr, len);
	if (err)
		return err;
	if (vm_enough_memory(pages))
		return -ENOMEM;

	find_vma_prev(mm, addr, &prev);
	if (prev && prev->vm_end == addr && vma_extend(mm, prev, addr + len, flags, NULL, 0)) {
		vma_stat_account(mm, prev, pages);
		vma_merge_around(mm, prev);
		return addr;
	}
	vma = mm->map_count < sysctl_max_map_count ? vm_area_alloc(mm) : NULL;
	if (!vma) {
		vm_unacct_memory(pages);
		return -ENOMEM;
	}
	vma->vm_start = addr;
	vma->vm_end = addr + len;
	vma->vm_flags = flags;
	vma->vm_pgoff = addr >> PAGE_SHIFT;
	vma->vm_page_prot = vm_get_page_prot(vma, flags);
	vma_link(mm, vma);
	vma_stat_account(mm, vma, pages);
	vma_merge_around(mm, vma);
	return addr;
}

static bool brk_allowed(struct mm_struct *mm, unsigned long brk)
{
	unsigned long data = rlimit(RLIMIT_DATA);

	if (brk < mm->start_brk)
		return false;
	return data == RLIM_INFINITY ||
	       (brk - mm->start_brk) + (mm->end_data - mm->start_data) <= data;
}

/* => the break that holds afterwards: the old one when nothing was changed */
long sys_brk(unsigned long brk)
{
	struct mm_struct *mm = current->mm;
	unsigned long old_end, new_end, populate = 0;

	down_write(&mm->mmap_sem);
	if (!brk_allowed(mm, brk))
		goto out;
	old_end = PAGE_ALIGN(mm->brk);
	new_end = PAGE_ALIGN(brk);
	if (new_end < old_end) {
		if (do_munmap(mm, new_end, old_end - new_end))
			goto out;
	} else if (new_end > old_end) {
		/* Never over another area; one page stays free below the next. */
		if (new_end > TASK_SIZE - PAGE_SIZE ||
		    find_vma_intersection(mm, old_end, new_end + PAGE_SIZE))
			goto out;
		if (IS_ERR_VALUE(do_brk(old_end, new_end - old_end)))
			goto out;
		if (mm->def_flags & VM_LOCKED)
			populate = old_end;
	}
	mm->brk = brk;
out:
	brk = mm->brk;
	up_write(&mm->mmap_sem);
	if (populate)
		make_pages_present(populate, PAGE_ALIGN(brk));
	return brk;
}

/* ---- commit accounting: how much memory has been promised ---- */

/*
 *	overcommit_memory 0	refuse only what could never be had
 *	                  1	refuse nothing
 *	                  2	promise at most swap plus a share of RAM
 */

int sysctl_overcommit_memory = OVERCOMMIT_GUESS;
int sysctl_overcommit_ratio = 50;
atomic_t vm_committed_space = ATOMIC_INIT(0);

unsigned long vm_commit_limit(void)
{
	return totalram_pages * sysctl_overcommit_ratio / 100 + nr_total_swap_slots();
}

/* All that could be made free if everything went well: shared memory can only go to swap, which counts already. */
static long pages_obtainable(void)
{
	return nr_free_pages() + nr_pagecache_pages() - nr_shmem_pages() + slab_pages_reclaimable() +
	       nr_free_swap_slots();
}

static bool may_promise(long pages)
{
	switch (sysctl_overcommit_memory) {
	case OVERCOMMIT_ALWAYS:
		return true;
	case OVERCOMMIT_NEVER:
		return (unsigned long)atomic_read(&vm_committed_space) <= vm_commit_limit();
	default:
		return pages < pages_obtainable();
	}
}

/* Reserves; => 0, -ENOMEM (nothing reserved then) */
int vm_enough_memory(long pages)
{
	atomic_add(pages, &vm_committed_space);
	if (may_promise(pages))
		return 0;
	atomic_sub(pages, &vm_committed_space);
	return -ENOMEM;
}

void vm_unacct_memory(long pages)
{
	atomic_sub(pages, &vm_committed_space);
}
