/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory: shmctl, /proc/sysvipc/shm and the limits in /proc/sys/kernel.
 *
 * Locking: shm_internal.h.
 */
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/seq_file.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "shm_internal.h"

/* What shmctl gives or takes. */
union shm_buffer {
	struct shmid64_ds ds;
	struct shminfo64 limits;
	struct shm_info usage;
};

static bool shm_is_owner(const struct shm_segment *s)
{
	return capable() || current->euid == s->perm.uid || current->euid == s->perm.cuid;
}

/* ---- SHM_LOCK ---- */

void shm_unlock(struct shm_segment *s)
{
	if (!s->locked_by)
		return;
	shmem_lock(s->file, false);
	atomic_sub((int)shm_pages(s), &s->locked_by->locked_shm);
	free_uid(s->locked_by);
	s->locked_by = NULL;
	s->perm.mode &= ~SHM_LOCKED;
}

static int shm_set_lock(struct shm_segment *s)
{
	struct user_struct *user = current->user;
	int pages = (int)shm_pages(s);

	if (s->locked_by)
		return 0;
	if (atomic_add_return(pages, &user->locked_shm) > (long)(rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT) &&
	    !capable()) {
		atomic_sub(pages, &user->locked_shm);
		return -ENOMEM;
	}
	s->locked_by = get_uid(user);
	shmem_lock(s->file, true);
	s->perm.mode |= SHM_LOCKED;
	return 0;
}

static int shm_change_lock(struct shm_segment *s, bool lock)
{
	if (!shm_is_owner(s) || (lock && !capable() && !rlimit(RLIMIT_MEMLOCK)))
		return -EPERM;
	if (lock)
		return shm_set_lock(s);
	shm_unlock(s);
	return 0;
}

/* ---- one segment ---- */

static void shm_fill_ds(const struct shm_segment *s, struct shmid64_ds *ds)
{
	ds->shm_perm = s->perm;
	ds->shm_segsz = s->size;
	ds->shm_atime = s->atime;
	ds->shm_dtime = s->dtime;
	ds->shm_ctime = s->ctime;
	ds->shm_cpid = s->cpid;
	ds->shm_lpid = s->lpid;
	ds->shm_nattch = s->nattch;
}

/* => 0, or for the commands that go through all slots the id */
static int shm_stat(int which, int cmd, struct shmid64_ds *ds)
{
	struct shm_segment *s = cmd == IPC_STAT ? shm_find(which) : shm_find_slot(which);

	if (IS_ERR(s))
		return PTR_ERR(s);
	if (cmd != SHM_STAT_ANY && !shm_permitted(s, MAY_READ))
		return -EACCES;
	shm_fill_ds(s, ds);
	return cmd == IPC_STAT ? 0 : shm_id(s);
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

static int shm_change(int id, int cmd, const struct shmid64_ds *ds)
{
	struct shm_segment *s = shm_find(id);

	if (IS_ERR(s))
		return PTR_ERR(s);
	if (cmd == IPC_SET)
		return shm_set(s, ds);
	if (cmd == IPC_RMID)
		return shm_remove(s);
	return shm_change_lock(s, cmd == SHM_LOCK);
}

/* ---- all of them ---- */

/* => the highest slot in use, 0 without any */
static int shm_last(void)
{
	return list_empty(&shm_segments) ? 0 : list_entry(shm_segments.prev, struct shm_segment, list)->slot;
}

static int shm_fill_limits(struct shminfo64 *info)
{
	info->shmmax = shm_limits.max;
	info->shmmin = 1;
	info->shmmni = info->shmseg = shm_limits.mni;
	info->shmall = shm_limits.all;
	return shm_last();
}

static int shm_fill_usage(struct shm_info *info)
{
	unsigned long cached, swapped;
	struct shm_segment *s;

	list_for_each_entry(s, &shm_segments, list) {
		shmem_usage(s->file, &cached, &swapped);
		info->shm_rss += cached;
		info->shm_swp += swapped;
	}
	info->used_ids = shm_used_ids;
	info->shm_tot = shm_total_pages;
	return shm_last();
}

/* shm_lock held; buf is in or out. */
static int do_shmctl(int id, int cmd, union shm_buffer *buf)
{
	switch (cmd) {
	case IPC_INFO:
		return shm_fill_limits(&buf->limits);
	case SHM_INFO:
		return shm_fill_usage(&buf->usage);
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return shm_stat(id, cmd, &buf->ds);
	case IPC_SET:
	case IPC_RMID:
	case SHM_LOCK:
	case SHM_UNLOCK:
		return shm_change(id, cmd, &buf->ds);
	default:
		return -EINVAL;
	}
}

/* How much of the buffer the caller gets. */
static size_t shmctl_answer(int cmd)
{
	switch (cmd) {
	case IPC_INFO:
		return sizeof(struct shminfo64);
	case SHM_INFO:
		return sizeof(struct shm_info);
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return sizeof(struct shmid64_ds);
	default:
		return 0;
	}
}

long sys_shmctl(int id, int cmd, void __user *buf)
{
	union shm_buffer kbuf = { 0 };
	int ret;

	cmd &= ~IPC_64;
	if (id < 0)
		return -EINVAL;
	if (cmd == IPC_SET && copy_from_user(&kbuf.ds, buf, sizeof(kbuf.ds)))
		return -EFAULT;
	mutex_lock(&shm_lock);
	ret = do_shmctl(id, cmd, &kbuf);
	mutex_unlock(&shm_lock);
	if (ret >= 0 && copy_to_user(buf, &kbuf, shmctl_answer(cmd)))
		return -EFAULT;
	return ret;
}

/* ---- /proc ---- */

static void show_segment(struct seq_file *m, const struct shm_segment *s)
{
	unsigned long cached, swapped;

	shmem_usage(s->file, &cached, &swapped);
	seq_printf(m, "%10d %10d  %4o %10lu %5u %5u  %5lu %5u %5u %5u %5u %10u %10u %10u %10lu %10lu\n",
		   s->perm.key, shm_id(s), s->perm.mode, (unsigned long)s->size, s->cpid, s->lpid,
		   (unsigned long)s->nattch, s->perm.uid, s->perm.gid, s->perm.cuid, s->perm.cgid,
		   s->atime, s->dtime, s->ctime, cached << PAGE_SHIFT, swapped << PAGE_SHIFT);
}

static int sysvipc_shm_show(struct seq_file *m, void *v)
{
	struct shm_segment *s;

	seq_puts(m, "       key      shmid perms       size  cpid  lpid nattch   uid   gid  cuid  cgid"
		    "      atime      dtime      ctime        rss       swap\n");
	mutex_lock(&shm_lock);
	list_for_each_entry(s, &shm_segments, list)
		show_segment(m, s);
	mutex_unlock(&shm_lock);
	return 0;
}

void shm_proc_init(void)
{
	proc_create_show("sysvipc/shm", 0444, sysvipc_shm_show);
	sysctl_register_ulong("sys/kernel/shmmax", &shm_limits.max, 0, ULONG_MAX, NULL);
	sysctl_register_ulong("sys/kernel/shmall", &shm_limits.all, 0, ULONG_MAX, NULL);
	sysctl_register_int("sys/kernel/shmmni", &shm_limits.mni, 0, SHM_SLOTS, NULL);
}
