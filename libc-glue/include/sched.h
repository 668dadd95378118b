/* SPDX-License-Identifier: MIT */
/* sched.h: scheduling policies, and Linux's clone(). */
#ifndef _SCHED_H_
#define _SCHED_H_

#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/sched.h>

#define CLONE_VM		0x00000100
#define CLONE_FS		0x00000200
#define CLONE_FILES		0x00000400
#define CLONE_SIGHAND		0x00000800
#define CLONE_VFORK		0x00004000
#define CLONE_PARENT		0x00008000
#define CLONE_THREAD		0x00010000
#define CLONE_NEWNS		0x00020000
#define CLONE_SYSVSEM		0x00040000
#define CLONE_SETTLS		0x00080000
#define CLONE_PARENT_SETTID	0x00100000
#define CLONE_CHILD_CLEARTID	0x00200000
#define CLONE_CHILD_SETTID	0x01000000

/* Sets of processors. */
#define CPU_SETSIZE	1024
#define __CPU_BITS	32

typedef struct {
	unsigned long __bits[CPU_SETSIZE / __CPU_BITS];
} cpu_set_t;

#define CPU_ZERO(set)		__builtin_memset((set), 0, sizeof(cpu_set_t))
#define CPU_SET(cpu, set)	((set)->__bits[(cpu) / __CPU_BITS] |= 1UL << ((cpu) % __CPU_BITS))
#define CPU_CLR(cpu, set)	((set)->__bits[(cpu) / __CPU_BITS] &= ~(1UL << ((cpu) % __CPU_BITS)))
#define CPU_ISSET(cpu, set)	(((set)->__bits[(cpu) / __CPU_BITS] >> ((cpu) % __CPU_BITS)) & 1)

__BEGIN_DECLS
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set);
int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set);
int sched_yield(void);
int sched_setparam(pid_t pid, const struct sched_param *param);
int sched_getparam(pid_t pid, struct sched_param *param);
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param);
int sched_getscheduler(pid_t pid);
int sched_get_priority_max(int policy);
int sched_get_priority_min(int policy);
int sched_rr_get_interval(pid_t pid, struct timespec *interval);
/* Run fn(arg) in a new task on the stack that ends at stack_top. Further arguments, as the flags
 * ask: pid_t *parent_tid, void *tls, pid_t *child_tid. */
int clone(int (*fn)(void *), void *stack_top, int flags, void *arg, ...);
__END_DECLS

#endif
