/* SPDX-License-Identifier: MIT */
/*
 * Exceptions and system calls: what the entry code calls, and what is due on the way back.
 *
 * An exception of a user program becomes a signal. One of the kernel goes to its fixup if the
 * instruction has one, else it is a bug and the machine stops with a report. On the way to user
 * mode pending signals are delivered and the scheduler is called as long as there is either; on the
 * way back to preemptible kernel code only the scheduler.
 */
#include <arch/extable.h>
#include <arch/processor.h>
#include <arch/traps.h>
#include <quire/assert.h>
#include <quire/irqflags.h>
#include <quire/mm.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/signal.h>
#include "internal.h"

static_assert(offsetof(struct pt_regs, esi) == 12, "entry.S: PT_ESI");
static_assert(offsetof(struct pt_regs, ebp) == 20, "entry.S: PT_EBP");
static_assert(offsetof(struct pt_regs, eax) == 24, "entry.S: PT_EAX");
static_assert(offsetof(struct pt_regs, xfs) == 36, "entry.S: PT_FS");
static_assert(offsetof(struct pt_regs, orig_eax) == 40, "entry.S: PT_ORIG_EAX");
static_assert(offsetof(struct pt_regs, eip) == 44, "entry.S: PT_EIP");
static_assert(offsetof(struct pt_regs, xcs) == 48, "entry.S: PT_CS");
static_assert(offsetof(struct pt_regs, eflags) == 52, "entry.S: PT_EFLAGS");
static_assert(offsetof(struct pt_regs, esp) == 56, "entry.S: PT_ESP");
static_assert(offsetof(struct percpu, task) == 4, "entry.S: PERCPU_TASK");
static_assert(offsetof(struct percpu, need_resched) == 12, "entry.S: PERCPU_NEED_RESCHED");
static_assert(offsetof(struct task_struct, work) == 4, "entry.S: TASK_WORK");
static_assert(offsetof(struct task_struct, mm) == 8, "entry.S: TASK_MM");
static_assert(offsetof(struct mm_struct, vdso) == 0, "entry.S: MM_VDSO");

#define WORK_TO_USER	(1ul << TIF_SIGPENDING | 1ul << TIF_FREEZE | 1ul << TIF_RESTORE_SIGMASK)

struct trap_info {
	const char *name;
	int sig, code;
};

static const struct trap_info trap_info[TRAP_COUNT] = {
	[TRAP_DIVIDE] = { "divide error", SIGFPE, FPE_INTDIV },
	[TRAP_DEBUG] = { "debug", SIGTRAP, TRAP_TRACE },
	[TRAP_NMI] = { "non-maskable interrupt", 0, 0 },
	[TRAP_BREAKPOINT] = { "breakpoint", SIGTRAP, SI_KERNEL },
	[TRAP_OVERFLOW] = { "overflow", SIGSEGV, SI_KERNEL },
	[TRAP_BOUNDS] = { "bounds", SIGSEGV, SI_KERNEL },
	[TRAP_OPCODE] = { "invalid opcode", SIGILL, ILL_ILLOPN },
	[TRAP_NO_FPU] = { "device not available", 0, 0 },
	[TRAP_DOUBLE] = { "double fault", 0, 0 },
	[TRAP_FPU_OVERRUN] = { "coprocessor segment overrun", SIGFPE, SI_KERNEL },
	[TRAP_TSS] = { "invalid TSS", SIGSEGV, SI_KERNEL },
	[TRAP_SEGMENT] = { "segment not present", SIGBUS, SI_KERNEL },
	[TRAP_STACK] = { "stack segment", SIGBUS, SI_KERNEL },
	[TRAP_GP] = { "general protection fault", SIGSEGV, SI_KERNEL },
	[TRAP_PAGE] = { "page fault", 0, 0 },
	[15] = { "reserved exception", SIGSEGV, SI_KERNEL },
	[TRAP_FPU] = { "floating point exception", 0, 0 },
	[TRAP_ALIGN] = { "alignment check", SIGBUS, BUS_ADRALN },
	[TRAP_MACHINE] = { "machine check", 0, 0 },
	[TRAP_SIMD] = { "SIMD floating point exception", 0, 0 },
};

void exit_to_user(struct pt_regs *regs)
{
	for (;;) {
		local_irq_disable();
		if (need_resched()) {
			local_irq_enable();
			schedule();
		} else if (unlikely(current->work & WORK_TO_USER)) {
			local_irq_enable();
			do_signal(regs);
		} else {
			break;
		}
	}
	lock_order_assert_none();
	debug_assert(preempt_count() == 0);
	debug_assert(current->kmaps == 0);
}

static void exit_to_kernel(struct pt_regs *regs)
{
	if (!(regs->eflags & X86_EFLAGS_IF) || preempt_count())
		return;
	while (need_resched()) {
		local_irq_enable();
		preempt_schedule();
		local_irq_disable();
	}
}

/* The exception of a user program that has no handler of its own: a signal. */
static void user_trap(struct pt_regs *regs, u32 vector, u32 error)
{
	const struct trap_info *t = &trap_info[vector];
	bool has_addr = vector == TRAP_DIVIDE || vector == TRAP_OPCODE || vector == TRAP_DEBUG;

	current->thread.trap_no = vector;
	current->thread.error_code = error;
	force_sig_fault(t->sig, t->code, has_addr ? (void __user *)regs->eip : NULL);
}

/* The user steps through its program and has come to sysenter, which does not clear TF. */
static bool stepped_into_sysenter(struct pt_regs *regs)
{
	if (regs->eip != (u32)sysenter_stub)
		return false;
	regs->eflags &= ~X86_EFLAGS_TF;
	regs->eip = (u32)sysenter_stepped;
	return true;
}

static void generic_trap(struct pt_regs *regs, u32 vector, u32 error)
{
	if (vector >= TRAP_COUNT || !trap_info[vector].sig) {
		if (vector == TRAP_NMI || vector >= TRAP_COUNT)
			pr_warn("unexpected interrupt, vector %u\n", vector);
		else
			die(trap_info[vector].name, regs, error);
	} else if (user_mode(regs)) {
		local_irq_enable();
		user_trap(regs, vector, error);
	} else if (vector == TRAP_DEBUG && stepped_into_sysenter(regs)) {
		return;
	} else if (!fixup_exception(regs) && vector != TRAP_DEBUG) {
		die(trap_info[vector].name, regs, error);
	}
}

static void bad_iret(struct pt_regs *regs)
{
	local_irq_enable();
	current->thread.trap_no = TRAP_GP;
	current->thread.error_code = 0;
	force_sig_fault(SIGSEGV, ILL_BADSTK, NULL);
	regs->xcs |= 3;			/* so that the frame for the signal is a user one */
}

static void dispatch_trap(struct pt_regs *regs, u32 vector, u32 error)
{
	switch (vector) {
	case TRAP_PAGE:
		do_page_fault(regs, error);
		break;
	case TRAP_NO_FPU:
		do_no_fpu(regs);
		break;
	case TRAP_FPU:
		do_fpu_error(regs);
		break;
	case TRAP_SIMD:
		do_simd_error(regs);
		break;
	default:
		generic_trap(regs, vector, error);
		break;
	}
}

void trap_entry(struct pt_regs *regs, u32 vector, u32 error)
{
	bool is_irq = vector >= IRQ_VECTOR_BASE && vector < IRQ_VECTOR_BASE + IRQ_COUNT;

	if (is_irq)
		do_irq(regs, (int)(vector - IRQ_VECTOR_BASE));
	else if (vector == TRAP_BAD_IRET)
		bad_iret(regs);
	else
		dispatch_trap(regs, vector, error);
	if (user_mode(regs))
		exit_to_user(regs);
	else
		exit_to_kernel(regs);
}

void kernel_thread_returned(long ret)
{
	if (current->flags & PF_KTHREAD)
		do_exit(ret);
}

static void regs_of_tss(struct pt_regs *regs, const struct tss *t)
{
	*regs = (struct pt_regs){
		.ebx = t->ebx, .ecx = t->ecx, .edx = t->edx, .esi = t->esi, .edi = t->edi,
		.ebp = t->ebp, .eax = t->eax, .xds = t->ds, .xes = t->es, .xfs = t->fs,
		.eip = t->eip, .xcs = t->cs, .eflags = t->eflags, .esp = t->esp, .xss = t->ss,
	};
}

/* By task gate, on a stack of its own. Nothing can be saved any more; say what happened. */
__noreturn void double_fault(void)
{
	struct pt_regs regs;
	unsigned long cr2 = read_cr2();

	regs_of_tss(&regs, interrupted_tss());
	if (is_kstack_guard(cr2) || is_kstack_guard(regs.esp - sizeof(u32)))
		pr_emerg("kernel stack overflow\n");
	pr_emerg("double fault: esp %08x, cr2 %08lx\n", regs.esp, cr2);
	die("double fault", &regs, 0);
}
