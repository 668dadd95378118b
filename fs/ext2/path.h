/* SPDX-License-Identifier: MIT */
/*
 * Where the pointer to a file's block stands: the way through the tree of indirect blocks.  Pure.
 */
#ifndef EXT2_PATH_H
#define EXT2_PATH_H

#include <quire/types.h>

#define EXT2_MAX_DEPTH 4

/*
 * ptrs: block numbers in a block.  offsets[0] indexes the inode's i_block[], offsets[1..] the
 * indirect blocks.  *boundary: how many blocks follow in the same last array.
 * => depth 1..4, or 0: no file reaches so far
 */
unsigned int ext2_block_to_path(u32 ptrs, u64 block, u32 offsets[EXT2_MAX_DEPTH], u32 *boundary);

/*
 * The largest size a file can have, in bytes: the tree and the 32-bit count of sectors both limit
 * it.
 */
u64 ext2_max_size(unsigned int block_bits);

#endif
