/* SPDX-License-Identifier: MIT */
/* sys/_siginfo.h: what a signal tells, 128 bytes as the i386 kernel lays them out. */
#ifndef _SYS__SIGINFO_H
#define _SYS__SIGINFO_H

#include <sys/types.h>

union sigval {
	int sival_int;
	void *sival_ptr;
};
typedef union sigval sigval_t;

#define __SI_PAD_WORDS	29

typedef struct {
	int si_signo;
	int si_errno;
	int si_code;
	union {
		int __pad[__SI_PAD_WORDS];
		struct {
			pid_t __pid;
			uid_t __uid;
			union sigval __value;
		} __rt;			/* kill, sigqueue */
		struct {
			int __tid;
			int __overrun;
			union sigval __value;
		} __timer;
		struct {
			pid_t __pid;
			uid_t __uid;
			int __status;
			clock_t __utime;
			clock_t __stime;
		} __child;		/* SIGCHLD */
		struct {
			void *__addr;
			short __addr_lsb;
		} __fault;		/* SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP */
		struct {
			long __band;
			int __fd;
		} __poll;		/* SIGIO */
	} __si;
} siginfo_t;

#define si_pid		__si.__rt.__pid
#define si_uid		__si.__rt.__uid
#define si_value	__si.__rt.__value
#define si_int		si_value.sival_int
#define si_ptr		si_value.sival_ptr
#define si_timerid	__si.__timer.__tid
#define si_overrun	__si.__timer.__overrun
#define si_status	__si.__child.__status
#define si_utime	__si.__child.__utime
#define si_stime	__si.__child.__stime
#define si_addr		__si.__fault.__addr
#define si_addr_lsb	__si.__fault.__addr_lsb
#define si_band		__si.__poll.__band
#define si_fd		__si.__poll.__fd

/* si_code of any signal */
#define SI_USER		0
#define SI_KERNEL	0x80
#define SI_QUEUE	(-1)
#define SI_TIMER	(-2)
#define SI_MESGQ	(-3)
#define SI_ASYNCIO	(-4)
#define SI_SIGIO	(-5)
#define SI_TKILL	(-6)

/* SIGILL */
#define ILL_ILLOPC	1
#define ILL_ILLOPN	2
#define ILL_ILLADR	3
#define ILL_ILLTRP	4
#define ILL_PRVOPC	5
#define ILL_PRVREG	6
#define ILL_COPROC	7
#define ILL_BADSTK	8
/* SIGFPE */
#define FPE_INTDIV	1
#define FPE_INTOVF	2
#define FPE_FLTDIV	3
#define FPE_FLTOVF	4
#define FPE_FLTUND	5
#define FPE_FLTRES	6
#define FPE_FLTINV	7
#define FPE_FLTSUB	8
/* SIGSEGV */
#define SEGV_MAPERR	1
#define SEGV_ACCERR	2
/* SIGBUS */
#define BUS_ADRALN	1
#define BUS_ADRERR	2
#define BUS_OBJERR	3
/* SIGTRAP */
#define TRAP_BRKPT	1
#define TRAP_TRACE	2
/* SIGCHLD */
#define CLD_EXITED	1
#define CLD_KILLED	2
#define CLD_DUMPED	3
#define CLD_TRAPPED	4
#define CLD_STOPPED	5
#define CLD_CONTINUED	6
/* SIGPOLL */
#define POLL_IN		1
#define POLL_OUT	2
#define POLL_MSG	3
#define POLL_ERR	4
#define POLL_PRI	5
#define POLL_HUP	6

#define SIGEV_SIGNAL	0
#define SIGEV_NONE	1
#define SIGEV_THREAD	2

struct sigevent {
	union sigval sigev_value;
	int sigev_signo;
	int sigev_notify;
	int __sigev_pad[13];
};

#endif
