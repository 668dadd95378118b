/* SPDX-License-Identifier: MIT */
/*
 * Reading a cpio archive of the "newc" kind (070701, 070702), as mkinitramfs writes it.  Pure: works on
 * memory, allocates nothing, trusts nothing in the archive.
 */
#ifndef QUIRE_CPIO_H
#define QUIRE_CPIO_H

#include <quire/types.h>

struct cpio_entry {
	u32 ino, mode, uid, gid, nlink, mtime;
	u32 rdev_major, rdev_minor;
	const char *name;	/* in the archive, NUL-terminated */
	u32 name_len;		/* without the NUL */
	const u8 *data;
	u32 size;
};

struct cpio_reader {
	const u8 *start, *end, *pos;
};

void cpio_open(struct cpio_reader *r, const void *start, size_t size);
/* => 1: *e is the next entry; 0: the end (trailer, or nothing but padding is left); -EINVAL: corrupt */
int cpio_next(struct cpio_reader *r, struct cpio_entry *e);

#endif
