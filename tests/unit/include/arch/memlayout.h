/* SPDX-License-Identifier: MIT */
/*
 * Host build: the only kernel addresses are those of the arena (page_types.h).
 */
#ifndef ARCH_MEMLAYOUT_H
#define ARCH_MEMLAYOUT_H

#include <arch/page_types.h>

extern void *high_memory;

static inline bool is_lowmem_addr(const void *p)
{
	return (const char *)p >= host_memory && p < high_memory;
}

#endif
