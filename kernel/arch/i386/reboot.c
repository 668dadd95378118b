/* SPDX-License-Identifier: MIT */
/*
 * The ends of a machine's run that need no firmware tables: restart, halt, the exit device of a
 * test harness.
 */
#include <arch/desc.h>
#include <arch/io.h>
#include <arch/processor.h>
#include <quire/irqflags.h>

#define KBD_COMMAND	0x64
#define KBD_INPUT_FULL	0x02
#define KBD_PULSE_RESET	0xfe
#define RESET_CONTROL	0xcf9
#define RESET_HARD	0x06
#define RESET_TRIES	10
#define RESET_SPINS	100000
#define DEBUG_EXIT_PORT	0xf4		/* QEMU's isa-debug-exit: status = code * 2 + 1 */

void machine_restart(void)
{
	struct desc_ptr none = { 0, 0 };

	local_irq_disable();
	for (int try = 0; try < RESET_TRIES; try++) {
		for (int i = 0; i < RESET_SPINS && inb(KBD_COMMAND) & KBD_INPUT_FULL; i++)
			;
		outb(KBD_PULSE_RESET, KBD_COMMAND);
		for (int i = 0; i < RESET_SPINS / 100; i++)
			io_delay();
	}
	outb(RESET_HARD, RESET_CONTROL);
	/* Without a handler for anything, an exception resets the processor. */
	__asm__ __volatile__("lidt %0; int3" : : "m" (none));
	machine_halt();
}

void machine_halt(void)
{
	local_irq_disable();
	for (;;)
		__asm__ __volatile__("hlt");
}

void debug_exit(unsigned int code)
{
	outb((u8)code, DEBUG_EXIT_PORT);
}
