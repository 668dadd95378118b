/* SPDX-License-Identifier: MIT */
/*
 * The code that the kernel gives to programs, assembled twice: VDSO_SYSENTER for CPUs that have it.
 *
 * sysenter saves nothing, and sysexit takes %ecx and %edx for where to go (Intel SDM, vol. 2, SYSENTER,
 * SYSEXIT): so these go to the stack, and %ebp too, which tells the kernel where that is. A call
 * that must run again does so through the int $0x80, with all registers as they were.
 */
#include <arch/vdso.h>

#define NR_sigreturn	119
#define NR_rt_sigreturn	173

.macro save reg
	pushl %\reg
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset \reg, 0
.endm

.macro restore reg
	popl %\reg
	.cfi_adjust_cfa_offset -4
	.cfi_restore \reg
.endm

	.text
	.globl __kernel_vsyscall
	.type __kernel_vsyscall, @function
__kernel_vsyscall:
	.cfi_startproc
#ifdef VDSO_SYSENTER
	save ecx
	save edx
	save ebp
	movl %esp, %ebp
	sysenter
	int $0x80
	.if . - __kernel_vsyscall - (VDSO_LANDING - VDSO_VSYSCALL)
	.error "VDSO_LANDING"
	.endif
	restore ebp
	restore edx
	restore ecx
#else
	int $0x80
#endif
	ret
	.cfi_endproc
	.size __kernel_vsyscall, . - __kernel_vsyscall

/* Unwinders know a signal frame by these very instructions, so they need no tables. */
	.org VDSO_SIGRETURN - VDSO_CODE
	.globl __kernel_sigreturn
	.type __kernel_sigreturn, @function
__kernel_sigreturn:
	popl %eax			/* the handler's argument */
	movl $NR_sigreturn, %eax
	int $0x80
	.size __kernel_sigreturn, . - __kernel_sigreturn

	.org VDSO_RT_SIGRETURN - VDSO_CODE
	.globl __kernel_rt_sigreturn
	.type __kernel_rt_sigreturn, @function
__kernel_rt_sigreturn:
	movl $NR_rt_sigreturn, %eax
	int $0x80
	.size __kernel_rt_sigreturn, . - __kernel_rt_sigreturn

	.section .note.GNU-stack, "", @progbits
