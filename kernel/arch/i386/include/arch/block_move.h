/* SPDX-License-Identifier: MIT */
/*
 * Large moves in half the instructions: 16 bytes at a time through SSE registers that are borrowed
 * from whoever's state they hold. Without SSE, or in an interrupt (which may have come while
 * another borrows), the string instructions do it.
 */
#ifndef ARCH_BLOCK_MOVE_H
#define ARCH_BLOCK_MOVE_H

#include <quire/types.h>

#define MOVE_BLOCK	128u		/* bytes: what is moved is a multiple of it */
#define BLOCK_MOVE_MIN	512u		/* bytes that pay for borrowing the registers */

/*
 * As far as possible without sleeping, n a multiple of MOVE_BLOCK and not 0. Addresses may be bad.
 * => bytes not moved: also all of them, and some of the first block of these may have been written
 */
size_t copy_blocks(void *to, const void *from, size_t n);
size_t clear_blocks(void *to, size_t n);

/* memcpy() for pieces that may be large. */
void block_copy(void *to, const void *from, size_t n);

/* The FPU's start is over: its registers may be used. */
void block_move_init(void);

#define CR0_TS	0x00000008ul	/* the next FPU instruction traps */

static inline void fpu_set_ts(void)
{
	unsigned long cr0;

	__asm__ __volatile__("movl %%cr0, %0" : "=r" (cr0));
	__asm__ __volatile__("movl %0, %%cr0" : : "r" (cr0 | CR0_TS));
}

static inline void fpu_clear_ts(void)
{
	__asm__ __volatile__("clts");
}

#endif
