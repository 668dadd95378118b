/* SPDX-License-Identifier: MIT */
/*
 * Pages that are made present, and held: mlock, and the kernel's own reach into user memory.
 *
 * mlock.  VM_LOCKED areas are faulted in at once (with VM_LOCKONFAULT, as they are touched) and skipped by
 * swap_out, so their pages stay mapped, and no other reclaim looks at a mapped page; the lock is not inherited by fork.
 */
#include <abi/mman.h>
#include <quire/err.h>
#include <quire/highmem.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "mm_internal.h"

int mlock_area(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned long lock)
{
	struct vm_area_struct *vma;
	int err = split_range(mm, start, end);

	if (err)
		return err;
	vma = find_vma(mm, start);
	if ((vma->vm_flags & VM_LOCK_MASK) == lock)
		return 0;
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm -= vma_pages(vma);
	if (lock)
		mm->locked_vm += vma_pages(vma);
	spin_lock(&mm->page_table_lock);
	vma->vm_flags = (vma->vm_flags & ~VM_LOCK_MASK) | lock;
	spin_unlock(&mm->page_table_lock);
	vma_merge_around(mm, vma);
	return 0;
}

static int mlock_range(struct mm_struct *mm, unsigned long start, unsigned long end,
		       unsigned long lock)
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

/* What is locked already counts once. */
static int check_mlock(struct mm_struct *mm, unsigned long start, unsigned long end,
		       unsigned long pages)
{
	pages -= pages_in_areas(mm, start, end, VM_LOCKED);
	return may_lock(mm, VM_LOCKED, pages) ? 0 : -ENOMEM;
}

static long do_mlock(unsigned long start, size_t len, unsigned long lock)
{
	struct mm_struct *mm = current->mm;
	int err = 0;

	if (lock && !can_do_mlock())
		return -EPERM;
	len = PAGE_ALIGN(len + (start & ~PAGE_MASK));
	start &= PAGE_MASK;
	if (start + len < start)
		return -EINVAL;
	if (len == 0)
		return 0;
	down_write(&mm->mmap_sem);
	if (lock)
		err = check_mlock(mm, start, start + len, len >> PAGE_SHIFT);
	if (!err)
		err = mlock_range(mm, start, start + len, lock);
	up_write(&mm->mmap_sem);
	if (!err && lock)
		err = make_pages_present(start, start + len);
	return err == -EFAULT ? -ENOMEM : err;
}

long sys_mlock(unsigned long start, size_t len)
{
	return do_mlock(start, len, VM_LOCKED);
}

long sys_mlock2(unsigned long start, size_t len, int flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return do_mlock(start, len, flags & MLOCK_ONFAULT ? VM_LOCK_MASK : VM_LOCKED);
}

long sys_munlock(unsigned long start, size_t len)
{
	return do_mlock(start, len, 0);
}

static void mlock_every_area(struct mm_struct *mm, unsigned long lock)
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

/* Break COW now: a locked page should not fault later.  Shared ones are not dirtied. */
static int fill_locked_area(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (vma->vm_flags & VM_LOCKONFAULT)
		return 0;
	return populate_area(vma, start, end, (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE);
}

long sys_mlockall(int flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long lock = flags & MCL_ONFAULT ? VM_LOCK_MASK : VM_LOCKED;
	struct vm_area_struct *vma;
	int err = 0;

	if (!(flags & (MCL_CURRENT | MCL_FUTURE)) || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)))
		return -EINVAL;
	if (!can_do_mlock())
		return -EPERM;
	down_write(&mm->mmap_sem);
	if (flags & MCL_CURRENT)
		err = check_mlock(mm, 0, TASK_SIZE, mm->total_vm);
	if (!err) {
		mm->def_flags = flags & MCL_FUTURE ? lock : 0;
		if (flags & MCL_CURRENT)
			mlock_every_area(mm, lock);
	}
	downgrade_write(&mm->mmap_sem);
	if (!err && (flags & MCL_CURRENT))
		list_for_each_entry(vma, &mm->mmap, vm_list)
			(void)fill_locked_area(vma, vma->vm_start, vma->vm_end);
	up_read(&mm->mmap_sem);
	return err;
}

long sys_munlockall(void)
{
	struct mm_struct *mm = current->mm;

	down_write(&mm->mmap_sem);
	mm->def_flags = 0;
	mlock_every_area(mm, 0);
	up_write(&mm->mmap_sem);
	return 0;
}

/* ---- for who wants to see them ---- */

/* mm->page_table_lock held. */
static void mark_locked_area(struct mm_struct *mm, const struct vm_area_struct *vma)
{
	for (unsigned long addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE) {
		pte_t *ptep = pte_lookup(mm, addr);

		if (ptep && pte_present(*ptep) && !PageReserved(pte_page(*ptep)))
			SetPageMlocked(pte_page(*ptep));
	}
}

static void mark_locked_pages_of(struct mm_struct *mm)
{
	const struct vm_area_struct *vma;

	spin_lock(&mm->page_table_lock);
	list_for_each_entry(vma, &mm->mmap, vm_list)
		if ((vma->vm_flags & (VM_LOCKED | VM_IO)) == VM_LOCKED)
			mark_locked_area(mm, vma);
	spin_unlock(&mm->page_table_lock);
}

/* A page that two lock would need a count of its own on every path; who asks is rare, so he looks at all. */
void mark_mlocked_pages(void)
{
	struct page *page, *end = mem_map + max_pfn;
	struct mm_struct *mm;

	for (page = mem_map; page < end; page++)
		if (PageMlocked(page))
			ClearPageMlocked(page);
	spin_lock(&mmlist_lock);
	list_for_each_entry(mm, &mmlist, mmlist)
		if (mm->locked_vm)
			mark_locked_pages_of(mm);
	spin_unlock(&mmlist_lock);
}

/* ---- reaching user pages from the kernel, of the current or of another address space ---- */

/* A pin on the page that the pte allows this access to, or NULL. */
static struct page *pin_mapped_page(struct mm_struct *mm, unsigned long address, bool write)
{
	struct page *page = NULL;
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	ptep = pte_lookup(mm, address);
	if (ptep && pte_present(*ptep) && pfn_valid(pte_pfn(*ptep)) &&
	    (!write || pte_write(*ptep))) {
		page = pte_page(*ptep);
		pin_page(page, PIN_USER);
		if (write)
			set_pte(ptep, pte_mkdirty(pte_mkyoung(*ptep)));
	}
	spin_unlock(&mm->page_table_lock);
	return page;
}

static int fault_to_errno(int result)
{
	return result & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
}

/* mmap_sem held for reading, vma covers address. */
static int get_page_of_area(struct mm_struct *mm, struct vm_area_struct *vma,
			    unsigned long address, bool write, struct page **pagep)
{
	int result;

	if (vma->vm_flags & VM_IO)
		return -EFAULT;
	if (!(vma->vm_flags & (write ? VM_WRITE : VM_READ | VM_WRITE | VM_EXEC)))
		return -EFAULT;
	while (!(*pagep = pin_mapped_page(mm, address, write))) {
		result = handle_mm_fault(mm, vma, address, write);
		if (result & VM_FAULT_ERROR)
			return fault_to_errno(result);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* May sleep.  => 0 with *page pinned (PIN_USER), -EFAULT, -ENOMEM, -EINTR */
int get_user_page(struct mm_struct *mm, unsigned long address, bool write, struct page **page)
{
	struct vm_area_struct *vma;
	int err = -EFAULT;

	down_read(&mm->mmap_sem);
	vma = find_vma(mm, address);
	if (vma && vma->vm_start > address && (vma->vm_flags & VM_GROWSDOWN)) {
		up_read(&mm->mmap_sem);
		down_write(&mm->mmap_sem);
		vma = find_vma(mm, address);
		if (vma && vma->vm_start > address && (vma->vm_flags & VM_GROWSDOWN))
			expand_stack(vma, address);
		downgrade_write(&mm->mmap_sem);
	}
	if (vma && vma->vm_start <= address)
		err = get_page_of_area(mm, vma, address, write, page);
	up_read(&mm->mmap_sem);
	return err;
}

int populate_area(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool write)
{
	struct page *page;
	int err = 0;

	for (; start < end && !err; start += PAGE_SIZE) {
		err = get_page_of_area(vma->vm_mm, vma, start, write, &page);
		if (!err)
			unpin_page(page);
	}
	return err;
}

int make_pages_present(unsigned long start, unsigned long end)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int err = 0;

	for (; start < end && !err; start += PAGE_SIZE) {
		down_read(&mm->mmap_sem);
		vma = find_vma_intersection(mm, start, start + PAGE_SIZE);
		err = vma ? fill_locked_area(vma, start, start + PAGE_SIZE) : -ENOMEM;
		up_read(&mm->mmap_sem);
	}
	return err;
}

int access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, int len, bool write)
{
	int done = 0;

	while (done < len) {
		unsigned int offset = addr & ~PAGE_MASK;
		int n = min_t(int, len - done, PAGE_SIZE - offset);
		struct page *page;
		char *kaddr;

		if (get_user_page(mm, addr, write, &page))
			break;
		kaddr = kmap_atomic(page, KM_USER0);
		if (write)
			memcpy(kaddr + offset, (char *)buf + done, n);
		else
			memcpy((char *)buf + done, kaddr + offset, n);
		kunmap_atomic(kaddr, KM_USER0);
		if (write && !PageAnon(page))
			set_page_dirty(page);
		unpin_page(page);
		done += n;
		addr += n;
	}
	return done;
}
