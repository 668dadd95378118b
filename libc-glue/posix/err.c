/* SPDX-License-Identifier: MIT */
/* err.c: messages on standard error that begin with the program's name. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vwarnx(const char *fmt, va_list args)
{
	fprintf(stderr, "%s: ", program_invocation_short_name);
	if (fmt)
		vfprintf(stderr, fmt, args);
	putc('\n', stderr);
}

void vwarn(const char *fmt, va_list args)
{
	int error = errno;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	if (fmt) {
		vfprintf(stderr, fmt, args);
		fputs(": ", stderr);
	}
	fprintf(stderr, "%s\n", strerror(error));
}

void verr(int status, const char *fmt, va_list args)
{
	vwarn(fmt, args);
	exit(status);
}

void verrx(int status, const char *fmt, va_list args)
{
	vwarnx(fmt, args);
	exit(status);
}

void warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vwarn(fmt, args);
	va_end(args);
}

void warnx(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vwarnx(fmt, args);
	va_end(args);
}

void err(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	verr(status, fmt, args);
}

void errx(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	verrx(status, fmt, args);
}
