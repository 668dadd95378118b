/* SPDX-License-Identifier: MIT */
/*
 * Virtual memory areas: the set of areas of an address space.
 *
 * Idea.  An area is a run of pages with one meaning: the same protection, the
 * same file or none, the same flags.  The set is held twice: a red-black tree
 * to find by address and a list in address order to walk.
 *
 * Invariants.  Areas do not overlap and are not empty; list and tree hold the
 * same areas in the same order; map_count counts them; an area with a file is
 * on the i_mmap list of the file's mapping, exactly once.
 *
 * Locking.  The set changes under mmap_sem held for writing; the list and the
 * areas' bounds change under page_table_lock as well, so that swap_out, which
 * may not wait for mmap_sem, sees a consistent list.  An area of a file changes
 * its bounds and offset under i_mmap_lock too, for the walks of object_map.c.
 */
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/slab.h>

#include "mm_internal.h"

static struct kmem_cache *vm_area_cache;

/* Index: VM_READ | VM_WRITE | VM_EXEC | VM_SHARED.  The 386 cannot tell execute from read, nor
 * forbid reading what may be written; a private writable page starts read-only: COW. */
const pgprot_t protection_map[16] = {
	PAGE_NONE,     PAGE_READONLY, PAGE_COPY,   PAGE_COPY,
	PAGE_READONLY, PAGE_READONLY, PAGE_COPY,   PAGE_COPY,
	PAGE_NONE,     PAGE_READONLY, PAGE_SHARED, PAGE_SHARED,
	PAGE_READONLY, PAGE_READONLY, PAGE_SHARED, PAGE_SHARED,
};

/*
 * Must the first store to a page fault, so that the page cache learns of it?  Yes for
 * shared writable maps of files that are written back; memory objects go to swap, whose dirt
 * is harvested from the ptes.
 */
bool vma_wants_writenotify(const struct vm_area_struct *vma, unsigned long flags)
{
	if ((flags & (VM_SHARED | VM_WRITE)) != (VM_SHARED | VM_WRITE) || (flags & VM_IO))
		return false;
	if (vma->vm_ops && vma->vm_ops->page_mkwrite)
		return true;
	return vma->vm_file && !test_bit(AS_SWAPPABLE, &vma->vm_file->f_mapping->flags);
}

pgprot_t vm_get_page_prot(const struct vm_area_struct *vma, unsigned long flags)
{
	if (vma_wants_writenotify(vma, flags))
		flags &= ~VM_SHARED;
	return protection_map[flags & (VM_READ | VM_WRITE | VM_EXEC | VM_SHARED)];
}

struct vm_area_struct *vm_area_alloc(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	struct user_struct *user;

	if (!mm_charge_user(&current->user->areas, sysctl_user_areas, &user))
		return NULL;
	vma = kmem_cache_zalloc(vm_area_cache, GFP_KERNEL);
	if (!vma) {
		if (user)
			uncharge_user(user, &user->areas);
		return NULL;
	}
	vma->user = user;
	vma->vm_mm = mm;
	INIT_LIST_HEAD(&vma->vm_list);
	INIT_LIST_HEAD(&vma->shared);
	return vma;
}

struct vm_area_struct *vm_area_copy(struct mm_struct *mm, const struct vm_area_struct *vma)
{
	struct vm_area_struct *copy = vm_area_alloc(mm);
	struct user_struct *user;

	if (!copy)
		return NULL;
	user = copy->user;
	*copy = *vma;
	copy->vm_mm = mm;
	copy->user = user;
	INIT_LIST_HEAD(&copy->vm_list);
	INIT_LIST_HEAD(&copy->shared);
	return copy;
}

void vm_area_free(struct vm_area_struct *vma)
{
	if (vma->user)
		uncharge_user(vma->user, &vma->user->areas);
	kmem_cache_free(vm_area_cache, vma);
}

/* ---- finding ---- */

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = mm->mmap_cache, *found = NULL;
	struct rb_node *node;

	if (vma && vma->vm_start <= addr && addr < vma->vm_end)
		return vma;
	node = mm->mm_rb.rb_node;
	while (node) {
		vma = rb_entry(node, struct vm_area_struct, vm_rb);
		if (vma->vm_end > addr) {
			found = vma;
			if (vma->vm_start <= addr)
				break;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	if (found)
		mm->mmap_cache = found;
	return found;
}

struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	if (vma)
		*prev = vma_prev(vma);
	else
		*prev = list_empty(&mm->mmap) ?
				NULL :
				list_entry(mm->mmap.prev, struct vm_area_struct, vm_list);
	return vma;
}

struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

unsigned long pages_in_areas(struct mm_struct *mm, unsigned long start, unsigned long end,
			     unsigned long flags)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	unsigned long pages = 0;

	for (; vma && vma->vm_start < end; vma = vma_next(vma))
		if ((vma->vm_flags & flags) == flags)
			pages += (min(end, vma->vm_end) - max(start, vma->vm_start)) >> PAGE_SHIFT;
	return pages;
}

/* ---- the set ---- */

static void link_file_locked(struct address_space *mapping, struct vm_area_struct *vma)
{
	list_add_tail(&vma->shared, &mapping->i_mmap);
	if ((vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_MAYWRITE))
		mapping->i_mmap_writable++;
}

static void unlink_file_locked(struct address_space *mapping, struct vm_area_struct *vma)
{
	list_del_init(&vma->shared);
	if ((vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_MAYWRITE))
		mapping->i_mmap_writable--;
}

/* The i_mmap_lock of the area's file, or none: held while its bounds change. */
static struct address_space *vma_lock_file(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file ? vma->vm_file->f_mapping : NULL;

	if (mapping)
		mutex_lock(&mapping->i_mmap_lock);
	return mapping;
}

static void vma_unlock_file(struct address_space *mapping)
{
	if (mapping)
		mutex_unlock(&mapping->i_mmap_lock);
}

static void vma_link_rb(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct rb_node **link = &mm->mm_rb.rb_node, *parent = NULL;
	struct vm_area_struct *other, *prev = NULL;

	while (*link) {
		parent = *link;
		other = rb_entry(parent, struct vm_area_struct, vm_rb);
		if (vma->vm_start < other->vm_start) {
			link = &parent->rb_left;
		} else {
			prev = other;
			link = &parent->rb_right;
		}
	}
	assert(!prev || prev->vm_end <= vma->vm_start);
	rb_link_node(&vma->vm_rb, parent, link);
	rb_insert_color(&vma->vm_rb, &mm->mm_rb);
	list_add(&vma->vm_list, prev ? &prev->vm_list : &mm->mmap);
	mm->map_count++;
}

static void vma_unlink_rb(struct mm_struct *mm, struct vm_area_struct *vma)
{
	rb_erase(&vma->vm_rb, &mm->mm_rb);
	list_del_init(&vma->vm_list);
	mm->map_count--;
	if (mm->mmap_cache == vma)
		mm->mmap_cache = NULL;
}

void vma_link(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct address_space *mapping = vma_lock_file(vma);

	assert(vma->vm_start < vma->vm_end);
	spin_lock(&mm->page_table_lock);
	vma_link_rb(mm, vma);
	spin_unlock(&mm->page_table_lock);
	if (mapping)
		link_file_locked(mapping, vma);
	vma_unlock_file(mapping);
}

void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct address_space *mapping = vma_lock_file(vma);

	if (mapping)
		unlink_file_locked(mapping, vma);
	spin_lock(&mm->page_table_lock);
	vma_unlink_rb(mm, vma);
	spin_unlock(&mm->page_table_lock);
	vma_unlock_file(mapping);
}

int insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (find_vma_intersection(mm, vma->vm_start, vma->vm_end))
		return -ENOMEM;
	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	vma_link(mm, vma);
	return 0;
}

void remove_vma(struct vm_area_struct *vma)
{
	might_sleep();
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	vm_area_free(vma);
}

bool may_expand_vm(const struct mm_struct *mm, unsigned long flags, unsigned long pages)
{
	if (mm->total_vm + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	return !vma_is_data(flags) || mm->data_vm + pages <= rlimit(RLIMIT_DATA) >> PAGE_SHIFT;
}

bool can_do_mlock(void)
{
	return capable() || rlimit(RLIMIT_MEMLOCK) != 0;
}

bool may_lock(const struct mm_struct *mm, unsigned long flags, unsigned long pages)
{
	return !(flags & VM_LOCKED) || capable() ||
	       mm->locked_vm + pages <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
}

/* Pages counted by kind for /proc and the limits; pages may be negative. */
void vma_stat_account(struct mm_struct *mm, const struct vm_area_struct *vma, long pages)
{
	mm->total_vm += pages;
	if (vma->vm_flags & VM_GROWSDOWN)
		mm->stack_vm += pages;
	else if (vma_is_data(vma->vm_flags))
		mm->data_vm += pages;
	else if ((vma->vm_flags & (VM_EXEC | VM_WRITE)) == VM_EXEC)
		mm->exec_vm += pages;
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm += pages;
	if (mm->total_vm > mm->hiwater_vm)
		mm->hiwater_vm = mm->total_vm;
}

/* ---- splitting and merging ---- */

struct vm_area_struct *split_vma(struct mm_struct *mm, struct vm_area_struct *vma,
				 unsigned long addr)
{
	struct vm_area_struct *upper;
	struct address_space *mapping;

	assert(vma->vm_start < addr && addr < vma->vm_end);
	if (mm->map_count >= sysctl_max_map_count)
		return ERR_PTR(-ENOMEM);
	upper = vm_area_copy(mm, vma);
	if (!upper)
		return ERR_PTR(-ENOMEM);
	upper->vm_start = addr;
	upper->vm_pgoff = linear_page_index(vma, addr);
	if (upper->vm_file)
		get_file(upper->vm_file);
	if (upper->vm_ops && upper->vm_ops->open)
		upper->vm_ops->open(upper);
	/* In one step for those who walk i_mmap or the list: no pte is in neither half. */
	mapping = vma_lock_file(vma);
	spin_lock(&mm->page_table_lock);
	vma->vm_end = addr;
	vma_link_rb(mm, upper);
	spin_unlock(&mm->page_table_lock);
	if (mapping)
		link_file_locked(mapping, upper);
	vma_unlock_file(mapping);
	return upper;
}

int split_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	if (vma && vma->vm_start < start) {
		vma = split_vma(mm, vma, start);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
	}
	vma = find_vma(mm, end - 1);
	if (vma && vma->vm_start < end && end < vma->vm_end) {
		vma = split_vma(mm, vma, end);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
	}
	return 0;
}

/* Would an area with these properties, starting where vma ends, be its continuation? */
static bool continues(const struct vm_area_struct *vma, unsigned long flags,
		      const struct file *file, pgoff_t pgoff)
{
	if (vma->vm_flags != flags || vma->vm_file != file || vma->vm_private_data)
		return false;
	if (flags & (VM_IO | VM_GROWSDOWN))
		return false;
	if (vma->vm_ops && vma->vm_ops->close)
		return false;
	return !file || linear_page_index(vma, vma->vm_end) == pgoff;
}

bool vma_extend(struct mm_struct *mm, struct vm_area_struct *prev, unsigned long end,
		unsigned long flags, struct file *file, pgoff_t pgoff)
{
	struct address_space *mapping;

	if (!prev || !continues(prev, flags, file, pgoff))
		return false;
	mapping = vma_lock_file(prev);
	spin_lock(&mm->page_table_lock);
	prev->vm_end = end;
	spin_unlock(&mm->page_table_lock);
	vma_unlock_file(mapping);
	return true;
}

/* Swallow next into vma; both in the set and compatible. */
static void vma_join(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *next)
{
	struct address_space *mapping = vma_lock_file(vma);

	if (mapping)
		unlink_file_locked(mapping, next);
	spin_lock(&mm->page_table_lock);
	vma_unlink_rb(mm, next);
	vma->vm_end = next->vm_end;
	vma->has_anon |= next->has_anon;
	spin_unlock(&mm->page_table_lock);
	vma_unlock_file(mapping);
	remove_vma(next);
}

static bool mergeable(const struct vm_area_struct *vma, const struct vm_area_struct *next)
{
	return vma->vm_end == next->vm_start &&
	       continues(vma, next->vm_flags, next->vm_file, next->vm_pgoff) &&
	       !next->vm_private_data;
}

struct vm_area_struct *vma_merge_around(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma_next(vma), *prev = vma_prev(vma);

	if (next && mergeable(vma, next))
		vma_join(mm, vma, next);
	if (prev && mergeable(prev, vma)) {
		vma_join(mm, prev, vma);
		vma = prev;
	}
	return vma;
}

void vma_init(void)
{
	vm_area_cache = kmem_cache_create("vm_area_struct", sizeof(struct vm_area_struct), 0, 0,
					  NULL);
}
