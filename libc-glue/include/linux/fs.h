/* SPDX-License-Identifier: MIT */
/* linux/fs.h: ioctls of block devices, which <sys/mount.h> has. */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H
#include <sys/mount.h>
#endif
