/* SPDX-License-Identifier: MIT */
/* stdio.h: newlib's, with names of Linux it lacks. */
#ifndef _QUIRE_STDIO_H
#define _QUIRE_STDIO_H

#include_next <stdio.h>

#ifndef L_ctermid
#define L_ctermid 16
#endif

_BEGIN_STD_C
void flockfile(FILE *fp);
void funlockfile(FILE *fp);
int ftrylockfile(FILE *fp);
_END_STD_C

#endif
