/* SPDX-License-Identifier: MIT */
/* sys/wait.h: waiting for children. */
#ifndef _SYS_WAIT_H
#define _SYS_WAIT_H

#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/signal.h>
#include <sys/resource.h>

#define WNOHANG		1
#define WUNTRACED	2
#define WSTOPPED	WUNTRACED
#define WEXITED		4
#define WCONTINUED	8
#define WNOWAIT		0x01000000
#define __WNOTHREAD	0x20000000
#define __WALL		0x40000000
#define __WCLONE	0x80000000

#define WEXITSTATUS(s)	(((s) >> 8) & 0xff)
#define WTERMSIG(s)	((s) & 0x7f)
#define WSTOPSIG(s)	WEXITSTATUS(s)
#define WCOREDUMP(s)	((s) & 0x80)
#define WIFEXITED(s)	(WTERMSIG(s) == 0)
#define WIFSTOPPED(s)	(((s) & 0xff) == 0x7f)
/* 1 to 0x7e; each of these reads its argument once. */
#define WIFSIGNALED(s)	(WTERMSIG(s) - 1U < 0x7eU)
#define WIFCONTINUED(s)	(((s) & 0xffff) == 0xffff)
#define W_EXITCODE(r, s) ((r) << 8 | (s))
#define W_STOPCODE(s)	((s) << 8 | 0x7f)

typedef enum { P_ALL, P_PID, P_PGID } idtype_t;

__BEGIN_DECLS
pid_t wait(int *status);
pid_t waitpid(pid_t pid, int *status, int options);
pid_t wait3(int *status, int options, struct rusage *usage);
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);
int waitid(idtype_t idtype, id_t id, siginfo_t *info, int options);
pid_t _wait(int *status);
__END_DECLS

#endif
