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
ssize_t getline(char **__restrict line, size_t *__restrict size, FILE *__restrict fp);
ssize_t getdelim(char **__restrict line, size_t *__restrict size, int delim, FILE *__restrict fp);
_END_STD_C

#endif
