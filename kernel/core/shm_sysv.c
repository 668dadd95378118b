/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory: names (keys and ids) for shared memory objects.
 *
 * A segment is a nameless tmpfs file (shmem.h), so its pages are swappable like any
 * other; what is added here is the id, permissions, and the count of attachments, kept by
 * the areas' open and close.  Each attachment has an open file of its own, which may be read-only.  A segment
 * that is marked for removal goes with its last attachment.
 *
 * An id is slot + SHM_SLOTS * sequence.  Slots are given out in a circle, and the sequence goes on with each round, so
 * that a stale id is refused.
 *
 * shmctl and what /proc shows are in shm_ctl.c; locking: shm_internal.h.
 */
#include <abi/mman.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "shm_internal.h"

#define SHM_SEQ_MAX 32767
#define SHM_CYCLE 64u /* slots in the circle; more when more than two thirds are in use */
#define SHM_NAME_LEN 16 /* "SYSV" and eight digits */

DEFINE_MUTEX(shm_lock);
LIST_HEAD(shm_segments);
struct shm_limits shm_limits = { .max = SHM_MAX_DEFAULT, .all = SHM_MAX_DEFAULT, .mni = SHM_MNI_DEFAULT };
unsigned int shm_used_ids;
unsigned long shm_total_pages;
static unsigned int shm_seq;
static int shm_last_slot = -1;

int shm_id(const struct shm_segment *s)
{
	return s->slot + s->perm.seq * SHM_SLOTS;
}

struct shm_segment *shm_find_slot(int slot)
{
	struct shm_segment *s;

	list_for_each_entry(s, &shm_segments, list)
		if (s->slot == slot)
			return s;
	return ERR_PTR(-EINVAL);
}

struct shm_segment *shm_find(int id)
{
	struct shm_segment *s = id < 0 ? ERR_PTR(-EINVAL) : shm_find_slot(id % SHM_SLOTS);

	return IS_ERR(s) || shm_id(s) == id ? s : ERR_PTR(-EINVAL);
}

bool shm_permitted(const struct shm_segment *s, unsigned int want)
{
	unsigned int mode = s->perm.mode;

	if (capable())
		return true;
	if (current->euid == s->perm.uid || current->euid == s->perm.cuid)
		mode >>= 6;
	else if (in_group_p(s->perm.gid) || in_group_p(s->perm.cgid))
		mode >>= 3;
	return (want & ~mode & 7) == 0;
}

unsigned long shm_pages(const struct shm_segment *s)
{
	return PAGE_ALIGN(s->size) >> PAGE_SHIFT;
}

void shm_destroy(struct shm_segment *s)
{
	list_del(&s->list);
	shm_used_ids--;
	shm_total_pages -= shm_pages(s);
	shm_unlock(s);
	fput(s->file);
	kfree(s);
}

u32 shm_now(void)
{
	return (u32)current_fs_time().tv_sec;
}

/* ---- attachments: the areas ---- */

static void shm_open(struct vm_area_struct *vma)
{
	struct shm_segment *s = vma->vm_file->private_data;

	mutex_lock(&shm_lock);
	s->nattch++;
	s->atime = shm_now();
	s->lpid = current->tgid;
	mutex_unlock(&shm_lock);
}

/* shm_lock held */
static void shm_detach(struct shm_segment *s)
{
	s->nattch--;
	if (s->nattch == 0 && (s->perm.mode & SHM_DEST))
		shm_destroy(s);
}

static void shm_close(struct vm_area_struct *vma)
{
	struct shm_segment *s = vma->vm_file->private_data;

	mutex_lock(&shm_lock);
	s->dtime = shm_now();
	s->lpid = current->tgid;
	shm_detach(s);
	mutex_unlock(&shm_lock);
}

/* nopage is the object's own: filled in by the first shm_mmap. */
static struct vm_operations_struct shm_vm_ops = { .open = shm_open, .close = shm_close };

static int shm_mmap(struct file *file, struct vm_area_struct *vma)
{
	int err = shmem_mmap(file, vma);

	if (err)
		return err;
	shm_vm_ops.nopage = vma->vm_ops->nopage;
	vma->vm_ops = &shm_vm_ops;
	shm_open(vma);
	return 0;
}

static const struct file_operations shm_file_operations = { .mmap = shm_mmap };

/* ---- shmget ---- */

/* The lowest free slot at or above from; *before: the list entry that it comes behind */
static int shm_free_slot(int from, struct list_head **before)
{
	struct shm_segment *s;
	int slot = from;

	*before = &shm_segments;
	list_for_each_entry(s, &shm_segments, list) {
		if (s->slot > slot)
			break;
		*before = &s->list;
		if (s->slot == slot)
			slot++;
	}
	return slot;
}

static struct shm_segment *shm_by_key(int key)
{
	struct shm_segment *s;

	if (key == IPC_PRIVATE)
		return NULL;
	list_for_each_entry(s, &shm_segments, list)
		if (s->perm.key == key)
			return s;
	return NULL;
}

/* Takes its place in the list and its id. */
static void shm_enter(struct shm_segment *s)
{
	struct list_head *before;

	s->slot = shm_free_slot(shm_last_slot + 1, &before);
	if (s->slot >= (int)max(shm_used_ids * 3 / 2, SHM_CYCLE)) {
		s->slot = shm_free_slot(0, &before);
		shm_seq = (shm_seq + 1) % SHM_SEQ_MAX;
	}
	shm_last_slot = s->slot;
	s->perm.seq = shm_seq;
	list_add(&s->list, before);
	shm_used_ids++;
	shm_total_pages += shm_pages(s);
	file_inode(s->file)->i_ino = shm_id(s);	/* /proc/PID/maps tells it, as Linux does */
}

static int shm_check_size(size_t size)
{
	unsigned long pages = PAGE_ALIGN((loff_t)size) >> PAGE_SHIFT;

	if (size == 0 || size > shm_limits.max)
		return -EINVAL;
	if (pages > shm_limits.all || shm_total_pages > shm_limits.all - pages ||
	    shm_used_ids >= (unsigned int)shm_limits.mni)
		return -ENOSPC;
	return 0;
}

/* shm_lock held. => id or -errno */
static int shm_create(int key, size_t size, int flags)
{
	int err = shm_check_size(size);
	struct shm_segment *s;
	char name[SHM_NAME_LEN];

	if (err)
		return err;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	snprintf(name, sizeof(name), "SYSV%08x", (unsigned int)key);
	s->file = shmem_file_setup(name, PAGE_ALIGN((loff_t)size),
				   flags & SHM_NORESERVE ? VM_NORESERVE : 0);
	if (IS_ERR(s->file)) {
		err = PTR_ERR(s->file);
		kfree(s);
		return err;
	}
	s->size = size;
	s->ctime = shm_now();
	s->cpid = current->tgid;
	s->perm = (struct ipc64_perm){ .key = key,
				       .uid = current->euid,
				       .cuid = current->euid,
				       .gid = current->egid,
				       .cgid = current->egid,
				       .mode = flags & S_IRWXUGO };
	shm_enter(s);
	return shm_id(s);
}

static int shm_open_existing(struct shm_segment *s, size_t size, int flags)
{
	unsigned int want = (flags >> 6 | flags >> 3 | flags) & 7;

	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return -EEXIST;
	if (size > s->size)
		return -EINVAL;
	return shm_permitted(s, want) ? shm_id(s) : -EACCES;
}

long sys_shmget(int key, size_t size, int flags)
{
	struct shm_segment *s;
	int ret;

	mutex_lock(&shm_lock);
	s = shm_by_key(key);
	if (s)
		ret = shm_open_existing(s, size, flags);
	else if (key == IPC_PRIVATE || (flags & IPC_CREAT))
		ret = shm_create(key, size, flags);
	else
		ret = -ENOENT;
	mutex_unlock(&shm_lock);
	return ret;
}

/* ---- shmat, shmdt ---- */

/* A file for this attachment, if the access is allowed; it keeps the object, the area's count the segment. */
static struct file *shm_get_file(int id, int flags)
{
	bool read_only = flags & SHM_RDONLY;
	struct shm_segment *s;
	struct file *file;

	mutex_lock(&shm_lock);
	s = shm_find(id);
	if (IS_ERR(s))
		file = ERR_CAST(s);
	else if (!shm_permitted(s, read_only ? MAY_READ : MAY_READ | MAY_WRITE))
		file = ERR_PTR(-EACCES);
	else
		file = dentry_open(&s->file->f_path, read_only ? O_RDONLY : O_RDWR);
	if (!IS_ERR(file)) {
		file->f_op = &shm_file_operations;
		file->private_data = s;
		s->nattch++;	/* until shm_put_file: it must not go before it is mapped */
	}
	mutex_unlock(&shm_lock);
	return file;
}

static void shm_put_file(struct file *file)
{
	mutex_lock(&shm_lock);
	shm_detach(file->private_data);
	mutex_unlock(&shm_lock);
	fput(file);
}

static int shmat_address(unsigned long *addr, int flags, unsigned long *map_flags)
{
	*map_flags = MAP_SHARED;
	if (!*addr)
		return flags & SHM_REMAP ? -EINVAL : 0;
	if (*addr & (SHMLBA - 1)) {
		if (!(flags & SHM_RND))
			return -EINVAL;
		*addr &= ~(unsigned long)(SHMLBA - 1);
	}
	*map_flags |= flags & SHM_REMAP ? MAP_FIXED : MAP_FIXED | MAP_FIXED_NOREPLACE;
	return 0;
}

static long do_shmat(int id, unsigned long addr, int flags)
{
	unsigned long prot = PROT_READ, map_flags, size, result;
	struct file *file;
	int err;

	err = shmat_address(&addr, flags, &map_flags);
	if (err)
		return err;
	if (!(flags & SHM_RDONLY))
		prot |= PROT_WRITE;
	if (flags & SHM_EXEC)
		prot |= PROT_EXEC;
	file = shm_get_file(id, flags);
	if (IS_ERR(file))
		return PTR_ERR(file);
	size = i_size_read(file_inode(file));
	down_write(&current->mm->mmap_sem);
	result = do_mmap_pgoff(file, addr, size, prot, map_flags, 0);
	up_write(&current->mm->mmap_sem);
	shm_put_file(file);
	return result == (unsigned long)-EEXIST ? -EINVAL : (long)result;
}

long sys_shmat(int id, unsigned long addr, int flags)
{
	return do_shmat(id, addr, flags);
}

static bool is_attachment(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_ops == &shm_vm_ops &&
	       vma->vm_start - addr == (unsigned long)vma->vm_pgoff << PAGE_SHIFT;
}

/* Every area that belongs to the attachment at addr: mprotect may have split it. */
long sys_shmdt(unsigned long addr)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	struct file *file = NULL;
	unsigned long next = addr;

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	down_write(&mm->mmap_sem);
	while ((vma = find_vma(mm, next)) != NULL) {
		next = vma->vm_end;
		if (!is_attachment(vma, addr) || (file && vma->vm_file != file))
			break;
		file = vma->vm_file;
		do_munmap(mm, vma->vm_start, vma->vm_end - vma->vm_start);
	}
	up_write(&mm->mmap_sem);
	return file ? 0 : -EINVAL;
}

/* The multiplexer; semaphores and message queues are not there. */
long sys_ipc(unsigned int call, int first, unsigned long second, unsigned long third,
	     void __user *ptr, long fifth)
{
	long addr;

	switch (call & 0xffff) {
	case IPCOP_SHMGET:
		return sys_shmget(first, second, third);
	case IPCOP_SHMAT:
		addr = do_shmat(first, (__force unsigned long)ptr, second);
		if (IS_ERR_VALUE(addr))
			return addr;
		return put_user((u32)addr, (u32 __user *)third);
	case IPCOP_SHMDT:
		return sys_shmdt((__force unsigned long)ptr);
	case IPCOP_SHMCTL:
		return sys_shmctl(first, second, ptr);
	default:
		return -ENOSYS;
	}
}
