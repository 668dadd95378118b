/* SPDX-License-Identifier: MIT */
/*
 * The life of an mm_struct, and the start of layer 6.
 *
 * Two counts.  mm_users: tasks whose user space this is, and short holds by those
 * who look at it; when it drops to 0 the areas and pages go (exit_mmap).
 * mm_count: 1 for all users together, and one for each CPU or kernel thread that
 * borrows the directory lazily; when it drops to 0 the directory and the struct
 * go.  swap_out holds only mm_count: it must never be the one who tears an
 * address space down.
 *
 * mmlist holds every mm from its creation to exit_mmap, under mmlist_lock,
 * which comes before page_table_lock.
 */
#include <arch/tlb.h>
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/gfp.h>
#include <quire/highmem.h>
#include <quire/mm.h>
#include <quire/printk.h>
#include <quire/reclaim.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "mm_internal.h"

static struct kmem_cache *mm_cache;

DEFINE_SPINLOCK(mmlist_lock);
LIST_HEAD(mmlist);

/* The kernel's own: owner of swapper_pg_dir, never scanned, never freed. */
struct mm_struct init_mm = {
	.mmap_sem = RWSEM_INIT(init_mm.mmap_sem, NULL),
	.mmap = LIST_HEAD_INIT(init_mm.mmap),
	.mm_rb = RB_ROOT,
	.page_table_lock = SPIN_LOCK_UNLOCKED,
	.pgd = swapper_pg_dir,
	.mm_users = ATOMIC_INIT(2),
	.mm_count = ATOMIC_INIT(1),
	.mmlist = LIST_HEAD_INIT(init_mm.mmlist),
};

static void mm_init(struct mm_struct *mm)
{
	init_rwsem(&mm->mmap_sem);
	INIT_LIST_HEAD(&mm->mmap);
	mm->mm_rb = RB_ROOT;
	spin_lock_init(&mm->page_table_lock);
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	INIT_LIST_HEAD(&mm->mmlist);
	mm->free_area_cache = TASK_UNMAPPED_BASE;
}

static void mm_publish(struct mm_struct *mm)
{
	spin_lock(&mmlist_lock);
	list_add_tail(&mm->mmlist, &mmlist);
	spin_unlock(&mmlist_lock);
}

/* Not yet on mmlist: nobody else can see it. */
static struct mm_struct *mm_alloc_private(void)
{
	struct mm_struct *mm = kmem_cache_zalloc(mm_cache, GFP_KERNEL);

	if (!mm)
		return NULL;
	mm_init(mm);
	mm->pgd = pgd_alloc();
	if (!mm->pgd) {
		kmem_cache_free(mm_cache, mm);
		return NULL;
	}
	return mm;
}

struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = mm_alloc_private();

	if (mm)
		mm_publish(mm);
	return mm;
}

void mmput(struct mm_struct *mm)
{
	might_sleep();
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	spin_lock(&mmlist_lock);
	list_del_init(&mm->mmlist);
	spin_unlock(&mmlist_lock);
	exit_mmap(mm);
	set_mm_exe_file(mm, NULL);
	mmdrop(mm);
}

void mmdrop(struct mm_struct *mm)
{
	if (!atomic_dec_and_test(&mm->mm_count))
		return;
	assert(mm != &init_mm);
	assert(mm->nr_ptes == 0 && list_empty(&mm->mmap));
	pgd_free(mm->pgd);
	kmem_cache_free(mm_cache, mm);
}

/* A file that is being executed cannot be opened for writing: each mm holds one denial. */
void set_mm_exe_file(struct mm_struct *mm, struct file *file)
{
	struct file *old = mm->exe_file;

	if (file) {
		get_file(file);
		/* Denied already by whoever opened it to execute it: cannot fail. */
		deny_write_access(file);
	}
	mm->exe_file = file;
	if (old) {
		allow_write_access(old);
		fput(old);
	}
}

bool mmget_not_zero(struct mm_struct *mm)
{
	return atomic_inc_not_zero(&mm->mm_users);
}

struct mm_struct *get_task_mm(struct task_struct *task)
{
	struct mm_struct *mm;

	task_lock(task);
	mm = task->mm;
	if (mm && !mmget_not_zero(mm))
		mm = NULL;
	task_unlock(task);
	return mm;
}

bool reap_mm(struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	if (!down_read_trylock(&mm->mmap_sem))
		return false;
	set_bit(MM_REAPED, &mm->flags);	/* first: a fault that is under way finds its pte changed */
	list_for_each_entry(vma, &mm->mmap, vm_list)
		if (vma->has_anon && !(vma->vm_flags & (VM_SHARED | VM_IO)))
			zap_page_range(vma, vma->vm_start, vma->vm_end);
	up_read(&mm->mmap_sem);
	return true;
}

unsigned long mm_footprint(const struct mm_struct *mm)
{
	unsigned long areas = (unsigned long)mm->map_count * sizeof(struct vm_area_struct);

	return mm->anon_rss + mm->file_rss + mm->swap_ptes + mm->nr_ptes + areas / PAGE_SIZE;
}

/* Take back every area and page.  The last user is gone, so mmap_sem is only formal. */
void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *next;
	long accounted = 0;
	LIST_HEAD(doomed);

	down_write(&mm->mmap_sem);
	list_for_each_entry_safe(vma, next, &mm->mmap, vm_list) {
		if (vma->vm_flags & VM_ACCOUNT)
			accounted += vma_pages(vma);
		zap_page_range(vma, vma->vm_start, vma->vm_end);
		vma_unlink(mm, vma);
		list_add_tail(&vma->vm_list, &doomed);
	}
	free_pgtables(mm, 0, TASK_SIZE);
	up_write(&mm->mmap_sem);
	vm_unacct_memory(accounted);
	list_for_each_entry_safe(vma, next, &doomed, vm_list)
		remove_vma(vma);
	assert(mm->anon_rss == 0 && mm->file_rss == 0 && mm->swap_ptes == 0);
}

/* ---- fork ---- */

static struct vm_area_struct *dup_vma(struct mm_struct *mm, struct vm_area_struct *old)
{
	struct vm_area_struct *vma;

	if ((old->vm_flags & VM_ACCOUNT) && vm_enough_memory(vma_pages(old)) < 0)
		return NULL;
	vma = vm_area_copy(mm, old);
	if (!vma) {
		if (old->vm_flags & VM_ACCOUNT)
			vm_unacct_memory(vma_pages(old));
		return NULL;
	}
	vma->vm_flags &= ~VM_LOCK_MASK;
	if (vma->vm_file)
		get_file(vma->vm_file);
	if (vma->vm_ops && vma->vm_ops->open)
		vma->vm_ops->open(vma);
	return vma;
}

/*
 * Copy the areas and page tables of oldmm into mm; private writable pages
 * become read-only in both (copy on write).  mm is new and private.  On failure
 * mm holds what was copied so far; exit_mmap cleans it up.
 */
int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)
{
	struct vm_area_struct *old, *vma;
	int err = 0;

	down_write(&oldmm->mmap_sem);
	list_for_each_entry(old, &oldmm->mmap, vm_list) {
		if (old->vm_flags & VM_DONTCOPY)
			continue;
		vma = dup_vma(mm, old);
		if (!vma) {
			err = -ENOMEM;
			break;
		}
		vma_link(mm, vma);
		vma_stat_account(mm, vma, vma_pages(vma));
		err = vma->vm_flags & VM_WIPEONFORK ? 0 : copy_page_range(mm, oldmm, vma);
		if (err)
			break;
	}
	flush_tlb_mm(oldmm);
	up_write(&oldmm->mmap_sem);
	return err;
}

static void copy_layout(struct mm_struct *mm, struct mm_struct *old)
{
	mm->start_code = old->start_code;
	mm->end_code = old->end_code;
	mm->start_data = old->start_data;
	mm->end_data = old->end_data;
	mm->start_brk = old->start_brk;
	mm->brk = old->brk;
	mm->start_stack = old->start_stack;
	mm->vdso = old->vdso;
	mm->arg_start = old->arg_start;
	mm->arg_end = old->arg_end;
	mm->env_start = old->env_start;
	mm->env_end = old->env_end;
	mm->free_area_cache = old->free_area_cache;
	memcpy(mm->saved_auxv, old->saved_auxv, sizeof(mm->saved_auxv));
	if (old->exe_file)
		set_mm_exe_file(mm, old->exe_file);
}

struct mm_struct *dup_mm(struct mm_struct *old)
{
	struct mm_struct *mm = mm_alloc_private();
	int err;

	if (!mm)
		return NULL;
	copy_layout(mm, old);
	err = dup_mmap(mm, old);
	/* From here swap_out may find it: its ptes are as reclaimable as the parent's. */
	mm_publish(mm);
	if (err) {
		mmput(mm);
		return NULL;
	}
	return mm;
}

/* ---- what one user may have ---- */

#define TABLES_SHARE 4	/* of memory, in page tables */
#define AREAS_SHARE 8	/* of memory, in areas */

unsigned long sysctl_user_page_tables, sysctl_user_areas;

/*
 * Page tables and areas cannot go to swap, and as long as something else can, nobody is out of memory: without a
 * bound, a bomb of them takes the frames that others' programs run in, one by one.
 */
bool mm_charge_user(atomic_t *count, unsigned long most, struct user_struct **charged)
{
	struct user_struct *user = current->user;

	*charged = NULL;
	if (user == &root_user)
		return true;
	*charged = charge_user(user, count, most);
	return *charged;
}

/* ---- the start of layer 6: what it registers with the layers below; device mappings ---- */

struct page *zero_page;

static const struct mm_ops mm_ops = {
	.swap_out = swap_out,
};

static const struct map_ops map_ops = {
	.unmap_mapping_range = unmap_mapping_range,
	.page_mkclean = page_mkclean,
};

static struct swap_user_ops mm_swap_user = {
	.unuse = unuse_all_mms,
};

/* Reserved: outside counting, so mapping it a million times costs nothing. */
static void make_zero_page(void)
{
	zero_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!zero_page)
		panic("mmap_init: no frame for the zero page");
	page_claim(zero_page, OWNER_KERNEL);
	SetPageReserved(zero_page);
	SetPageUptodate(zero_page);
}

void mmap_init(void)
{
	mm_cache = kmem_cache_create("mm_struct", sizeof(struct mm_struct), 0, SLAB_HWCACHE_ALIGN,
				     NULL);
	vma_init();
	sysctl_user_page_tables = totalram_pages / TABLES_SHARE;
	sysctl_user_areas = totalram_pages / AREAS_SHARE * (PAGE_SIZE / sizeof(struct vm_area_struct));
	make_zero_page();
	register_mm_ops(&mm_ops);
	register_map_ops(&map_ops);
	register_swap_user(&mm_swap_user);
}

/* mmap_sem held for writing; the area becomes VM_IO: its ptes own no reference. => 0, -ENOMEM */
int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		    unsigned long size, pgprot_t prot)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long end = addr + PAGE_ALIGN(size);
	pte_t *ptep;

	vma->vm_flags |= VM_IO | VM_DONTEXPAND;
	for (; addr < end; addr += PAGE_SIZE, pfn++) {
		ptep = pte_alloc_map_lock(mm, addr);
		if (!ptep)
			return -ENOMEM;
		set_pte(ptep, pfn_pte(pfn, prot));
		spin_unlock(&mm->page_table_lock);
	}
	return 0;
}
