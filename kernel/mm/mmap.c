/* SPDX-License-Identifier: MIT */
/*
 * mmap: making areas; munmap: taking them out; the stack: letting one grow.
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

int sysctl_max_map_count = 65530;
unsigned long mmap_min_addr = 4096;

/* ---- where ---- */

/* Lowest hole of len bytes at or above addr; the list is sorted. */
static unsigned long find_hole(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	for (; vma; vma = vma_next(vma)) {
		if (addr + len <= vma_start_gap(vma))
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
	struct vm_area_struct *vma;
	unsigned long found;

	if (len > TASK_SIZE)
		return -ENOMEM;
	if (flags & MAP_FIXED) {
		if (addr & ~PAGE_MASK)
			return -EINVAL;
		return addr > TASK_SIZE - len ? (unsigned long)-ENOMEM : addr;
	}
	if (addr & PAGE_MASK) {
		addr = max(addr & PAGE_MASK, mmap_min_addr);
		vma = find_vma(mm, addr);
		if (addr <= TASK_SIZE - len && (!vma || addr + len <= vma_start_gap(vma)))
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

unsigned long prot_to_vm(unsigned long prot)
{
	return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) |
	       (prot & PROT_EXEC ? VM_EXEC : 0);
}

/* File modes against protection and sharing.  => 0, correcting *vm_flags, or -errno */
static int check_file(struct file *file, unsigned long *vm_flags)
{
	bool readonly = (*vm_flags & VM_SHARED) && !(file->f_mode & FMODE_WRITE);

	if (!(file->f_mode & FMODE_READ) || (readonly && (*vm_flags & VM_WRITE)))
		return -EACCES;
	if (!file->f_op || !file->f_op->mmap)
		return -ENODEV;
	/* A shared map of a file that was opened for reading can never be written. */
	if (readonly)
		*vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	return 0;
}

static int calc_vm_flags(struct mm_struct *mm, struct file *file, unsigned long prot,
			 unsigned long flags, unsigned long *vm_flags)
{
	unsigned long type = flags & MAP_TYPE;
	int err;

	*vm_flags = prot_to_vm(prot) | mm->def_flags | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC |
		    (flags & MAP_GROWSDOWN ? VM_GROWSDOWN : 0) |
		    (flags & MAP_LOCKED ? VM_LOCKED : 0) |
		    (flags & MAP_NORESERVE ? VM_NORESERVE : 0);
	if (type == MAP_SHARED_VALIDATE && file) {
		if (flags & ~MAP_KNOWN)
			return -EOPNOTSUPP;
		type = MAP_SHARED;
	}
	if (type != MAP_SHARED && type != MAP_PRIVATE)
		return -EINVAL;
	if (type == MAP_SHARED)
		*vm_flags |= VM_SHARED | VM_MAYSHARE;
	err = file ? check_file(file, vm_flags) : 0;
	if (!err && (flags & MAP_GROWSDOWN) && (file || type == MAP_SHARED))
		err = -EINVAL;
	return err;
}

/* What MAP_FIXED replaces makes room, but not for locks. */
static int check_limits(struct mm_struct *mm, unsigned long addr, unsigned long len,
			unsigned long vm_flags)
{
	unsigned long pages = len >> PAGE_SHIFT;

	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	if (!may_lock(mm, vm_flags, pages))
		return -EAGAIN;
	if (!may_expand_vm(mm, vm_flags, pages - pages_in_areas(mm, addr, addr + len, 0)))
		return -ENOMEM;
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
	int err;

	if (len == 0)
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (len == 0 || len > TASK_SIZE)
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
	if ((flags & MAP_LOCKED) && !can_do_mlock())
		return -EPERM;
	err = check_limits(mm, addr, len, vm_flags);
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
	}
	result = map_new_area(mm, file, addr, len, vm_flags, pgoff);
	if (IS_ERR_VALUE(result) && (vm_flags & VM_ACCOUNT))
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

/* ---- munmap: taking areas out ---- */

/*
 * Check and reserve first: the splits that the ends need are the only steps that
 * can fail.  Then commit: unlink the areas, clear and flush their ptes, free the page
 * tables that nothing covers any more, and last close files and give memory back.
 * mmap_sem held for writing throughout.
 */

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

/* ---- the stack: an area that grows ---- */

/*
 * The user stack: an area that grows downwards when it is touched just below
 * its start, up to RLIMIT_STACK, and never into its neighbour.
 */

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
	if (!may_expand_vm(mm, vma->vm_flags, grow))
		return -ENOMEM;
	if (!may_lock(mm, vma->vm_flags, grow))
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
