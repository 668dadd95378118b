/* SPDX-License-Identifier: MIT */
/* sys/features.h: newlib's feature tests, and which parts of POSIX Quire has. */
#ifndef _QUIRE_SYS_FEATURES_H
#define _QUIRE_SYS_FEATURES_H

#include_next <sys/features.h>

#define _POSIX_VERSION			200809L
#define _POSIX2_VERSION			200809L
#define _POSIX_CHOWN_RESTRICTED		1
#define _POSIX_FSYNC			200809L
#define _POSIX_JOB_CONTROL		1
#define _POSIX_MAPPED_FILES		200809L
#define _POSIX_MEMORY_PROTECTION	200809L
#define _POSIX_MONOTONIC_CLOCK		200809L
#define _POSIX_NO_TRUNC			1
#define _POSIX_REALTIME_SIGNALS		200809L
#define _POSIX_REGEXP			1
#define _POSIX_SAVED_IDS		1
#define _POSIX_SHELL			1
#define _POSIX_TIMERS			200809L
#define _POSIX_CPUTIME			200809L
#define _POSIX_CLOCK_SELECTION		200809L
#define _POSIX_PRIORITY_SCHEDULING	200809L
#define _POSIX_VDISABLE			'\0'

/* struct tm carries tm_gmtoff and tm_zone. */
#define __TM_GMTOFF	tm_gmtoff
#define __TM_ZONE	tm_zone

#endif
