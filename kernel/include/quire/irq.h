/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines and their handlers.
 *
 * A handler runs with interrupts off, in_interrupt() true, on the interrupted task's kernel stack;
 * it may wake tasks and take _irqsave locks, never sleep. Lines may be shared: every handler of a
 * line is called and says whether its device had asked. A line is unmasked while it has a handler.
 */
#ifndef QUIRE_IRQ_H
#define QUIRE_IRQ_H

#include <quire/irqflags.h>
#include <quire/types.h>

enum irqreturn { IRQ_NONE, IRQ_HANDLED };
typedef enum irqreturn irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev);

#define NR_IRQS	16

/*
 * => 0, -EINVAL for no such line, -ENOMEM when the action pool is empty.
 * => name and dev must live until free_irq; dev identifies the action on a shared line.
 */
int request_irq(int irq, irq_handler_t handler, const char *name, void *dev);
/* => on return the handler is not running and never will. */
void free_irq(int irq, void *dev);
void disable_irq(int irq);
void enable_irq(int irq);

/* For /proc/interrupts. `action` numbers the handlers of a line; NULL when there is no such one. */
u64 irq_count(int irq);
const char *irq_action_name(int irq, unsigned int action);

#endif
