/* SPDX-License-Identifier: MIT */
/*
 * Error numbers inside the kernel: those of the ABI, and some that never reach user space because
 * the signal code turns them into a restart of the system call or into EINTR.
 */
#ifndef QUIRE_ERRNO_H
#define QUIRE_ERRNO_H

#include <abi/errno.h>

#define ERESTARTSYS		512	/* restart if the handler has SA_RESTART or none ran, else EINTR */
#define ERESTARTNOINTR		513	/* restart always */
#define ERESTARTNOHAND		514	/* restart if no handler ran, else EINTR */
#define ENOIOCTLCMD		515	/* no such ioctl here: the next layer may know it; becomes ENOTTY */
#define ERESTART_RESTARTBLOCK	516	/* restart by restart_syscall(2), with what it saved */

#endif
