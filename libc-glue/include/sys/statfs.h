/* SPDX-License-Identifier: MIT */
/* sys/statfs.h: struct statfs is the kernel's statfs64. */
#ifndef _SYS_STATFS_H
#define _SYS_STATFS_H

#include <sys/cdefs.h>
#include <sys/types.h>

typedef struct {
	int __val[2];
} fsid_t;

/* Packed to 84 bytes as the i386 kernel does: the call is told the size. */
struct statfs {
	unsigned int f_type;
	unsigned int f_bsize;
	fsblkcnt_t f_blocks;
	fsblkcnt_t f_bfree;
	fsblkcnt_t f_bavail;
	fsfilcnt_t f_files;
	fsfilcnt_t f_ffree;
	fsid_t f_fsid;
	unsigned int f_namelen;
	unsigned int f_frsize;
	unsigned int f_flags;
	unsigned int f_spare[4];
} __attribute__((__packed__, __aligned__(4)));

__BEGIN_DECLS
int statfs(const char *path, struct statfs *buf);
int fstatfs(int fd, struct statfs *buf);
__END_DECLS

#endif
