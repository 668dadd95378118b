/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines: the two 8259 controllers and the handlers of each line.
 *
 * A line is acknowledged before its handlers run, with interrupts off on the CPU throughout, so an
 * edge that comes meanwhile is kept by the controller. After the outermost interrupt, expired
 * timers run with interrupts on and preemption off; a nested interrupt does not run them again.
 *
 * Locking: irq_lock guards the action lists and the masks; handlers run without it. On one CPU
 * free_irq cannot meet a running handler, since both are never interrupted by it.
 */
#include <arch/desc.h>
#include <arch/io.h>
#include <arch/traps.h>
#include <quire/errno.h>
#include <quire/irq.h>
#include <quire/kernel.h>
#include <quire/lock.h>
#include <quire/printk.h>
#include <quire/timer.h>
#include "internal.h"

#define PIC1_CMD	0x20
#define PIC1_DATA	0x21
#define PIC2_CMD	0xa0
#define PIC2_DATA	0xa1
#define PIC_EOI		0x20
#define PIC_READ_ISR	0x0b
#define ICW1		0x11		/* edge, cascade, ICW4 follows */
#define ICW4_8086	0x01
#define CASCADE_IRQ	2
#define SPURIOUS_IRQ1	7
#define SPURIOUS_IRQ2	15
#define MAX_ACTIONS	32
#define SPURIOUS_LIMIT	1000u		/* unclaimed interrupts in a row before a line is shut */

struct irq_action {
	irq_handler_t handler;		/* NULL: free */
	const char *name;
	void *dev;
	struct irq_action *next;
};

struct irq_line {
	struct irq_action *actions;
	u64 count;
	unsigned int unclaimed;		/* in a row */
	unsigned int depth;		/* nested disable_irq */
};

static DEFINE_SPINLOCK(irq_lock);
static struct irq_line lines[NR_IRQS];
static struct irq_action action_pool[MAX_ACTIONS];
static u16 pic_mask = 0xffff;

static void write_mask(int irq)
{
	if (irq < 8)
		outb((u8)pic_mask, PIC1_DATA);
	else
		outb((u8)(pic_mask >> 8), PIC2_DATA);
}

static void mask_locked(int irq)
{
	pic_mask |= 1u << irq;
	write_mask(irq);
}

static void unmask_locked(int irq)
{
	pic_mask &= ~(1u << irq);
	write_mask(irq);
}

void pic_init(void)
{
	outb(ICW1, PIC1_CMD);
	outb(IRQ_VECTOR_BASE, PIC1_DATA);
	outb(1u << CASCADE_IRQ, PIC1_DATA);
	outb(ICW4_8086, PIC1_DATA);
	outb(ICW1, PIC2_CMD);
	outb(IRQ_VECTOR_BASE + 8, PIC2_DATA);
	outb(CASCADE_IRQ, PIC2_DATA);
	outb(ICW4_8086, PIC2_DATA);
	pic_mask = 0xffff & ~(1u << CASCADE_IRQ);
	write_mask(0);
	write_mask(8);
}

/* IRQ 7 and 15 are also what a controller says when the request has gone away again. */
static bool is_spurious(int irq)
{
	u16 cmd = irq < 8 ? PIC1_CMD : PIC2_CMD;

	if (irq != SPURIOUS_IRQ1 && irq != SPURIOUS_IRQ2)
		return false;
	outb(PIC_READ_ISR, cmd);
	if (inb(cmd) & (1u << (irq & 7)))
		return false;
	if (irq == SPURIOUS_IRQ2)
		outb(PIC_EOI, PIC1_CMD);	/* the first controller did see a request */
	return true;
}

static void ack(int irq)
{
	if (irq >= 8)
		outb(PIC_EOI, PIC2_CMD);
	outb(PIC_EOI, PIC1_CMD);
}

static void run_actions(int irq)
{
	struct irq_line *line = &lines[irq];
	bool claimed = false;

	for (struct irq_action *a = line->actions; a; a = a->next)
		claimed |= a->handler(irq, a->dev) == IRQ_HANDLED;
	if (claimed) {
		line->unclaimed = 0;
	} else if (++line->unclaimed == SPURIOUS_LIMIT) {
		pr_err("irq %d: %u interrupts that no handler claims: line shut\n", irq, SPURIOUS_LIMIT);
		mask_locked(irq);
	}
}

/* The tail of the outermost interrupt: run_timers() turns interrupts on around each function, and does not nest. */
static void run_expired_timers(void)
{
	if (preempt_count() & HARDIRQ_MASK)
		return;
	preempt_disable();
	run_timers();
	preempt_enable_no_resched();
}

void do_irq(struct pt_regs *regs, int irq)
{
	if (is_spurious(irq))
		return;
	percpu_add(preempt_count, HARDIRQ_OFFSET);
	this_cpu()->irq_count++;
	lines[irq].count++;
	ack(irq);
	if (irq == 0)
		timer_interrupt(regs);
	else
		run_actions(irq);
	percpu_add(preempt_count, -HARDIRQ_OFFSET);
	if (irq == 0)
		run_expired_timers();
}

static struct irq_action *get_action(void)
{
	for (unsigned int i = 0; i < MAX_ACTIONS; i++)
		if (!action_pool[i].handler)
			return &action_pool[i];
	return NULL;
}

int request_irq(int irq, irq_handler_t handler, const char *name, void *dev)
{
	struct irq_action *a, **link;
	unsigned long flags;
	int err = -ENOMEM;

	if (irq <= 0 || irq >= NR_IRQS || irq == CASCADE_IRQ)
		return -EINVAL;
	spin_lock_irqsave(&irq_lock, flags);
	a = get_action();
	if (a) {
		*a = (struct irq_action){ .handler = handler, .name = name, .dev = dev };
		for (link = &lines[irq].actions; *link; link = &(*link)->next)
			;
		*link = a;
		if (!lines[irq].depth)
			unmask_locked(irq);
		err = 0;
	}
	spin_unlock_irqrestore(&irq_lock, flags);
	return err;
}

void free_irq(int irq, void *dev)
{
	struct irq_action **link;
	unsigned long flags;

	spin_lock_irqsave(&irq_lock, flags);
	for (link = &lines[irq].actions; *link; link = &(*link)->next) {
		if ((*link)->dev == dev) {
			struct irq_action *a = *link;

			*link = a->next;
			a->handler = NULL;
			break;
		}
	}
	if (!lines[irq].actions)
		mask_locked(irq);
	spin_unlock_irqrestore(&irq_lock, flags);
}

void disable_irq(int irq)
{
	unsigned long flags;

	spin_lock_irqsave(&irq_lock, flags);
	if (lines[irq].depth++ == 0)
		mask_locked(irq);
	spin_unlock_irqrestore(&irq_lock, flags);
}

void enable_irq(int irq)
{
	unsigned long flags;

	spin_lock_irqsave(&irq_lock, flags);
	if (--lines[irq].depth == 0 && (lines[irq].actions || irq == 0))
		unmask_locked(irq);
	spin_unlock_irqrestore(&irq_lock, flags);
}

u64 irq_count(int irq)
{
	return irq >= 0 && irq < NR_IRQS ? lines[irq].count : 0;
}

const char *irq_action_name(int irq, unsigned int action)
{
	const struct irq_action *a;

	if (irq < 0 || irq >= NR_IRQS)
		return NULL;
	if (irq == 0)
		return action ? NULL : "timer";
	for (a = lines[irq].actions; a && action; a = a->next)
		action--;
	return a ? a->name : NULL;
}

void enable_timer_irq(void)
{
	unsigned long flags;

	spin_lock_irqsave(&irq_lock, flags);
	unmask_locked(0);
	spin_unlock_irqrestore(&irq_lock, flags);
}
