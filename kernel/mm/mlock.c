/* SPDX-License-Identifier: MIT */
/*
 * mlock: pages that stay.  VM_LOCKED areas are faulted in at once and skipped by
 * swap_out; the lock is not inherited by fork.
 */
#include <abi/mman.h>
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/syscalls.h>

#include "mm_internal.h"

/* Set or clear VM_LOCKED on [start, end) of one area. */
static int mlock_area(struct mm_struct *mm, unsigned long start, unsigned long end, bool lock)
{
	struct vm_area_struct *vma;
	int err = split_range(mm, start, end);

	if (err)
		return err;
	vma = find_vma(mm, start);
	if (!(vma->vm_flags & VM_LOCKED) != lock)
		return 0;
	spin_lock(&mm->page_table_lock);
	vma->vm_flags ^= VM_LOCKED;
	spin_unlock(&mm->page_table_lock);
	if (lock)
		mm->locked_vm += vma_pages(vma);
	else
		mm->locked_vm -= vma_pages(vma);
	vma_merge_around(mm, vma);
	return 0;
}

static int mlock_range(struct mm_struct *mm, unsigned long start, unsigned long end, bool lock)
{
	struct vm_area_struct *vma;
	unsigned long next;
	int err;

	while (start < end) {
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start > start)
			return -ENOMEM;
		next = min(end, vma->vm_end);
		err = mlock_area(mm, start, next, lock);
		if (err)
			return err;
		start = next;
	}
	return 0;
}

static int check_mlock(struct mm_struct *mm, unsigned long pages)
{
	if (capable())
		return 0;
	if (rlimit(RLIMIT_MEMLOCK) == 0)
		return -EPERM;
	return mm->locked_vm + pages > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT ? -ENOMEM : 0;
}

static long do_mlock(unsigned long start, size_t len, bool lock)
{
	struct mm_struct *mm = current->mm;
	int err = 0;

	len = PAGE_ALIGN(len + (start & ~PAGE_MASK));
	start &= PAGE_MASK;
	if (start + len < start)
		return -EINVAL;
	if (len == 0)
		return 0;
	down_write(&mm->mmap_sem);
	if (lock)
		err = check_mlock(mm, len >> PAGE_SHIFT);
	if (!err)
		err = mlock_range(mm, start, start + len, lock);
	up_write(&mm->mmap_sem);
	if (!err && lock)
		err = make_pages_present(start, start + len);
	return err == -EFAULT ? -ENOMEM : err;
}

long sys_mlock(unsigned long start, size_t len)
{
	return do_mlock(start, len, true);
}

long sys_munlock(unsigned long start, size_t len)
{
	return do_mlock(start, len, false);
}

static void mlock_every_area(struct mm_struct *mm, bool lock)
{
	struct vm_area_struct *vma;
	unsigned long addr = 0, end;

	while ((vma = find_vma(mm, addr)) != NULL) {
		end = vma->vm_end;
		if (!(vma->vm_flags & VM_IO))
			mlock_area(mm, vma->vm_start, end, lock);
		addr = end;
	}
}

long sys_mlockall(int flags)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long addr = 0;
	int err;

	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE)))
		return -EINVAL;
	down_write(&mm->mmap_sem);
	err = check_mlock(mm, flags & MCL_CURRENT ? mm->total_vm : 0);
	if (!err) {
		mm->def_flags = flags & MCL_FUTURE ? VM_LOCKED : 0;
		if (flags & MCL_CURRENT)
			mlock_every_area(mm, true);
	}
	up_write(&mm->mmap_sem);
	while (!err && (flags & MCL_CURRENT)) {
		unsigned long start, end;

		down_read(&mm->mmap_sem);
		vma = find_vma(mm, addr);
		start = vma ? max(addr, vma->vm_start) : 0;
		end = vma ? vma->vm_end : 0;
		up_read(&mm->mmap_sem);
		if (!end)
			break;
		make_pages_present(start, end);
		addr = end;
	}
	return err;
}

long sys_munlockall(void)
{
	struct mm_struct *mm = current->mm;

	down_write(&mm->mmap_sem);
	mm->def_flags = 0;
	mlock_every_area(mm, false);
	up_write(&mm->mmap_sem);
	return 0;
}
