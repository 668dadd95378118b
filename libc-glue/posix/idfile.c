/* SPDX-License-Identifier: MIT */
/* idfile.c: records of /etc/passwd and /etc/group. */
#include <errno.h>
#include <string.h>
#include "idfile.h"

static int split(char *line, char *fields[], int count)
{
	int i;

	for (i = 0; i < count && line; i++)
		fields[i] = strsep(&line, i == count - 1 ? "" : ":");
	return i == count;
}

int __idfile_next(FILE *fp, char *buf, size_t len, char *fields[], int count)
{
	char *end;

	while (fgets(buf, len, fp)) {
		end = strchr(buf, '\n');
		if (!end && !feof(fp))
			return ERANGE;
		if (end)
			*end = '\0';
		if (*buf && *buf != '#' && split(buf, fields, count))
			return 0;
	}
	return ENOENT;
}
