/* SPDX-License-Identifier: MIT */
/* sys/sysmacros.h: device numbers as the kernel packs them: minor 7..0, major, minor 19..8. */
#ifndef _SYS_SYSMACROS_H
#define _SYS_SYSMACROS_H

#define major(dev)	((unsigned int)(((dev) >> 8) & 0xfff))
#define minor(dev)	((unsigned int)(((dev) & 0xff) | (((dev) >> 12) & 0xfff00)))
#define makedev(ma, mi)	((dev_t)((((mi) & 0xfff00U) << 12) | (((ma) & 0xfffU) << 8) | ((mi) & 0xffU)))

#endif
