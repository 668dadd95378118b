/* SPDX-License-Identifier: MIT */
/*
 * Small arithmetic every file uses: array sizes, alignment, minima that refuse mixed types.
 * ALIGN and friends want a power of two; everything here evaluates each argument once.
 */
#ifndef QUIRE_KERNEL_H
#define QUIRE_KERNEL_H

#include <quire/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]) + 0 * sizeof(struct {		\
	static_assert(!__builtin_types_compatible_p(__typeof__(a), __typeof__(&(a)[0])),	\
		      "ARRAY_SIZE of a pointer"); int unused; }))

#define ALIGN(x, a)		(((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define is_power_of_2(n)	((n) != 0 && ((n) & ((n) - 1)) == 0)

/*
 * Comparing pointers of the two types makes mixed types a warning, hence an error. The names are
 * unique for each use, so that these nest without shadowing.
 */
#define __minmax(t, a, b, op, n) ({ t __concat_2(a_, n) = (a); t __concat_2(b_, n) = (b);	\
	__concat_2(a_, n) op __concat_2(b_, n) ? __concat_2(a_, n) : __concat_2(b_, n); })
#define __same_type(a, b)	((void)sizeof((__typeof__(a) *)0 == (__typeof__(b) *)0))
#define min(a, b)		(__same_type(a, b), __minmax(__typeof__(a), a, b, <, __COUNTER__))
#define max(a, b)		(__same_type(a, b), __minmax(__typeof__(a), a, b, >, __COUNTER__))
#define min_t(t, a, b)		__minmax(t, a, b, <, __COUNTER__)
#define max_t(t, a, b)		__minmax(t, a, b, >, __COUNTER__)
#define clamp(v, lo, hi)	min(max(v, lo), hi)
#define clamp_t(t, v, lo, hi)	min_t(t, max_t(t, v, lo), hi)

#define swap(a, b) do { __typeof__(a) t__ = (a); (a) = (b); (b) = t__; } while (0)

#endif
