/* SPDX-License-Identifier: MIT */
/*
 * mremap: shrink, grow in place, move an area entry by entry, or map a shared object once more.
 *
 * A move copies no page: ptes, swap entries included, change their place.  The
 * destination's page tables are made first, so that the move itself cannot fail.
 * For an area of a file i_mmap_lock is held over the move, so that truncation
 * finds each pte in the one area or in the other.
 */
#include <abi/mman.h>
#include <arch/tlb.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/syscalls.h>

#include "mm_internal.h"

/* Page tables for all of [start, start + len). */
static int reserve_tables(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	unsigned long addr;

	for (addr = start & PGDIR_MASK; addr < start + len; addr += PGDIR_SIZE) {
		if (!pte_alloc_map_lock(mm, addr))
			return -ENOMEM;
		spin_unlock(&mm->page_table_lock);
	}
	return 0;
}

/* page_table_lock held; every destination table exists. */
static void move_ptes(struct mm_struct *mm, unsigned long from, unsigned long to,
		      unsigned long len)
{
	unsigned long end = from + len, step;

	for (; from < end; from += step, to += step) {
		pte_t *first = pte_lookup(mm, from), *src = first, *dst = pte_lookup(mm, to);

		/* As far as both tables reach. */
		step = min(PGDIR_SIZE - (from & ~PGDIR_MASK), PGDIR_SIZE - (to & ~PGDIR_MASK));
		step = min(step, end - from);
		if (!first)
			continue;
		for (; src < first + (step >> PAGE_SHIFT); src++, dst++)
			if (!pte_none(*src))
				set_pte(dst, ptep_get_and_clear(src));
	}
}

static void move_page_tables(struct vm_area_struct *vma, unsigned long from, unsigned long to,
			     unsigned long len)
{
	struct address_space *mapping = vma->vm_file ? vma->vm_file->f_mapping : NULL;
	struct mm_struct *mm = vma->vm_mm;

	if (mapping)
		mutex_lock(&mapping->i_mmap_lock);
	spin_lock(&mm->page_table_lock);
	move_ptes(mm, from, to, len);
	spin_unlock(&mm->page_table_lock);
	flush_tlb_range(mm, from, from + len);
	if (mapping)
		mutex_unlock(&mapping->i_mmap_lock);
}

/* What the area maps at old, once more at addr: a copy that holds its own file reference. */
static struct vm_area_struct *clone_area(struct mm_struct *mm, struct vm_area_struct *vma,
					 unsigned long old, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *new_vma = vm_area_copy(mm, vma);

	if (!new_vma)
		return NULL;
	new_vma->vm_start = addr;
	new_vma->vm_end = addr + len;
	new_vma->vm_pgoff = vma->vm_file ? linear_page_index(vma, old) : addr >> PAGE_SHIFT;
	if (new_vma->vm_file)
		get_file(new_vma->vm_file);
	if (new_vma->vm_ops && new_vma->vm_ops->open)
		new_vma->vm_ops->open(new_vma);
	return new_vma;
}

/* The kernel's page of code has moved; the call that moved it may have come from there. */
static void follow_vdso(struct mm_struct *mm, unsigned long len, unsigned long addr)
{
	struct pt_regs *regs = current_pt_regs();

	if (regs->eip - mm->vdso < len)
		regs->eip += addr - mm->vdso;
	mm->vdso = addr;
}

/*
 * The pages of [old, old + old_len) go to [addr, addr + len), which is free.  vma is exactly the old range; with old_len
 * 0 it begins somewhere in vma.  keep: the old area stays, empty and not locked.
 */
static unsigned long move_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long old,
			      unsigned long old_len, unsigned long addr, unsigned long len, bool keep)
{
	struct vm_area_struct *new_vma;

	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	/* Tables that turn out not to be needed go with the area's neighbours, or at exit. */
	if (reserve_tables(mm, addr, len))
		return -ENOMEM;
	new_vma = clone_area(mm, vma, old, addr, len);
	if (!new_vma)
		return -ENOMEM;
	vma_link(mm, new_vma);
	vma_stat_account(mm, new_vma, vma_pages(new_vma));
	move_page_tables(vma, old, addr, old_len);
	if (keep) {
		mlock_area(mm, old, old + old_len, 0);
	} else if (old_len) {
		/* The commit charge moves along: only growth was charged by the caller. */
		spin_lock(&mm->page_table_lock);
		vma->vm_flags &= ~VM_ACCOUNT;
		spin_unlock(&mm->page_table_lock);
		do_munmap(mm, old, old_len);
	}
	vma_merge_around(mm, new_vma);
	if (mm->vdso == old)
		follow_vdso(mm, old_len, addr);
	return addr;
}

static int check_growth(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long pages)
{
	if (vma->vm_flags & VM_DONTEXPAND)
		return -EFAULT;
	if (!may_expand_vm(mm, vma->vm_flags, pages))
		return -ENOMEM;
	if (!may_lock(mm, vma->vm_flags, pages))
		return -EAGAIN;
	if ((vma->vm_flags & VM_ACCOUNT) && vm_enough_memory(pages))
		return -ENOMEM;
	return 0;
}

static bool can_grow_in_place(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long end,
			      unsigned long new_end)
{
	struct vm_area_struct *next = vma_next(vma);

	return vma->vm_end == end && new_end <= TASK_SIZE && new_end > end &&
	       (!next || next->vm_start >= new_end);
}

/* Make room where the caller wants to have it.  => 0 or -errno */
static int clear_destination(struct mm_struct *mm, unsigned long old, unsigned long old_len,
			     unsigned long addr, unsigned long len, unsigned long flags)
{
	if ((addr & ~PAGE_MASK) || len > TASK_SIZE || addr > TASK_SIZE - len)
		return -EINVAL;
	if (addr < old + old_len && old < addr + len)
		return -EINVAL;
	return flags & MREMAP_FIXED ? do_munmap(mm, addr, len) : 0;
}

/* The area of addr, if what is wanted can be done with it.  => ERR_PTR(-EFAULT), ERR_PTR(-EINVAL) */
static struct vm_area_struct *vma_to_move(struct mm_struct *mm, unsigned long addr,
					  unsigned long old_len, unsigned long flags)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, addr, addr + 1);

	if (!vma)
		return ERR_PTR(-EFAULT);
	if (!old_len && !(vma->vm_flags & VM_MAYSHARE))
		return ERR_PTR(-EINVAL);
	if ((flags & MREMAP_DONTUNMAP) && (vma->vm_flags & (VM_DONTEXPAND | VM_IO)))
		return ERR_PTR(-EINVAL);
	return old_len > vma->vm_end - addr ? ERR_PTR(-EFAULT) : vma;
}

/* new_addr: for FIXED the place, for DONTUNMAP a hint, else 0. */
static unsigned long move_elsewhere(struct mm_struct *mm, struct vm_area_struct *vma,
				    unsigned long addr, unsigned long old_len,
				    unsigned long new_len, unsigned long flags,
				    unsigned long new_addr)
{
	int err;

	new_addr = get_unmapped_area(vma->vm_file, new_addr, new_len, linear_page_index(vma, addr),
				     flags & MREMAP_FIXED ? MAP_FIXED : 0);
	if (IS_ERR_VALUE(new_addr))
		return new_addr;
	if (old_len) {
		err = split_range(mm, addr, addr + old_len);
		if (err)
			return err;
		vma = find_vma(mm, addr);
	}
	return move_vma(mm, vma, addr, old_len, new_addr, new_len, flags & MREMAP_DONTUNMAP);
}

static unsigned long do_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len,
			       unsigned long flags, unsigned long new_addr)
{
	bool must_move = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long grow, result;
	int err = 0;

	if (!find_vma_intersection(mm, addr, addr + 1))
		return -EFAULT;
	if (must_move)
		err = clear_destination(mm, addr, old_len, new_addr, new_len, flags);
	if (!err && old_len > new_len) {
		err = do_munmap(mm, addr + new_len, old_len - new_len);
		old_len = new_len;
	}
	if (err || (old_len == new_len && !must_move))
		return err ? (unsigned long)err : addr;
	vma = vma_to_move(mm, addr, old_len, flags);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	grow = (flags & MREMAP_DONTUNMAP ? new_len : new_len - old_len) >> PAGE_SHIFT;
	err = grow ? check_growth(mm, vma, grow) : 0;
	if (err)
		return err;
	if (!must_move && can_grow_in_place(mm, vma, addr + old_len, addr + new_len) &&
	    vma_extend(mm, vma, addr + new_len, vma->vm_flags, vma->vm_file,
		       linear_page_index(vma, vma->vm_end))) {
		vma_stat_account(mm, vma, grow);
		vma_merge_around(mm, vma);
		return addr;
	}
	result = -ENOMEM;
	if (flags & MREMAP_MAYMOVE)
		result = move_elsewhere(mm, vma, addr, old_len, new_len, flags,
					must_move ? new_addr : 0);
	if (IS_ERR_VALUE(result)) {
		vma = find_vma(mm, addr);
		if (grow && vma && (vma->vm_flags & VM_ACCOUNT))
			vm_unacct_memory(grow);
	}
	return result;
}

long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len,
		unsigned long flags, unsigned long new_addr)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long result;
	bool populate = false;

	if ((flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) || (addr & ~PAGE_MASK))
		return -EINVAL;
	if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((flags & MREMAP_DONTUNMAP) && old_len != new_len)
		return -EINVAL;
	old_len = PAGE_ALIGN(old_len);
	new_len = PAGE_ALIGN(new_len);
	if (new_len == 0)
		return -EINVAL;
	if (old_len > TASK_SIZE || addr > TASK_SIZE - old_len)
		return -EFAULT;

	down_write(&mm->mmap_sem);
	result = do_mremap(addr, old_len, new_len, flags, new_addr);
	if (!IS_ERR_VALUE(result)) {
		vma = find_vma(mm, result);
		populate = vma && (vma->vm_flags & VM_LOCKED);
	}
	up_write(&mm->mmap_sem);
	if (populate)
		make_pages_present(result, result + new_len);
	return result;
}
