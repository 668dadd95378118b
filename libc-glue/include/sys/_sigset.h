/* SPDX-License-Identifier: MIT */
/* sys/_sigset.h: the kernel's 64 signals; bit n-1 stands for signal n. */
#ifndef _SYS__SIGSET_H_
#define _SYS__SIGSET_H_

typedef struct {
	unsigned long __bits[2];
} __sigset_t;

#endif
