/* SPDX-License-Identifier: MIT */
/*
 * Names of the kernel's functions at run time, for backtraces and traces. The table is made from
 * the linked kernel by a second link step; without it every lookup fails and addresses are printed
 * bare.
 */
#ifndef QUIRE_KSYMS_H
#define QUIRE_KSYMS_H

#include <quire/types.h>

/* => the name of the function that contains addr, its offset in *offset; NULL if there is none. */
const char *ksym_lookup(unsigned long addr, unsigned long *offset);
/* "name+0x12" or "0xc0101234" into buf; returns buf. */
char *ksym_format(unsigned long addr, char *buf, size_t size);
#define KSYM_BUF	64

bool is_kernel_text(unsigned long addr);

#endif
