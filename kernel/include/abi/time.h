/* SPDX-License-Identifier: MIT */
/* Time structures of the Linux i386 ABI. */
#ifndef ABI_TIME_H
#define ABI_TIME_H

#include <quire/types.h>

/* The old calls: 32-bit seconds. */
struct old_timespec32 {
	s32 tv_sec;
	s32 tv_nsec;
};
struct old_timeval32 {
	s32 tv_sec;
	s32 tv_usec;
};
struct old_itimerval32 {
	struct old_timeval32 it_interval, it_value;
};
struct old_utimbuf32 {
	s32 actime;
	s32 modtime;
};
/* The *_time64 calls: 64-bit seconds, nanoseconds in a 64-bit field whose high half is ignored. */
struct kernel_timespec {
	s64 tv_sec;
	s64 tv_nsec;
};

#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe

#endif
