/* SPDX-License-Identifier: MIT */
/*
 * ipc.c: System V IPC. On i386 one system call serves all of it; it takes the number of the operation. The
 * structures are those with 64-bit times, which the kernel is told by IPC_64.
 */
#include <stdarg.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include "../libquire.h"

#define IPC_64 0x100

enum {
	OP_SEMOP = 1, OP_SEMGET, OP_SEMCTL, OP_MSGSND = 11, OP_MSGRCV, OP_MSGGET, OP_MSGCTL,
	OP_SHMAT = 21, OP_SHMDT, OP_SHMGET, OP_SHMCTL,
};

/* ipc(op, first, second, third, pointer, fifth) */
#define CALL(op, first, second, third, pointer) \
	sysret(SYSCALL6(SYS_ipc, (op), (first), (second), (third), (pointer), 0))

int shmget(key_t key, size_t size, int flags)
{
	return CALL(OP_SHMGET, key, size, flags, NULL);
}

void *shmat(int id, const void *addr, int flags)
{
	void *place;

	return CALL(OP_SHMAT, id, flags, &place, addr) ? (void *)-1 : place;
}

int shmdt(const void *addr)
{
	return CALL(OP_SHMDT, 0, 0, 0, addr);
}

int shmctl(int id, int command, struct shmid_ds *buf)
{
	return CALL(OP_SHMCTL, id, command | IPC_64, 0, buf);
}

int semget(key_t key, int count, int flags)
{
	return CALL(OP_SEMGET, key, count, flags, NULL);
}

int semop(int id, struct sembuf *ops, size_t count)
{
	return CALL(OP_SEMOP, id, count, 0, ops);
}

/* The last argument is the program's own union semun, which has the size of a pointer; the kernel wants its address. */
int semctl(int id, int number, int command, ...)
{
	va_list args;
	void *arg;

	va_start(args, command);
	arg = va_arg(args, void *);
	va_end(args);
	return CALL(OP_SEMCTL, id, number, command | IPC_64, &arg);
}

int msgget(key_t key, int flags)
{
	return CALL(OP_MSGGET, key, flags, 0, NULL);
}

int msgctl(int id, int command, struct msqid_ds *buf)
{
	return CALL(OP_MSGCTL, id, command | IPC_64, 0, buf);
}

int msgsnd(int id, const void *message, size_t size, int flags)
{
	return CALL(OP_MSGSND, id, size, flags, message);
}

/* Version 0 of the operation, the one that Linux takes without a version, has pointer and type in a pair. */
ssize_t msgrcv(int id, void *message, size_t size, long type, int flags)
{
	struct { void *message; long type; } where = { message, type };

	return CALL(OP_MSGRCV, id, size, flags, &where);
}
