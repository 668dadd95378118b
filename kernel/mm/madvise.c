/* SPDX-License-Identifier: MIT */
/*
 * mprotect, madvise, mincore and msync: what a program says or asks about a range of its pages.
 *
 * Ranges with holes: the mapped part is treated, then the call returns ENOMEM, as Linux does.
 */
#include <abi/mman.h>
#include <arch/tlb.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "mm_internal.h"

/* ---- mprotect ---- */

/*
 * A pte never gets write permission here in a private area: the next write
 * faults, and COW decides.  Accessed and Dirty are kept.
 */

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
	struct vm_area_struct *vma;
	int err;

	if (start & ~PAGE_MASK)
		return -EINVAL;
	if (len == 0)
		return 0;
	len = PAGE_ALIGN(len);
	if (len == 0 || len > TASK_SIZE || start > TASK_SIZE - len)
		return -ENOMEM;
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN))
		return -EINVAL;
	down_write(&mm->mmap_sem);
	if (prot & PROT_GROWSDOWN) {
		vma = find_vma_intersection(mm, start, start + len);
		err = -ENOMEM;
		if (!vma)
			goto out;
		err = -EINVAL;
		if (!(vma->vm_flags & VM_GROWSDOWN))
			goto out;
		len += start - vma->vm_start;
		start = vma->vm_start;
	}
	err = mprotect_range(mm, start, start + len, prot_to_vm(prot));
out:
	up_write(&mm->mmap_sem);
	return err;
}

/* ---- madvise ---- */

/*
 * Advice either does something with the pages, or changes flags of the area.  COLD, PAGEOUT and FREE tell what swap_out
 * would find out by itself in time, and are its business.
 */
struct advice {
	int (*act)(struct vm_area_struct *vma, unsigned long start, unsigned long end, int advice);
	unsigned long set, clear;
};

static int madvise_flags(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start,
			 unsigned long end, const struct advice *a)
{
	unsigned long flags = (vma->vm_flags & ~a->clear) | a->set;

	if ((a->clear & VM_DONTCOPY) && (vma->vm_flags & VM_IO))
		return -EINVAL;
	if ((a->set & VM_WIPEONFORK) && (vma->vm_file || vma_is_shared(vma)))
		return -EINVAL;
	if (flags == vma->vm_flags)
		return 0;
	if (split_range(mm, start, end))
		return -EAGAIN;
	vma = find_vma(mm, start);
	spin_lock(&mm->page_table_lock);
	vma->vm_flags = flags;
	spin_unlock(&mm->page_table_lock);
	vma_merge_around(mm, vma);
	return 0;
}

static int madvise_willneed(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			    int advice)
{
	struct address_space *mapping = vma->vm_file ? vma->vm_file->f_mapping : NULL;
	pgoff_t index = linear_page_index(vma, start);
	unsigned long nr = (end - start) >> PAGE_SHIFT;

	/* Devices have nothing to read from. */
	if (!mapping)
		swap_will_need(vma, start, end);
	else if (mapping->a_ops->will_need)
		mapping->a_ops->will_need(mapping, index, nr);
	else if (mapping->a_ops->readpage)
		force_page_cache_readahead(mapping, vma->vm_file, index, nr);
	return 0;
}

/* Gone now; private data is lost, that is what it means. */
static int madvise_dontneed(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			    int advice)
{
	if (vma->vm_flags & (advice == MADV_DONTNEED_LOCKED ? VM_IO : VM_LOCKED | VM_IO))
		return -EINVAL;
	zap_page_range(vma, start, end);
	return 0;
}

static int madvise_age(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       int advice)
{
	if (vma->vm_flags & (VM_LOCKED | VM_IO))
		return -EINVAL;
	if (advice == MADV_FREE && (vma->vm_file || vma_is_shared(vma)))
		return -EINVAL;
	for (; start < end; start += PAGE_SIZE)
		advise_page(vma, start, advice);
	return 0;
}

static int madvise_populate(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			    int advice)
{
	bool write = advice == MADV_POPULATE_WRITE;

	if ((vma->vm_flags & VM_IO) || !(vma->vm_flags & (write ? VM_WRITE : VM_READ)))
		return -EINVAL;
	return populate_area(vma, start, end, write);
}

/* About huge pages and core dumps: Quire has neither, the advice holds. */
static int madvise_holds(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			 int advice)
{
	return 0;
}

static const struct advice advices[] = {
	[MADV_NORMAL] = { .clear = VM_RAND_READ | VM_SEQ_READ },
	[MADV_RANDOM] = { .set = VM_RAND_READ, .clear = VM_SEQ_READ },
	[MADV_SEQUENTIAL] = { .set = VM_SEQ_READ, .clear = VM_RAND_READ },
	[MADV_WILLNEED] = { madvise_willneed },
	[MADV_DONTNEED] = { madvise_dontneed },
	[MADV_DONTNEED_LOCKED] = { madvise_dontneed },
	[MADV_FREE] = { madvise_age },
	[MADV_COLD] = { madvise_age },
	[MADV_PAGEOUT] = { madvise_age },
	[MADV_POPULATE_READ] = { madvise_populate },
	[MADV_POPULATE_WRITE] = { madvise_populate },
	[MADV_DONTFORK] = { .set = VM_DONTCOPY },
	[MADV_DOFORK] = { .clear = VM_DONTCOPY },
	[MADV_WIPEONFORK] = { .set = VM_WIPEONFORK },
	[MADV_KEEPONFORK] = { .clear = VM_WIPEONFORK },
	[MADV_HUGEPAGE] = { madvise_holds },
	[MADV_NOHUGEPAGE] = { madvise_holds },
	[MADV_DONTDUMP] = { madvise_holds },
	[MADV_DODUMP] = { madvise_holds },
};

/* => NULL: not known */
static const struct advice *find_advice(int advice)
{
	bool listed = advice >= 0 && advice < (int)ARRAY_SIZE(advices);
	const struct advice *a = listed ? &advices[advice] : NULL;

	return a && (a->act || a->set || a->clear) ? a : NULL;
}

long sys_madvise(unsigned long start, size_t len, int advice)
{
	struct mm_struct *mm = current->mm;
	const struct advice *a = find_advice(advice);
	bool write = a && !a->act, hole = false;
	struct vm_area_struct *vma;
	unsigned long end, next;
	int err = 0;

	if ((start & ~PAGE_MASK) || !a || (len && !PAGE_ALIGN(len)))
		return -EINVAL;
	len = PAGE_ALIGN(len);
	end = start + len;
	if (end < start)
		return -EINVAL;
	if (write)
		down_write(&mm->mmap_sem);
	else
		down_read(&mm->mmap_sem);
	while (start < end && !err) {
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start >= end) {
			hole = true;
			break;
		}
		hole |= vma->vm_start > start;
		start = max(start, vma->vm_start);
		next = min(end, vma->vm_end);
		err = a->act ? a->act(vma, start, next, advice) :
			       madvise_flags(mm, vma, start, next, a);
		start = next;
	}
	if (write)
		up_write(&mm->mmap_sem);
	else
		up_read(&mm->mmap_sem);
	return err ? err : hole ? -ENOMEM : 0;
}

/* ---- mincore ---- */

static bool page_in_cache(struct address_space *mapping, pgoff_t index)
{
	struct page *page = find_get_page(mapping, index);
	bool in = page && PageUptodate(page);

	if (page)
		unpin_page(page);
	return in;
}

static bool page_resident(struct vm_area_struct *vma, unsigned long addr)
{
	pte_t pte = pte_snapshot(vma->vm_mm, addr);

	if (pte_present(pte))
		return true;
	if (pte_is_swap(pte))
		return page_in_cache(&swapper_space, swap_tree_index(pte_to_swp_entry(pte)));
	return vma->vm_file &&
	       page_in_cache(vma->vm_file->f_mapping, linear_page_index(vma, addr));
}

/* Residency of up to n pages from addr, which all lie in areas.  => pages done, -ENOMEM */
static long mincore_chunk(struct mm_struct *mm, unsigned long addr, long n, unsigned char *vec)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	long i;

	if (!vma || vma->vm_start > addr)
		return -ENOMEM;
	n = min(n, (long)((vma->vm_end - addr) >> PAGE_SHIFT));
	for (i = 0; i < n; i++)
		vec[i] = page_resident(vma, addr + i * PAGE_SIZE);
	return n;
}

#define MINCORE_CHUNK 128

long sys_mincore(unsigned long start, size_t len, unsigned char __user *uvec)
{
	struct mm_struct *mm = current->mm;
	unsigned char vec[MINCORE_CHUNK];
	long left, n;

	if (start & ~PAGE_MASK)
		return -EINVAL;
	if (len > TASK_SIZE || start > TASK_SIZE - len)
		return -ENOMEM;
	len = PAGE_ALIGN(len);
	for (left = len >> PAGE_SHIFT; left > 0; left -= n) {
		down_read(&mm->mmap_sem);
		n = mincore_chunk(mm, start, min(left, (long)MINCORE_CHUNK), vec);
		up_read(&mm->mmap_sem);
		if (n < 0)
			return n;
		if (copy_to_user(uvec, vec, n))
			return -EFAULT;
		start += n * PAGE_SIZE;
		uvec += n;
	}
	return 0;
}

/* ---- msync ---- */

/* The next file in [*start, end) that must be written, referenced; *start moves past it.  NULL: none is left.
 * => ERR_PTR(-EBUSY): a locked area cannot be invalidated */
static struct file *msync_next(struct mm_struct *mm, unsigned long *start, unsigned long end,
			       int flags, bool *hole, pgoff_t *first, pgoff_t *last)
{
	struct vm_area_struct *vma;
	unsigned long from, to;

	for (vma = find_vma(mm, *start); *start < end; vma = vma_next(vma)) {
		if (!vma || vma->vm_start >= end) {
			*hole = true;
			*start = end;
			break;
		}
		if ((flags & MS_INVALIDATE) && (vma->vm_flags & VM_LOCKED))
			return ERR_PTR(-EBUSY);
		*hole |= vma->vm_start > *start;
		from = max(*start, vma->vm_start);
		to = min(end, vma->vm_end);
		*start = to;
		if (vma->vm_file && vma_is_shared(vma)) {
			*first = linear_page_index(vma, from);
			*last = linear_page_index(vma, to - 1);
			return get_file(vma->vm_file);
		}
	}
	return NULL;
}

/*
 * A shared page is PG_dirty from its first store (vma_wants_writenotify), so there is no dirt to collect
 * from ptes here: writing takes it.  The files are written without mmap_sem: i_mutex comes before it.
 */
long sys_msync(unsigned long start, size_t len, int flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long end;
	bool hole = false;
	struct file *file;
	pgoff_t first, last;
	int err = 0;

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || (start & ~PAGE_MASK))
		return -EINVAL;
	if ((flags & MS_ASYNC) && (flags & MS_SYNC))
		return -EINVAL;
	len = PAGE_ALIGN(len);
	end = start + len;
	if (end < start)
		return -ENOMEM;
	while (start < end && !err) {
		down_read(&mm->mmap_sem);
		file = msync_next(mm, &start, end, flags, &hole, &first, &last);
		up_read(&mm->mmap_sem);
		if (IS_ERR(file))
			return PTR_ERR(file);
		if (!file)
			break;
		if (flags & MS_SYNC) {
			err = filemap_fdatawrite_range(file->f_mapping, first, last, NULL);
			if (!err)
				err = vfs_fsync(file, true);
		}
		fput(file);
	}
	return err ? err : hole ? -ENOMEM : 0;
}
