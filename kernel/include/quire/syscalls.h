/* SPDX-License-Identifier: MIT */
/*
 * Every system call, by the file that defines it.  Numbers: core/syscall_list.h.
 *
 * Arguments are 32-bit words in the order of the registers ebx, ecx, edx, esi, edi, ebp; a loff_t takes two
 * of them, low word first.  The compiler passes the first three in registers and never splits a loff_t
 * between those and the stack: a call whose loff_t is words 3 and 4 takes the words.  A result in -4095..-1 is an errno.  sys_fork and its like find
 * the caller's registers with current_pt_regs().
 */
#ifndef QUIRE_SYSCALLS_H
#define QUIRE_SYSCALLS_H

#include <quire/syscalls_fs.h>
#include <quire/syscalls_net.h>
#include <quire/types.h>
#include <abi/signal.h>
#include <abi/time.h>

struct mmap_arg_struct;
struct new_utsname;
struct old_utsname;
struct oldold_utsname;
struct rlimit;
struct rlimit64;
struct rusage;
struct sched_param;
struct sigevent;
struct sysinfo;
struct tms;
struct user_desc;

long sys_ni_syscall(void);	/* ENOSYS, and the log says so once for each number */

/* core/fork.c */
long sys_fork(void);
long sys_vfork(void);
long sys_clone(unsigned long flags, unsigned long stack, int __user *parent_tid, unsigned long tls,
	       int __user *child_tid);
long sys_set_tid_address(int __user *tidptr);
long sys_unshare(unsigned long flags);

/* core/exec.c */
long sys_execve(const char __user *filename, const char __user *const __user *argv,
		const char __user *const __user *envp);

/* core/exit.c, core/wait_child.c */
long sys_exit(int code);
long sys_exit_group(int code);
long sys_wait4(pid_t pid, int __user *status, int options, struct rusage __user *ru);
long sys_waitpid(pid_t pid, int __user *status, int options);
long sys_waitid(int which, pid_t pid, struct siginfo __user *info, int options, struct rusage __user *ru);

/* core/signal_calls.c, core/signal_old.c */
long sys_rt_sigaction(int sig, const struct k_sigaction __user *act, struct k_sigaction __user *oact,
		      size_t sigsetsize);
long sys_rt_sigprocmask(int how, const sigset_t __user *set, sigset_t __user *oset, size_t sigsetsize);
long sys_rt_sigpending(sigset_t __user *set, size_t sigsetsize);
long sys_rt_sigsuspend(const sigset_t __user *set, size_t sigsetsize);
long sys_rt_sigtimedwait(const sigset_t __user *set, struct siginfo __user *info,
			 const struct old_timespec32 __user *timeout, size_t sigsetsize);
long sys_rt_sigtimedwait_time64(const sigset_t __user *set, struct siginfo __user *info,
				const struct kernel_timespec __user *timeout, size_t sigsetsize);
long sys_rt_sigqueueinfo(pid_t pid, int sig, struct siginfo __user *info);
long sys_rt_tgsigqueueinfo(pid_t tgid, pid_t pid, int sig, struct siginfo __user *info);
long sys_kill(pid_t pid, int sig);
long sys_tkill(pid_t pid, int sig);
long sys_tgkill(pid_t tgid, pid_t pid, int sig);
long sys_sigaltstack(const stack_t __user *uss, stack_t __user *uoss);
long sys_pause(void);
long sys_restart_syscall(void);
long sys_signal(int sig, __sighandler_t handler);
long sys_sigaction(int sig, const struct old_sigaction __user *act, struct old_sigaction __user *oact);
long sys_sigprocmask(int how, const old_sigset_t __user *set, old_sigset_t __user *oset);
long sys_sigpending(old_sigset_t __user *set);
long sys_sigsuspend(int unused1, int unused2, old_sigset_t mask);
long sys_sgetmask(void);
long sys_ssetmask(int newmask);

/* arch: signal.c, tls.c */
long sys_sigreturn(void);
long sys_rt_sigreturn(void);
long sys_set_thread_area(struct user_desc __user *uinfo);
long sys_get_thread_area(struct user_desc __user *uinfo);
long sys_modify_ldt(int func, void __user *ptr, unsigned long bytecount);

/* core/session.c: process groups and sessions */
long sys_getpid(void);
long sys_getppid(void);
long sys_gettid(void);
long sys_getpgrp(void);
long sys_getpgid(pid_t pid);
long sys_setpgid(pid_t pid, pid_t pgid);
long sys_getsid(pid_t pid);
long sys_setsid(void);

/* core/cred.c, core/cred16.c */
long sys_getuid(void);
long sys_geteuid(void);
long sys_getgid(void);
long sys_getegid(void);
long sys_setuid(uid_t uid);
long sys_setgid(gid_t gid);
long sys_setreuid(uid_t ruid, uid_t euid);
long sys_setregid(gid_t rgid, gid_t egid);
long sys_setresuid(uid_t ruid, uid_t euid, uid_t suid);
long sys_setresgid(gid_t rgid, gid_t egid, gid_t sgid);
long sys_getresuid(uid_t __user *ruid, uid_t __user *euid, uid_t __user *suid);
long sys_getresgid(gid_t __user *rgid, gid_t __user *egid, gid_t __user *sgid);
long sys_setfsuid(uid_t uid);
long sys_setfsgid(gid_t gid);
long sys_getgroups(int size, gid_t __user *list);
long sys_setgroups(int size, const gid_t __user *list);
long sys_getuid16(void);
long sys_geteuid16(void);
long sys_getgid16(void);
long sys_getegid16(void);
long sys_setuid16(u16 uid);
long sys_setgid16(u16 gid);
long sys_setreuid16(u16 ruid, u16 euid);
long sys_setregid16(u16 rgid, u16 egid);
long sys_setresuid16(u16 ruid, u16 euid, u16 suid);
long sys_setresgid16(u16 rgid, u16 egid, u16 sgid);
long sys_getresuid16(u16 __user *ruid, u16 __user *euid, u16 __user *suid);
long sys_getresgid16(u16 __user *rgid, u16 __user *egid, u16 __user *sgid);
long sys_setfsuid16(u16 uid);
long sys_setfsgid16(u16 gid);
long sys_getgroups16(int size, u16 __user *list);
long sys_setgroups16(int size, const u16 __user *list);
long sys_capget(void __user *header, void __user *data);
long sys_capset(void __user *header, const void __user *data);

/* core/rlimit.c */
long sys_getrlimit(unsigned int resource, struct rlimit __user *rlim);	/* 76: capped at 2^31 - 1 */
long sys_ugetrlimit(unsigned int resource, struct rlimit __user *rlim);
long sys_setrlimit(unsigned int resource, const struct rlimit __user *rlim);
long sys_prlimit64(pid_t pid, unsigned int resource, const struct rlimit64 __user *new_rlim,
		   struct rlimit64 __user *old_rlim);
long sys_getrusage(int who, struct rusage __user *ru);
long sys_times(struct tms __user *buf);

/* core/sched_calls.c */
long sys_nice(int increment);
long sys_getpriority(int which, int who);
long sys_setpriority(int which, int who, int niceval);
long sys_sched_yield(void);
long sys_sched_setscheduler(pid_t pid, int policy, const struct sched_param __user *param);
long sys_sched_getscheduler(pid_t pid);
long sys_sched_setparam(pid_t pid, const struct sched_param __user *param);
long sys_sched_getparam(pid_t pid, struct sched_param __user *param);
long sys_sched_get_priority_max(int policy);
long sys_sched_get_priority_min(int policy);
long sys_sched_rr_get_interval(pid_t pid, struct old_timespec32 __user *interval);
long sys_sched_rr_get_interval_time64(pid_t pid, struct kernel_timespec __user *interval);
long sys_sched_setaffinity(pid_t pid, unsigned int len, const unsigned long __user *mask);
long sys_sched_getaffinity(pid_t pid, unsigned int len, unsigned long __user *mask);
long sys_getcpu(unsigned int __user *cpu, unsigned int __user *node, void __user *unused);

/* core/time_calls.c, core/nanosleep.c, core/itimer.c, core/posix_timers.c */
long sys_time(s32 __user *tloc);
long sys_stime(const s32 __user *tptr);
long sys_gettimeofday(struct old_timeval32 __user *tv, void __user *tz);
long sys_settimeofday(const struct old_timeval32 __user *tv, const void __user *tz);
long sys_clock_gettime(int clock, struct old_timespec32 __user *tp);
long sys_clock_settime(int clock, const struct old_timespec32 __user *tp);
long sys_clock_getres(int clock, struct old_timespec32 __user *tp);
long sys_clock_gettime64(int clock, struct kernel_timespec __user *tp);
long sys_clock_settime64(int clock, const struct kernel_timespec __user *tp);
long sys_clock_getres_time64(int clock, struct kernel_timespec __user *tp);
long sys_nanosleep(const struct old_timespec32 __user *req, struct old_timespec32 __user *rem);
long sys_clock_nanosleep(int clock, int flags, const struct old_timespec32 __user *req,
			 struct old_timespec32 __user *rem);
long sys_clock_nanosleep_time64(int clock, int flags, const struct kernel_timespec __user *req,
				struct kernel_timespec __user *rem);
long sys_alarm(unsigned int seconds);
long sys_getitimer(int which, struct old_itimerval32 __user *value);
long sys_setitimer(int which, const struct old_itimerval32 __user *value,
		   struct old_itimerval32 __user *ovalue);
long sys_timer_create(int clock, struct sigevent __user *ev, int __user *id);
long sys_timer_settime(int id, int flags, const void __user *value, void __user *ovalue);
long sys_timer_gettime(int id, void __user *value);
long sys_timer_settime64(int id, int flags, const void __user *value, void __user *ovalue);
long sys_timer_gettime64(int id, void __user *value);
long sys_timer_getoverrun(int id);
long sys_timer_delete(int id);

/* core/futex.c */
long sys_futex(u32 __user *uaddr, int op, u32 val, const struct old_timespec32 __user *timeout,
	       u32 __user *uaddr2, u32 val3);
long sys_futex_time64(u32 __user *uaddr, int op, u32 val, const struct kernel_timespec __user *timeout,
		      u32 __user *uaddr2, u32 val3);
long sys_set_robust_list(void __user *head, size_t len);
long sys_get_robust_list(pid_t pid, void __user *__user *head, size_t __user *len);

/* core/sys.c, core/random.c, core/syslog.c */
long sys_newuname(struct new_utsname __user *name);
long sys_olduname(struct old_utsname __user *name);
long sys_oldolduname(struct oldold_utsname __user *name);
long sys_sethostname(const char __user *name, int len);
long sys_setdomainname(const char __user *name, int len);
long sys_sysinfo(struct sysinfo __user *info);
long sys_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4, unsigned long arg5);
long sys_personality(unsigned int persona);
long sys_reboot(int magic1, int magic2, unsigned int cmd, void __user *arg);
long sys_getrandom(char __user *buf, size_t count, unsigned int flags);
long sys_syslog(int type, char __user *buf, int len);

/* mm/: mmap.c, mremap.c, brk.c, madvise.c, mlock.c, swapfile.c, ipc/shm */
long sys_brk(unsigned long brk);
long sys_old_mmap(const struct mmap_arg_struct __user *uarg);
long sys_mmap2(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
	       unsigned long fd, unsigned long pgoff);
long sys_munmap(unsigned long addr, size_t len);
long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len, unsigned long flags,
		unsigned long new_addr);
long sys_mprotect(unsigned long start, size_t len, unsigned long prot);
long sys_msync(unsigned long start, size_t len, int flags);
long sys_madvise(unsigned long start, size_t len, int advice);
long sys_mincore(unsigned long start, size_t len, unsigned char __user *uvec);
long sys_mlock(unsigned long start, size_t len);
long sys_mlock2(unsigned long start, size_t len, int flags);
long sys_munlock(unsigned long start, size_t len);
long sys_mlockall(int flags);
long sys_munlockall(void);
long sys_swapon(const char __user *specialfile, int flags);
long sys_swapoff(const char __user *specialfile);
long sys_ipc(unsigned int call, int first, unsigned long second, unsigned long third, void __user *ptr,
	     long fifth);
long sys_shmget(int key, size_t size, int flags);
long sys_shmat(int id, unsigned long addr, int flags);
long sys_shmdt(unsigned long addr);
long sys_shmctl(int id, int cmd, void __user *buf);

#endif
