/* SPDX-License-Identifier: MIT */
/* pty.h: pseudo terminals. */
#ifndef _PTY_H
#define _PTY_H

#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/termios.h>

__BEGIN_DECLS
int openpty(int *master, int *slave, char *name, const struct termios *t,
	    const struct winsize *size);
pid_t forkpty(int *master, char *name, const struct termios *t, const struct winsize *size);
int login_tty(int fd);
__END_DECLS

#endif
