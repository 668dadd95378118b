/* SPDX-License-Identifier: MIT */
/*
 * The registers of an interrupted program as the entry code pushes them, lowest address first.
 * esp and xss are there only when the interrupted code ran in user mode.
 */
#ifndef ARCH_REGS_H
#define ARCH_REGS_H

#include <quire/types.h>

struct pt_regs {
	u32 ebx, ecx, edx, esi, edi, ebp, eax;
	u32 xds, xes, xfs;		/* selectors, in the low 16 bits; %gs stays the user's, see switch.h */
	u32 orig_eax;			/* system call number; -1: none, do not restart */
	u32 eip, xcs, eflags;
	u32 esp, xss;
};

#define user_mode(regs)		(((regs)->xcs & 3) == 3)

#define X86_EFLAGS_CF	0x00000001u
#define X86_EFLAGS_FIXED 0x00000002u	/* always set */
#define X86_EFLAGS_PF	0x00000004u
#define X86_EFLAGS_AF	0x00000010u
#define X86_EFLAGS_ZF	0x00000040u
#define X86_EFLAGS_SF	0x00000080u
#define X86_EFLAGS_TF	0x00000100u
#define X86_EFLAGS_IF	0x00000200u
#define X86_EFLAGS_DF	0x00000400u
#define X86_EFLAGS_OF	0x00000800u
#define X86_EFLAGS_IOPL	0x00003000u
#define X86_EFLAGS_NT	0x00004000u
#define X86_EFLAGS_RF	0x00010000u
#define X86_EFLAGS_VM	0x00020000u
#define X86_EFLAGS_AC	0x00040000u
#define X86_EFLAGS_ID	0x00200000u
/* What sigreturn and ptrace may change. */
#define X86_EFLAGS_USER	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | X86_EFLAGS_SF | \
			 X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_OF | X86_EFLAGS_AC | X86_EFLAGS_RF)

/* Page fault error code. */
#define PFEC_PROT		1u		/* the page was present */
#define PFEC_WRITE	2u
#define PFEC_USER		4u

void show_regs(const struct pt_regs *regs);

#endif
