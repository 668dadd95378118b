/* SPDX-License-Identifier: MIT */
/*
 * vfork.S: the child runs on the parent's stack until it executes another program, so the return
 * address must not stay there: it is kept in a register that the system call preserves.
 */
#include <sys/_syscalls.h>

	.section .text
	.globl vfork
	.type vfork, @function
vfork:
	popl	%ecx
	movl	$SYS_vfork, %eax
	int	$0x80
	pushl	%ecx
	cmpl	$-4095, %eax
	jae	__syscall_error
	ret
	.size vfork, . - vfork

	.section .note.GNU-stack, "", @progbits
