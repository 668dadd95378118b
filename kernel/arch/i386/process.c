/* SPDX-License-Identifier: MIT */
/*
 * The machine's part of tasks: switching between them, the first frame of a new one, a fresh
 * program's registers.
 *
 * A switched-out task's stack ends in a struct switch_frame: callee-saved registers and where to go
 * on. A new task gets one built by hand that returns to ret_from_fork (entry.S). The scheduler
 * switches with interrupts off and a preempt count of exactly 1; a new task begins in the same
 * state, which schedule_tail() ends.
 */
#include <arch/desc.h>
#include <arch/extable.h>
#include <arch/processor.h>
#include <arch/switch.h>
#include <arch/traps.h>
#include <quire/assert.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/uaccess.h>
#include <abi/sched.h>
#include "internal.h"

struct switch_frame {
	u32 edi, esi, ebx, ebp;
	u32 eip;
};

static u32 read_gs(void)
{
	u32 gs;

	__asm__ __volatile__("movl %%gs, %0" : "=r" (gs));
	return gs & 0xffff;
}

/* A selector that no longer names a usable segment becomes 0, as the hardware's own checks would have it. */
void set_user_gs(u32 gs)
{
	__asm__ __volatile__(
		"1:	movl %0, %%gs\n"
		"2:\n"
		"\t.pushsection .text.fixup, \"ax\"\n"
		"3:	movl %1, %%gs\n"
		"	jmp 2b\n"
		"\t.popsection\n"
		EXTABLE(1b, 3b)
		: : "r" (gs), "r" (0));
}

struct task_struct *switch_to(struct task_struct *prev, struct task_struct *next)
{
	assert(irqs_disabled() && preempt_count() == 1);
	assert(prev == current && prev != next);
	fpu_switch(prev);
	prev->thread.gs = read_gs();
	load_tls(next);
	set_user_gs(next->thread.gs);
	set_kernel_stack((unsigned long)next->stack + KSTACK_SIZE);
	percpu_write(task, next);
	return switch_stacks(&prev->thread.esp, next->thread.esp, prev);
}

/* Below the user's registers at the top of the child's stack: where its first switch arrives. */
static void build_switch_frame(struct task_struct *child, void (*start)(void), u32 ebx, u32 esi)
{
	struct switch_frame *f = (struct switch_frame *)task_pt_regs(child) - 1;

	*f = (struct switch_frame){ .ebx = ebx, .esi = esi, .eip = (u32)start };
	child->thread.esp = (unsigned long)f;
}

int copy_thread(unsigned long clone_flags, unsigned long usp, struct task_struct *child,
		const struct pt_regs *regs)
{
	struct pt_regs *child_regs = task_pt_regs(child);
	struct user_desc info;

	*child_regs = *regs;
	child_regs->eax = 0;
	if (usp)
		child_regs->esp = usp;
	child->thread.gs = read_gs();
	build_switch_frame(child, ret_from_fork, 0, 0);
	if (!(clone_flags & CLONE_SETTLS))
		return 0;
	if (copy_from_user(&info, (void __user *)regs->esi, sizeof(info)))
		return -EFAULT;
	return set_tls_desc(child, &info);
}

int copy_kernel_thread(struct task_struct *child, int (*fn)(void *), void *arg)
{
	memset(task_pt_regs(child), 0, sizeof(struct pt_regs));
	child->thread.gs = 0;
	child->thread.fpu_used = false;
	memset(child->thread.tls, 0, sizeof(child->thread.tls));
	build_switch_frame(child, ret_from_kernel_thread, (u32)fn, (u32)arg);
	return 0;
}

void exit_thread(struct task_struct *task)
{
	fpu_forget(task);
}

void flush_thread(void)
{
	struct task_struct *t = current;

	fpu_forget(t);
	preempt_disable();
	memset(t->thread.tls, 0, sizeof(t->thread.tls));
	load_tls(t);
	set_user_gs(0);
	preempt_enable();
}

void start_thread(struct pt_regs *regs, unsigned long eip, unsigned long esp)
{
	flush_thread();
	*regs = (struct pt_regs){
		.xds = USER_DS, .xes = USER_DS, .xfs = 0, .orig_eax = (u32)-1,
		.eip = eip, .xcs = USER_CS, .eflags = X86_EFLAGS_IF | X86_EFLAGS_FIXED,
		.esp = esp, .xss = USER_DS,
	};
}
