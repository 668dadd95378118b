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

#define KIB(pages) ((pages) << (PAGE_SHIFT - 10))
#define PAGES(kib) ((kib) >> (PAGE_SHIFT - 10))
#define RESERVE_SHARE 32		/* of what is free at boot, at the most */
#define ADMIN_RESERVE_MOST (8ul << 10)	/* KiB */
#define USER_RESERVE_MOST (128ul << 10)
#define OWN_SHARE 32			/* a process leaves such a share of its own size to others */

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
	if (!may_expand_vm(mm, flags, pages) || !may_lock(mm, flags, pages))
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

	if (brk < mm->start_brk || brk > TASK_SIZE - PAGE_SIZE)
		return false;
	return data == RLIM_INFINITY ||
	       (brk - mm->start_brk) + (mm->end_data - mm->start_data) <= data;
}

/* => the break that holds afterwards: the old one when nothing was changed */
long sys_brk(unsigned long brk)
{
	struct mm_struct *mm = current->mm;
	unsigned long old_end, new_end, populate = 0;
	struct vm_area_struct *next;

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
		next = find_vma(mm, old_end);
		if (next && new_end + PAGE_SIZE > vma_start_gap(next))
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
 *	overcommit_memory 0	refuse only a request that is larger than all of RAM and swap
 *	                  1	refuse nothing
 *	                  2	promise at most swap plus a share of RAM, less a reserve for the superuser and one
 *				for other programs than the largest
 */

int sysctl_overcommit_memory = OVERCOMMIT_GUESS;
int sysctl_overcommit_ratio = 50;
unsigned long sysctl_overcommit_kbytes, sysctl_admin_reserve_kbytes, sysctl_user_reserve_kbytes;
atomic_t vm_committed_space = ATOMIC_INIT(0);

unsigned long vm_commit_limit(void)
{
	unsigned long ram = sysctl_overcommit_kbytes ? PAGES(sysctl_overcommit_kbytes) :
						       totalram_pages * sysctl_overcommit_ratio / 100;

	return ram + nr_total_swap_slots();
}

/* Linux's: programs that lay out memory for the superuser to work in, and for a user to end a process. */
void commit_init(void)
{
	unsigned long share = KIB(nr_free_pages()) / RESERVE_SHARE;

	sysctl_admin_reserve_kbytes = min(share, ADMIN_RESERVE_MOST);
	sysctl_user_reserve_kbytes = min(share, USER_RESERVE_MOST);
}

/* Mode 2: what may be promised to the caller. */
static long commit_allowed(void)
{
	const struct mm_struct *mm = current->mm;
	long allowed = (long)vm_commit_limit();

	if (!capable())
		allowed -= (long)PAGES(sysctl_admin_reserve_kbytes);
	if (mm)
		allowed -= (long)min(mm->total_vm / OWN_SHARE, PAGES(sysctl_user_reserve_kbytes));
	return allowed;
}

static bool may_promise(long pages)
{
	switch (sysctl_overcommit_memory) {
	case OVERCOMMIT_ALWAYS:
		return true;
	case OVERCOMMIT_NEVER:
		return atomic_read(&vm_committed_space) < commit_allowed();
	default:
		return pages <= (long)(totalram_pages + nr_total_swap_slots());
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
