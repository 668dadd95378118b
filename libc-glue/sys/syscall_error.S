/* SPDX-License-Identifier: MIT */
/*
 * syscall_error.S: the end of a failed call made by an assembly stub: the stub jumps here with the
 * kernel's answer in %eax, and its caller sees errno and -1.
 */
	.section .text
	.globl __syscall_error
	.type __syscall_error, @function
__syscall_error:
	negl	%eax
	pushl	%eax
	subl	$8, %esp
	call	__errno
	addl	$8, %esp
	popl	(%eax)
	movl	$-1, %eax
	ret
	.size __syscall_error, . - __syscall_error

	.section .note.GNU-stack, "", @progbits
