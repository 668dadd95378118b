/* SPDX-License-Identifier: MIT */
/*
 * crt0.S: where the kernel starts a program.
 *
 * On entry %esp points to argc; argv, envp and the auxiliary vector follow it. The stack is given
 * 16-byte alignment and all goes on in C. `main` is named here, so that a main that stands in an
 * archive is linked too.
 */
	.section .text
	.globl _start
	.type _start, @function
_start:
	xorl	%ebp, %ebp
	movl	%esp, %eax
	andl	$-16, %esp
	subl	$8, %esp
	pushl	$main
	pushl	%eax
	call	__quire_start
	hlt
	.size _start, . - _start

	.section .note.GNU-stack, "", @progbits
