/* SPDX-License-Identifier: MIT */
/*
 * 64-bit division: the kernel has no libgcc, so `/` and `%` on u64 by anything but a constant power
 * of two do not link. div_u64 by 32 bits is two divide instructions; div64_u64 is a loop and is
 * meant for rare use.
 */
#ifndef QUIRE_MATH64_H
#define QUIRE_MATH64_H

#include <quire/types.h>

#if defined(__i386__)
static inline u64 div_u64_rem(u64 n, u32 d, u32 *rem)
{
	u32 hi = (u32)(n >> 32), lo = (u32)n, qhi = hi / d, r = hi % d, qlo;

	__asm__("divl %4" : "=a" (qlo), "=d" (r) : "0" (lo), "1" (r), "rm" (d) : "cc");
	*rem = r;
	return (u64)qhi << 32 | qlo;
}
#else
static inline u64 div_u64_rem(u64 n, u32 d, u32 *rem)
{
	*rem = (u32)(n % d);
	return n / d;
}
#endif

static inline u64 div_u64(u64 n, u32 d)
{
	u32 rem;

	return div_u64_rem(n, d, &rem);
}

static inline s64 div_s64_rem(s64 n, s32 d, s32 *rem)
{
	u32 r, ud = d < 0 ? 0u - (u32)d : (u32)d;
	u64 q = div_u64_rem(n < 0 ? 0 - (u64)n : (u64)n, ud, &r);

	*rem = n < 0 ? -(s32)r : (s32)r;
	return (n < 0) != (d < 0) ? -(s64)q : (s64)q;
}

static inline s64 div_s64(s64 n, s32 d)
{
	s32 rem;

	return div_s64_rem(n, d, &rem);
}

/* n becomes the quotient, the value is the remainder: do_div(n, base) as its users know it. */
#define do_div(n, base) ({						\
	u32 rem__;							\
	(n) = div_u64_rem((n), (base), &rem__);				\
	rem__; })

static inline u64 mul_u32_u32(u32 a, u32 b) { return (u64)a * b; }

/* (a * mul) >> shift without losing the high bits; shift <= 32. */
static inline u64 mul_u64_u32_shr(u64 a, u32 mul, unsigned int shift)
{
	u64 lo = mul_u32_u32((u32)a, mul), hi = mul_u32_u32((u32)(a >> 32), mul);

	return (lo >> shift) + (hi << (32 - shift));
}

u64 div64_u64_rem(u64 n, u64 d, u64 *rem);	/* d != 0 */
u64 div64_u64(u64 n, u64 d);
/* a * b / c, exact while the result fits in 64 bits. */
u64 mul_div_u64(u64 a, u32 b, u32 c);
u32 int_sqrt(u32 x);				/* floor of the square root */

#endif
