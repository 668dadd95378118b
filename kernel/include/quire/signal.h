/* SPDX-License-Identifier: MIT */
/*
 * Signals: generic part (core/signal.c); frames are the arch's.  A sigset_t is the kernel's 64 bits:
 * bit n-1 for signal n.  siginfo has Linux's i386 layout (abi/signal.h).
 */
#ifndef QUIRE_SIGNAL_H
#define QUIRE_SIGNAL_H

#include <abi/signal.h>
#include <arch/atomic.h>
#include <quire/list.h>
#include <quire/lock.h>
#include <quire/types.h>

struct pt_regs;
struct task_struct;

struct sigpending {
	struct list_head list;	/* struct sigqueue: queued siginfo */
	sigset_t signal;
};

struct sighand_struct {
	spinlock_t siglock;
	atomic_t count;
	struct k_sigaction action[_NSIG];
};

/* Send; any context.  info may be SEND_SIG_USER / SEND_SIG_KERNEL. => 0 or -errno */
#define SEND_SIG_USER ((struct siginfo *)0)
#define SEND_SIG_KERNEL ((struct siginfo *)1)
int send_sig_info(int sig, struct siginfo *info, struct task_struct *t); /* to the process */
int send_sig(int sig, struct task_struct *t, int from_kernel);
int send_thread_sig_info(int sig, struct siginfo *info, struct task_struct *t);
/* A fault: cannot be blocked or ignored (then it kills). */
int force_sig_info(int sig, struct siginfo *info, struct task_struct *t);
int force_sig(int sig, struct task_struct *t);
/* code: SEGV_MAPERR...; addr: the faulting address */
int force_sig_fault(int sig, int code, void __user *addr);
int kill_pgrp(pid_t pgrp, int sig, int from_kernel); /* whole group; -ESRCH if none */
int kill_proc(pid_t pid, int sig, int from_kernel);

bool signal_pending(const struct task_struct *t);
bool fatal_signal_pending(const struct task_struct *t);
bool signal_pending_state(int state, const struct task_struct *t);
void recalc_sigpending(void);
void flush_signals(struct task_struct *t);
void flush_signal_handlers(struct task_struct *t, bool force_default); /* exec */
void set_current_blocked(const sigset_t *set);
int is_current_pgrp_orphaned(void);
bool sigismasked_or_ignored(int sig); /* SIGTTOU/SIGTTIN decisions of the tty layer */

/*
 * Take the next signal to deliver to a handler; does default actions itself (and may not return).
 * => signal number with *ka, *info filled, or 0.  Called by arch do_signal with interrupts on.
 */
int get_signal_to_deliver(struct siginfo *info, struct k_sigaction *ka, struct pt_regs *regs);
/* After a frame was set up: block what the action asks for. */
void signal_delivered(int sig, const struct k_sigaction *ka);
/* arch: called on return to user space with TIF_SIGPENDING set. */
void do_signal(struct pt_regs *regs);

static inline u64 sigmask(int sig) { return 1ull << (sig - 1); }

#endif
