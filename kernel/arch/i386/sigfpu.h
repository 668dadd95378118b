/* SPDX-License-Identifier: MIT */
/*
 * Between signal.c and sigfpu.c: the FPU part of a signal frame. Both sleep; 0 or -EFAULT.
 */
#ifndef I386_SIGFPU_H
#define I386_SIGFPU_H

#include <arch/sigframe.h>
#include "internal.h"

/* The current task's state into the frame; only for a task with fpu_used. */
int save_fpu_frame(struct fpstate_frame __user *uf);
/* Back from the frame: the next FPU instruction loads it. */
int restore_fpu_frame(const struct fpstate_frame __user *uf);

#endif
