/* SPDX-License-Identifier: MIT */
/* Self-tests of moves through SSE registers: every alignment, and the edge of what is mapped. */
#include <arch/block_move.h>
#include <arch/memlayout.h>
#include <arch/page_types.h>
#include <arch/processor.h>
#include <quire/ktest.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#define AREA		(4 * MOVE_BLOCK)
#define ROOM		(AREA + 2 * 16)	/* the area at any alignment, and bytes behind it */
#define FILLER		0x5a

static u8 pattern(size_t i)
{
	return (u8)(i * 7 + (i >> 8) + 1);
}

/* Of a page, at these alignments: the area is copied, then cleared, and nothing else is written. */
static void check_alignment(u8 *to, u8 *from, unsigned int to_at, unsigned int from_at)
{
	size_t wrong = 0, i;

	for (i = 0; i < ROOM; i++)
		from[i] = pattern(i);
	memset(to, FILLER, ROOM);
	ktest_equal(copy_blocks(to + to_at, from + from_at, AREA), 0);
	for (i = 0; i < AREA; i++)
		wrong += to[to_at + i] != pattern(from_at + i);
	ktest_equal(clear_blocks(to + to_at, AREA), 0);
	wrong += memchr_inv(to + to_at, 0, AREA) != NULL;
	wrong += memchr_inv(to, FILLER, to_at) != NULL;
	wrong += memchr_inv(to + to_at + AREA, FILLER, ROOM - AREA - to_at) != NULL;
	ktest_equal(wrong, 0);
}

KTEST(block_moves_at_any_alignment)
{
	u8 *to = kmalloc(ROOM, GFP_KERNEL), *from = kmalloc(ROOM, GFP_KERNEL);

	if (ktest_assert(to && from) && boot_cpu.sse)
		for (unsigned int at = 0; at < 16 * 16; at++)
			check_alignment(to, from, at / 16, at % 16);
	kfree(to);
	kfree(from);
}

/* No page is mapped below a stack, nor above: what reaches there ends at its last whole block. */
KTEST(block_moves_end_at_a_fault)
{
	u8 *stack = kstack_alloc(), *end = stack + KSTACK_SIZE, *buf = kmalloc(AREA, GFP_KERNEL);

	if (ktest_assert(stack && buf) && boot_cpu.sse) {
		memset(stack, 1, KSTACK_SIZE);
		memset(buf, 2, AREA);
		ktest_equal(copy_blocks(stack - MOVE_BLOCK, buf, AREA), AREA);
		ktest_equal(copy_blocks(end - MOVE_BLOCK - 16, buf, AREA), AREA - MOVE_BLOCK);
		ktest_equal(end[-17 - (int)MOVE_BLOCK], 1);
		ktest_equal(end[-16 - (int)MOVE_BLOCK], 2);
		ktest_equal(clear_blocks(end - 2 * MOVE_BLOCK, AREA), AREA - 2 * MOVE_BLOCK);
		ktest_assert(!memchr_inv(end - 2 * MOVE_BLOCK, 0, 2 * MOVE_BLOCK));
		ktest_equal(copy_from_kernel_nofault(buf, end - MOVE_BLOCK, AREA), -EFAULT);
	}
	kfree(buf);
	kstack_free(stack);
}
