/* SPDX-License-Identifier: MIT */
/* syscall.S: long syscall(long number, ...): any system call, errno and -1 when it fails. */
	.section .text
	.globl syscall
	.type syscall, @function
syscall:
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
	cmpl	$-4095, %eax
	jae	__syscall_error
	ret
	.size syscall, . - syscall

	.section .note.GNU-stack, "", @progbits
