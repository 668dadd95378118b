/* SPDX-License-Identifier: MIT */
/* sys/klog.h: the kernel's log. */
#ifndef _SYS_KLOG_H
#define _SYS_KLOG_H

#include <sys/cdefs.h>

__BEGIN_DECLS
int klogctl(int type, char *buf, int len);
__END_DECLS

#endif
