/* SPDX-License-Identifier: MIT */
/* The smallest program that still is one: text, a word of data that is written, and its end. */
	.globl _start
	.text
_start:
	movl $1, ran
	movl $1, %eax		/* exit(0) */
	xorl %ebx, %ebx
	int $0x80

	.data
	.balign 4
ran:	.long 0
	.section .note.GNU-stack, "", @progbits
