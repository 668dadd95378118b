/* SPDX-License-Identifier: MIT */
/* sys/swap.h: swap areas. */
#ifndef _SYS_SWAP_H
#define _SYS_SWAP_H

#include <sys/cdefs.h>

#define SWAP_FLAG_PREFER	0x8000
#define SWAP_FLAG_PRIO_MASK	0x7fff
#define SWAP_FLAG_PRIO_SHIFT	0

__BEGIN_DECLS
int swapon(const char *path, int flags);
int swapoff(const char *path);
__END_DECLS

#endif
