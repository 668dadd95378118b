/* SPDX-License-Identifier: MIT */
/* sys/param.h: old BSD names for limits and small helpers. */
#ifndef _SYS_PARAM_H
#define _SYS_PARAM_H

#include <sys/config.h>
#include <sys/types.h>
#include <limits.h>
#include <machine/endian.h>

#define NBBY			8
#define HZ			100
#define NOFILE			256
#define NGROUPS			NGROUPS_MAX
#define MAXPATHLEN		PATH_MAX
#define MAXSYMLINKS		SYMLOOP_MAX
#define MAXHOSTNAMELEN		64
#define NCARGS			ARG_MAX
#define PATHSIZE		PATH_MAX
#define DEV_BSIZE		512

#define MAX(a, b)		((a) > (b) ? (a) : (b))
#define MIN(a, b)		((a) < (b) ? (a) : (b))
#ifndef howmany
#define howmany(x, y)		(((x) + ((y) - 1)) / (y))
#endif
#define roundup(x, y)		((((x) + ((y) - 1)) / (y)) * (y))
#define powerof2(x)		((((x) - 1) & (x)) == 0)
#define setbit(a, i)		((a)[(i) / NBBY] |= 1 << ((i) % NBBY))
#define clrbit(a, i)		((a)[(i) / NBBY] &= ~(1 << ((i) % NBBY)))
#define isset(a, i)		((a)[(i) / NBBY] & (1 << ((i) % NBBY)))
#define isclr(a, i)		(((a)[(i) / NBBY] & (1 << ((i) % NBBY))) == 0)

#endif
