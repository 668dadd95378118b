/* SPDX-License-Identifier: MIT */
/*
 * What the files about tasks share: pid.c, fork.c, exit.c, wait_child.c, de_thread.c, signal*.c.
 */
#ifndef CORE_TASK_INTERNAL_H
#define CORE_TASK_INTERNAL_H

#include <quire/sched.h>
#include <quire/user.h>

/* ---- pid.c: numbers ---- */

/* A number in use, by a task, a process group or a session; all fields: tasklist_lock. */
struct pid {
	struct hlist_node hash;
	pid_t nr;
	unsigned int refs;		/* the task + processes in the group + processes in the session */
	struct task_struct *task;	/* NULL: the task is gone, or not yet visible */
};

/* A free number for a new task; ENOMEM or EAGAIN. */
int alloc_pid(struct task_struct *t);
/* The rest: tasklist_lock held. */
struct pid *find_pid(pid_t nr);
void pid_get(pid_t nr);		/* in use already */
void pid_put(pid_t nr);
void attach_pid(struct task_struct *t);	/* from here on find_task_by_pid finds it */
void detach_pid(struct task_struct *t);
/* exec by a thread: it takes the leader's number, the leader gets the thread's. */
void exchange_pids(struct task_struct *a, struct task_struct *b);
void pid_init(void);

/* ---- fork.c ---- */
void put_signal_struct(struct signal_struct *sig);
struct sighand_struct *new_sighand(void);
void put_sighand_struct(struct sighand_struct *sighand);

/* ---- exit.c, release.c ---- */
extern struct task_struct *child_reaper;	/* init, once there is one: who adopts orphans */
/* The task leaves all lists and gives its number back.  No lock held; drops the lists' reference. */
void release_task(struct task_struct *t);
/* tasklist_lock held: the leader is a zombie and no other thread of its process is left. */
bool process_is_dead(const struct task_struct *leader);
int process_exit_code(const struct task_struct *leader);

/* ---- orphans.c; tasklist_lock held ---- */
bool is_orphaned_pgrp(pid_t pgrp, pid_t session, const struct task_struct *ignore);
/* t's process is gone: its children get init as parent; groups that it kept together are told. */
void forget_original_parent(struct task_struct *leader, struct list_head *unwanted);
void check_own_pgrp(struct task_struct *leader);

/* ---- signal_queue.c: siglock held ---- */
struct sigqueue {
	struct list_head list;
	struct siginfo info;
	struct user_struct *user;	/* who is charged */
	/* A POSIX timer's own entry: told when it is delivered, never freed.  Else NULL. */
	void (*delivered)(struct sigqueue *q, struct siginfo *info);
};
void sigqueue_init(void);
/* One entry more for the user of t, who receives it, the superuser too: t's RLIMIT_SIGPENDING.  t is current, or its
 * siglock is held.  => as charge_user() */
struct user_struct *charge_sigqueue(struct task_struct *t, bool must_fit);
/* Append to one of t's queues; => 0, -EAGAIN (a queued signal that must not be lost and has no room), 1: pending already */
int queue_signal_locked(struct task_struct *t, struct sigpending *pending, int sig, struct siginfo *info);
void cancel_sigqueue_locked(struct sigqueue *q);	/* a timer's: no longer pending */
/* Take the next signal that is not blocked; of this thread first, then of the process.  => 0: none */
int dequeue_signal_locked(sigset_t blocked, struct siginfo *info);
void flush_sigqueue(struct sigpending *pending);
void remove_pending_locked(struct task_struct *t, sigset_t set); /* of the whole process */
void recalc_sigpending_task(struct task_struct *t);

/* ---- signal.c ---- */
bool sig_ignored(const struct task_struct *t, int sig);
int send_signal_locked(int sig, struct siginfo *info, struct task_struct *t, bool group);
void send_sigqueue_locked(struct sigqueue *q, struct task_struct *t, bool group); /* a timer's */
void signal_wake_up(struct task_struct *t, bool fatal);
void zap_other_threads_locked(struct task_struct *t);	/* SIGKILL for all but t */
/* tasklist_lock held */
int group_send_sig_info(int sig, struct siginfo *info, struct task_struct *t);
int kill_pgrp_locked(pid_t pgrp, int sig, struct siginfo *info);

/* ---- signal_calls.c ---- */
int do_sigaction(int sig, const struct k_sigaction *act, struct k_sigaction *oact);
int do_sigprocmask(int how, sigset_t set);
long do_sigsuspend(sigset_t mask);
sigset_t pending_signals(void);		/* blocked ones that wait */

/* ---- oom_kill.c ---- */
struct mm_struct;
/* All who use it are being killed: its private pages go, or are given up, soon.  Then it has MM_OOM_SKIP.
 * tasklist_lock held. */
void oom_reap(struct mm_struct *mm);

/* ---- signal_child.c: what a parent hears; tasklist_lock held ---- */
/* => true: the parent does not want to wait; the caller releases the child */
bool notify_parent_exit(struct task_struct *leader);
void notify_parent_stop(struct task_struct *leader, int why);

#define SIG_KERNEL_STOP (sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))
#define SIG_KERNEL_IGNORE (sigmask(SIGCONT) | sigmask(SIGCHLD) | sigmask(SIGWINCH) | sigmask(SIGURG))
#define SIG_KERNEL_COREDUMP (sigmask(SIGQUIT) | sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGABRT) |     \
			     sigmask(SIGFPE) | sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGSYS) |       \
			     sigmask(SIGXCPU) | sigmask(SIGXFSZ))
#define SIG_UNBLOCKABLE (sigmask(SIGKILL) | sigmask(SIGSTOP))

/* signal->stop_flags */
#define SIGNAL_STOPPED 0x1u		/* every thread stands */
#define SIGNAL_CONTINUED 0x2u		/* SIGCONT came since: for waitpid(WCONTINUED) */
#define SIGNAL_STOP_DEQUEUED 0x4u	/* a stop signal was taken and no SIGCONT came since */
#define SIGNAL_CLD_CONTINUED 0x8u	/* the parent is still to be told of the continuation */
#define SIGNAL_STOP_REPORTED 0x10u	/* a wait has taken the stop */

/* ---- rusage.c ---- */
struct rusage;
#define RUSAGE_BOTH (-2)	/* the process and its waited-for children */
void fill_rusage(struct task_struct *t, int who, struct rusage *ru); /* tasklist_lock held */
void process_cputime(struct task_struct *t, u64 *utime, u64 *stime); /* all threads, dead ones too */

/* ---- the others' parts of a process's life ---- */
void exit_itimers(struct signal_struct *sig);		/* itimer.c: no thread is left */
void exit_posix_timers(struct signal_struct *sig);
void it_real_fn(unsigned long data);
void run_cpu_timers(struct task_struct *t, bool user_mode); /* clock interrupt */

#endif
