/* SPDX-License-Identifier: MIT */
/*
 * The context switch. The scheduler has already loaded next's page directory (or left the borrowed
 * one).
 */
#ifndef ARCH_SWITCH_H
#define ARCH_SWITCH_H

struct task_struct;

/*
 * => called with interrupts off and a preempt count of exactly 1 (asserted); returns, later and in
 * prev's own
 *    context again, the task that was switched away from just before: its last reference may be dropped then.
 * Saves and loads: stack, callee-saved registers, esp0, TLS entries, %gs, the percpu task pointer;
 * the FPU lazily (#NM).
 */
struct task_struct *switch_to(struct task_struct *prev, struct task_struct *next);

#endif
