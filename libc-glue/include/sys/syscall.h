/* SPDX-License-Identifier: MIT */
/* sys/syscall.h: system calls by number. */
#ifndef _SYS_SYSCALL_H
#define _SYS_SYSCALL_H
#include <sys/_syscalls.h>
#endif
