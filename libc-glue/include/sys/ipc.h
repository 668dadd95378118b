/* SPDX-License-Identifier: MIT */
/* sys/ipc.h: what the three kinds of System V IPC share. */
#ifndef _SYS_IPC_H
#define _SYS_IPC_H

#include <sys/cdefs.h>
#include <sys/types.h>

#define IPC_PRIVATE	((key_t)0)
#define IPC_CREAT	01000
#define IPC_EXCL	02000
#define IPC_NOWAIT	04000
#define IPC_RMID	0
#define IPC_SET		1
#define IPC_STAT	2
#define IPC_INFO	3

struct ipc_perm {
	key_t key;
	uid_t uid;
	gid_t gid;
	uid_t cuid;
	gid_t cgid;
	unsigned short mode, __pad1, seq, __pad2;
	unsigned long __reserved[2];
};

#endif
