/* SPDX-License-Identifier: MIT */
/*
 * The user stack: an area that grows downwards when it is touched just below
 * its start, up to RLIMIT_STACK, and never into its neighbour.
 */
#include <quire/err.h>
#include <quire/mm.h>
#include <quire/sched.h>

#include "mm_internal.h"

/* What stays unmapped below a growing area, so that an overrun faults instead of hitting a neighbour. */
#define STACK_GUARD_GAP (256 * PAGE_SIZE)

#define STACK_FLAGS                                                                                \
	(VM_READ | VM_WRITE | VM_EXEC | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_GROWSDOWN |     \
	 VM_ACCOUNT)

int setup_stack_vma(struct mm_struct *mm, unsigned long stack_top, unsigned long size)
{
	struct vm_area_struct *vma;
	int err;

	size = PAGE_ALIGN(size);
	if (vm_enough_memory(size >> PAGE_SHIFT))
		return -ENOMEM;
	vma = vm_area_alloc(mm);
	if (!vma) {
		vm_unacct_memory(size >> PAGE_SHIFT);
		return -ENOMEM;
	}
	vma->vm_start = stack_top - size;
	vma->vm_end = stack_top;
	vma->vm_flags = STACK_FLAGS | mm->def_flags;
	vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	vma->vm_page_prot = vm_get_page_prot(vma, vma->vm_flags);
	down_write(&mm->mmap_sem);
	err = insert_vm_struct(mm, vma);
	if (!err)
		vma_stat_account(mm, vma, vma_pages(vma));
	up_write(&mm->mmap_sem);
	if (err) {
		vm_unacct_memory(size >> PAGE_SHIFT);
		vm_area_free(vma);
	}
	return err;
}

static int check_stack_growth(struct mm_struct *mm, struct vm_area_struct *vma,
			      unsigned long address)
{
	unsigned long size = vma->vm_end - address;
	unsigned long grow = (vma->vm_start - address) >> PAGE_SHIFT;
	struct vm_area_struct *prev = vma_prev(vma);

	if (size > rlimit(RLIMIT_STACK))
		return -ENOMEM;
	if (mm->total_vm + grow > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return -ENOMEM;
	if ((vma->vm_flags & VM_LOCKED) && !capable() &&
	    mm->locked_vm + grow > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT)
		return -ENOMEM;
	if (prev && (prev->vm_flags & (VM_READ | VM_WRITE | VM_EXEC)) &&
	    !(prev->vm_flags & VM_GROWSDOWN) && address - prev->vm_end < STACK_GUARD_GAP)
		return -ENOMEM;
	return 0;
}

/* mmap_sem held for writing; address is below vma.  => 0, -ENOMEM */
int expand_stack(struct vm_area_struct *vma, unsigned long address)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long grow;
	int err;

	address &= PAGE_MASK;
	if (address < mmap_min_addr)
		return -EPERM;
	err = check_stack_growth(mm, vma, address);
	if (err)
		return err;
	grow = (vma->vm_start - address) >> PAGE_SHIFT;
	if ((vma->vm_flags & VM_ACCOUNT) && vm_enough_memory(grow))
		return -ENOMEM;
	spin_lock(&mm->page_table_lock);
	vma->vm_start = address;
	vma->vm_pgoff -= grow;
	spin_unlock(&mm->page_table_lock);
	vma_stat_account(mm, vma, grow);
	return 0;
}
