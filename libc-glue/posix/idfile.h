/* SPDX-License-Identifier: MIT */
/* idfile.h: what reading /etc/passwd and /etc/group has in common. */
#ifndef QUIRE_IDFILE_H
#define QUIRE_IDFILE_H

#include <stdio.h>

/*
 * Read the next record of a colon-separated file into buf and point fields[] at its `count` fields.
 * => 0, ENOENT at the end of the file, or ERANGE when buf is too small for the line
 * => blank lines and lines with too few fields are passed over
 */
int __idfile_next(FILE *fp, char *buf, size_t len, char *fields[], int count);

#endif
