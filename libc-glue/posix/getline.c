/* SPDX-License-Identifier: MIT */
/* getline.c: newlib has these functions under reserved names only. */
#include <stdio.h>

ssize_t getline(char **__restrict line, size_t *__restrict size, FILE *__restrict fp)
{
	return __getline(line, size, fp);
}

ssize_t getdelim(char **__restrict line, size_t *__restrict size, int delim, FILE *__restrict fp)
{
	return __getdelim(line, size, delim, fp);
}
