/* SPDX-License-Identifier: MIT */
/*
 * Atomic operations on single bits of memory; the test_and_ ones are full barriers.
 */
#ifndef ARCH_BITOPS_H
#define ARCH_BITOPS_H

#include <arch/atomic.h>
#include <quire/bitops.h>

static inline void set_bit(unsigned int nr, volatile unsigned long *p)
{
	__asm__ __volatile__(LOCK_PREFIX "btsl %1, %0" : "+m" (p[BIT_WORD(nr)])
			     : "Ir" (nr % BITS_PER_LONG) : "memory", "cc");
}

static inline void clear_bit(unsigned int nr, volatile unsigned long *p)
{
	__asm__ __volatile__(LOCK_PREFIX "btrl %1, %0" : "+m" (p[BIT_WORD(nr)])
			     : "Ir" (nr % BITS_PER_LONG) : "memory", "cc");
}

static inline void change_bit(unsigned int nr, volatile unsigned long *p)
{
	__asm__ __volatile__(LOCK_PREFIX "btcl %1, %0" : "+m" (p[BIT_WORD(nr)])
			     : "Ir" (nr % BITS_PER_LONG) : "memory", "cc");
}

static inline bool test_and_set_bit(unsigned int nr, volatile unsigned long *p)
{
	bool old;

	__asm__ __volatile__(LOCK_PREFIX "btsl %2, %0" : "+m" (p[BIT_WORD(nr)]), "=@ccc" (old)
			     : "Ir" (nr % BITS_PER_LONG) : "memory");
	return old;
}

static inline bool test_and_clear_bit(unsigned int nr, volatile unsigned long *p)
{
	bool old;

	__asm__ __volatile__(LOCK_PREFIX "btrl %2, %0" : "+m" (p[BIT_WORD(nr)]), "=@ccc" (old)
			     : "Ir" (nr % BITS_PER_LONG) : "memory");
	return old;
}

static inline bool test_and_change_bit(unsigned int nr, volatile unsigned long *p)
{
	bool old;

	__asm__ __volatile__(LOCK_PREFIX "btcl %2, %0" : "+m" (p[BIT_WORD(nr)]), "=@ccc" (old)
			     : "Ir" (nr % BITS_PER_LONG) : "memory");
	return old;
}

#endif
