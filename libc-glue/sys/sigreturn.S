/* SPDX-License-Identifier: MIT */
/*
 * sigreturn.S: where a signal handler returns to. The kernel has put its frame on the stack;
 * handlers installed without SA_SIGINFO have the old frame, the others the rt frame.
 */
#include <sys/_syscalls.h>

	.section .text
	.globl __quire_sigreturn
	.type __quire_sigreturn, @function
__quire_sigreturn:
	popl	%eax			/* the signal number */
	movl	$SYS_sigreturn, %eax
	int	$0x80
	.size __quire_sigreturn, . - __quire_sigreturn

	.globl __quire_rt_sigreturn
	.type __quire_rt_sigreturn, @function
__quire_rt_sigreturn:
	movl	$SYS_rt_sigreturn, %eax
	int	$0x80
	.size __quire_rt_sigreturn, . - __quire_rt_sigreturn

	.section .note.GNU-stack, "", @progbits
