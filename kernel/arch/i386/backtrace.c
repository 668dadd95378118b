/* SPDX-License-Identifier: MIT */
/*
 * Registers and call chains for reports. The kernel keeps frame pointers; a chain is followed as
 * long as it stays on one stack and goes upwards, and every word is read so that a bad pointer
 * cannot fault.
 */
#include <arch/processor.h>
#include <arch/traps.h>
#include <quire/ksyms.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/uaccess.h>
#include "internal.h"

#define BACKTRACE_MAX	32

struct frame {
	unsigned long ebp, ret;
};

void backtrace(unsigned long ebp, unsigned long eip)
{
	char name[KSYM_BUF];
	struct frame f;

	if (eip)
		pr_emerg("  %08lx %s\n", eip, ksym_format(eip, name, sizeof(name)));
	for (unsigned int n = 0; n < BACKTRACE_MAX; n++) {
		if (ebp < TASK_SIZE || (ebp & 3) || copy_from_kernel_nofault(&f, (void *)ebp, sizeof(f)))
			break;
		if (!is_kernel_text(f.ret))
			break;
		pr_emerg("  %08lx %s\n", f.ret, ksym_format(f.ret, name, sizeof(name)));
		if (f.ebp <= ebp || f.ebp - ebp > KSTACK_SIZE)
			break;
		ebp = f.ebp;
	}
}

void dump_stack(void)
{
	pr_emerg("call trace:\n");
	backtrace((unsigned long)__builtin_frame_address(0), 0);
}

void show_regs(const struct pt_regs *regs)
{
	unsigned long esp = user_mode(regs) ? regs->esp : (unsigned long)&regs->esp;
	unsigned long cr0, cr3, cr4;

	__asm__("movl %%cr0, %0; movl %%cr3, %1; movl %%cr4, %2" : "=r" (cr0), "=r" (cr3), "=r" (cr4));
	pr_emerg("eip %04x:%08x  eflags %08x  esp %04x:%08lx  task %d (%s)\n", regs->xcs & 0xffff,
		 regs->eip, regs->eflags, user_mode(regs) ? regs->xss & 0xffff : KERNEL_DS, esp,
		 current->pid, current->comm);
	pr_emerg("eax %08x  ebx %08x  ecx %08x  edx %08x\n", regs->eax, regs->ebx, regs->ecx, regs->edx);
	pr_emerg("esi %08x  edi %08x  ebp %08x  ds %04x es %04x fs %04x\n", regs->esi, regs->edi,
		 regs->ebp, regs->xds & 0xffff, regs->xes & 0xffff, regs->xfs & 0xffff);
	pr_emerg("cr0 %08lx  cr2 %08lx  cr3 %08lx  cr4 %08lx  preempt %08x\n", cr0, read_cr2(), cr3,
		 cr4, preempt_count());
}

static void show_code(unsigned long eip)
{
	u8 bytes[16];
	char text[3 * sizeof(bytes) + 1] = "";
	int n = 0;

	if (copy_from_kernel_nofault(bytes, (void *)eip, sizeof(bytes)))
		return;
	for (unsigned int i = 0; i < sizeof(bytes); i++)
		n += scnprintf(text + n, sizeof(text) - n, " %02x", bytes[i]);
	pr_emerg("code:%s\n", text);
}

/* A fault of the kernel itself. There is no way on: what a half-done operation holds would be lost. */
__noreturn void die(const char *what, struct pt_regs *regs, u32 error)
{
	pr_emerg("%s, error code %04x\n", what, error);
	show_regs(regs);
	if (!user_mode(regs)) {
		show_code(regs->eip);
		pr_emerg("call trace of the fault:\n");
		/* A call through a bad pointer: who called is on top of the stack, not yet in a frame. */
		if (!is_kernel_text(regs->eip) && is_kernel_text(regs->esp))
			backtrace(regs->ebp, regs->esp);
		else
			backtrace(regs->ebp, regs->eip);
	}
	panic("%s in %s mode", what, user_mode(regs) ? "user" : "kernel");
}
