/* SPDX-License-Identifier: MIT */
/*
 * libquire.h: what the files of Quire's C library share. Not installed.
 *
 * The library follows Linux: a raw system call answers a negative error number, and sysret() turns
 * it into errno and -1. Calls that need nothing more are generated from sys/calls.tbl.
 */
#ifndef LIBQUIRE_H
#define LIBQUIRE_H

#include <errno.h>
#include <sys/_syscalls.h>

/* The auxiliary vector: pairs of type and value, ended by AT_NULL. */
extern unsigned long *__quire_auxv;

/* What newlib calls under a reserved name is defined so; the POSIX name is a weak alias of it, and
 * a program may have a function of that name for itself. */
#define weak_alias(name, target) \
	extern __typeof__(target) name __attribute__((__weak__, __alias__(#target)))

/* System calls that return the kernel's own answer. Six arguments need %ebp, which C cannot name:
 * __sys6 is assembly (sys/sys6.S), and so takes its arguments from the stack. */
long __sys6(long nr, long a, long b, long c, long d, long e, long f);

static inline long sys3(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory");
	return ret;
}

static inline long sys5(long nr, long a, long b, long c, long d, long e)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return ret;
}

#define SYSCALL0(nr)			sys3((nr), 0, 0, 0)
#define SYSCALL1(nr, a)			sys3((nr), (long)(a), 0, 0)
#define SYSCALL2(nr, a, b)		sys3((nr), (long)(a), (long)(b), 0)
#define SYSCALL3(nr, a, b, c)		sys3((nr), (long)(a), (long)(b), (long)(c))
#define SYSCALL4(nr, a, b, c, d)	sys5((nr), (long)(a), (long)(b), (long)(c), (long)(d), 0)
#define SYSCALL5(nr, a, b, c, d, e) \
	sys5((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define SYSCALL6(nr, a, b, c, d, e, f) \
	__sys6((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* The kernel never answers an error below this. */
#define MAX_ERRNO 4095

static inline long sysret(long ret)
{
	if ((unsigned long)ret > -(unsigned long)MAX_ERRNO - 1) {
		errno = -ret;
		return -1;
	}
	return ret;
}

/* A 64-bit argument goes in two registers, low half first. */
#define LOW(x)	((long)(x))
#define HIGH(x)	((long)((unsigned long long)(x) >> 32))

#endif
