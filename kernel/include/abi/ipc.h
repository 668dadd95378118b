/* SPDX-License-Identifier: MIT */
/* System V IPC of the Linux i386 ABI: the shared memory part. */
#ifndef ABI_IPC_H
#define ABI_IPC_H

#include <quire/types.h>

#define IPC_PRIVATE 0
#define IPC_CREAT 01000
#define IPC_EXCL 02000
#define IPC_NOWAIT 04000
#define IPC_RMID 0
#define IPC_SET 1
#define IPC_STAT 2
#define IPC_INFO 3
#define IPC_64 0x100

#define SHM_R 0400
#define SHM_W 0200
#define SHM_RDONLY 010000
#define SHM_RND 020000
#define SHM_REMAP 040000
#define SHM_EXEC 0100000
#define SHM_NORESERVE 010000
#define SHM_LOCK 11
#define SHM_UNLOCK 12
#define SHM_STAT 13
#define SHM_INFO 14
#define SHM_STAT_ANY 15
#define SHM_DEST 01000
#define SHM_LOCKED 02000
#define SHMLBA 4096u

/* ipc(117): the call number; the version of the interface in the upper half */
#define IPCOP_SHMAT 21
#define IPCOP_SHMDT 22
#define IPCOP_SHMGET 23
#define IPCOP_SHMCTL 24

struct ipc64_perm {
	s32 key;
	u32 uid, gid, cuid, cgid;
	u16 mode, pad1, seq, pad2;
	u32 unused1, unused2;
};

struct shmid64_ds {
	struct ipc64_perm shm_perm;
	u32 shm_segsz;
	u32 shm_atime, shm_atime_high, shm_dtime, shm_dtime_high, shm_ctime, shm_ctime_high;
	s32 shm_cpid, shm_lpid;
	u32 shm_nattch, unused4, unused5;
};

struct shminfo64 {
	u32 shmmax, shmmin, shmmni, shmseg, shmall;
	u32 unused[4];
};

struct shm_info {
	s32 used_ids;
	u32 shm_tot, shm_rss, shm_swp, swap_attempts, swap_successes;
};

#endif
