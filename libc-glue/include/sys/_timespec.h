/* SPDX-License-Identifier: MIT */
/*
 * sys/_timespec.h: struct timespec in the form of the kernel's time64 calls, 16 bytes: the kernel
 * reads the nanoseconds as 64 bits and ignores the upper half from a 32-bit program.
 */
#ifndef _SYS__TIMESPEC_H_
#define _SYS__TIMESPEC_H_

#include <sys/_types.h>

#if !defined(__time_t_defined) && !defined(_TIME_T_DECLARED)
typedef _TIME_T_ time_t;
#define __time_t_defined
#define _TIME_T_DECLARED
#endif

struct timespec {
	time_t tv_sec;
	long tv_nsec;
	long : 32;
};

#endif
