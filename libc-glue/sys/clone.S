/* SPDX-License-Identifier: MIT */
/*
 * clone.S: int clone(int (*fn)(void *), void *stack_top, int flags, void *arg,
 *		      pid_t *parent_tid, void *tls, pid_t *child_tid)
 *
 * The new task starts on its own stack, where fn and arg were put before the call; when fn returns,
 * its value is the task's exit status.
 */
#include <sys/_syscalls.h>

	.section .text
	.globl clone
	.type clone, @function
clone:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	20(%esp), %ecx		/* stack_top */
	andl	$-16, %ecx
	subl	$20, %ecx
	movl	28(%esp), %eax		/* arg */
	movl	%eax, 4(%ecx)
	movl	16(%esp), %eax		/* fn */
	movl	%eax, (%ecx)
	movl	24(%esp), %ebx		/* flags */
	movl	32(%esp), %edx		/* parent_tid */
	movl	36(%esp), %esi		/* tls */
	movl	40(%esp), %edi		/* child_tid */
	movl	$SYS_clone, %eax
	int	$0x80
	testl	%eax, %eax
	jz	1f
	popl	%edi
	popl	%esi
	popl	%ebx
	cmpl	$-4095, %eax
	jae	__syscall_error
	ret
1:	xorl	%ebp, %ebp
	popl	%eax
	call	*%eax
	movl	%eax, %ebx
	movl	$SYS_exit, %eax
	int	$0x80
	hlt
	.size clone, . - clone

	.section .note.GNU-stack, "", @progbits
