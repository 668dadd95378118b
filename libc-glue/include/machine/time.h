/* SPDX-License-Identifier: MIT */
/* machine/time.h: clock() counts microseconds, as POSIX demands. */
#ifndef _MACHTIME_H_
#define _MACHTIME_H_

#define _CLOCKS_PER_SEC_ 1000000

#endif
