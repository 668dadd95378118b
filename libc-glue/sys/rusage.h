/* SPDX-License-Identifier: MIT */
/* rusage.h: the kernel's struct rusage has 32-bit times; the library's has 64-bit ones. */
#ifndef QUIRE_RUSAGE_H
#define QUIRE_RUSAGE_H

#include <string.h>
#include <sys/resource.h>

#define RUSAGE_COUNTERS 14

struct kernel_rusage {
	long utime_sec, utime_usec;
	long stime_sec, stime_usec;
	long counters[RUSAGE_COUNTERS];
};

static inline void rusage_from_kernel(struct rusage *u, const struct kernel_rusage *k)
{
	u->ru_utime = (struct timeval){ k->utime_sec, k->utime_usec };
	u->ru_stime = (struct timeval){ k->stime_sec, k->stime_usec };
	memcpy(&u->ru_maxrss, k->counters, sizeof(k->counters));
}

_Static_assert(sizeof(struct rusage) == 2 * sizeof(struct timeval) + 4 * RUSAGE_COUNTERS,
	       "the counters of both forms are the same");

#endif
