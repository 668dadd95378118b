/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory: names (keys and ids) for shared memory objects.
 *
 * A segment is a nameless tmpfs file (shmem.h), so its pages are swappable like any
 * other; what is added here is the id, permissions, and the count of attachments, kept by
 * the areas' open and close.  A segment that is marked for removal goes with its last
 * attachment.
 *
 * An id is slot + SHM_MAX_SEGMENTS * sequence, so that a stale id is refused.
 *
 * Locking.  shm_lock (a mutex: files are opened and closed under it) guards the table and
 * every segment's fields.  mmap_sem comes before it: areas open and close under mmap_sem.
 */
#include <abi/ipc.h>
#include <abi/mman.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/shmem.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#define SHM_MAX_SEGMENTS 128
#define SHM_SEQ_MAX 32767

struct shm_segment {
	struct ipc64_perm perm;
	int slot;
	size_t size;		/* bytes, as asked for */
	struct file *file;	/* the object: one reference */
	unsigned int nattch;
	u32 atime, dtime, ctime;
	pid_t cpid, lpid;
};

static DEFINE_MUTEX(shm_lock);
static struct shm_segment *segments[SHM_MAX_SEGMENTS];
static unsigned int shm_seq;

static int shm_id(const struct shm_segment *s)
{
	return s->slot + s->perm.seq * SHM_MAX_SEGMENTS;
}

/* shm_lock held.  => segment or ERR_PTR(-EINVAL) */
static struct shm_segment *shm_find(int id)
{
	struct shm_segment *s = id < 0 ? NULL : segments[id % SHM_MAX_SEGMENTS];

	return s && shm_id(s) == id ? s : ERR_PTR(-EINVAL);
}

static bool shm_permitted(const struct shm_segment *s, unsigned int want)
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

static bool shm_is_owner(const struct shm_segment *s)
{
	return capable() || current->euid == s->perm.uid || current->euid == s->perm.cuid;
}

/* shm_lock held; nobody is attached. */
static void shm_destroy(struct shm_segment *s)
{
	segments[s->slot] = NULL;
	fput(s->file);
	kfree(s);
}

static u32 shm_now(void)
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

static void shm_close(struct vm_area_struct *vma)
{
	struct shm_segment *s = vma->vm_file->private_data;

	mutex_lock(&shm_lock);
	s->nattch--;
	s->dtime = shm_now();
	s->lpid = current->tgid;
	if (s->nattch == 0 && (s->perm.mode & SHM_DEST))
		shm_destroy(s);
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

static int shm_free_slot(void)
{
	int i;

	for (i = 0; i < SHM_MAX_SEGMENTS; i++)
		if (!segments[i])
			return i;
	return -ENOSPC;
}

static struct shm_segment *shm_by_key(int key)
{
	int i;

	for (i = 0; key != IPC_PRIVATE && i < SHM_MAX_SEGMENTS; i++)
		if (segments[i] && segments[i]->perm.key == key)
			return segments[i];
	return NULL;
}

/* shm_lock held. => id or -errno */
static int shm_create(int key, size_t size, int flags)
{
	int slot = shm_free_slot();
	struct shm_segment *s;

	if (size == 0)
		return -EINVAL;
	if (slot < 0)
		return slot;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->file = shmem_file_setup("SYSV", PAGE_ALIGN((loff_t)size),
				   flags & SHM_NORESERVE ? VM_NORESERVE : 0);
	if (IS_ERR(s->file)) {
		int err = PTR_ERR(s->file);

		kfree(s);
		return err;
	}
	s->file->f_op = &shm_file_operations;
	s->file->private_data = s;
	s->slot = slot;
	s->size = size;
	s->ctime = shm_now();
	s->cpid = current->tgid;
	s->perm = (struct ipc64_perm){ .key = key,
				       .uid = current->euid,
				       .cuid = current->euid,
				       .gid = current->egid,
				       .cgid = current->egid,
				       .mode = flags & S_IRWXUGO,
				       .seq = shm_seq };
	shm_seq = (shm_seq + 1) % SHM_SEQ_MAX;
	segments[slot] = s;
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

/* The segment's file, referenced, if this access is allowed. */
static struct file *shm_get_file(int id, int flags)
{
	unsigned int want = flags & SHM_RDONLY ? MAY_READ : MAY_READ | MAY_WRITE;
	struct shm_segment *s;
	struct file *file;

	mutex_lock(&shm_lock);
	s = shm_find(id);
	if (IS_ERR(s))
		file = ERR_CAST(s);
	else if (!shm_permitted(s, want))
		file = ERR_PTR(-EACCES);
	else
		file = get_file(s->file);
	mutex_unlock(&shm_lock);
	return file;
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
	fput(file);
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

/* ---- shmctl ---- */

static void shm_fill_ds(const struct shm_segment *s, struct shmid64_ds *ds)
{
	memset(ds, 0, sizeof(*ds));
	ds->shm_perm = s->perm;
	ds->shm_segsz = s->size;
	ds->shm_atime = s->atime;
	ds->shm_dtime = s->dtime;
	ds->shm_ctime = s->ctime;
	ds->shm_cpid = s->cpid;
	ds->shm_lpid = s->lpid;
	ds->shm_nattch = s->nattch;
}

static int shm_set(struct shm_segment *s, const struct shmid64_ds *ds)
{
	if (!shm_is_owner(s))
		return -EPERM;
	s->perm.uid = ds->shm_perm.uid;
	s->perm.gid = ds->shm_perm.gid;
	s->perm.mode = (s->perm.mode & ~S_IRWXUGO) | (ds->shm_perm.mode & S_IRWXUGO);
	s->ctime = shm_now();
	return 0;
}

static int shm_remove(struct shm_segment *s)
{
	if (!shm_is_owner(s))
		return -EPERM;
	if (s->nattch == 0) {
		shm_destroy(s);
	} else {
		s->perm.mode |= SHM_DEST;
		s->perm.key = IPC_PRIVATE;
	}
	return 0;
}

/* On one segment, shm_lock held; ds is in or out. */
static int shmctl_one(int id, int cmd, struct shmid64_ds *ds)
{
	struct shm_segment *s = shm_find(id);

	if (IS_ERR(s))
		return PTR_ERR(s);
	switch (cmd) {
	case IPC_STAT:
		if (!shm_permitted(s, MAY_READ))
			return -EACCES;
		shm_fill_ds(s, ds);
		return 0;
	case IPC_SET:
		return shm_set(s, ds);
	case IPC_RMID:
		return shm_remove(s);
	default:
		return -EINVAL;
	}
}

long sys_shmctl(int id, int cmd, void __user *buf)
{
	struct shmid64_ds ds;
	int err;

	cmd &= ~IPC_64;
	if (cmd == IPC_SET && copy_from_user(&ds, buf, sizeof(ds)))
		return -EFAULT;
	mutex_lock(&shm_lock);
	err = shmctl_one(id, cmd, &ds);
	mutex_unlock(&shm_lock);
	if (!err && cmd == IPC_STAT && copy_to_user(buf, &ds, sizeof(ds)))
		return -EFAULT;
	return err;
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
