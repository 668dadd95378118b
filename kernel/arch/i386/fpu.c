/* SPDX-License-Identifier: MIT */
/*
 * The FPU and SSE state of tasks, saved and loaded lazily.
 *
 * CR0.TS is set while the FPU does not hold the running task's state, so its first FPU instruction
 * traps (#NM), loads the state and makes the task the CPU's fpu_owner. At a switch away the owner's
 * state is saved at once and nobody owns the FPU: so a task's state is always in its thread_struct
 * while it does not run, whatever CPU it runs on next. The kernel itself uses no FPU instruction
 * (the compiler is told so) but in block_move.c, which leaves no trace. All of this runs with
 * preemption off.
 */
#include <arch/block_move.h>
#include <arch/processor.h>
#include <arch/traps.h>
#include <quire/irqflags.h>
#include <quire/preempt.h>
#include <quire/sched.h>
#include <quire/signal.h>
#include <quire/string.h>
#include "internal.h"

#define CR0_MP		0x00000002ul
#define CR0_EM		0x00000004ul
#define CR0_NE		0x00000020ul
#define CR4_OSFXSR	0x00000200ul
#define CR4_OSXMMEXCPT	0x00000400ul

#define FPU_CWD_DEFAULT	0x037fu		/* all exceptions masked, 64-bit precision */
#define MXCSR_DEFAULT	0x1f80u
#define FPU_TWD_EMPTY	0xffffu		/* FNSAVE's tag word */

/* Exception bits of the status word and of MXCSR. */
#define FPU_INVALID	0x01u
#define FPU_DENORMAL	0x02u
#define FPU_ZERODIV	0x04u
#define FPU_OVERFLOW	0x08u
#define FPU_UNDERFLOW	0x10u
#define FPU_PRECISION	0x20u
#define FPU_EXCEPTIONS	0x3fu
#define MXCSR_MASK_SHIFT 7

u32 mxcsr_feature_mask = 0xffbf;	/* bits of MXCSR that may be set; asked of the CPU at boot */

static void save_state(union fpu_state *s)
{
	if (boot_cpu.fxsr)
		__asm__ __volatile__("fxsave %0" : "=m" (*s));
	else
		__asm__ __volatile__("fnsave %0; fwait" : "=m" (*s));
}

static void load_state(const union fpu_state *s)
{
	if (boot_cpu.fxsr)
		__asm__ __volatile__("fxrstor %0" : : "m" (*s));
	else
		__asm__ __volatile__("frstor %0" : : "m" (*s));
}

/* The state that a program starts with. */
static void fresh_state(union fpu_state *s)
{
	memset(s, 0, sizeof(*s));
	if (boot_cpu.fxsr) {
		s->fx.cwd = FPU_CWD_DEFAULT;
		s->fx.mxcsr = MXCSR_DEFAULT;
	} else {
		s->fn.cwd = 0xffff0000u | FPU_CWD_DEFAULT;
		s->fn.swd = 0xffff0000u;
		s->fn.twd = 0xffff0000u | FPU_TWD_EMPTY;
	}
}

void do_no_fpu(struct pt_regs *regs)
{
	struct task_struct *t = current;

	if (!user_mode(regs))
		die("FPU used by the kernel", regs, 0);
	/* An interrupt gate led here: no preemption until the return. */
	fpu_clear_ts();
	if (!t->thread.fpu_used) {
		fresh_state(&t->thread.fpu);
		t->thread.fpu_used = true;
	}
	load_state(&t->thread.fpu);
	percpu_write(fpu_owner, t);
}

void fpu_switch(struct task_struct *prev)
{
	if (percpu_read(fpu_owner) != prev)
		return;
	save_state(&prev->thread.fpu);
	percpu_write(fpu_owner, NULL);
	fpu_set_ts();
}

void fpu_sync(struct task_struct *task)
{
	preempt_disable();
	fpu_switch(task);
	preempt_enable();
}

/* Throw away the task's state: it has ended, or starts afresh. */
void fpu_forget(struct task_struct *task)
{
	preempt_disable();
	if (percpu_read(fpu_owner) == task) {
		percpu_write(fpu_owner, NULL);
		fpu_set_ts();
	}
	task->thread.fpu_used = false;
	preempt_enable();
}

static int fpu_code(u32 raised)
{
	if (raised & FPU_INVALID)
		return FPE_FLTINV;
	if (raised & FPU_ZERODIV)
		return FPE_FLTDIV;
	if (raised & FPU_OVERFLOW)
		return FPE_FLTOVF;
	if (raised & (FPU_UNDERFLOW | FPU_DENORMAL))
		return FPE_FLTUND;
	return raised & FPU_PRECISION ? FPE_FLTRES : SI_KERNEL;
}

static void float_signal(struct pt_regs *regs, u32 trap, u32 raised)
{
	local_irq_enable();
	current->thread.trap_no = trap;
	current->thread.error_code = 0;
	force_sig_fault(SIGFPE, fpu_code(raised & FPU_EXCEPTIONS), (void __user *)regs->eip);
}

void do_fpu_error(struct pt_regs *regs)
{
	const union fpu_state *s = &current->thread.fpu;
	u32 cwd, swd;

	if (!user_mode(regs))
		die("FPU error in the kernel", regs, 0);
	fpu_sync(current);
	cwd = boot_cpu.fxsr ? s->fx.cwd : s->fn.cwd;
	swd = boot_cpu.fxsr ? s->fx.swd : s->fn.swd;
	float_signal(regs, TRAP_FPU, swd & ~cwd);
}

void do_simd_error(struct pt_regs *regs)
{
	u32 mxcsr;

	if (!user_mode(regs))
		die("SIMD error in the kernel", regs, 0);
	fpu_sync(current);
	mxcsr = current->thread.fpu.fx.mxcsr;
	float_signal(regs, TRAP_SIMD, mxcsr & ~(mxcsr >> MXCSR_MASK_SHIFT));
}

void fpu_init(void)
{
	static union fpu_state probe;
	unsigned long cr0, cr4;

	if (boot_cpu.fxsr) {
		__asm__ __volatile__("movl %%cr4, %0" : "=r" (cr4));
		cr4 |= CR4_OSFXSR | (boot_cpu.sse ? CR4_OSXMMEXCPT : 0);
		__asm__ __volatile__("movl %0, %%cr4" : : "r" (cr4));
	}
	__asm__ __volatile__("movl %%cr0, %0" : "=r" (cr0));
	cr0 = (cr0 & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE;
	__asm__ __volatile__("movl %0, %%cr0" : : "r" (cr0));
	__asm__ __volatile__("fninit");
	if (boot_cpu.fxsr) {
		save_state(&probe);
		if (probe.fx.mxcsr_mask)
			mxcsr_feature_mask = probe.fx.mxcsr_mask;
	}
	fpu_set_ts();
	block_move_init();
}
