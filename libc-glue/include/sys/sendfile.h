/* SPDX-License-Identifier: MIT */
/* sys/sendfile.h: copying between descriptors inside the kernel. */
#ifndef _SYS_SENDFILE_H
#define _SYS_SENDFILE_H

#include <sys/cdefs.h>
#include <sys/types.h>

__BEGIN_DECLS
ssize_t sendfile(int out, int in, off_t *offset, size_t count);
__END_DECLS

#endif
