/* SPDX-License-Identifier: MIT */
/* sys/shm.h: System V shared memory. */
#ifndef _SYS_SHM_H
#define _SYS_SHM_H

#include <sys/ipc.h>
#include <time.h>

#define SHM_R		0400
#define SHM_W		0200
#define SHM_RDONLY	010000
#define SHM_RND		020000
#define SHM_REMAP	040000
#define SHM_EXEC	0100000
#define SHM_NORESERVE	010000
#define SHM_LOCK	11
#define SHM_UNLOCK	12
#define SHM_STAT	13
#define SHM_INFO	14
#define SHM_STAT_ANY	15
#define SHM_DEST	01000
#define SHM_LOCKED	02000
#define SHMLBA		4096

typedef unsigned long shmatt_t;

struct shmid_ds {
	struct ipc_perm shm_perm;
	size_t shm_segsz;
	time_t shm_atime, shm_dtime, shm_ctime;
	int shm_cpid, shm_lpid;
	shmatt_t shm_nattch;
	unsigned long __reserved[2];
};

struct shminfo {	/* IPC_INFO */
	unsigned long shmmax, shmmin, shmmni, shmseg, shmall;
	unsigned long __reserved[4];
};

struct shm_info {	/* SHM_INFO */
	int used_ids;
	unsigned long shm_tot, shm_rss, shm_swp;	/* pages */
	unsigned long swap_attempts, swap_successes;
};

__BEGIN_DECLS
int shmget(key_t key, size_t size, int flags);
void *shmat(int id, const void *addr, int flags);
int shmdt(const void *addr);
int shmctl(int id, int command, struct shmid_ds *buf);
__END_DECLS

#endif
