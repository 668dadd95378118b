/* SPDX-License-Identifier: MIT */
/*
 * Signal delivery: which registers and which bytes on the user's stack a handler gets, and the way
 * back.
 *
 * do_signal() runs on the way to user mode. It asks core for the next signal that has a handler
 * (core does the default actions itself), arranges the restart of an interrupted system call, and
 * builds a frame: the old kind without, the new kind with SA_SIGINFO. sigreturn and rt_sigreturn
 * undo it. What comes back from the user's stack is not trusted: segments are forced to user
 * privilege, flags are masked, MXCSR too; a frame that cannot be read or written is a SIGSEGV.
 */
#include <arch/processor.h>
#include <arch/syscalls.h>
#include <arch/vdso.h>
#include <quire/mm.h>
#include <quire/bitops.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/signal.h>
#include <quire/string.h>
#include <quire/uaccess.h>
#include "sigfpu.h"

#define INT80_SIZE	2		/* bytes of the int $0x80 that a restart runs again, in the vDSO too */
#define NR_RESTART_SYSCALL 0
#define SIG_UNBLOCKABLE	(sigmask(SIGKILL) | sigmask(SIGSTOP))

/* popl %eax; movl $__NR_sigreturn, %eax; int $0x80 */
static const u8 sigreturn_code[8] = { 0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80 };
/* movl $__NR_rt_sigreturn, %eax; int $0x80 */
static const u8 rt_sigreturn_code[8] = { 0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0 };

static bool on_altstack(const struct task_struct *t, unsigned long esp)
{
	return esp - t->sas_ss_sp <= t->sas_ss_size && t->sas_ss_size && esp != t->sas_ss_sp;
}

static u32 altstack_flags(const struct task_struct *t, unsigned long esp)
{
	return !t->sas_ss_size ? SS_DISABLE : on_altstack(t, esp) ? SS_ONSTACK : 0;
}

static void fill_sigcontext(struct sigcontext *sc, const struct pt_regs *regs, u32 fpstate, u64 mask)
{
	const struct thread_struct *th = &current->thread;
	u32 gs;

	__asm__ __volatile__("movl %%gs, %0" : "=r" (gs));
	*sc = (struct sigcontext){
		.gs = (u16)gs, .fs = (u16)regs->xfs, .es = (u16)regs->xes, .ds = (u16)regs->xds,
		.edi = regs->edi, .esi = regs->esi, .ebp = regs->ebp, .esp = regs->esp,
		.ebx = regs->ebx, .edx = regs->edx, .ecx = regs->ecx, .eax = regs->eax,
		.trapno = th->trap_no, .err = th->error_code, .eip = regs->eip, .cs = (u16)regs->xcs,
		.eflags = regs->eflags, .esp_at_signal = regs->esp, .ss = (u16)regs->xss,
		.fpstate = fpstate, .oldmask = (u32)mask, .cr2 = th->cr2,
	};
}

/*
 * Where the frame goes: below the FPU state, aligned so that the handler's stack looks like a
 * call's. 0 when an alternate stack would overflow.
 */
static unsigned long frame_address(const struct k_sigaction *ka, const struct pt_regs *regs, size_t size,
				   u32 *fpstate)
{
	const struct task_struct *t = current;
	unsigned long esp = regs->esp;
	bool alt = on_altstack(t, esp);

	if (ka->sa_flags & SA_ONSTACK && !alt && t->sas_ss_size) {
		esp = t->sas_ss_sp + t->sas_ss_size;
		alt = true;
	}
	*fpstate = 0;
	if (t->thread.fpu_used) {
		esp = ALIGN_DOWN(esp - sizeof(struct fpstate_frame), 16);
		*fpstate = (u32)esp;
	}
	esp = ALIGN_DOWN(esp - size + 4, 16) - 4;
	return alt && !on_altstack(t, esp) ? 0 : esp;
}

static void enter_handler(struct pt_regs *regs, const struct k_sigaction *ka, unsigned long frame, int sig,
			  u32 info, u32 uc)
{
	regs->esp = (u32)frame;
	regs->eip = (u32)ka->sa_handler;
	regs->eax = (u32)sig;
	regs->edx = info;
	regs->ecx = uc;
	regs->xds = regs->xes = regs->xss = USER_DS;
	regs->xcs = USER_CS;
	regs->eflags &= ~(X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_RF);
	regs->orig_eax = (u32)-1;
}

/* Where the handler returns to: what the program says, or the vDSO; without one, code in the frame. */
static u32 return_address(const struct k_sigaction *ka, u32 in_vdso, unsigned long in_frame)
{
	if (ka->sa_flags & SA_RESTORER)
		return (u32)ka->sa_restorer;
	return current->mm->vdso ? (u32)current->mm->vdso + in_vdso : (u32)in_frame;
}

static int save_fpu_if_used(u32 fpstate)
{
	return fpstate ? save_fpu_frame((struct fpstate_frame __user *)(unsigned long)fpstate) : 0;
}

/* The frame is written in two pieces: what lies between them nobody looks at. */
static int setup_frame(int sig, const struct k_sigaction *ka, struct pt_regs *regs, u64 mask)
{
	struct sigframe f;
	u32 fpstate;
	unsigned long addr = frame_address(ka, regs, sizeof(f), &fpstate);
	struct sigframe __user *uf = (struct sigframe __user *)addr;

	if (!addr || save_fpu_if_used(fpstate))
		return -EFAULT;
	f.pretcode = return_address(ka, VDSO_SIGRETURN, addr + offsetof(struct sigframe, retcode));
	f.sig = sig;
	fill_sigcontext(&f.sc, regs, fpstate, mask);
	f.extramask = (u32)(mask >> 32);
	memcpy(f.retcode, sigreturn_code, sizeof(f.retcode));
	if (copy_to_user(uf, &f, offsetof(struct sigframe, fpstate_unused)) ||
	    copy_to_user(&uf->extramask, &f.extramask, sizeof(f) - offsetof(struct sigframe, extramask)))
		return -EFAULT;
	enter_handler(regs, ka, addr, sig, 0, 0);
	return 0;
}

static int setup_rt_frame(int sig, const struct k_sigaction *ka, const siginfo_t *info,
			  struct pt_regs *regs, u64 mask)
{
	const struct task_struct *t = current;
	struct rt_sigframe f;
	u32 fpstate;
	unsigned long addr = frame_address(ka, regs, sizeof(f), &fpstate);

	if (!addr || save_fpu_if_used(fpstate))
		return -EFAULT;
	f.pretcode = return_address(ka, VDSO_RT_SIGRETURN, addr + offsetof(struct rt_sigframe, retcode));
	f.sig = sig;
	f.pinfo = (u32)(addr + offsetof(struct rt_sigframe, info));
	f.puc = (u32)(addr + offsetof(struct rt_sigframe, uc));
	f.info = *info;
	f.uc.uc_flags = f.uc.uc_link = 0;
	f.uc.uc_stack = (stack_t){ .ss_sp = (void *)t->sas_ss_sp,
				   .ss_flags = (int)altstack_flags(t, regs->esp),
				   .ss_size = (u32)t->sas_ss_size };
	fill_sigcontext(&f.uc.uc_mcontext, regs, fpstate, mask);
	f.uc.uc_sigmask = mask;
	memcpy(f.retcode, rt_sigreturn_code, sizeof(f.retcode));
	if (copy_to_user((void __user *)addr, &f, sizeof(f)))
		return -EFAULT;
	enter_handler(regs, ka, addr, sig, f.pinfo, f.puc);
	return 0;
}

/* What an interrupted system call returns, or whether it runs again. has_handler: one is about to run. */
static void restart_syscall_setup(struct pt_regs *regs, bool has_handler, u32 sa_flags)
{
	int err = -(int)regs->eax;
	bool again;

	if ((int)regs->orig_eax < 0)
		return;
	switch (err) {
	case ERESTARTNOINTR:
		again = true;
		break;
	case ERESTARTSYS:
		again = !has_handler || sa_flags & SA_RESTART;
		break;
	case ERESTARTNOHAND:
	case ERESTART_RESTARTBLOCK:
		again = !has_handler;
		break;
	default:
		return;
	}
	if (again) {
		regs->eax = err == ERESTART_RESTARTBLOCK ? NR_RESTART_SYSCALL : regs->orig_eax;
		regs->eip -= INT80_SIZE;
	} else {
		regs->eax = (u32)-EINTR;
	}
	regs->orig_eax = (u32)-1;
}

static void handle_signal(int sig, const struct k_sigaction *ka, const siginfo_t *info, struct pt_regs *regs)
{
	struct task_struct *t = current;
	u64 mask = t->work >> TIF_RESTORE_SIGMASK & 1 ? t->saved_sigmask : t->blocked;
	int err;

	restart_syscall_setup(regs, true, ka->sa_flags);
	if (ka->sa_flags & SA_SIGINFO)
		err = setup_rt_frame(sig, ka, info, regs, mask);
	else
		err = setup_frame(sig, ka, regs, mask);
	if (err) {
		/* The stack is gone: a handler for that cannot run either. */
		if (sig == SIGSEGV)
			t->sighand->action[SIGSEGV - 1].sa_handler = SIG_DFL;
		force_sig(SIGSEGV, t);
		return;
	}
	clear_bit(TIF_RESTORE_SIGMASK, &t->work);
	signal_delivered(sig, ka);
}

void do_signal(struct pt_regs *regs)
{
	struct task_struct *t = current;
	struct k_sigaction ka;
	siginfo_t info;
	int sig = get_signal_to_deliver(&info, &ka, regs);

	if (sig > 0) {
		handle_signal(sig, &ka, &info, regs);
		return;
	}
	restart_syscall_setup(regs, false, 0);
	if (test_and_clear_bit(TIF_RESTORE_SIGMASK, &t->work))
		set_current_blocked(&t->saved_sigmask);
}

static int restore_sigcontext(struct pt_regs *regs, const struct sigcontext *sc)
{
	set_user_gs(sc->gs);
	regs->xfs = sc->fs;
	regs->xes = sc->es;
	regs->xds = sc->ds;
	regs->edi = sc->edi;
	regs->esi = sc->esi;
	regs->ebp = sc->ebp;
	regs->esp = sc->esp;
	regs->ebx = sc->ebx;
	regs->edx = sc->edx;
	regs->ecx = sc->ecx;
	regs->eax = sc->eax;
	regs->eip = sc->eip;
	regs->xcs = sc->cs | 3u;
	regs->xss = sc->ss | 3u;
	regs->eflags = (regs->eflags & ~X86_EFLAGS_USER) | (sc->eflags & X86_EFLAGS_USER);
	regs->orig_eax = (u32)-1;
	if (!sc->fpstate) {
		fpu_forget(current);
		return 0;
	}
	return restore_fpu_frame((const struct fpstate_frame __user *)(unsigned long)sc->fpstate);
}

static void restore_mask(u64 mask)
{
	mask &= ~SIG_UNBLOCKABLE;
	set_current_blocked(&mask);
}

static long bad_frame(void)
{
	force_sig(SIGSEGV, current);
	return 0;
}

/* => 0, -EINVAL or -ENOMEM (too small). */
static int set_altstack(const stack_t *ss)
{
	struct task_struct *t = current;
	int mode = ss->ss_flags;

	if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE)
		return -EINVAL;
	if (mode != SS_DISABLE && ss->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	t->sas_ss_sp = mode == SS_DISABLE ? 0 : (unsigned long)ss->ss_sp;
	t->sas_ss_size = mode == SS_DISABLE ? 0 : ss->ss_size;
	return 0;
}

long sys_sigreturn(void)
{
	struct pt_regs *regs = current_pt_regs();
	/* The handler's return popped pretcode, the trampoline sig. */
	const struct sigframe __user *uf = (const struct sigframe __user *)(unsigned long)(regs->esp - 8);
	struct sigcontext sc;
	u32 extramask;

	if (copy_from_user(&sc, &uf->sc, sizeof(sc)) || get_user(extramask, &uf->extramask))
		return bad_frame();
	restore_mask((u64)extramask << 32 | sc.oldmask);
	return restore_sigcontext(regs, &sc) ? bad_frame() : (long)regs->eax;
}

long sys_rt_sigreturn(void)
{
	struct pt_regs *regs = current_pt_regs();
	const struct rt_sigframe __user *uf = (const struct rt_sigframe __user *)(unsigned long)(regs->esp - 4);
	struct ucontext uc;

	if (copy_from_user(&uc, &uf->uc, sizeof(uc)))
		return bad_frame();
	restore_mask(uc.uc_sigmask);
	if (restore_sigcontext(regs, &uc.uc_mcontext))
		return bad_frame();
	(void)set_altstack(&uc.uc_stack);	/* a frame from another time may hold anything */
	return (long)regs->eax;
}

long sys_sigaltstack(const stack_t __user *ss, stack_t __user *old)
{
	struct task_struct *t = current;
	unsigned long esp = current_pt_regs()->esp;
	stack_t now = { .ss_sp = (void *)t->sas_ss_sp, .ss_flags = (int)altstack_flags(t, esp),
			.ss_size = (u32)t->sas_ss_size };
	stack_t want;
	int err;

	if (ss) {
		if (copy_from_user(&want, ss, sizeof(want)))
			return -EFAULT;
		if (on_altstack(t, esp))
			return -EPERM;
		err = set_altstack(&want);
		if (err)
			return err;
	}
	return old && copy_to_user(old, &now, sizeof(now)) ? -EFAULT : 0;
}
