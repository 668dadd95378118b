/* SPDX-License-Identifier: MIT */
/*
 * Large moves through the SSE registers.
 *
 * Borrowing. With preemption off, the FPU holds either nobody's state, and CR0.TS is set: then TS
 * is cleared for the time of the move; or the running task's: then the four registers that a move
 * uses are kept on the stack meanwhile. Either way the FPU is afterwards what it was, so fpu.c need
 * not know. Moves raise no floating-point exception (Intel SDM vol. 2, MOVUPS).
 *
 * Faults. A bad address, or a page that is not there (preemption is off, so nothing is paged in),
 * ends the move at the start of its block by the exception table.
 */
#include <arch/block_move.h>
#include <arch/extable.h>
#include <arch/processor.h>
#include <quire/assert.h>
#include <quire/preempt.h>
#include <quire/string.h>

struct borrowed_registers {
	u8 xmm[4][16];
};

static bool enabled;

void block_move_init(void)
{
	enabled = boot_cpu.sse;
}

static void keep_registers(struct borrowed_registers *b)
{
	__asm__ __volatile__("movups %%xmm0, (%1)\n\tmovups %%xmm1, 16(%1)\n\t"
			     "movups %%xmm2, 32(%1)\n\tmovups %%xmm3, 48(%1)"
			     : "=m" (*b) : "r" (b));
}

static void give_back_registers(const struct borrowed_registers *b)
{
	__asm__ __volatile__("movups (%1), %%xmm0\n\tmovups 16(%1), %%xmm1\n\t"
			     "movups 32(%1), %%xmm2\n\tmovups 48(%1), %%xmm3"
			     : : "m" (*b), "r" (b));
}

/* => false: there is nothing to borrow. Else preemption is off until fpu_return(). */
static bool fpu_borrow(struct borrowed_registers *b)
{
	if (!enabled || in_interrupt())
		return false;
	preempt_disable();
	if (percpu_read(fpu_owner))
		keep_registers(b);
	else
		fpu_clear_ts();
	return true;
}

static void fpu_return(const struct borrowed_registers *b)
{
	if (percpu_read(fpu_owner))
		give_back_registers(b);
	else
		fpu_set_ts();
	preempt_enable();
}

/* An instruction that may fault: the move ends at label 2. */
#define MAY_FAULT(instruction)	"8:	" instruction "\n" EXTABLE(8b, 2f)

/* 64 of a block's bytes. %0: minus what is left; %1: the end of the target; %2: of the source. */
#define COPY_HALF(o0, o1, o2, o3)			\
	MAY_FAULT("movups " #o0 "(%2, %0), %%xmm0")	\
	MAY_FAULT("movups " #o1 "(%2, %0), %%xmm1")	\
	MAY_FAULT("movups " #o2 "(%2, %0), %%xmm2")	\
	MAY_FAULT("movups " #o3 "(%2, %0), %%xmm3")	\
	MAY_FAULT("movups %%xmm0, " #o0 "(%1, %0)")	\
	MAY_FAULT("movups %%xmm1, " #o1 "(%1, %0)")	\
	MAY_FAULT("movups %%xmm2, " #o2 "(%1, %0)")	\
	MAY_FAULT("movups %%xmm3, " #o3 "(%1, %0)")

#define CLEAR_HALF(o0, o1, o2, o3)			\
	MAY_FAULT("movups %%xmm0, " #o0 "(%1, %0)")	\
	MAY_FAULT("movups %%xmm0, " #o1 "(%1, %0)")	\
	MAY_FAULT("movups %%xmm0, " #o2 "(%1, %0)")	\
	MAY_FAULT("movups %%xmm0, " #o3 "(%1, %0)")

#define NEXT_BLOCK	"	addl %3, %0\n	jnz 1b\n2:\n"

size_t copy_blocks(void *to, const void *from, size_t n)
{
	struct borrowed_registers registers;
	long offset = -(long)n;

	assert(n && n % MOVE_BLOCK == 0);
	if (!fpu_borrow(&registers))
		return n;
	__asm__ __volatile__(
		"1:\n" COPY_HALF(0, 16, 32, 48) COPY_HALF(64, 80, 96, 112) NEXT_BLOCK
		: "+r" (offset)
		: "r" ((char *)to + n), "r" ((const char *)from + n), "i" (MOVE_BLOCK)
		: "memory", "cc");
	fpu_return(&registers);
	return (size_t)-offset;
}

size_t clear_blocks(void *to, size_t n)
{
	struct borrowed_registers registers;
	long offset = -(long)n;

	assert(n && n % MOVE_BLOCK == 0);
	if (!fpu_borrow(&registers))
		return n;
	__asm__ __volatile__(
		"	xorps %%xmm0, %%xmm0\n"
		"1:\n" CLEAR_HALF(0, 16, 32, 48) CLEAR_HALF(64, 80, 96, 112) NEXT_BLOCK
		: "+r" (offset)
		: "r" ((char *)to + n), "r" (0), "i" (MOVE_BLOCK)
		: "memory", "cc");
	fpu_return(&registers);
	return (size_t)-offset;
}

void block_copy(void *to, const void *from, size_t n)
{
	size_t moved = 0;

	if (n >= BLOCK_MOVE_MIN) {
		moved = n & ~(MOVE_BLOCK - 1);
		moved -= copy_blocks(to, from, moved);
	}
	memcpy((char *)to + moved, (const char *)from + moved, n - moved);
}
