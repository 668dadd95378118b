/* SPDX-License-Identifier: MIT */
/*
 * Orphans: children without a parent, process groups without anybody who could continue them.
 *
 * A process group is orphaned when no member has a parent in another group of the same session: no shell is
 * left to put it in the foreground.  When a group becomes so while members are stopped, POSIX wants it
 * to get SIGHUP and SIGCONT.
 *
 * tasklist_lock is held everywhere but in is_current_pgrp_orphaned.
 */
#include "task_internal.h"

static bool links_pgrp(const struct task_struct *p)
{
	const struct task_struct *parent = p->real_parent;

	return parent->pgrp != p->pgrp && parent->session == p->session;
}

bool is_orphaned_pgrp(pid_t pgrp, pid_t session, const struct task_struct *ignore)
{
	struct task_struct *p;

	for_each_process(p) {
		if (p == ignore || p->pgrp != pgrp || p->session != session || p->state == EXIT_ZOMBIE ||
		    p->state == EXIT_DEAD || p->real_parent == child_reaper)
			continue;
		if (links_pgrp(p))
			return false;
	}
	return true;
}

int is_current_pgrp_orphaned(void)
{
	bool orphaned;

	spin_lock_irq(&tasklist_lock);
	orphaned = is_orphaned_pgrp(current->pgrp, current->session, NULL);
	spin_unlock_irq(&tasklist_lock);
	return orphaned;
}

static bool has_stopped_jobs(pid_t pgrp)
{
	struct task_struct *p;

	for_each_process(p)
		if (p->pgrp == pgrp && p->signal->stop_flags & SIGNAL_STOPPED)
			return true;
	return false;
}

static void tell_if_orphaned(pid_t pgrp, pid_t session, const struct task_struct *ignore)
{
	if (!is_orphaned_pgrp(pgrp, session, ignore) || !has_stopped_jobs(pgrp))
		return;
	kill_pgrp_locked(pgrp, SIGHUP, SEND_SIG_KERNEL);
	kill_pgrp_locked(pgrp, SIGCONT, SEND_SIG_KERNEL);
}

/* The process that ends may have been what kept its own group from being orphaned. */
void check_own_pgrp(struct task_struct *leader)
{
	if (links_pgrp(leader))
		tell_if_orphaned(leader->pgrp, leader->session, leader);
}

static void adopt(struct task_struct *p, struct list_head *unwanted)
{
	pid_t old_pgrp = p->real_parent->pgrp, old_session = p->real_parent->session;
	struct task_struct *t = p;

	do {
		t->real_parent = t->parent = child_reaper;
		if (t->pdeath_signal)
			group_send_sig_info(t->pdeath_signal, SEND_SIG_KERNEL, t);
	} while_each_thread(p, t);
	list_move_tail(&p->sibling, &child_reaper->children);
	p->exit_signal = SIGCHLD;
	if (process_is_dead(p)) {
		if (notify_parent_exit(p)) {
			p->state = EXIT_DEAD;
			list_move_tail(&p->sibling, unwanted);
		}
		return;
	}
	if (p->pgrp != old_pgrp && p->session == old_session)
		tell_if_orphaned(p->pgrp, p->session, NULL);
}

void forget_original_parent(struct task_struct *leader, struct list_head *unwanted)
{
	struct task_struct *p, *next;

	list_for_each_entry_safe(p, next, &leader->children, sibling)
		adopt(p, unwanted);
}
