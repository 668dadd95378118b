/* SPDX-License-Identifier: MIT */
/*
 * Page faults: from the trap to the VM and from its verdict to a signal.
 *
 * Order: (1) a kernel address that is missing in the loaded directory but not in the master is
 * copied from it (vmalloc; it follows CR3, never current->mm, since a kernel thread runs on a
 * borrowed directory, and works in any context); (2) no mm to ask, or a context that must not
 * sleep: exception table; (3) the VM (handle_user_fault), which sleeps; (4) its verdict becomes a
 * signal, or for kernel code the exception table.
 */
#include <arch/extable.h>
#include <arch/processor.h>
#include <arch/traps.h>
#include <quire/mm.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/signal.h>
#include <quire/timer.h>
#include <quire/uaccess.h>
#include <quire/vmstat.h>
#include "internal.h"

#define OOM_PAUSE (HZ / 10)

/* => true: the entry is there now, try again. Needs no lock: kernel page tables are never freed. */
static bool vmalloc_fault(unsigned long addr)
{
	pgd_t *master = pgd_offset_k(addr), *live = pgd_offset_pgd(loaded_pgd(), addr);

	if (!pgd_present(*master) || pgd_present(*live))
		return false;
	set_pgd(live, *master);
	count_vm_event(vmalloc_fault);
	return true;
}

static void kernel_fault(struct pt_regs *regs, unsigned long addr, u32 error)
{
	if (fixup_exception(regs))
		return;
	pr_emerg("%s at address %08lx%s\n", error & PFEC_WRITE ? "write" : "read", addr,
		 addr < PAGE_SIZE ? " (NULL pointer)" : is_kstack_guard(addr) ? " (kernel stack guard)" : "");
	die(error & PFEC_PROT ? "page fault: protection" : "page fault: not mapped", regs, error);
}

static void user_fault_signal(unsigned long addr, u32 error, int verdict)
{
	struct task_struct *t = current;

	t->thread.cr2 = (u32)addr;
	t->thread.trap_no = TRAP_PAGE;
	/* A program sees a fault on a kernel address as one on a present page: the layout is no secret. */
	t->thread.error_code = error | PFEC_USER | (addr >= TASK_SIZE ? PFEC_PROT : 0);
	if (verdict & VM_FAULT_OOM) {
		if (fatal_signal_pending(t))
			return;
		if (t->tgid == INIT_PID) { /* never it: the access is tried again when others have died */
			schedule_timeout_uninterruptible(OOM_PAUSE);
			return;
		}
		printk_ratelimited(KERN_ERR "out of memory in a page fault: killing process %d (%s)\n", t->tgid, t->comm);
		force_sig(SIGKILL, t);
	} else if (verdict & VM_FAULT_SIGBUS) {
		force_sig_fault(SIGBUS, BUS_ADRERR, (void __user *)addr);
	} else {
		force_sig_fault(SIGSEGV, verdict & VM_FAULT_SIGSEGV ? SEGV_ACCERR : SEGV_MAPERR,
				(void __user *)addr);
	}
}

void do_page_fault(struct pt_regs *regs, u32 error)
{
	unsigned long addr = read_cr2();
	bool user = user_mode(regs);
	unsigned int flags = (error & PFEC_WRITE ? FAULT_WRITE : 0) | (user ? FAULT_USER : 0);
	int verdict = VM_FAULT_NOMAP;

	if (addr >= TASK_SIZE) {
		if (!(error & (PFEC_PROT | PFEC_USER)) && vmalloc_fault(addr))
			return;
		if (!user) {
			kernel_fault(regs, addr, error);
			return;
		}
	} else if (!user && (in_atomic() || !current->mm)) {
		kernel_fault(regs, addr, error);
		return;
	}
	if (regs->eflags & X86_EFLAGS_IF)
		local_irq_enable();
	if (addr < TASK_SIZE)
		verdict = handle_user_fault(current->mm, addr, flags,
					    user ? regs->esp : current_pt_regs()->esp);
	if (!(verdict & VM_FAULT_ERROR))
		goto out;
	if (user)
		user_fault_signal(addr, error, verdict);
	else
		kernel_fault(regs, addr, error);
out:
	local_irq_disable();
}
