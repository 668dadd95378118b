/* SPDX-License-Identifier: MIT */
/*
 * New tasks: fork, vfork, clone, kernel_thread.
 *
 * copy_process makes a complete but invisible task: every part is copied or shared, as the flags say, and
 * undone in reverse order if a later part fails.  Publication is last, under tasklist_lock: from there on
 * others find the child, signals reach it, and nothing can fail any more.
 *
 * Needs: a task_struct has two references at birth, one of its place in the lists (dropped by release_task), one
 * of its kernel stack (dropped by the scheduler after its last switch).
 */
#include <abi/sched.h>
#include <quire/assert.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"

#define CLONE_NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |        \
			  CLONE_NEWPID | CLONE_NEWNET)
#define STACKS_PER_MEMORY 8	/* kernel stacks may take an eighth of memory */
#define MIN_THREADS 32
#define THREADS_FOR_ROOT 8	/* the last ones: to end what made all the others */
#define BIRTH_REFERENCES 2

DEFINE_SPINLOCK(tasklist_lock);
LIST_HEAD(task_list);
int nr_threads, max_threads;
unsigned long total_forks;

static struct kmem_cache *task_cache, *signal_cache, *sighand_cache;

void fork_init(void)
{
	struct rlimit *rlim = init_task.signal->rlim;
	unsigned long limit = nr_free_pages() / (STACKS_PER_MEMORY * KSTACK_SIZE / PAGE_SIZE);

	max_threads = (int)clamp(limit, (unsigned long)MIN_THREADS, KSTACK_SLOTS - MIN_THREADS);
	rlim[RLIMIT_NPROC].rlim_cur = rlim[RLIMIT_NPROC].rlim_max = (unsigned long)max_threads / 2;
	rlim[RLIMIT_SIGPENDING] = rlim[RLIMIT_NPROC];
	task_cache = kmem_cache_create("task_struct", sizeof(struct task_struct), _Alignof(struct task_struct),
				       0, NULL);
	signal_cache = kmem_cache_create("signal_cache", sizeof(struct signal_struct), 0, 0, NULL);
	sighand_cache = kmem_cache_create("sighand_cache", sizeof(struct sighand_struct), 0, 0, NULL);
	pid_init();
	sigqueue_init();
	setup_timer(&init_task.signal->real_timer, it_real_fn, 0);
}

/* ---- the task_struct and its stack ---- */

void get_task_struct(struct task_struct *t)
{
	atomic_inc(&t->usage);
}

static void free_task(struct task_struct *t)
{
	kstack_free(t->stack);
	kmem_cache_free(task_cache, t);
}

void put_task_struct(struct task_struct *t)
{
	if (!atomic_dec_and_test(&t->usage))
		return;
	assert(t != current && !t->on_cpu && !t->mm && !t->sighand);
	put_signal_struct(t->signal);
	free_uid(t->user);
	free_task(t);
}

/* A copy of the caller with a stack of its own, all that the two may not share made empty. */
static struct task_struct *dup_task_struct(struct task_struct *parent)
{
	struct task_struct *t = kmem_cache_alloc(task_cache, GFP_KERNEL);

	if (!t)
		return NULL;
	fpu_sync(parent);
	*t = *parent;
	t->stack = kstack_alloc();
	if (!t->stack) {
		kmem_cache_free(task_cache, t);
		return NULL;
	}
	atomic_set(&t->usage, BIRTH_REFERENCES);
	spin_lock_init(&t->alloc_lock);
#ifdef CONFIG_DEBUG
	memset(&t->held, 0, sizeof(t->held));
#endif
	return t;
}

static void init_lists(struct task_struct *t)
{
	INIT_LIST_HEAD(&t->children);
	INIT_LIST_HEAD(&t->sibling);
	INIT_LIST_HEAD(&t->tasks);
	INIT_LIST_HEAD(&t->thread_group);
	INIT_LIST_HEAD(&t->pending.list);
}

static void init_child(struct task_struct *t, const struct kernel_clone_args *args)
{
	init_lists(t);
	t->flags = (t->flags & ~(PF_MEMALLOC | PF_KSWAPD | PF_FROZEN | PF_KTHREAD)) | PF_FORKNOEXEC;
	if (args->fn) {
		t->flags |= PF_KTHREAD;
		t->blocked = 0;
		strlcpy(t->comm, args->name, sizeof(t->comm));
	}
	t->work = 0;
	t->pending.signal = 0;
	t->mm = t->active_mm = NULL;
	t->files = NULL;
	t->fs = NULL;
	t->vfork_done = NULL;
	t->robust_list = NULL;
	t->restart_fn = NULL;
	t->pdeath_signal = 0;
	t->did_exec = false;
	t->exit_code = 0;
	t->min_flt = t->maj_flt = 0;
	t->utime_ns = t->stime_ns = 0;
	t->read_bytes = t->write_bytes = 0;
	t->link_count = 0;
	t->fail_nth = 0;
	t->kmaps = 0;
	t->start_time_ns = t->start_boottime_ns = ktime_get();
	t->set_child_tid = args->flags & CLONE_CHILD_SETTID ? args->child_tid : NULL;
	t->clear_child_tid = args->flags & CLONE_CHILD_CLEARTID ? args->child_tid : NULL;
	if ((args->flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		t->sas_ss_sp = t->sas_ss_size = 0;
}

/* ---- signals ---- */

void put_signal_struct(struct signal_struct *sig)
{
	if (atomic_dec_and_test(&sig->usage))
		kmem_cache_free(signal_cache, sig);
}

void put_sighand_struct(struct sighand_struct *sighand)
{
	if (atomic_dec_and_test(&sighand->count))
		kmem_cache_free(sighand_cache, sighand);
}

/* Without handlers, one reference; NULL without memory. */
struct sighand_struct *new_sighand(void)
{
	struct sighand_struct *sighand = kmem_cache_zalloc(sighand_cache, GFP_KERNEL);

	if (sighand) {
		spin_lock_init_named(&sighand->siglock, "siglock");
		atomic_set(&sighand->count, 1);
	}
	return sighand;
}

static int copy_sighand(unsigned long flags, struct task_struct *t)
{
	struct sighand_struct *old = current->sighand, *sighand;

	if (flags & CLONE_SIGHAND) {
		atomic_inc(&old->count);
		return 0;
	}
	sighand = new_sighand();
	if (!sighand)
		return -ENOMEM;
	spin_lock_irq(&old->siglock);
	memcpy(sighand->action, old->action, sizeof(old->action));
	spin_unlock_irq(&old->siglock);
	t->sighand = sighand;
	return 0;
}

static int copy_signal(unsigned long flags, struct task_struct *t)
{
	struct signal_struct *old = current->signal, *sig;

	if (flags & CLONE_THREAD) {
		atomic_inc(&old->usage);
		return 0;
	}
	sig = kmem_cache_zalloc(signal_cache, GFP_KERNEL);
	if (!sig)
		return -ENOMEM;
	atomic_set(&sig->usage, 1);
	atomic_set(&sig->live, 1);
	sig->nr_threads = 1;
	init_waitqueue_head(&sig->wait_chldexit);
	INIT_LIST_HEAD(&sig->shared_pending.list);
	INIT_LIST_HEAD(&sig->posix_timers);
	setup_timer(&sig->real_timer, it_real_fn, (unsigned long)sig);
	memcpy(sig->rlim, old->rlim, sizeof(sig->rlim));
	t->signal = sig;
	return 0;
}

/* ---- memory ---- */

static int copy_mm(unsigned long flags, struct task_struct *t)
{
	struct mm_struct *mm = current->mm;

	if (!mm)
		return 0; /* a kernel thread: it will borrow */
	if (flags & CLONE_VM)
		atomic_inc(&mm->mm_users);
	else
		mm = dup_mm(mm);
	if (!mm)
		return -ENOMEM;
	t->mm = t->active_mm = mm;
	return 0;
}

static int copy_registers(const struct kernel_clone_args *args, struct task_struct *t, struct pt_regs *regs)
{
	if (args->fn)
		return copy_kernel_thread(t, args->fn, args->fn_arg);
	return copy_thread(args->flags, args->stack, t, regs);
}

/* Files and directories; before the VFS is up there are none. */
static int copy_places(unsigned long flags, struct task_struct *t)
{
	int err = current->files ? copy_files(flags, t) : 0;

	if (err || !current->fs)
		return err;
	err = copy_fs(flags, t);
	if (err)
		exit_files(t);
	return err;
}

/* Undone from the bottom up when a part fails. */
static int copy_parts(const struct kernel_clone_args *args, struct task_struct *t, struct pt_regs *regs)
{
	unsigned long flags = args->flags;
	int err = copy_places(flags, t);

	if (err)
		return err;
	err = copy_sighand(flags, t);
	if (err)
		goto undo_places;
	err = copy_signal(flags, t);
	if (err)
		goto undo_sighand;
	err = args->fn ? 0 : copy_mm(flags, t);
	if (err)
		goto undo_signal;
	err = copy_registers(args, t, regs);
	if (!err)
		err = alloc_pid(t);
	if (!err)
		return 0;
	if (t->mm)
		mmput(t->mm);
undo_signal:
	put_signal_struct(t->signal);
undo_sighand:
	put_sighand_struct(t->sighand);
undo_places:
	exit_fs(t);
	exit_files(t);
	return err;
}

/* ---- publication: tasklist_lock ---- */

static void link_thread(struct task_struct *t)
{
	struct task_struct *leader = current->group_leader;

	t->group_leader = leader;
	t->tgid = leader->tgid;
	t->exit_signal = -1;
	list_add_tail(&t->thread_group, &leader->thread_group);
	t->signal->nr_threads++;
	atomic_inc(&t->signal->live);
}

static void link_process(struct task_struct *t, unsigned long flags)
{
	t->group_leader = t;
	t->tgid = t->pid;
	t->exit_signal = (int)(flags & CSIGNAL);
	t->signal->it_real_pid = t->pid;
	t->signal->tty = current->signal->tty;
	pid_get(t->pgrp);
	pid_get(t->session);
	list_add_tail(&t->sibling, &t->real_parent->children);
	list_add_tail(&t->tasks, &task_list);
	if (t->pid == INIT_PID) {
		child_reaper = t;
		t->signal->unkillable = true;
	}
}

/* A kernel thread belongs to no session, whoever made it. */
static void choose_parent(struct task_struct *t, unsigned long flags)
{
	if (t->flags & PF_KTHREAD) {
		t->pgrp = t->session = 0;
		t->real_parent = &init_task;
	} else {
		t->pgrp = current->pgrp;
		t->session = current->session;
		if (flags & (CLONE_PARENT | CLONE_THREAD))
			t->real_parent = current->group_leader->real_parent;
		else
			t->real_parent = current->group_leader;
	}
	t->parent = t->real_parent;
}

/*
 * => -ERESTARTNOINTR: a signal for the whole process or group is pending; it must be taken first, or it would
 * miss the child.
 */
static int publish(struct task_struct *t, unsigned long clone_flags)
{
	spin_lock_irq(&tasklist_lock);
	spin_lock(&current->sighand->siglock);
	if (signal_pending(current) && !(t->flags & PF_KTHREAD)) {
		spin_unlock(&current->sighand->siglock);
		detach_pid(t);
		spin_unlock_irq(&tasklist_lock);
		return -ERESTARTNOINTR;
	}
	choose_parent(t, clone_flags);
	if (clone_flags & CLONE_THREAD)
		link_thread(t);
	else
		link_process(t, clone_flags);
	attach_pid(t);
	total_forks++;
	spin_unlock(&current->sighand->siglock);
	spin_unlock_irq(&tasklist_lock);
	return 0;
}

/* ---- the whole ---- */

static int check_flags(unsigned long flags)
{
	if (flags & CLONE_NAMESPACES)
		return capable() ? -EINVAL : -EPERM;
	if (flags & CLONE_PIDFD)
		return -EINVAL;
	if (flags & CLONE_THREAD && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if (flags & CLONE_SIGHAND && !(flags & CLONE_VM))
		return -EINVAL;
	/* Children of init have nobody who would wait for a sibling made by init's child. */
	if (flags & CLONE_PARENT && current->signal == init_task.signal)
		return -EINVAL;
	return 0;
}

/*
 * Count one more thread, of the machine and of its user, before anything is made: making it sleeps for memory, and
 * all who fork at that moment would pass a mere look at the numbers.  => -EAGAIN: no place
 */
static int take_place(const struct kernel_clone_args *args)
{
	bool privileged = args->fn || current->uid == 0 || capable();
	int room = max_threads - (capable() ? 0 : THREADS_FOR_ROOT), err = 0;

	spin_lock_irq(&tasklist_lock);
	if (nr_threads >= room || (!privileged && (unsigned long)atomic_read(&current->user->processes) >=
							 rlimit(RLIMIT_NPROC))) {
		err = -EAGAIN;
	} else {
		nr_threads++;
		atomic_inc(&current->user->processes);
	}
	spin_unlock_irq(&tasklist_lock);
	return err;
}

static void give_place_back(void)
{
	spin_lock_irq(&tasklist_lock);
	nr_threads--;
	atomic_dec(&current->user->processes);
	spin_unlock_irq(&tasklist_lock);
}

static void unmake_parts(struct task_struct *t)
{
	if (t->mm)
		mmput(t->mm);
	put_sighand_struct(t->sighand);
	exit_fs(t);
	exit_files(t);
	t->mm = NULL;
	t->sighand = NULL;
}

static struct task_struct *make_task(const struct kernel_clone_args *args, struct pt_regs *regs)
{
	struct task_struct *t = dup_task_struct(current);
	int err;

	if (!t)
		return ERR_PTR(-ENOMEM);
	init_child(t, args);
	sched_fork(t);
	err = copy_parts(args, t, regs);
	if (err) {
		free_task(t);
		return ERR_PTR(err);
	}
	get_uid(t->user);
	err = publish(t, args->flags);
	if (err) {
		unmake_parts(t);
		put_signal_struct(t->signal);
		free_uid(t->user);
		free_task(t);
		return ERR_PTR(err);
	}
	return t;
}

static struct task_struct *copy_process(const struct kernel_clone_args *args, struct pt_regs *regs)
{
	int err = check_flags(args->flags);
	struct task_struct *t;

	if (!err)
		err = take_place(args);
	if (err)
		return ERR_PTR(err);
	t = make_task(args, regs);
	if (IS_ERR(t))
		give_place_back();
	return t;
}

/* The parent stands still until the child has left its memory; only a fatal signal frees it. */
static void wait_for_vfork_done(struct task_struct *child, struct completion *done)
{
	wait_event_killable(done->wait, READ_ONCE(done->done));
	task_lock(child);
	child->vfork_done = NULL;
	task_unlock(child);
}

long do_fork(struct kernel_clone_args *args, struct pt_regs *regs)
{
	struct completion vfork;
	struct task_struct *t = copy_process(args, regs);
	pid_t pid;

	if (IS_ERR(t))
		return PTR_ERR(t);
	pid = t->pid;
	/* The child does not run yet; an address that is bad is the caller's loss, as on Linux. */
	if (args->flags & CLONE_PARENT_SETTID)
		(void)put_user(pid, args->parent_tid);
	if (args->flags & CLONE_VFORK) {
		init_completion(&vfork);
		t->vfork_done = &vfork;
		get_task_struct(t);
	}
	wake_up_new_task(t);
	if (args->flags & CLONE_VFORK) {
		wait_for_vfork_done(t, &vfork);
		put_task_struct(t);
	}
	return pid;
}

/* ---- system calls ---- */

long sys_fork(void)
{
	struct kernel_clone_args args = { .flags = SIGCHLD };

	return do_fork(&args, current_pt_regs());
}

long sys_vfork(void)
{
	struct kernel_clone_args args = { .flags = CLONE_VFORK | CLONE_VM | SIGCHLD };

	return do_fork(&args, current_pt_regs());
}

long sys_clone(unsigned long flags, unsigned long stack, int __user *parent_tid, unsigned long tls,
	       int __user *child_tid)
{
	struct kernel_clone_args args = {
		.flags = flags, .stack = stack, .parent_tid = parent_tid, .child_tid = child_tid, .tls = tls,
	};

	return do_fork(&args, current_pt_regs());
}

long sys_set_tid_address(int __user *tidptr)
{
	current->clear_child_tid = tidptr;
	return current->pid;
}

/* There are no namespaces; what a single thread shares with nobody is unshared already. */
long sys_unshare(unsigned long flags)
{
	if (flags & CLONE_NAMESPACES)
		return capable() ? -EINVAL : -EPERM;
	if (flags & ~(CLONE_FILES | CLONE_FS | CLONE_SYSVSEM))
		return -EINVAL;
	if (flags & CLONE_FS && atomic_read(&current->fs->count) > 1)
		return -EINVAL;
	return flags & CLONE_FILES ? unshare_files() : 0;
}
