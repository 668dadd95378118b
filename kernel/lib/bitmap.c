/* SPDX-License-Identifier: MIT */
/*
 * Searching and filling bitmaps, a word at a time.
 */
#include <quire/bitmap.h>
#include <quire/kernel.h>

/* The first bit at or after `from` that is set in map XOR invert. */
static unsigned int find_next(const unsigned long *map, unsigned int size, unsigned int from,
			      unsigned long invert)
{
	unsigned long word;

	if (from >= size)
		return size;
	word = (map[BIT_WORD(from)] ^ invert) & (~0ul << (from % BITS_PER_LONG));
	from = ALIGN_DOWN(from, BITS_PER_LONG);
	while (!word) {
		from += BITS_PER_LONG;
		if (from >= size)
			return size;
		word = map[BIT_WORD(from)] ^ invert;
	}
	return min(from + __ffs(word), size);
}

unsigned int find_next_bit(const unsigned long *map, unsigned int size, unsigned int from)
{
	return find_next(map, size, from, 0);
}

unsigned int find_next_zero_bit(const unsigned long *map, unsigned int size, unsigned int from)
{
	return find_next(map, size, from, ~0ul);
}

/* The bits of [start, start + n) that lie in the word of start, as a mask; *count of them. */
static unsigned long first_mask(unsigned int start, unsigned int n, unsigned int *count)
{
	unsigned int bit = start % BITS_PER_LONG;

	*count = min(n, BITS_PER_LONG - bit);
	return (~0ul >> (BITS_PER_LONG - *count)) << bit;
}

void bitmap_set(unsigned long *map, unsigned int start, unsigned int n)
{
	while (n) {
		unsigned int count;

		map[BIT_WORD(start)] |= first_mask(start, n, &count);
		start += count;
		n -= count;
	}
}

void bitmap_clear(unsigned long *map, unsigned int start, unsigned int n)
{
	while (n) {
		unsigned int count;

		map[BIT_WORD(start)] &= ~first_mask(start, n, &count);
		start += count;
		n -= count;
	}
}

unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
	unsigned int weight = 0, bit;

	for_each_set_bit(bit, map, bits)
		weight++;
	return weight;
}

unsigned int bitmap_find_zero_area(const unsigned long *map, unsigned int size, unsigned int from,
				   unsigned int n, unsigned int align)
{
	for (;;) {
		unsigned int start = ALIGN(find_next_zero_bit(map, size, from), align), busy;

		if (start >= size || size - start < n)
			return size;
		busy = find_next_bit(map, start + n, start);
		if (busy >= start + n)
			return start;
		from = busy + 1;
	}
}
