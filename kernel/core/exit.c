/* SPDX-License-Identifier: MIT */
/*
 * The end of a thread, and of a process.
 *
 * States.  A thread lets go of what it has while it is still a normal task (memory, files), then becomes a
 * ZOMBIE under tasklist_lock and never runs user or file system code again.  A thread that is not the leader
 * releases itself.  A leader waits as a zombie until all other threads are gone; then its process is dead,
 * the parent is told, and whoever waits for it releases it (release_task).  What is left after that, stack
 * and task_struct, goes with the last reference, after the scheduler has switched away for good.
 *
 * Children hang on the group leader, so they lose their parent when the process is dead, not
 * when one of its threads ends.
 */
#include <abi/futex.h>
#include <quire/assert.h>
#include <quire/fs.h>
#include <quire/futex.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/printk.h>
#include <quire/syscalls.h>
#include <quire/tty.h>
#include <quire/uaccess.h>

#include "task_internal.h"

#define EXIT_CODE_SHIFT 8	/* wait's status: the code above, the signal below */

static const struct session_ops *session_ops;
struct task_struct *child_reaper = &init_task;

void register_session_ops(const struct session_ops *ops)
{
	session_ops = ops;
}

bool process_is_dead(const struct task_struct *leader)
{
	return leader->state == EXIT_ZOMBIE && leader->signal->nr_threads == 1;
}

int process_exit_code(const struct task_struct *leader)
{
	return leader->signal->group_exit ? leader->signal->group_exit_code : leader->exit_code;
}

/* ---- letting go, as a normal task ---- */

/* The thread leaves its mm: who waits on its tid or in vfork learns of it.  Its own mm is loaded. */
void mm_release(struct task_struct *t)
{
	int __user *tid = t->clear_child_tid;
	struct completion *vfork;

	if (t->robust_list)
		exit_robust_list();
	t->robust_list = NULL;
	t->clear_child_tid = NULL;
	if (tid && t->mm && atomic_read(&t->mm->mm_users) > 1) {
		(void)put_user(0, tid);
		futex_wake((u32 __user *)tid, true, 1, FUTEX_BITSET_MATCH_ANY);
	}
	task_lock(t);
	vfork = t->vfork_done;
	t->vfork_done = NULL;
	if (vfork)
		complete(vfork);
	task_unlock(t);
}

static void note_maxrss(struct task_struct *t)
{
	struct mm_struct *mm = t->mm;
	unsigned long rss = max(mm->hiwater_rss, mm->file_rss + mm->anon_rss);

	t->signal->maxrss = max(t->signal->maxrss, rss);
}

static void exit_mm(struct task_struct *t)
{
	struct mm_struct *mm = t->mm;

	mm_release(t);
	if (!mm)
		return;
	note_maxrss(t);
	mmgrab(mm); /* from now on it is borrowed */
	task_lock(t);
	t->mm = NULL;
	task_unlock(t);
	mmput(mm);
}

/* A stop that waited for this thread must not wait for ever. */
static void leave_group_stop(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;
	bool stopped = false;

	spin_lock_irq(&t->sighand->siglock);
	t->flags |= PF_EXITING;
	if (sig->group_stop_count && --sig->group_stop_count == 0) {
		sig->stop_flags = SIGNAL_STOPPED;
		stopped = true;
	}
	spin_unlock_irq(&t->sighand->siglock);
	if (!stopped)
		return;
	spin_lock_irq(&tasklist_lock);
	notify_parent_stop(t->group_leader, CLD_STOPPED);
	spin_unlock_irq(&tasklist_lock);
}

static void exit_process_parts(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;

	exit_itimers(sig);
	if (sig->leader && session_ops)
		session_ops->leader_exit(t);
}

/* ---- becoming a zombie ---- */

/* => true: nobody will wait for the process; the caller releases the leader */
static bool leader_is_dead(struct task_struct *leader)
{
	if (leader->flags & PF_KTHREAD)
		return true;
	return notify_parent_exit(leader);
}

static void collect_children(struct task_struct *t, bool group_dead, struct list_head *unwanted)
{
	if (!group_dead)
		return;
	forget_original_parent(t->group_leader, unwanted);
	check_own_pgrp(t->group_leader);
}

static void release_unwanted(struct list_head *unwanted)
{
	while (!list_empty(unwanted))
		release_task(list_first_entry(unwanted, struct task_struct, sibling));
}

static void exit_notify(struct task_struct *t, bool group_dead)
{
	struct signal_struct *sig = t->signal;
	bool release = t != t->group_leader;
	LIST_HEAD(unwanted);

	spin_lock_irq(&tasklist_lock);
	collect_children(t, group_dead, &unwanted);
	t->state = EXIT_ZOMBIE;
	if (!release && sig->nr_threads == 1)
		release = leader_is_dead(t);
	if (release)
		t->state = EXIT_DEAD;
	if (sig->exec_task)
		wake_up_process(sig->exec_task);
	spin_unlock_irq(&tasklist_lock);
	release_unwanted(&unwanted);
	if (release)
		release_task(t);
}

static void check_may_exit(struct task_struct *t)
{
	if (in_interrupt())
		panic("exit in an interrupt, of %s[%d]", t->comm, t->pid);
	if (t == &init_task)
		panic("exit of the idle task");
	assert_msg(!(t->flags & PF_EXITING), "%s[%d] exits twice", t->comm, t->pid);
}

void do_exit(long code)
{
	struct task_struct *t = current;
	bool group_dead;

	check_may_exit(t);
	leave_group_stop(t);
	t->exit_code = (int)code;
	group_dead = atomic_dec_and_test(&t->signal->live);
	if (group_dead && t->group_leader == child_reaper)
		panic("init has ended, status %#x", process_exit_code(t->group_leader));
	if (group_dead)
		exit_process_parts(t);
	exit_mm(t);
	exit_files(t);
	exit_fs(t);
	if (group_dead && t->signal->leader)
		disassociate_ctty(true);
	exit_thread(t);
	exit_notify(t, group_dead);
	schedule();
	panic("a zombie runs: %s[%d]", t->comm, t->pid);
}

/* The first code given is the process's; a caller that comes later ends with that one. */
void do_group_exit(int code)
{
	struct signal_struct *sig = current->signal;

	spin_lock_irq(&current->sighand->siglock);
	if (sig->group_exit) {
		code = sig->group_exit_code;
	} else if (!sig->exec_task) {
		sig->group_exit = true;
		sig->group_exit_code = code;
		zap_other_threads_locked(current);
	}
	spin_unlock_irq(&current->sighand->siglock);
	do_exit(code);
}

long sys_exit(int code)
{
	do_exit((code & 0xff) << EXIT_CODE_SHIFT);
}

long sys_exit_group(int code)
{
	do_group_exit((code & 0xff) << EXIT_CODE_SHIFT);
}
