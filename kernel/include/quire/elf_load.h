/* SPDX-License-Identifier: MIT */
/*
 * Between the ELF loader and the maker of the first stack.
 */
#ifndef QUIRE_ELF_LOAD_H
#define QUIRE_ELF_LOAD_H

#include <quire/types.h>

struct linux_binprm;

struct elf_auxinfo {
	unsigned long phdr, phnum;	/* AT_PHDR, AT_PHNUM */
	unsigned long base;		/* AT_BASE: the interpreter's bias, 0 without one */
	unsigned long program_entry;	/* AT_ENTRY */
	unsigned long start;		/* where the CPU begins: interpreter or program */
	unsigned long stack;		/* out: esp at that moment */
};

/*
 * argc, argv[], envp[] and the auxiliary vector below the strings, on the current (new) mm's stack.
 * => 0 or -errno
 */
int elf_create_tables(struct linux_binprm *bprm, struct elf_auxinfo *aux);

#endif
