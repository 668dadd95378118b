/* SPDX-License-Identifier: MIT */
/*
 * Tasks and the scheduler.
 *
 * A task_struct is a thread.  A process is a thread group: tasks with one tgid
 * and one signal_struct.  Kernel threads have mm == NULL and borrow active_mm.
 *
 * States.  RUNNING (running or on the run queue) -> INTERRUPTIBLE | UNINTERRUPTIBLE |
 * KILLABLE (off the queue; woken by wake_up_process, signals) -> ... -> ZOMBIE (waits for its
 * parent) -> DEAD.  STOPPED: job control.
 *
 * Locking.  tasklist_lock (spinlock, interrupts off: a terminal signals its group from an
 * interrupt): the task list, parent/child links, pids, groups and sessions.
 * sighand->siglock (interrupts off): handlers and pending signals.
 * rq lock (interrupts off): run queue.  Order: tasklist_lock, siglock, rq lock.  Fields
 * marked (own) are written by the task itself.
 */
#ifndef QUIRE_SCHED_H
#define QUIRE_SCHED_H

#include <abi/sched.h>
#include <arch/processor.h>
#include <quire/errno.h>
#include <quire/ktime.h>
#include <quire/list.h>
#include <quire/lock.h>
#include <quire/percpu.h>
#include <quire/preempt.h>
#include <quire/signal.h>
#include <quire/timer.h>
#include <quire/types.h>
#include <quire/wait.h>

struct files_struct;
struct fs_struct;
struct mm_struct;
struct pt_regs;
struct tty_struct;

#define TASK_RUNNING 0x0
#define TASK_INTERRUPTIBLE 0x1
#define TASK_UNINTERRUPTIBLE 0x2
#define TASK_STOPPED 0x4
#define TASK_WAKEKILL 0x100 /* a fatal signal wakes an uninterruptible sleeper */
#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
#define EXIT_ZOMBIE 0x20
#define EXIT_DEAD 0x40

/* task->flags */
#define PF_KTHREAD 0x1u
#define PF_EXITING 0x4u
#define PF_FORKNOEXEC 0x40u
#define PF_MEMALLOC 0x800u /* inside reclaim: may use reserves, never recurses */
#define PF_KSWAPD 0x1000u
#define PF_FROZEN 0x10000u

/* task->work: looked at on return to user space (traps); bit operations. Whether the scheduler is
 * wanted is the CPU's business: need_resched(), preempt.h. */
enum task_work { TIF_SIGPENDING, TIF_MEMDIE, TIF_FREEZE, TIF_RESTORE_SIGMASK };

#define TASK_COMM_LEN 16
#define NGROUPS_MAX 32

struct rlimit {
	unsigned long rlim_cur, rlim_max;
};
enum {
	RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC,
	RLIMIT_NOFILE, RLIMIT_MEMLOCK, RLIMIT_AS, RLIMIT_LOCKS, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE,
	RLIMIT_NICE, RLIMIT_RTPRIO, RLIMIT_RTTIME, RLIM_NLIMITS
};
#define RLIM_INFINITY 0xfffffffful

struct task_struct {
	/* scheduling: rq lock */
	volatile int state;
	unsigned long work;		/* TIF_* bits */
	struct mm_struct *mm, *active_mm; /* (own); mm under task_lock for others; entry.S knows the place */
	struct list_head run_list;
	struct prio_array *array;	/* where run_list is linked, while on_rq */
	int static_prio;		/* nice + 20: 0..39 */
	int prio;			/* effective: 0..99 real time, 100..139 the others */
	int rt_priority;		/* 1..99 for SCHED_FIFO and SCHED_RR, else 0 */
	int policy;			/* SCHED_* */
	int time_slice;			/* ticks left */
	unsigned int sleep_avg;		/* ticks slept of late: interactive tasks have more */
	unsigned long sleep_start;	/* jiffies at the last voluntary sleep */
	bool on_rq;
	volatile bool on_cpu;		/* its stack is in use; false again after the switch away */
	u64 sum_exec_ns, last_ran_ns;
	unsigned long nvcsw, nivcsw;

	unsigned int flags;		/* PF_* (own) */
	void *stack;			/* low end of the kernel stack */
	struct thread_struct thread;	/* saved machine state (arch) */
	struct mm_struct *exec_mm;	/* being built by exec: task_lock */
	spinlock_t alloc_lock;		/* task_lock: mm, files, fs, comm against other tasks */
	char comm[TASK_COMM_LEN];

	/* identity: tasklist_lock */
	pid_t pid, tgid;
	pid_t pgrp, session;		/* kept in every thread; changed for all */
	struct task_struct *real_parent, *parent, *group_leader;
	struct list_head children, sibling;
	struct list_head tasks;		/* all thread group leaders */
	struct list_head thread_group;	/* the threads of a group */
	struct pid *pid_ref;		/* the number's entry (pid.c) */
	int exit_code, exit_signal;
	int pdeath_signal;
	bool no_new_privs;		/* prctl: exec gives no set-id bits, inherited */
	bool did_exec;

	/* signals: sighand->siglock */
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	sigset_t blocked, saved_sigmask;
	sigset_t real_blocked;		/* sigtimedwait: the mask while wanted signals are let in */
	struct sigpending pending;
	unsigned long sas_ss_sp;
	size_t sas_ss_size;

	/* (own) */
	struct files_struct *files;
	struct fs_struct *fs;
	struct list_head *dropped_files; /* lists of files that a close in progress frees (net/scm.c) */
	uid_t uid, euid, suid, fsuid;
	gid_t gid, egid, sgid, fsgid;
	struct user_struct *user;	/* of the real uid: counts processes */
	int ngroups;
	gid_t groups[NGROUPS_MAX];
	unsigned long min_flt, maj_flt;
	u64 utime_ns, stime_ns, start_time_ns, start_boottime_ns;
	u64 read_bytes, write_bytes;
	int __user *set_child_tid, *clear_child_tid;
	void __user *robust_list;
	struct completion *vfork_done;
	int oom_score_adj;
	unsigned int link_count;	/* symlinks in the current path walk */
	unsigned int personality;
	long (*restart_fn)(struct task_struct *t); /* restart_syscall */
	u64 restart_arg[4];
	unsigned int kmaps;		/* of high pages, not yet undone by kunmap: 0 in user mode */
	unsigned int fail_nth;		/* allocation failure injection */
	unsigned int fail_kinds;	/* which kinds that counts, by bit; 0: all */

#ifdef CONFIG_DEBUG
	struct held_locks held;		/* (own), lock order checker */
#endif
	atomic_t usage;			/* task_struct references */
};

/* What the threads of a process share. */
struct signal_struct {
	atomic_t live;			/* threads not yet exiting */
	int nr_threads;			/* not yet released: tasklist_lock */
	struct task_struct *exec_task;	/* waits until it is the only thread (exec) */
	wait_queue_head_t wait_chldexit;
	struct sigpending shared_pending;
	int group_exit_code;
	bool group_exit;
	int group_stop_count;
	unsigned int stop_flags;	/* SIGNAL_STOP_STOPPED, _CONTINUED, CLD_* to report */
	bool unkillable;		/* init: default actions do not reach it */
	struct tty_struct *tty;		/* controlling terminal: tasklist_lock + tty lock */
	bool leader;			/* session leader */
	struct rlimit rlim[RLIM_NLIMITS];
	struct timer_list real_timer;	/* ITIMER_REAL */
	unsigned long it_real_incr;	/* ticks */
	pid_t it_real_pid;		/* whom SIGALRM goes to */
	struct list_head posix_timers;	/* timer_create: siglock */
	int posix_timer_next;
	u64 it_virt_ns, it_virt_incr_ns, it_prof_ns, it_prof_incr_ns;
	u64 utime_ns, stime_ns, cutime_ns, cstime_ns; /* of exited threads; of waited children */
	unsigned long min_flt, maj_flt, cmin_flt, cmaj_flt, nvcsw, nivcsw, cnvcsw, cnivcsw;
	unsigned long maxrss, cmaxrss;
	atomic_t usage;
};

extern spinlock_t tasklist_lock;
extern struct list_head task_list;
extern struct task_struct init_task;	/* the idle task of the boot CPU, pid 0 */
#define INIT_PID 1			/* the first task that is made; nothing kills it */
extern int nr_threads, max_threads;
extern unsigned long total_forks;
extern unsigned long avenrun[3];	/* load average, fixed point with FSHIFT bits */
#define FSHIFT 11
#define FIXED_1 (1ul << FSHIFT)

#define MAX_RT_PRIO 100
#define MAX_PRIO 140

/* Where the processor's time went, in ticks (/proc/stat). */
struct cpu_times {
	u64 user, nice, system, idle, iowait;
};
extern struct cpu_times cpu_times;
unsigned int nr_running(void);		/* tasks that run or could */
u64 nr_context_switches(void);		/* since boot */
unsigned int nr_iowait(void);		/* tasks in io_schedule */
void task_cputime(struct task_struct *t, u64 *utime_ns, u64 *stime_ns); /* of one thread */

/* The threads of a process: a circle without a head; tasklist_lock or siglock held. */
#define next_thread(t) list_entry((t)->thread_group.next, struct task_struct, thread_group)
#define while_each_thread(g, t) while ((t = next_thread(t)) != (g))
#define for_each_process(p) list_for_each_entry(p, &task_list, tasks)
#define task_lock(t) spin_lock(&(t)->alloc_lock)
#define task_unlock(t) spin_unlock(&(t)->alloc_lock)
void get_task_struct(struct task_struct *t);
void put_task_struct(struct task_struct *t);

/* ---- scheduler (sched.c) ---- */
void schedule(void);
void io_schedule(void);			/* schedule() that counts as waiting for a device */
long io_schedule_timeout(long timeout);
void schedule_tail(void);		/* first thing a new task runs (entry.S) */
void preempt_schedule(void);
void scheduler_tick(bool user_mode);	/* from the clock interrupt */
int wake_up_process(struct task_struct *t);
int try_to_wake_up(struct task_struct *t, unsigned int state);
void wake_up_new_task(struct task_struct *t);
void yield(void);
void set_user_nice(struct task_struct *t, int nice);
void sched_fork(struct task_struct *child); /* share the parent's slice; not yet runnable */
int sched_set_policy(struct task_struct *t, int policy, int rt_priority);
static inline int task_nice(const struct task_struct *t) { return t->static_prio - 20; }
void sched_init(void);
void cpu_idle(void) __attribute__((noreturn));
void show_tasks(void);			/* SysRq-like dump to the log */
#define set_current_state(s) do { current->state = (s); barrier(); } while (0)
#define cond_resched() do { if (need_resched()) schedule(); } while (0)

/* ---- tasks (fork.c, exit.c, pid.c, kthread.c) ---- */
struct kernel_clone_args {
	unsigned long flags;		/* CLONE_* | exit signal */
	unsigned long stack;		/* 0: the parent's */
	int __user *parent_tid, *child_tid;
	unsigned long tls;		/* struct user_desc * for CLONE_SETTLS */
	int (*fn)(void *);		/* kernel_thread */
	void *fn_arg;
	const char *name;
};
long do_fork(struct kernel_clone_args *args, struct pt_regs *regs); /* => pid or -errno */
/* A thread of the kernel: no mm of its own, borrows the last one; never returns to user space unless
 * it execs.  => pid or -errno */
pid_t kernel_thread(int (*fn)(void *), void *arg, const char *name);
void do_exit(long code) __attribute__((noreturn));	  /* this thread */
void do_group_exit(int code) __attribute__((noreturn)); /* the whole process */
struct task_struct *find_task_by_pid(pid_t pid); /* tasklist_lock held */
#define PID_MAX 32768
pid_t last_pid_given(void);		/* /proc/loadavg */
struct task_struct *get_task_by_pid(pid_t pid);	 /* referenced, or NULL */
int do_execve(const char *filename, const char __user *const __user *argv,
	      const char __user *const __user *envp, struct pt_regs *regs);
/* exec: end the other threads of the group and become its leader, with handlers of one's own.
 * Sleeps.  => 0, -EAGAIN when a group exit came first, -ENOMEM */
int de_thread(void);
int kernel_execve(const char *filename, const char *const argv[], const char *const envp[]);
void fork_init(void);
void mm_release(struct task_struct *t); /* clear_child_tid, vfork_done */

/* Every task but the caller stands at a voluntary sleep or in user mode until thaw (auditor). */
int freeze_all_tasks(void); /* => 0, -EBUSY when some task did not come to rest */
void thaw_all_tasks(void);
void refrigerator(void);	/* on return to user mode with TIF_FREEZE: sleep until thawed */

static inline unsigned long rlimit(unsigned int which)
{
	return current->signal->rlim[which].rlim_cur;
}

/* What the terminals (above core) do when a session loses its leader: hang up, forget the group.
 * Called without locks, may sleep. */
struct session_ops {
	void (*leader_exit)(struct task_struct *leader);
};
void register_session_ops(const struct session_ops *ops);

/* ---- credentials (cred.c) ---- */
bool capable(void);		/* euid 0 */
bool in_group_p(gid_t gid);	/* fsgid or supplementary */

/* ---- oom_kill.c ---- */
void oom_kill_init(void);
void oom_reaper_start(void);

#endif
