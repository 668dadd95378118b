/* SPDX-License-Identifier: MIT */
/*
 * Reaching user pages from the kernel: of the current or of another address space.
 */
#include <quire/err.h>
#include <quire/highmem.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#include "mm_internal.h"

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

int make_pages_present(unsigned long start, unsigned long end)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	struct page *page;
	int err;

	for (; start < end; start += PAGE_SIZE) {
		bool write;

		down_read(&mm->mmap_sem);
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start > start) {
			up_read(&mm->mmap_sem);
			return -ENOMEM;
		}
		if (vma->vm_flags & VM_LOCKONFAULT) {
			up_read(&mm->mmap_sem);
			continue;
		}
		/* Break COW now: a locked page should not fault later. Shared ones are not dirtied. */
		write = (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;
		err = get_page_of_area(mm, vma, start, write, &page);
		up_read(&mm->mmap_sem);
		if (err)
			return err;
		unpin_page(page);
	}
	return 0;
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
