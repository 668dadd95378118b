/* SPDX-License-Identifier: MIT */
/*
 * The way through a file's tree of indirect blocks: 12 direct blocks, then one tree each of
 * depth 1, 2 and 3.
 */
#include "ext2_fs.h"
#include "path.h"

static unsigned int log2_of(u32 power)
{
	unsigned int bits = 0;

	while (power >>= 1)
		bits++;
	return bits;
}

unsigned int ext2_block_to_path(u32 ptrs, u64 block, u32 offsets[EXT2_MAX_DEPTH], u32 *boundary)
{
	unsigned int bits = log2_of(ptrs), level, i;

	if (block < EXT2_NDIR_BLOCKS) {
		offsets[0] = block;
		*boundary = EXT2_NDIR_BLOCKS - 1 - block;
		return 1;
	}
	block -= EXT2_NDIR_BLOCKS;
	for (level = 1; level < EXT2_MAX_DEPTH; level++) {
		u64 span = 1ull << (bits * level);

		if (block >= span) {
			block -= span;
			continue;
		}
		offsets[0] = EXT2_IND_BLOCK + level - 1;
		for (i = 1; i <= level; i++)
			offsets[i] = (block >> (bits * (level - i))) & (ptrs - 1);
		*boundary = ptrs - 1 - offsets[level];
		return level + 1;
	}
	return 0;
}

/* Indirect blocks of a file of n blocks without holes. */
static u64 indirect_blocks(unsigned int ptr_bits, u64 n)
{
	u64 total = 0, level_span = 1ull << ptr_bits;
	unsigned int level, l;

	if (n <= EXT2_NDIR_BLOCKS)
		return 0;
	n -= EXT2_NDIR_BLOCKS;
	for (level = 1; level < EXT2_MAX_DEPTH && n > 0; level++) {
		u64 here = n < level_span ? n : level_span;

		for (l = 1; l <= level; l++)
			total += (here + (1ull << (ptr_bits * l)) - 1) >> (ptr_bits * l);
		n -= here;
		level_span <<= ptr_bits;
	}
	return total;
}

u64 ext2_max_size(unsigned int block_bits)
{
	unsigned int ptr_bits = block_bits - 2, sector_bits = block_bits - 9;
	u64 tree = EXT2_NDIR_BLOCKS + (1ull << ptr_bits) + (1ull << (2 * ptr_bits)) +
		   (1ull << (3 * ptr_bits));
	u64 low = 0, high = tree;

	/* The most blocks whose sum with their indirect blocks still fits in i_blocks. */
	while (low < high) {
		u64 mid = (low + high + 1) >> 1;

		if ((mid + indirect_blocks(ptr_bits, mid)) << sector_bits <= U32_MAX)
			low = mid;
		else
			high = mid - 1;
	}
	return low << block_bits;
}
