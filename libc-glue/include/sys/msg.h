/* SPDX-License-Identifier: MIT */
/* sys/msg.h: System V message queues. Quire's kernel has none (ENOSYS). */
#ifndef _SYS_MSG_H
#define _SYS_MSG_H

#include <sys/ipc.h>
#include <time.h>

#define MSG_NOERROR	010000
#define MSG_STAT	11
#define MSG_INFO	12

typedef unsigned long msgqnum_t, msglen_t;

struct msqid_ds {
	struct ipc_perm msg_perm;
	time_t msg_stime, msg_rtime, msg_ctime;
	unsigned long msg_cbytes;
	msgqnum_t msg_qnum;
	msglen_t msg_qbytes;
	int msg_lspid, msg_lrpid;
	unsigned long __reserved[2];
};

struct msginfo {
	int msgpool, msgmap, msgmax, msgmnb, msgmni, msgssz, msgtql;
	unsigned short msgseg;
};

__BEGIN_DECLS
int msgget(key_t key, int flags);
int msgctl(int id, int command, struct msqid_ds *buf);
int msgsnd(int id, const void *message, size_t size, int flags);
ssize_t msgrcv(int id, void *message, size_t size, long type, int flags);
__END_DECLS

#endif
