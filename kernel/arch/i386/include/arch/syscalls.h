/* SPDX-License-Identifier: MIT */
/*
 * The system calls that the architecture implements; core's table names them.
 */
#ifndef ARCH_SYSCALLS_H
#define ARCH_SYSCALLS_H

#include <abi/signal.h>
#include <quire/types.h>

struct user_desc;

long sys_set_thread_area(struct user_desc __user *uinfo);
long sys_get_thread_area(struct user_desc __user *uinfo);
/* These two put back all registers from the frame on the user stack; the value is the restored eax. */
long sys_sigreturn(void);
long sys_rt_sigreturn(void);
long sys_sigaltstack(const stack_t __user *ss, stack_t __user *old);

#endif
