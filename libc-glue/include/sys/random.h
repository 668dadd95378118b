/* SPDX-License-Identifier: MIT */
/* sys/random.h: random bytes from the kernel. */
#ifndef _SYS_RANDOM_H
#define _SYS_RANDOM_H

#include <sys/cdefs.h>
#include <sys/types.h>

#define GRND_NONBLOCK	1
#define GRND_RANDOM	2

__BEGIN_DECLS
ssize_t getrandom(void *buf, size_t len, unsigned int flags);
__END_DECLS

#endif
