/* SPDX-License-Identifier: MIT */
/*
 * exec in a process of several threads: the others end, the caller becomes the leader with the leader's
 * number, and handlers that another process shares (CLONE_SIGHAND) are copied.
 *
 * The old leader stays a zombie until the caller has taken its place in every list; then it is released
 * under the caller's old number.
 */
#include <quire/assert.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "task_internal.h"

/* Ask all others to end.  => -EAGAIN: the process ends or execs already */
static int begin(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;
	int err = -EAGAIN;

	spin_lock_irq(&t->sighand->siglock);
	if (!sig->group_exit && !sig->exec_task) {
		sig->exec_task = t;
		zap_other_threads_locked(t);
		err = 0;
	}
	spin_unlock_irq(&t->sighand->siglock);
	return err;
}

static bool alone(const struct task_struct *t)
{
	const struct signal_struct *sig = t->signal;

	if (t == t->group_leader)
		return sig->nr_threads == 1;
	return sig->nr_threads == 2 && t->group_leader->state == EXIT_ZOMBIE;
}

static void wait_until_alone(const struct task_struct *t)
{
	for (;;) {
		bool done;

		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_lock_irq(&tasklist_lock);
		done = alone(t);
		spin_unlock_irq(&tasklist_lock);
		if (done)
			break;
		schedule();
	}
	set_current_state(TASK_RUNNING);
}

static void inherit_children(struct task_struct *t, struct task_struct *leader)
{
	struct task_struct *p, *each;

	list_for_each_entry(p, &leader->children, sibling) {
		each = p;
		do {
			each->real_parent = each->parent = t;
		} while_each_thread(p, each);
	}
	list_splice_init(&leader->children, &t->children);
}

/* tasklist_lock held.  The leader becomes an ordinary dead thread. */
static void take_leadership(struct task_struct *t)
{
	struct task_struct *leader = t->group_leader;

	exchange_pids(t, leader);
	list_replace(&leader->tasks, &t->tasks);
	list_replace(&leader->sibling, &t->sibling);
	INIT_LIST_HEAD(&leader->tasks);
	INIT_LIST_HEAD(&leader->sibling);
	inherit_children(t, leader);
	t->group_leader = leader->group_leader = t;
	t->exit_signal = SIGCHLD;
	leader->exit_signal = -1;
	t->start_time_ns = leader->start_time_ns;
	t->start_boottime_ns = leader->start_boottime_ns;
	leader->state = EXIT_DEAD;
	if (child_reaper == leader)
		child_reaper = t;
}

static int own_sighand(struct task_struct *t)
{
	struct sighand_struct *old = t->sighand, *fresh;

	if (atomic_read(&old->count) == 1)
		return 0;
	fresh = new_sighand();
	if (!fresh)
		return -ENOMEM;
	spin_lock_irq(&tasklist_lock);
	spin_lock(&old->siglock);
	memcpy(fresh->action, old->action, sizeof(old->action));
	t->sighand = fresh;
	spin_unlock(&old->siglock);
	spin_unlock_irq(&tasklist_lock);
	put_sighand_struct(old);
	return 0;
}

int de_thread(void)
{
	struct task_struct *t = current, *leader = t->group_leader;
	int err;

	exit_posix_timers(t->signal);
	if (t->signal->nr_threads == 1)
		return own_sighand(t);
	err = begin(t);
	if (err)
		return err;
	wait_until_alone(t);
	spin_lock_irq(&tasklist_lock);
	if (t != leader)
		take_leadership(t);
	t->signal->exec_task = NULL;
	spin_unlock_irq(&tasklist_lock);
	if (t != leader)
		release_task(leader);
	return own_sighand(t);
}
