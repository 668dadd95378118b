/* SPDX-License-Identifier: MIT */
/* sys/dirent.h: directory entries in the form of getdents64. */
#ifndef _SYS_DIRENT_H
#define _SYS_DIRENT_H

#include <sys/types.h>
#include <limits.h>

struct dirent {
	ino_t d_ino;
	off_t d_off;			/* where the next entry is: what telldir() answers */
	unsigned short d_reclen;
	unsigned char d_type;		/* DT_ */
	char d_name[NAME_MAX + 1];
};

#define d_fileno	d_ino
#define _DIRENT_HAVE_D_TYPE
#define _DIRENT_HAVE_D_RECLEN
#define _DIRENT_HAVE_D_OFF
#define MAXNAMLEN	NAME_MAX

typedef struct __DIR DIR;

#define DT_UNKNOWN	0
#define DT_FIFO		1
#define DT_CHR		2
#define DT_DIR		4
#define DT_BLK		6
#define DT_REG		8
#define DT_LNK		10
#define DT_SOCK		12
#define DT_WHT		14
#define IFTODT(mode)	(((mode) & 0170000) >> 12)
#define DTTOIF(type)	((type) << 12)

ssize_t getdents64(int fd, void *buf, size_t len);

/* newlib's own sources ask by these names. */
#define __dirfd(dir)	dirfd(dir)

#endif
