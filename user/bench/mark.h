/* SPDX-License-Identifier: MIT */
/*
 * Marks that tools/plugin/count.c finds in the instructions that are executed: it counts between the
 * two. Each is a NOP with the mark as its displacement.
 */
#ifndef QUIRE_BENCH_MARK_H
#define QUIRE_BENCH_MARK_H

#define MARK(bytes)	__asm__ volatile(".byte 0x0f, 0x1f, 0x80\n\t.ascii \"" bytes "\"" ::: "memory")
#define MARK_START()	MARK("QBe1")
#define MARK_STOP()	MARK("QBe0")

#endif
