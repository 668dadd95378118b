/* SPDX-License-Identifier: MIT */
/*
 * The exception table: a kernel instruction that may fault, and where to go on when it does.
 * Entries are collected by the linker; extable.c sorts them at boot.
 */
#ifndef ARCH_EXTABLE_H
#define ARCH_EXTABLE_H

#ifdef __ASSEMBLY__
.macro extable from, to
	.pushsection __ex_table, "a"
	.balign 4
	.long \from, \to
	.popsection
.endm
#else
#include <quire/types.h>

#define EXTABLE(from, to)						\
	"\t.pushsection __ex_table, \"a\"\n\t.balign 4\n"		\
	"\t.long " #from ", " #to "\n\t.popsection\n"

struct extable_entry {
	unsigned long insn, fixup;
};

struct pt_regs;

void extable_init(void);
/* Send the interrupted kernel code to its fixup; false if it has none. */
bool fixup_exception(struct pt_regs *regs);
#endif

#endif
