/* SPDX-License-Identifier: MIT */
/*
 * Into the kernel and out of it.
 *
 * Every way in pushes a struct pt_regs, loads the kernel's segments (%fs is this CPU's percpu
 * segment; %gs stays the user's) and calls C, with up to three arguments in %eax, %edx, %ecx. Before
 * a return to user mode exit_to_user() does what is due: signals, rescheduling; it comes back with
 * interrupts off, and `restore_regs` undoes the frame. System calls look first whether there is
 * anything due, since mostly there is not.
 *
 * Exceptions and interrupts use interrupt gates; C turns interrupts on again where that is right.
 * System calls by int 0x80 use a trap gate: interrupts stay on. Those by sysenter (vdso/vdso.S) come
 * without a stack and with interrupts off, and leave by sysexit unless something is due or the call
 * has changed the registers.
 *
 * Loading user segments, and iret itself, fault when a signal handler's return left nonsense in the
 * frame. Those instructions are in the exception table: a bad segment becomes 0, a bad iret becomes
 * SIGSEGV.
 */
#include <abi/errno.h>
#include <arch/desc.h>
#include <arch/extable.h>
#include <arch/page_types.h>
#include <arch/traps.h>
#include <arch/vdso.h>

/* offsets in struct pt_regs, percpu, task_struct, mm_struct; asserted in traps.c */
#define PT_ESI		12
#define PT_EBP		20
#define PT_EAX		24
#define PT_FS		36
#define PT_ORIG_EAX	40
#define PT_EIP		44
#define PT_CS		48
#define PT_EFLAGS	52
#define PT_ESP		56
#define PERCPU_TASK	4
#define PERCPU_NEED_RESCHED 12
#define TASK_WORK	4
#define TASK_MM		8
#define MM_VDSO		0

#define EFLAGS_FIXED	0x2
#define EFLAGS_TF	0x100
#define EFLAGS_IF	0x200
#define EFLAGS_NT	0x4000
#define EFLAGS_AC	0x40000

.macro save_regs			/* below xfs */
	pushl %es
	pushl %ds
	pushl %eax
	pushl %ebp
	pushl %edi
	pushl %esi
	pushl %edx
	pushl %ecx
	pushl %ebx
.endm

.macro kernel_segments reg
	movl $USER_DS, \reg		/* flat; the kernel's own data segment is only for %ss */
	movl \reg, %ds
	movl \reg, %es
	movl $PERCPU_SEL, \reg
	movl \reg, %fs
	cld
.endm

/* The user's %ds, %es and %fs from the stack; what cannot be loaded becomes 0. */
.macro restore_segments
1:	popl %ds
2:	popl %es
3:	popl %fs
	.pushsection .text.fixup, "ax"
4:	movl $0, (%esp)
	jmp 1b
5:	movl $0, (%esp)
	jmp 2b
6:	movl $0, (%esp)
	jmp 3b
	.popsection
	extable 1b, 4b
	extable 2b, 5b
	extable 3b, 6b
.endm

/* Stack: arguments 4 to 6, pt_regs; registers: the user's, but %esi. Takes the arguments off again. */
.macro call_system_call
	xorl %ebp, %ebp
	cmpl nr_syscalls, %eax
	jae 2f
	movl sys_call_table(, %eax, 4), %esi
	movl %ebx, %eax
	xchgl %ecx, %edx
	call *%esi
1:	addl $12, %esp
	movl %eax, PT_EAX(%esp)
	.pushsection .text.fixup, "ax"
2:	movl $-ENOSYS, %eax
	jmp 1b
	.popsection
.endm

	.text
/* Stack: vector (where xfs will be), error code (where orig_eax will be), eip, cs, eflags, ... */
	.type common_trap, @function
common_trap:
	save_regs
	movl PT_FS(%esp), %edx		/* vector */
	movl PT_ORIG_EAX(%esp), %ecx	/* error code */
	movl %fs, %eax
	movl %eax, PT_FS(%esp)
	movl $-1, PT_ORIG_EAX(%esp)	/* not a system call */
	kernel_segments %eax
	movl %esp, %eax
	xorl %ebp, %ebp
	testb $3, PT_CS(%esp)		/* xcs: a backtrace goes on into interrupted kernel code only */
	jnz 1f
	movl PT_EBP(%esp), %ebp
1:	call trap_entry
restore_regs:
	popl %ebx
	popl %ecx
	popl %edx
	popl %esi
	popl %edi
	popl %ebp
	popl %eax
	restore_segments
	addl $4, %esp
return_iret:
	iret
fix_iret:
	pushl $0
	pushl $TRAP_BAD_IRET
	jmp common_trap
	extable return_iret, fix_iret
	.size common_trap, . - common_trap

	.globl syscall_stub
	.type syscall_stub, @function
syscall_stub:
	pushl %eax			/* orig_eax */
	pushl %fs
	save_regs
	pushl %ebp			/* arguments 6, 5, 4 on the stack, the others in registers */
	pushl %edi
	pushl %esi
	kernel_segments %esi
	call_system_call
return_to_user:
	cli
	movl %fs:PERCPU_TASK, %eax
	movl TASK_WORK(%eax), %eax
	orl %fs:PERCPU_NEED_RESCHED, %eax
#ifndef CONFIG_DEBUG			/* which checks that no lock is held */
	jz restore_regs
#endif
	movl %esp, %eax
	call exit_to_user
	jmp restore_regs
	.size syscall_stub, . - syscall_stub

/*
 * From the vDSO: %ebp is the user's stack pointer, and the user's %ebp lies there. %esp points to
 * TSS.esp0; interrupts are off. The flags are the user's own: with TF set, the debug exception comes
 * before the first instruction, and traps.c goes on at sysenter_stepped.
 */
	.globl sysenter_stub, sysenter_stepped
	.type sysenter_stub, @function
sysenter_stub:
	movl (%esp), %esp
	pushl $USER_DS
	pushl %ebp			/* esp */
	pushfl
sysenter_flags:
	testl $(EFLAGS_NT | EFLAGS_AC), (%esp)
	jnz clean_flags
flags_are_clean:
	orl $EFLAGS_IF, (%esp)
	pushl $USER_CS
	pushl $0			/* eip: below */
	pushl %eax			/* orig_eax */
	pushl %fs
	save_regs
	kernel_segments %esi
	movl %fs:PERCPU_TASK, %esi
	movl TASK_MM(%esi), %esi
	movl MM_VDSO(%esi), %esi
	addl $VDSO_LANDING, %esi	/* where the vDSO goes on */
	movl %esi, PT_EIP(%esp)
	sti
	cmpl $(PAGE_OFFSET - 4), %ebp
	ja bad_user_stack
load_ebp:
	movl (%ebp), %ebp
	movl %ebp, PT_EBP(%esp)
	pushl %ebp			/* arguments 6, 5, 4 */
	pushl %edi
	pushl PT_ESI + 8(%esp)
	call_system_call
sysenter_return:
	cli
	movl %fs:PERCPU_TASK, %eax
	movl TASK_WORK(%eax), %eax
	orl %fs:PERCPU_NEED_RESCHED, %eax
#ifndef CONFIG_DEBUG
	jz 1f
#endif
	movl %esp, %eax
	call exit_to_user
1:	cmpl $0, PT_ORIG_EAX(%esp)	/* negative: a signal, exec or sigreturn changed the registers */
	jl restore_regs
	testl $EFLAGS_TF, PT_EFLAGS(%esp)
	jnz restore_regs		/* or it would trap in the kernel */
	movl PT_EIP(%esp), %edx
	movl PT_ESP(%esp), %ecx
	andl $~EFLAGS_IF, PT_EFLAGS(%esp)
	popl %ebx
	addl $8, %esp
	popl %esi
	popl %edi
	popl %ebp
	popl %eax
	restore_segments
	addl $12, %esp			/* orig_eax, eip, cs */
	popfl
	sti				/* takes effect after the next instruction */
	sysexit
sysenter_stepped:
	movl (%esp), %esp
	pushl $USER_DS
	pushl %ebp
	pushfl
	orl $EFLAGS_TF, (%esp)
	jmp sysenter_flags
clean_flags:				/* NT would make iret switch tasks */
	pushl $EFLAGS_FIXED
	popfl
	jmp flags_are_clean
bad_user_stack:
	movl $-EFAULT, PT_EAX(%esp)
	jmp sysenter_return
	extable load_ebp, bad_user_stack
	.size sysenter_stub, . - sysenter_stub

/* A new task's first instructions; its stack holds the pt_regs of copy_thread. */
	.globl ret_from_fork
	.type ret_from_fork, @function
ret_from_fork:
	call schedule_tail
	jmp return_to_user
	.size ret_from_fork, . - ret_from_fork

/* The same for a kernel thread: ebx is its function, esi the argument (copy_kernel_thread). */
	.globl ret_from_kernel_thread
	.type ret_from_kernel_thread, @function
ret_from_kernel_thread:
	call schedule_tail
	movl %esi, %eax
	call *%ebx
	call kernel_thread_returned	/* comes back only if the thread has become a user program */
	jmp return_to_user
	.size ret_from_kernel_thread, . - ret_from_kernel_thread

/*
 * struct task_struct *switch_stacks(unsigned long *save_esp, unsigned long new_esp, struct
 * task_struct *prev) The frame is struct switch_frame in process.c.
 */
	.globl switch_stacks
	.type switch_stacks, @function
switch_stacks:
	pushl %ebp
	pushl %ebx
	pushl %esi
	pushl %edi
	movl %esp, (%eax)
	movl %edx, %esp
	movl %ecx, %eax
	popl %edi
	popl %esi
	popl %ebx
	popl %ebp
	ret
	.size switch_stacks, . - switch_stacks

/* The double fault arrives by a task gate: a stack of its own, nothing pushed but the error code. */
	.globl double_fault_stub
	.type double_fault_stub, @function
double_fault_stub:
	call double_fault
	.size double_fault_stub, . - double_fault_stub

/* One stub a vector: make the frame uniform. */
.macro stub n, has_error
trap_\n:
	.if \has_error == 0
	pushl $0
	.endif
	pushl $\n
	jmp common_trap
	.pushsection .rodata
	.long trap_\n
	.popsection
.endm

	.section .rodata
	.balign 4
	.globl trap_stubs
trap_stubs:
	.text
	.type trap_vectors, @function
trap_vectors:
	stub 0, 0
	stub 1, 0
	stub 2, 0
	stub 3, 0
	stub 4, 0
	stub 5, 0
	stub 6, 0
	stub 7, 0
	stub 8, 1
	stub 9, 0
	stub 10, 1
	stub 11, 1
	stub 12, 1
	stub 13, 1
	stub 14, 1
	stub 15, 0
	stub 16, 0
	stub 17, 1
	stub 18, 0
	stub 19, 0
	.size trap_vectors, . - trap_vectors

	.section .rodata
	.globl irq_stubs
irq_stubs:
	.text
	.type irq_vectors, @function
irq_vectors:
	.irp n, 0x20,0x21,0x22,0x23,0x24,0x25,0x26,0x27,0x28,0x29,0x2a,0x2b,0x2c,0x2d,0x2e,0x2f
	stub \n, 0
	.endr
	.size irq_vectors, . - irq_vectors

/* Any vector that nobody uses. */
	.globl spurious_stub
	.type spurious_stub, @function
spurious_stub:
	pushl $0
	pushl $0xff
	jmp common_trap
	.size spurious_stub, . - spurious_stub

	.section .note.GNU-stack, "", @progbits
