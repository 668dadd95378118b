/* SPDX-License-Identifier: MIT */
/* stdlib.h: newlib's, with what POSIX adds to it. */
#ifndef _QUIRE_STDLIB_H
#define _QUIRE_STDLIB_H

/* newlib declares two functions that are in no standard and that programs like to have themselves. */
#define itoa __newlib_itoa
#define utoa __newlib_utoa
#include_next <stdlib.h>
#undef itoa
#undef utoa
#include <sys/types.h>

_BEGIN_STD_C
int posix_openpt(int flags);
int grantpt(int fd);
int unlockpt(int fd);
char *ptsname(int fd);
int ptsname_r(int fd, char *buf, size_t len);
int getloadavg(double loads[], int count);
int clearenv(void);
char *realpath(const char *__restrict path, char *__restrict resolved);
_END_STD_C

#endif
