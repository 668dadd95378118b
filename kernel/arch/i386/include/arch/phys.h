/* SPDX-License-Identifier: MIT */
/*
 * Reading physical memory that may lie anywhere (firmware tables, the boot loader's structures).
 */
#ifndef ARCH_PHYS_H
#define ARCH_PHYS_H

#include <quire/types.h>

/* Copies through a fixmap page; does not sleep. For start-up: one user at a time. */
void phys_read(phys_addr_t phys, void *buf, size_t n);

#endif
