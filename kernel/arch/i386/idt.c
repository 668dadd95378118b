/* SPDX-License-Identifier: MIT */
/*
 * The interrupt descriptor table: which gate each vector has. Interrupt gates everywhere (the
 * handler decides when interrupts may come again), a trap gate for system calls, a task gate for
 * the double fault, since the kernel stack may be what is broken then. Only int3, into, bound and
 * int 0x80 may be raised by user mode.
 */
#include <arch/desc.h>
#include <arch/traps.h>
#include <quire/kernel.h>
#include "internal.h"

#define IDT_ENTRIES	256
#define GATE_INTERRUPT	0x8e00u
#define GATE_TRAP	0x8f00u
#define GATE_TASK	0x8500u
#define GATE_DPL3	0x6000u

static struct desc idt[IDT_ENTRIES] __aligned(16);

static void set_gate(unsigned int vector, u32 handler, u32 type)
{
	idt[vector].a = (u32)KERNEL_CS << 16 | (handler & 0xffff);
	idt[vector].b = (handler & 0xffff0000u) | type;
}

void idt_init(void)
{
	struct desc_ptr ptr = { .limit = sizeof(idt) - 1, .base = (u32)idt };

	for (unsigned int v = 0; v < IDT_ENTRIES; v++)
		set_gate(v, (u32)spurious_stub, GATE_INTERRUPT);
	for (unsigned int v = 0; v < TRAP_COUNT; v++)
		set_gate(v, trap_stubs[v], GATE_INTERRUPT);
	for (unsigned int i = 0; i < IRQ_COUNT; i++)
		set_gate(IRQ_VECTOR_BASE + i, irq_stubs[i], GATE_INTERRUPT);
	set_gate(TRAP_BREAKPOINT, trap_stubs[TRAP_BREAKPOINT], GATE_INTERRUPT | GATE_DPL3);
	set_gate(TRAP_OVERFLOW, trap_stubs[TRAP_OVERFLOW], GATE_INTERRUPT | GATE_DPL3);
	set_gate(TRAP_BOUNDS, trap_stubs[TRAP_BOUNDS], GATE_INTERRUPT | GATE_DPL3);
	set_gate(SYSCALL_VECTOR, (u32)syscall_stub, GATE_TRAP | GATE_DPL3);
	idt[TRAP_DOUBLE].a = (u32)DF_TSS_SEL << 16;
	idt[TRAP_DOUBLE].b = GATE_TASK;
	__asm__ __volatile__("lidt %0" : : "m" (ptr));
}
