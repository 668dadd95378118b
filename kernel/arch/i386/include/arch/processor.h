/* SPDX-License-Identifier: MIT */
/*
 * The CPU: what a task keeps of it while it does not run, how a new program starts, what this CPU
 * can do.
 */
#ifndef ARCH_PROCESSOR_H
#define ARCH_PROCESSOR_H

#include <arch/desc.h>
#include <arch/memlayout.h>
#include <arch/regs.h>

/* FXSAVE's format; with FNSAVE (no FXSR) only the first 108 bytes are used. */
#define FPU_STATE_SIZE	512
union fpu_state {
	struct {
		u16 cwd, swd, twd, fop;
		u32 fip, fcs, foo, fos;
		u32 mxcsr, mxcsr_mask;
		u32 st_space[32];	/* 8 registers, 16 bytes each */
		u32 xmm_space[32];
		u32 padding[56];
	} fx;
	struct {
		u32 cwd, swd, twd, fip, fcs, foo, fos;
		u32 st_space[20];	/* 8 registers, 10 bytes each */
		u32 status;
	} fn;
	u8 bytes[FPU_STATE_SIZE];
} __aligned(16);

/* In task_struct as `thread`. Written by the task itself, or by the switch while it does not run. */
struct thread_struct {
	unsigned long esp;		/* kernel stack pointer while switched out: struct switch_frame */
	u32 gs;				/* the user's %gs while switched out */
	struct desc tls[GDT_TLS_ENTRIES];
	u32 cr2, trap_no, error_code;	/* of the last fault in user mode: signal frames, ptrace */
	u32 debugreg[8];
	bool fpu_used;			/* fpu holds (or, as the FPU's owner, the FPU holds) a state */
	union fpu_state fpu;
};

struct task_struct;

/* Top of a task's kernel stack, and the registers of its user mode, pushed there at entry from user mode. */
#define task_pt_regs(task)	((struct pt_regs *)((unsigned long)(task)->stack + KSTACK_SIZE) - 1)
#define current_pt_regs()	((struct pt_regs *)percpu_read(kstack_top) - 1)

/*
 * Make regs (the current task's user registers) those of a fresh program: all zero but eip and esp,
 * its FPU state and TLS reset. exec calls it after its point of no return.
 */
void start_thread(struct pt_regs *regs, unsigned long eip, unsigned long esp);

/*
 * Kernel stacks: KSTACK_SIZE bytes in the stack window, an unmapped guard below. NULL without
 * memory; may sleep. A few are cached. The task's own stack is freed by somebody else, after the
 * switch away from it.
 */
void *kstack_alloc(void);
void kstack_free(void *stack);
/* The task's stack or NULL: does this address lie in the guard of a stack? */
bool is_kstack_guard(unsigned long addr);
/* Bytes of this stack never written (debug build fills them); for the high-water mark. */
unsigned long kstack_unused(const void *stack);
unsigned long kstack_shrink(void);	/* give cached stacks back; => frames freed */
extern unsigned int kstacks_in_use;

/*
 * The new task's first frame: copies the parent's user registers (or, for a kernel thread, arranges
 * that fn(arg) is called), its own stack pointer if usp != 0, its TLS and FPU state (CLONE_SETTLS:
 * descriptor at regs->esi). The child first calls schedule_tail(), then goes to user mode with eax
 * = 0. A kernel thread whose fn returns exits with that value, unless exec cleared PF_KTHREAD: then
 * it goes to user mode with current_pt_regs().
 * => 0 or -errno (bad TLS descriptor). child->stack is set already.
 */
int copy_thread(unsigned long clone_flags, unsigned long usp, struct task_struct *child,
		const struct pt_regs *regs);
int copy_kernel_thread(struct task_struct *child, int (*fn)(void *), void *arg);
/* The task is going away, or execs: forget its FPU state. */
void exit_thread(struct task_struct *task);
void flush_thread(void);
/* The parent's live FPU state is saved in its thread_struct: before task_structs are copied. */
void fpu_sync(struct task_struct *task);

struct cpuinfo {
	char vendor[13], model_name[49];
	u32 family, model, stepping;
	u32 features, features2;	/* CPUID 1: edx, ecx */
	bool pse, pge, fxsr, sse, tsc, sysenter;
};
extern struct cpuinfo boot_cpu;
/* ELF auxv: AT_HWCAP and AT_PLATFORM. */
#define ELF_HWCAP	(boot_cpu.features)
#define ELF_PLATFORM	"i686"
void cpu_identify(void);

/* Idle: interrupts are off and no work is pending; turns them on and sleeps in one step. */
static inline void safe_halt(void) { __asm__ __volatile__("sti; hlt" : : : "memory"); }
static inline void cpu_relax(void) { __asm__ __volatile__("rep; nop" : : : "memory"); }

static inline unsigned long read_cr2(void)
{
	unsigned long v;

	__asm__ __volatile__("movl %%cr2, %0" : "=r" (v));
	return v;
}

#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176

static inline void wrmsr(u32 msr, u32 low)
{
	__asm__ __volatile__("wrmsr" : : "c" (msr), "a" (low), "d" (0));
}

static inline u64 rdtsc(void)
{
	u64 v;

	__asm__ __volatile__("rdtsc" : "=A" (v));
	return v;
}

__noreturn void machine_restart(void);	/* keyboard controller, else triple fault */
__noreturn void machine_halt(void);
/* Exit status for a harness that gave QEMU an isa-debug-exit device; does nothing without one. */
void debug_exit(unsigned int code);

#endif
