/* SPDX-License-Identifier: MIT */
/*
 * What lies on the user's stack while a signal handler runs: Linux's i386 layout to the byte, since
 * handlers, debuggers and unwinders know it.
 */
#ifndef ARCH_SIGFRAME_H
#define ARCH_SIGFRAME_H

#include <abi/signal.h>
#include <arch/processor.h>

struct fpreg {
	u16 significand[4];
	u16 exponent;
} __packed;

/* FSAVE's format, then (magic 0) FXSAVE's 512 bytes. */
struct fpstate_frame {
	u32 cw, sw, tag, ipoff, cssel, dataoff, datasel;
	struct fpreg st[8];
	u16 status;
	u16 magic;
	u8 fx[FPU_STATE_SIZE];
} __packed;
#define FPSTATE_MAGIC_FXSR	0x0000u
#define FPSTATE_MAGIC_NONE	0xffffu
static_assert(offsetof(struct fpstate_frame, fx) == 112, "fpstate: FXSAVE part");

struct sigcontext {
	u16 gs, gsh, fs, fsh, es, esh, ds, dsh;
	u32 edi, esi, ebp, esp, ebx, edx, ecx, eax;
	u32 trapno, err, eip;
	u16 cs, csh;
	u32 eflags, esp_at_signal;
	u16 ss, ssh;
	u32 fpstate;			/* user address of a fpstate_frame, or 0 */
	u32 oldmask, cr2;
};
static_assert(sizeof(struct sigcontext) == 88, "sigcontext");

struct ucontext {
	u32 uc_flags, uc_link;
	stack_t uc_stack;
	struct sigcontext uc_mcontext;
	sigset_t uc_sigmask;
};

struct sigframe {
	u32 pretcode;			/* return address of the handler */
	s32 sig;
	struct sigcontext sc;
	u8 fpstate_unused[sizeof(struct fpstate_frame)];	/* once held the state; programs know the size */
	u32 extramask;
	u8 retcode[8];
};

struct rt_sigframe {
	u32 pretcode;
	s32 sig;
	u32 pinfo, puc;			/* the handler's other two arguments */
	siginfo_t info;
	struct ucontext uc;
	u8 retcode[8];
};

#endif
