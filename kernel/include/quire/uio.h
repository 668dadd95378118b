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

#endif
