/* SPDX-License-Identifier: MIT */
/*
 * Bitmaps: arrays of unsigned long, bit n in word n / BITS_PER_LONG. Plain, not atomic.
 * The find functions return `size` when there is no such bit.
 */
#ifndef QUIRE_BITMAP_H
#define QUIRE_BITMAP_H

#include <quire/bitops.h>
#include <quire/string.h>

#define DECLARE_BITMAP(name, bits)	unsigned long name[BITS_TO_LONGS(bits)]

unsigned int find_next_bit(const unsigned long *map, unsigned int size, unsigned int from);
unsigned int find_next_zero_bit(const unsigned long *map, unsigned int size, unsigned int from);
void bitmap_set(unsigned long *map, unsigned int start, unsigned int n);
void bitmap_clear(unsigned long *map, unsigned int start, unsigned int n);
unsigned int bitmap_weight(const unsigned long *map, unsigned int bits);
/* First run of n clear bits at or after `from`, its start a multiple of `align` (a power of two). */
unsigned int bitmap_find_zero_area(const unsigned long *map, unsigned int size, unsigned int from,
				   unsigned int n, unsigned int align);

static inline unsigned int find_first_bit(const unsigned long *map, unsigned int size)
{
	return find_next_bit(map, size, 0);
}

static inline unsigned int find_first_zero_bit(const unsigned long *map, unsigned int size)
{
	return find_next_zero_bit(map, size, 0);
}

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, BITS_TO_LONGS(bits) * sizeof(long));
}

#define for_each_set_bit(bit, map, size)					\
	for ((bit) = find_first_bit(map, size); (bit) < (size);			\
	     (bit) = find_next_bit(map, size, (bit) + 1))

#endif
