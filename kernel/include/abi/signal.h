/* SPDX-License-Identifier: MIT */
/*
 * Signals as user space sees them: numbers, structures and flags of the Linux
 * i386 ABI.
 */
#ifndef ABI_SIGNAL_H
#define ABI_SIGNAL_H

#include <quire/types.h>

#define _NSIG 64

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPWR 30
#define SIGSYS 31
#define SIGRTMIN 32

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO 0x00000004u
#define SA_ONSTACK 0x08000000u
#define SA_RESTART 0x10000000u
#define SA_NODEFER 0x40000000u
#define SA_RESETHAND 0x80000000u
#define SA_RESTORER 0x04000000u

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SIG_DFL ((__sighandler_t)0)
#define SIG_IGN ((__sighandler_t)1)
#define SIG_ERR ((__sighandler_t)-1)

#define SS_ONSTACK 1
#define SS_DISABLE 2
#define MINSIGSTKSZ 2048

#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE -1
#define SI_TIMER -2
#define SI_TKILL -6
#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define ILL_BADSTK 8
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

typedef void (*__sighandler_t)(int);
#ifdef QUIRE_HOST
#define sigset_t quire_sigset_t	/* the host's C library has one of its own */
#endif
typedef u64 sigset_t;	   /* two 32-bit words in memory, low word first: the same bytes */
typedef u32 old_sigset_t;

/* rt_sigaction's structure */
struct k_sigaction {
	__sighandler_t sa_handler;
	u32 sa_flags;
	void (*sa_restorer)(void);
	sigset_t sa_mask;
} __attribute__((packed, aligned(4)));

/* sigaction's (67) */
struct old_sigaction {
	__sighandler_t sa_handler;
	old_sigset_t sa_mask;
	u32 sa_flags;
	void (*sa_restorer)(void);
};

typedef union sigval {
	int sival_int;
	void *sival_ptr;
} sigval_t;

#define SI_MAX_SIZE 128

typedef struct siginfo {
	int si_signo;
	int si_errno;
	int si_code;
	union {
		int _pad[SI_MAX_SIZE / 4 - 3];
		struct { s32 pid; u32 uid; } _kill;
		struct { int tid; int overrun; sigval_t sigval; } _timer;
		struct { s32 pid; u32 uid; sigval_t sigval; } _rt;
		struct { s32 pid; u32 uid; int status; s32 utime, stime; } _sigchld;
		struct { void *addr; } _sigfault;
		struct { s32 band; int fd; } _sigpoll;
	} _sifields;
} siginfo_t;
#define si_pid _sifields._kill.pid
#define si_uid _sifields._kill.uid
#define si_status _sifields._sigchld.status
#define si_utime _sifields._sigchld.utime
#define si_stime _sifields._sigchld.stime
#define si_value _sifields._rt.sigval
#define si_addr _sifields._sigfault.addr

typedef struct sigaltstack {
	void *ss_sp;
	int ss_flags;
	u32 ss_size;
} stack_t;

#endif
