/* SPDX-License-Identifier: MIT */
/* Futexes, for those inside the kernel who wake user space: exit and exec. */
#ifndef QUIRE_FUTEX_H
#define QUIRE_FUTEX_H

#include <quire/types.h>

/* Wake up to nr waiters on the word at uaddr in the current mm.  May sleep.  => woken or -errno */
int futex_wake(u32 __user *uaddr, bool shared, int nr, u32 bitset);
/* The dying thread marks the locks on its robust list and wakes one waiter of each. */
void exit_robust_list(void);

#endif
