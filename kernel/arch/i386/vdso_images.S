/* SPDX-License-Identifier: MIT */
/* The two vDSOs, linked by kernel.mk; vdso.c chooses. */
.macro image name, file
	.globl \name, \name\()_end
\name:
	.incbin "\file"
\name\()_end:
.endm

	.section .rodata
	image vdso_int80, "vdso-int80.so"
	image vdso_sysenter, "vdso-sysenter.so"

	.section .note.GNU-stack, "", @progbits
