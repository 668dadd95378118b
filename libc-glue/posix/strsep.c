/* SPDX-License-Identifier: MIT */
/* strsep.c: newlib's own loses an empty last field ("a:" has two fields, not one). */
#include <string.h>

char *strsep(char **__restrict text, const char *__restrict delimiters)
{
	char *field = *text, *end;

	if (!field)
		return NULL;
	end = field + strcspn(field, delimiters);
	if (*end) {
		*end = '\0';
		*text = end + 1;
	} else {
		*text = NULL;
	}
	return field;
}
