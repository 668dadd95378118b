/* SPDX-License-Identifier: MIT */
/*
 * Single bits and words of bits. set_bit, clear_bit, change_bit and the test_and_* are atomic
 * (arch); the __ forms and everything in bitmap.h are plain and want the caller's lock.
 */
#ifndef QUIRE_BITOPS_H
#define QUIRE_BITOPS_H

#include <quire/types.h>

#define BITS_PER_LONG	(8 * (unsigned int)sizeof(long))
#define BIT(n)		(1ul << (n))
#define BIT_WORD(n)	((n) / BITS_PER_LONG)
#define BIT_MASK(n)	(1ul << ((n) % BITS_PER_LONG))
#define BITS_TO_LONGS(n) (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)

static inline void __set_bit(unsigned int nr, unsigned long *p) { p[BIT_WORD(nr)] |= BIT_MASK(nr); }
static inline void __clear_bit(unsigned int nr, unsigned long *p) { p[BIT_WORD(nr)] &= ~BIT_MASK(nr); }
static inline void __change_bit(unsigned int nr, unsigned long *p) { p[BIT_WORD(nr)] ^= BIT_MASK(nr); }

static inline bool test_bit(unsigned int nr, const volatile unsigned long *p)
{
	return (p[BIT_WORD(nr)] & BIT_MASK(nr)) != 0;
}

static inline bool __test_and_set_bit(unsigned int nr, unsigned long *p)
{
	bool old = test_bit(nr, p);

	__set_bit(nr, p);
	return old;
}

static inline bool __test_and_clear_bit(unsigned int nr, unsigned long *p)
{
	bool old = test_bit(nr, p);

	__clear_bit(nr, p);
	return old;
}

static inline bool __test_and_change_bit(unsigned int nr, unsigned long *p)
{
	bool old = test_bit(nr, p);

	__change_bit(nr, p);
	return old;
}

/* __ffs, __fls: number of the lowest / highest set bit; undefined for 0. ffz: of the lowest clear bit. */
static inline unsigned int __ffs(unsigned long x) { return (unsigned int)__builtin_ctzl(x); }
static inline unsigned int __fls(unsigned long x) { return BITS_PER_LONG - 1 - (unsigned int)__builtin_clzl(x); }
static inline unsigned int ffz(unsigned long x) { return __ffs(~x); }
/* ffs, fls count from 1; 0 for 0. */
#ifndef QUIRE_HOST
static inline int ffs(int x) { return x ? __builtin_ctz((unsigned int)x) + 1 : 0; }
#endif
static inline int fls(unsigned int x) { return x ? 32 - __builtin_clz(x) : 0; }

static inline unsigned int hweight32(u32 x)
{
	x -= (x >> 1) & 0x55555555u;
	x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
	x = (x + (x >> 4)) & 0x0f0f0f0fu;
	return (x * 0x01010101u) >> 24;
}

/* ilog2(0) is undefined; roundup_pow_of_two wants 1 <= x <= 2^31. */
static inline unsigned int ilog2(unsigned long x) { return __fls(x); }
static inline unsigned long roundup_pow_of_two(unsigned long x) { return x <= 1 ? 1 : 2ul << __fls(x - 1); }
static inline unsigned long rounddown_pow_of_two(unsigned long x) { return 1ul << __fls(x); }

static inline u16 bswap16(u16 x) { return __builtin_bswap16(x); }
static inline u32 bswap32(u32 x) { return __builtin_bswap32(x); }

#ifndef QUIRE_HOST
#include <arch/bitops.h>
#endif

#endif
