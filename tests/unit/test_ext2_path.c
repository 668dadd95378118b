/* SPDX-License-Identifier: MIT */
/*
 * ext2's way through indirect blocks: every block number has a path of its own, in order, and the
 * maximum size is the last one that i_blocks can count.
 *
 * links: fs/ext2/path.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../fs/ext2/ext2_fs.h"
#include "../../fs/ext2/path.h"

/* The block number that a path stands for: the definition turned round. */
static u64 block_of_path(u32 ptrs, const u32 *offsets, unsigned int depth)
{
	u64 first = EXT2_NDIR_BLOCKS, span = ptrs, block = 0;
	unsigned int i;

	if (depth == 1)
		return offsets[0];
	for (i = 2; i < depth; i++) {
		first += span;
		span *= ptrs;
	}
	for (i = 1; i < depth; i++)
		block = block * ptrs + offsets[i];
	return first + block;
}

static void check_block(u32 ptrs, u64 block)
{
	u32 offsets[EXT2_MAX_DEPTH], boundary;
	unsigned int depth = ext2_block_to_path(ptrs, block, offsets, &boundary), i;

	assert_in_range(depth, 1, EXT2_MAX_DEPTH);
	assert_int_equal(offsets[0], depth == 1 ? block : EXT2_NDIR_BLOCKS + depth - 2);
	for (i = 1; i < depth; i++)
		assert_true(offsets[i] < ptrs);
	assert_int_equal(block_of_path(ptrs, offsets, depth), block);
	assert_int_equal(boundary, (depth == 1 ? EXT2_NDIR_BLOCKS : ptrs) - 1 - offsets[depth - 1]);
}

static void paths(void **state)
{
	static const u32 sizes[] = { 256, 512, 1024 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		u64 p = sizes[i], block;
		u64 direct = EXT2_NDIR_BLOCKS;
		u64 edges[] = { direct, direct + p, direct + p + p * p,
				direct + p + p * p + p * p * p };
		u32 offsets[EXT2_MAX_DEPTH], boundary;

		for (block = 0; block < 5000; block++)
			check_block(p, block);
		for (unsigned int e = 0; e < 4; e++) {
			check_block(p, edges[e] - 1);
			if (e < 3)
				check_block(p, edges[e]);
		}
		assert_int_equal(ext2_block_to_path(p, edges[3], offsets, &boundary), 0);
		assert_int_equal(ext2_block_to_path(p, ~0ull >> 12, offsets, &boundary), 0);
	}
}

/* The sizes that mke2fs's documentation gives: 16 GiB, 256 GiB, 2 TiB. */
static void max_sizes(void **state)
{
	u64 tree_1k = 12 + 256 + 256 * 256 + 256 * 256 * 256;

	(void)state;
	assert_int_equal(ext2_max_size(10), tree_1k << 10);
	assert_int_equal(ext2_max_size(11) >> 30, 256);
	assert_in_range(ext2_max_size(12) >> 30, 2040, 2047);
	assert_int_equal(ext2_max_size(12) & 4095, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(max_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
