/* SPDX-License-Identifier: MIT */
/*
 * Between the entry code, the handlers of exceptions and interrupts, and the system call table.
 */
#ifndef ARCH_TRAPS_H
#define ARCH_TRAPS_H

#define TRAP_DIVIDE	0
#define TRAP_DEBUG	1
#define TRAP_NMI	2
#define TRAP_BREAKPOINT	3
#define TRAP_OVERFLOW	4
#define TRAP_BOUNDS	5
#define TRAP_OPCODE	6
#define TRAP_NO_FPU	7
#define TRAP_DOUBLE	8
#define TRAP_FPU_OVERRUN 9
#define TRAP_TSS	10
#define TRAP_SEGMENT	11
#define TRAP_STACK	12
#define TRAP_GP		13
#define TRAP_PAGE	14
#define TRAP_FPU	16
#define TRAP_ALIGN	17
#define TRAP_MACHINE	18
#define TRAP_SIMD	19
#define TRAP_COUNT	20
/* Not a vector: the iret to user mode found registers that it cannot load. */
#define TRAP_BAD_IRET	254
#define IRQ_COUNT	16

#ifndef __ASSEMBLY__
#include <arch/regs.h>

/* entry.S -> C */
void trap_entry(struct pt_regs *regs, u32 vector, u32 error);
void exit_to_user(struct pt_regs *regs);
void kernel_thread_returned(long ret);
__noreturn void double_fault(void);

/* entry.S */
extern const u32 trap_stubs[TRAP_COUNT];
extern const u32 irq_stubs[IRQ_COUNT];
void syscall_stub(void);
void sysenter_stub(void);
void sysenter_stepped(void);
void spurious_stub(void);
void ret_from_fork(void);
void ret_from_kernel_thread(void);

/* handlers */
void do_irq(struct pt_regs *regs, int irq);
void do_page_fault(struct pt_regs *regs, u32 error);
void do_no_fpu(struct pt_regs *regs);
void do_fpu_error(struct pt_regs *regs);
void do_simd_error(struct pt_regs *regs);
__noreturn void die(const char *what, struct pt_regs *regs, u32 error);

/* core/syscall_table.c: Linux's i386 numbers; a hole holds sys_ni_syscall, never NULL. */
typedef long (*syscall_fn)(unsigned long, unsigned long, unsigned long, unsigned long,
			   unsigned long, unsigned long);
extern const syscall_fn sys_call_table[];
extern const unsigned int nr_syscalls;
#endif

#endif
