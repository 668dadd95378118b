/* SPDX-License-Identifier: MIT */
/*
 * mprotect: new access rights for a range.
 *
 * A pte never gets write permission here in a private area: the next write
 * faults, and COW decides.  Accessed and Dirty are kept.  Linux's rule for
 * ranges with holes holds: the mapped part before the hole is changed, then ENOMEM.
 */
#include <abi/mman.h>
#include <arch/tlb.h>
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/syscalls.h>

#include "mm_internal.h"

#define VM_ACCESS (VM_READ | VM_WRITE | VM_EXEC)
#define VM_MAY_SHIFT 4 /* VM_MAYREAD is VM_READ << 4, and so on */

static void change_pte_range(struct mm_struct *mm, unsigned long addr, unsigned long end,
			     pgprot_t prot)
{
	pte_t *ptep = pte_lookup(mm, addr), *last;

	if (!ptep)
		return;
	last = ptep + ((end - addr) >> PAGE_SHIFT);
	for (; (ptep = pte_next_used(ptep, last)) < last; ptep++)
		if (pte_present(*ptep))
			set_pte(ptep, pte_modify(ptep_get_and_clear(ptep), prot));
}

static void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr, next;

	for (addr = start; addr < end; addr = next) {
		next = min((addr & PGDIR_MASK) + PGDIR_SIZE, end);
		spin_lock(&mm->page_table_lock);
		change_pte_range(mm, addr, next, vma->vm_page_prot);
		spin_unlock(&mm->page_table_lock);
	}
	flush_tlb_range(mm, start, end);
}

/* Whole area; its bounds are right already. */
static int mprotect_area(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long flags)
{
	long charged = 0;

	if (flags == vma->vm_flags)
		return 0;
	if (vma_is_data(flags) && !vma_is_data(vma->vm_flags) &&
	    mm->data_vm + vma_pages(vma) > rlimit(RLIMIT_DATA) >> PAGE_SHIFT)
		return -ENOMEM;
	/* A private area that becomes writable is charged from now on. */
	if ((flags & VM_WRITE) && !(flags & (VM_SHARED | VM_ACCOUNT | VM_NORESERVE))) {
		charged = vma_pages(vma);
		if (vm_enough_memory(charged))
			return -ENOMEM;
		flags |= VM_ACCOUNT;
	}
	vma_stat_account(mm, vma, -(long)vma_pages(vma));
	spin_lock(&mm->page_table_lock);
	vma->vm_flags = flags;
	vma->vm_page_prot = vm_get_page_prot(vma, flags);
	spin_unlock(&mm->page_table_lock);
	vma_stat_account(mm, vma, vma_pages(vma));
	change_protection(vma, vma->vm_start, vma->vm_end);
	return 0;
}

static int mprotect_range(struct mm_struct *mm, unsigned long start, unsigned long end,
			  unsigned long access)
{
	struct vm_area_struct *vma;
	unsigned long flags;
	int err;

	while (start < end) {
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start > start)
			return -ENOMEM;
		flags = (vma->vm_flags & ~VM_ACCESS) | access;
		if (access & ~(flags >> VM_MAY_SHIFT))
			return -EACCES;
		err = split_range(mm, start, min(end, vma->vm_end));
		if (err)
			return err;
		vma = find_vma(mm, start);
		err = mprotect_area(mm, vma, flags);
		if (err)
			return err;
		start = vma->vm_end;
		vma_merge_around(mm, vma);
	}
	return 0;
}

long sys_mprotect(unsigned long start, size_t len, unsigned long prot)
{
	struct mm_struct *mm = current->mm;
	unsigned long access = 0;
	struct vm_area_struct *vma;
	int err;

	if (start & ~PAGE_MASK)
		return -EINVAL;
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN))
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (len == 0)
		return 0;
	if (len > TASK_SIZE || start > TASK_SIZE - len)
		return -ENOMEM;
	access |= prot & PROT_READ ? VM_READ : 0;
	access |= prot & PROT_WRITE ? VM_WRITE : 0;
	access |= prot & PROT_EXEC ? VM_EXEC : 0;

	down_write(&mm->mmap_sem);
	if (prot & PROT_GROWSDOWN) {
		vma = find_vma(mm, start);
		err = -EINVAL;
		if (!vma || vma->vm_start >= start + len || !(vma->vm_flags & VM_GROWSDOWN))
			goto out;
		len += start - vma->vm_start;
		start = vma->vm_start;
	}
	err = mprotect_range(mm, start, start + len, access);
out:
	up_write(&mm->mmap_sem);
	return err;
}
