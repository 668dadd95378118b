/* SPDX-License-Identifier: MIT */
/* open.c: opening files. off_t has 64 bits, so every file may be large. */
#include <fcntl.h>
#include <stdarg.h>
#include "../libquire.h"

/* The mode argument is there only when a file may be made. */
static mode_t creation_mode(int flags, va_list args)
{
	int may_create = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;

	return may_create ? va_arg(args, mode_t) : 0;
}

int _open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = creation_mode(flags, args);
	va_end(args);
	return sysret(SYSCALL3(SYS_open, path, flags | O_LARGEFILE, mode));
}
weak_alias(open, _open);

int openat(int dirfd, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = creation_mode(flags, args);
	va_end(args);
	return sysret(SYSCALL4(SYS_openat, dirfd, path, flags | O_LARGEFILE, mode));
}
