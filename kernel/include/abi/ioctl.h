/* SPDX-License-Identifier: MIT */
/* ioctl requests that every file knows, or many kinds of files. */
#ifndef ABI_IOCTL_H
#define ABI_IOCTL_H

#ifndef FIONREAD
#define FIONREAD 0x541B
#endif
#define FIONBIO 0x5421
#define FIONCLEX 0x5450
#define FIOCLEX 0x5451
#define FIOASYNC 0x5452
#define FIOQSIZE 0x5460

#endif
