/* SPDX-License-Identifier: MIT */
/* sys/sem.h: System V semaphores. Quire's kernel has none (ENOSYS). */
#ifndef _SYS_SEM_H
#define _SYS_SEM_H

#include <sys/ipc.h>
#include <time.h>

#define SEM_UNDO	0x1000
#define GETPID		11
#define GETVAL		12
#define GETALL		13
#define GETNCNT		14
#define GETZCNT		15
#define SETVAL		16
#define SETALL		17
#define SEM_STAT	18
#define SEM_INFO	19

struct semid_ds {
	struct ipc_perm sem_perm;
	time_t sem_otime, sem_ctime;
	unsigned long sem_nsems;
	unsigned long __reserved[2];
};

struct sembuf {
	unsigned short sem_num;
	short sem_op, sem_flg;
};

struct seminfo {
	int semmap, semmni, semmns, semmnu, semmsl, semopm, semume, semusz, semvmx, semaem;
};

__BEGIN_DECLS
int semget(key_t key, int count, int flags);
int semop(int id, struct sembuf *ops, size_t count);
int semctl(int id, int number, int command, ...);
__END_DECLS

#endif
