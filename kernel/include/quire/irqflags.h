/* SPDX-License-Identifier: MIT */
/*
 * Turning this CPU's interrupts off and on. save/restore nest; disable/enable are for code that
 * knows the state.
 */
#ifndef QUIRE_IRQFLAGS_H
#define QUIRE_IRQFLAGS_H

#include <quire/types.h>

#define EFLAGS_IF_BIT	0x200ul

static inline unsigned long local_save_flags(void)
{
	unsigned long flags;

	__asm__ __volatile__("pushfl; popl %0" : "=rm" (flags) : : "memory");
	return flags;
}

static inline void local_irq_disable(void) { __asm__ __volatile__("cli" : : : "memory"); }
static inline void local_irq_enable(void) { __asm__ __volatile__("sti" : : : "memory"); }
static inline bool irqs_disabled(void) { return !(local_save_flags() & EFLAGS_IF_BIT); }

static inline unsigned long __local_irq_save(void)
{
	unsigned long flags = local_save_flags();

	local_irq_disable();
	return flags;
}

#define local_irq_save(flags)	((flags) = __local_irq_save())

static inline void local_irq_restore(unsigned long flags)
{
	if (flags & EFLAGS_IF_BIT)
		local_irq_enable();
	else
		local_irq_disable();
}

#endif
