/* SPDX-License-Identifier: MIT */
/*
 * mmap: making areas.
 *
 * do_mmap_pgoff checks the request against the file, the limits and the commit
 * charge, finds a place, and only then changes anything.  mmap_sem is held for
 * writing; the caller owns its reference to the file, the area takes another.
 */
#include <abi/mman.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/shmem.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "mm_internal.h"

int sysctl_max_map_count = 65536;
unsigned long mmap_min_addr = 4096;

/* ---- where ---- */

/* Lowest hole of len bytes at or above addr; the list is sorted. */
static unsigned long find_hole(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	for (; vma; vma = vma_next(vma)) {
		if (addr + len <= vma->vm_start)
			break;
		addr = max(addr, vma->vm_end);
		if (len > TASK_SIZE - addr)
			return -ENOMEM;
	}
	return len <= TASK_SIZE - addr ? addr : (unsigned long)-ENOMEM;
}

unsigned long get_unmapped_area(struct file *file, unsigned long addr, unsigned long len,
				unsigned long pgoff, unsigned long flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long found;

	if (len > TASK_SIZE)
		return -ENOMEM;
	if (flags & MAP_FIXED) {
		if (addr & ~PAGE_MASK)
			return -EINVAL;
		return addr > TASK_SIZE - len ? (unsigned long)-ENOMEM : addr;
	}
	if (addr) {
		addr = max(PAGE_ALIGN(addr), mmap_min_addr);
		if (addr <= TASK_SIZE - len && !find_vma_intersection(mm, addr, addr + len))
			return addr;
	}
	found = find_hole(mm, mm->free_area_cache, len);
	if (IS_ERR_VALUE(found) && mm->free_area_cache > TASK_UNMAPPED_BASE)
		found = find_hole(mm, TASK_UNMAPPED_BASE, len);
	if (!IS_ERR_VALUE(found))
		mm->free_area_cache = found + len;
	return found;
}

/* ---- may it? ---- */

static unsigned long prot_to_vm(unsigned long prot)
{
	return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) |
	       (prot & PROT_EXEC ? VM_EXEC : 0);
}

/* File modes against protection and sharing.  => 0, adding to *vm_flags, or -errno */
static int check_file(struct file *file, unsigned long prot, unsigned long type,
		      unsigned long *vm_flags)
{
	if (!file->f_op || !file->f_op->mmap)
		return -ENODEV;
	if (!(file->f_mode & FMODE_READ))
		return -EACCES;
	if (type == MAP_PRIVATE)
		return 0;
	if ((prot & PROT_WRITE) && !(file->f_mode & FMODE_WRITE))
		return -EACCES;
	*vm_flags |= VM_SHARED | VM_MAYSHARE;
	/* A shared map of a file that was opened for reading can never be written. */
	if (!(file->f_mode & FMODE_WRITE))
		*vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	return 0;
}

static int calc_vm_flags(struct mm_struct *mm, struct file *file, unsigned long prot,
			 unsigned long flags, unsigned long *vm_flags)
{
	unsigned long type = flags & MAP_TYPE;

	*vm_flags = prot_to_vm(prot) | mm->def_flags | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC |
		    (flags & MAP_GROWSDOWN ? VM_GROWSDOWN : 0) |
		    (flags & MAP_LOCKED ? VM_LOCKED : 0) |
		    (flags & MAP_NORESERVE ? VM_NORESERVE : 0);
	if (type == MAP_SHARED_VALIDATE && file)
		type = MAP_SHARED;
	if (type != MAP_SHARED && type != MAP_PRIVATE)
		return -EINVAL;
	if (file)
		return check_file(file, prot, type, vm_flags);
	if (type == MAP_SHARED)
		*vm_flags |= VM_SHARED | VM_MAYSHARE;
	return 0;
}

static int check_limits(struct mm_struct *mm, unsigned long len, unsigned long vm_flags)
{
	unsigned long pages = len >> PAGE_SHIFT;

	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	if (mm->total_vm + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return -ENOMEM;
	if ((vm_flags & VM_LOCKED) && !capable() &&
	    mm->locked_vm + pages > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT)
		return -EAGAIN;
	return 0;
}

/* ---- doing it ---- */

/* Let the file or the shared memory object have its say.  On failure the area owns nothing. */
static int attach_object(struct vm_area_struct *vma, struct file *file)
{
	int err;

	if (!file)
		return vma_is_shared(vma) ? shmem_zero_setup(vma) : 0;
	vma->vm_file = get_file(file);
	err = file->f_op->mmap(file, vma);
	if (err) {
		vma->vm_file = NULL;
		fput(file);
	}
	return err;
}

static unsigned long map_new_area(struct mm_struct *mm, struct file *file, unsigned long addr,
				  unsigned long len, unsigned long vm_flags, unsigned long pgoff)
{
	struct vm_area_struct *vma, *prev;
	int err;

	find_vma_prev(mm, addr, &prev);
	if (prev && prev->vm_end == addr && !file && !(vm_flags & VM_SHARED) &&
	    vma_extend(mm, prev, addr + len, vm_flags, NULL, 0)) {
		vma_stat_account(mm, prev, len >> PAGE_SHIFT);
		vma_merge_around(mm, prev);
		return addr;
	}
	vma = vm_area_alloc(mm);
	if (!vma)
		return -ENOMEM;
	vma->vm_start = addr;
	vma->vm_end = addr + len;
	vma->vm_flags = vm_flags;
	/* A shared anonymous area has an object of its own, which begins where the area does. */
	if (file)
		vma->vm_pgoff = pgoff;
	else
		vma->vm_pgoff = vma_is_shared(vma) ? 0 : addr >> PAGE_SHIFT;
	err = attach_object(vma, file);
	if (err) {
		vm_area_free(vma);
		return err;
	}
	vma->vm_page_prot = vm_get_page_prot(vma, vma->vm_flags);
	vma_link(mm, vma);
	vma_stat_account(mm, vma, vma_pages(vma));
	vma_merge_around(mm, vma);
	return addr;
}

unsigned long do_mmap_pgoff(struct file *file, unsigned long addr, unsigned long len,
			    unsigned long prot, unsigned long flags, unsigned long pgoff)
{
	struct mm_struct *mm = current->mm;
	unsigned long vm_flags, result;
	bool charged = false;
	int err;

	len = PAGE_ALIGN(len);
	if (len == 0)
		return -EINVAL;
	if (len > TASK_SIZE)
		return -ENOMEM;
	if (pgoff + (len >> PAGE_SHIFT) < pgoff)
		return -EOVERFLOW;
	err = calc_vm_flags(mm, file, prot, flags, &vm_flags);
	if (err)
		return err;
	addr = get_unmapped_area(file, addr, len, pgoff, flags);
	if (IS_ERR_VALUE(addr))
		return addr;
	if ((flags & MAP_FIXED) && addr < mmap_min_addr && !capable())
		return -EPERM;
	if ((flags & MAP_FIXED_NOREPLACE) &&
	    find_vma_intersection(mm, addr, addr + len))
		return -EEXIST;
	err = check_limits(mm, len, vm_flags);
	if (err)
		return err;
	/* MAP_FIXED replaces what was there. */
	err = do_munmap(mm, addr, len);
	if (err)
		return err;
	if (sysctl_overcommit_memory == OVERCOMMIT_NEVER)
		vm_flags &= ~VM_NORESERVE;
	if (vma_accountable(vm_flags)) {
		if (vm_enough_memory(len >> PAGE_SHIFT))
			return -ENOMEM;
		vm_flags |= VM_ACCOUNT;
		charged = true;
	}
	result = map_new_area(mm, file, addr, len, vm_flags, pgoff);
	if (IS_ERR_VALUE(result) && charged)
		vm_unacct_memory(len >> PAGE_SHIFT);
	return result;
}

/* ---- system calls ---- */

static bool wants_pages_now(const struct mm_struct *mm, unsigned long flags)
{
	return (flags & (MAP_POPULATE | MAP_LOCKED)) || (mm->def_flags & VM_LOCKED);
}

static unsigned long mmap_fd(unsigned long addr, unsigned long len, unsigned long prot,
			     unsigned long flags, unsigned long fd, unsigned long pgoff)
{
	struct mm_struct *mm = current->mm;
	struct file *file = NULL;
	unsigned long result;

	if (flags & MAP_FIXED_NOREPLACE)
		flags |= MAP_FIXED;
	if (!(flags & MAP_ANONYMOUS)) {
		file = fget(fd);
		if (!file)
			return -EBADF;
	}
	down_write(&mm->mmap_sem);
	result = do_mmap_pgoff(file, addr, len, prot, flags, pgoff);
	up_write(&mm->mmap_sem);
	if (!IS_ERR_VALUE(result) && wants_pages_now(mm, flags) && (prot & ~PROT_NONE))
		make_pages_present(result, result + PAGE_ALIGN(len));
	if (file)
		fput(file);
	return result;
}

long sys_mmap2(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
	       unsigned long fd, unsigned long pgoff)
{
	return mmap_fd(addr, len, prot, flags, fd, pgoff);
}

long sys_old_mmap(const struct mmap_arg_struct __user *uarg)
{
	struct mmap_arg_struct a;

	if (copy_from_user(&a, uarg, sizeof(a)))
		return -EFAULT;
	if (a.offset & ~PAGE_MASK)
		return -EINVAL;
	return mmap_fd(a.addr, a.len, a.prot, a.flags, a.fd, a.offset >> PAGE_SHIFT);
}
