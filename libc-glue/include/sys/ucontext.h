/* SPDX-License-Identifier: MIT */
/* sys/ucontext.h: the machine state a signal handler gets as its third argument. */
#ifndef _SYS_UCONTEXT_H
#define _SYS_UCONTEXT_H

#include <sys/signal.h>

/* Indices of mcontext_t's gregs: the kernel's sigcontext, word by word. */
enum {
	REG_GS, REG_FS, REG_ES, REG_DS, REG_EDI, REG_ESI, REG_EBP, REG_ESP, REG_EBX, REG_EDX,
	REG_ECX, REG_EAX, REG_TRAPNO, REG_ERR, REG_EIP, REG_CS, REG_EFL, REG_UESP, REG_SS,
	NGREG
};

typedef int greg_t;
typedef greg_t gregset_t[NGREG];

typedef struct {
	gregset_t gregs;
	void *fpregs;		/* FXSAVE or FSAVE area, or NULL */
	unsigned long oldmask;
	unsigned long cr2;	/* address of the last page fault */
} mcontext_t;

typedef struct ucontext {
	unsigned long uc_flags;
	struct ucontext *uc_link;
	stack_t uc_stack;
	mcontext_t uc_mcontext;
	sigset_t uc_sigmask;
} ucontext_t;

#endif
