/* SPDX-License-Identifier: MIT */
/* Scattered user memory, as readv and writev pass it. */
#ifndef QUIRE_UIO_H
#define QUIRE_UIO_H

#include <quire/types.h>

struct iovec {
	void __user *iov_base;
	size_t iov_len;
};

#define UIO_MAXIOV 1024u
#define UIO_FASTIOV 8u	/* this many fit on the kernel's stack */

/* Copy and check a vector; *iov is fast, of UIO_FASTIOV, or kmalloc'ed.  => bytes in all, -errno (read_write.c) */
ssize_t import_iovec(const struct iovec __user *vec, unsigned long nr, struct iovec *fast, struct iovec **iov);

#endif
