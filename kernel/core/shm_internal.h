/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory inside: what shm_sysv.c (segments and attachments) and shm_ctl.c (control, /proc) share.
 *
 * Locking.  shm_lock (a mutex: files are opened and closed under it) guards everything here.  mmap_sem comes before
 * it: areas open and close under mmap_sem.
 */
#ifndef CORE_SHM_INTERNAL_H
#define CORE_SHM_INTERNAL_H

#include <abi/ipc.h>
#include <quire/list.h>
#include <quire/mutex.h>
#include <quire/shmem.h>
#include <quire/user.h>

#define SHM_SLOTS 32768			/* ids of one sequence: IPCMNI of Linux */
#define SHM_MNI_DEFAULT 4096
#define SHM_MAX_DEFAULT (UINT_MAX - (1ul << 24)) /* Linux's SHMMAX: no limit, with room against overflow */

struct shm_segment {
	struct list_head list;	/* shm_segments, by slot */
	struct ipc64_perm perm;
	int slot;
	size_t size;		/* bytes, as asked for */
	struct file *file;	/* the object: one reference */
	unsigned int nattch;
	u32 atime, dtime, ctime;
	pid_t cpid, lpid;
	struct user_struct *locked_by;	/* SHM_LOCK: who is charged, referenced */
};

struct shm_limits {
	unsigned long max;	/* bytes of a segment */
	unsigned long all;	/* pages of all segments */
	int mni;		/* segments */
};

extern struct mutex shm_lock;
extern struct list_head shm_segments;
extern struct shm_limits shm_limits;
extern unsigned int shm_used_ids;
extern unsigned long shm_total_pages;

int shm_id(const struct shm_segment *s);
/* => segment or ERR_PTR(-EINVAL) */
struct shm_segment *shm_find(int id);
struct shm_segment *shm_find_slot(int slot);
bool shm_permitted(const struct shm_segment *s, unsigned int want);
unsigned long shm_pages(const struct shm_segment *s);
void shm_destroy(struct shm_segment *s);	/* nobody is attached */
void shm_unlock(struct shm_segment *s);		/* its pages may go to swap again */
u32 shm_now(void);

void shm_proc_init(void);	/* /proc/sysvipc, /proc/sys/kernel/shm* */

#endif
