/* SPDX-License-Identifier: MIT */
/* log.c: what init has to say goes to the console, each line in one write. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include "init.h"

void say(const char *fmt, ...)
{
	char line[256];
	va_list args;
	int len;

	va_start(args, fmt);
	len = snprintf(line, sizeof(line), "init: ");
	len += vsnprintf(line + len, sizeof(line) - len - 1, fmt, args);
	va_end(args);
	if (len > (int)sizeof(line) - 2)
		len = sizeof(line) - 2;
	line[len++] = '\n';
	write(STDERR_FILENO, line, len);
}
