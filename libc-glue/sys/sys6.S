/* SPDX-License-Identifier: MIT */
/* sys6.S: a system call with up to six arguments, for C: returns the kernel's own answer. */
	.section .text
	.globl __sys6
	.type __sys6, @function
__sys6:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	movl	20(%esp), %eax
	movl	24(%esp), %ebx
	movl	28(%esp), %ecx
	movl	32(%esp), %edx
	movl	36(%esp), %esi
	movl	40(%esp), %edi
	movl	44(%esp), %ebp
	int	$0x80
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	ret
	.size __sys6, . - __sys6

	.section .note.GNU-stack, "", @progbits
