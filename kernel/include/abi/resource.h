/* SPDX-License-Identifier: MIT */
/* Resource usage, limits, process accounting and system facts: structures of the Linux i386 ABI. */
#ifndef ABI_RESOURCE_H
#define ABI_RESOURCE_H

#include <abi/time.h>

#define RUSAGE_SELF 0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD 1

struct rusage {
	struct old_timeval32 ru_utime, ru_stime;
	long ru_maxrss;			/* KiB */
	long ru_ixrss, ru_idrss, ru_isrss;
	long ru_minflt, ru_majflt, ru_nswap, ru_inblock, ru_oublock;
	long ru_msgsnd, ru_msgrcv, ru_nsignals, ru_nvcsw, ru_nivcsw;
};

struct rlimit64 {
	u64 rlim_cur, rlim_max;
};
#define RLIM64_INFINITY (~0ull)

#define PRIO_MIN (-20)
#define PRIO_MAX 20
#define PRIO_PROCESS 0
#define PRIO_PGRP 1
#define PRIO_USER 2

struct tms {
	s32 tms_utime, tms_stime, tms_cutime, tms_cstime;
};

#define WNOHANG 1
#define WUNTRACED 2
#define WSTOPPED WUNTRACED
#define WEXITED 4
#define WCONTINUED 8
#define WNOWAIT 0x01000000
#define __WNOTHREAD 0x20000000
#define __WALL 0x40000000
#define __WCLONE 0x80000000u
#define P_ALL 0
#define P_PID 1
#define P_PGID 2

#define UTS_FIELD 65
struct old_utsname {
	char sysname[UTS_FIELD], nodename[UTS_FIELD], release[UTS_FIELD], version[UTS_FIELD];
	char machine[UTS_FIELD];
};
#define OLD_UTS_LEN 9
struct oldold_utsname {
	char sysname[OLD_UTS_LEN], nodename[OLD_UTS_LEN], release[OLD_UTS_LEN], version[OLD_UTS_LEN];
	char machine[OLD_UTS_LEN];
};

struct sysinfo {
	s32 uptime;
	u32 loads[3];			/* 16 fraction bits */
	u32 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	u16 procs, pad;
	u32 totalhigh, freehigh, mem_unit;
	char _f[8];
};

#endif
