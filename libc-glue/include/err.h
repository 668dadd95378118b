/* SPDX-License-Identifier: MIT */
/* err.h: messages about errors, and exits. */
#ifndef _ERR_H
#define _ERR_H

#include <sys/cdefs.h>
#include <stdarg.h>

__BEGIN_DECLS
void err(int status, const char *fmt, ...)
	__attribute__((__noreturn__, __format__(__printf__, 2, 3)));
void errx(int status, const char *fmt, ...)
	__attribute__((__noreturn__, __format__(__printf__, 2, 3)));
void warn(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
void warnx(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
void verr(int status, const char *fmt, va_list args) __attribute__((__noreturn__));
void verrx(int status, const char *fmt, va_list args) __attribute__((__noreturn__));
void vwarn(const char *fmt, va_list args);
void vwarnx(const char *fmt, va_list args);
__END_DECLS

#endif
