/* SPDX-License-Identifier: MIT */
/*
 * Release: the last of a zombie leaves the kernel's lists.
 *
 * A thread's times go into its process's sums, so that they outlive it.  When the last but one thread of a
 * dead leader goes, the leader's parent is told here: only now is the process dead.
 */
#include <quire/assert.h>

#include "task_internal.h"

/* siglock and tasklist_lock held */
static void add_to_sums(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;
	u64 utime, stime;

	task_cputime(t, &utime, &stime);
	sig->utime_ns += utime;
	sig->stime_ns += stime;
	sig->min_flt += t->min_flt;
	sig->maj_flt += t->maj_flt;
	sig->nvcsw += t->nvcsw;
	sig->nivcsw += t->nivcsw;
	t->sum_exec_ns = t->utime_ns = t->stime_ns = 0;
	t->min_flt = t->maj_flt = 0;
	t->nvcsw = t->nivcsw = 0;
}

static void leave_process(struct task_struct *t)
{
	struct sighand_struct *sighand = t->sighand;

	spin_lock(&sighand->siglock);
	add_to_sums(t);
	flush_sigqueue(&t->pending);
	if (t == t->group_leader)
		flush_sigqueue(&t->signal->shared_pending);
	list_del_init(&t->thread_group);
	t->signal->nr_threads--;
	t->sighand = NULL;
	spin_unlock(&sighand->siglock);
	put_sighand_struct(sighand);
}

static void leave_lists(struct task_struct *t)
{
	if (t == t->group_leader) {
		assert(t->signal->nr_threads == 0 && list_empty(&t->children));
		list_del_init(&t->tasks);
		list_del_init(&t->sibling);
		pid_put(t->pgrp);
		pid_put(t->session);
	}
	detach_pid(t);
	nr_threads--;
}

/* => the leader, when its process is dead now and its parent does not want to wait */
static struct task_struct *last_thread_gone(struct task_struct *leader)
{
	if (!process_is_dead(leader) || !notify_parent_exit(leader))
		return NULL;
	leader->state = EXIT_DEAD;
	return leader;
}

void release_task(struct task_struct *t)
{
	struct task_struct *leader;

	do {
		leader = NULL;
		spin_lock_irq(&tasklist_lock);
		assert(t->state == EXIT_DEAD);
		leave_process(t);
		leave_lists(t);
		if (t->signal->exec_task)
			wake_up_process(t->signal->exec_task);
		if (t != t->group_leader)
			leader = last_thread_gone(t->group_leader);
		spin_unlock_irq(&tasklist_lock);
		atomic_dec(&t->user->processes);
		put_task_struct(t);
		t = leader;
	} while (t);
}
