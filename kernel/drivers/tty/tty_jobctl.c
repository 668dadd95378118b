/* SPDX-License-Identifier: MIT */
/*
 * Who controls what: controlling terminals, foreground groups, and the signals that keep the
 * background in its place.
 *
 * A session leader without a terminal gets the first one it opens; the whole session shares it
 * (signal->tty). tty->session and tty->pgrp name the session and its foreground group. Reading from
 * the background is SIGTTIN, changing the terminal (or writing with TOSTOP) SIGTTOU; a process that
 * ignores or blocks those, or whose group is orphaned and could never be continued, gets EIO
 * instead or, for SIGTTOU, its way.
 *
 * Locking: relations change under tty_mutex and tasklist_lock. Signals are sent without either held
 * by us.
 */
#include <quire/sched.h>
#include <quire/signal.h>
#include <quire/uaccess.h>
#include "tty_internal.h"

static bool is_background(const struct tty_struct *tty)
{
	return current->signal->tty == tty && tty->pgrp > 0 && current->pgrp != tty->pgrp;
}

int tty_check_read(struct tty_struct *tty)
{
	if (!is_background(tty))
		return 0;
	if (sigismasked_or_ignored(SIGTTIN) || is_current_pgrp_orphaned())
		return -EIO;
	kill_pgrp(current->pgrp, SIGTTIN, 1);
	return -ERESTARTSYS;
}

int tty_check_change(struct tty_struct *tty)
{
	if (!is_background(tty) || sigismasked_or_ignored(SIGTTOU))
		return 0;
	if (is_current_pgrp_orphaned())
		return -EIO;
	kill_pgrp(current->pgrp, SIGTTOU, 1);
	return -ERESTARTSYS;
}

void tty_signal_pgrp(struct tty_struct *tty, int sig)
{
	pid_t pgrp = READ_ONCE(tty->pgrp);

	if (pgrp > 0)
		(void)kill_pgrp(pgrp, sig, 1);
}

/* Every process of the session forgets its terminal. tty_mutex and tasklist_lock held. */
static void forget_session(pid_t session)
{
	struct task_struct *p;

	for_each_process(p)
		if (p->session == session)
			p->signal->tty = NULL;
}

/* The terminal controls the current session from now on. tty_mutex held. */
static void attach(struct tty_struct *tty)
{
	spin_lock_irq(&tasklist_lock);
	current->signal->tty = tty;
	tty->session = current->session;
	tty->pgrp = current->pgrp;
	spin_unlock_irq(&tasklist_lock);
}

int tty_set_ctty(struct tty_struct *tty, bool steal)
{
	int err = 0;

	mutex_lock(&tty_mutex);
	if (current->signal->leader && tty->session == current->session)
		goto out;
	if (!current->signal->leader || current->signal->tty) {
		err = -EPERM;
		goto out;
	}
	if (tty->session > 0) {
		if (!steal || !capable()) {
			err = -EPERM;
			goto out;
		}
		spin_lock_irq(&tasklist_lock);
		forget_session(tty->session);
		spin_unlock_irq(&tasklist_lock);
	}
	attach(tty);
out:
	mutex_unlock(&tty_mutex);
	return err;
}

/* At open: a leader without a terminal takes one that nobody has. Write-only opens do not count. */
void tty_maybe_set_ctty(struct tty_struct *tty, struct file *file)
{
	mutex_lock(&tty_mutex);
	if (current->signal->leader && !current->signal->tty && tty->session == 0 &&
	    file->f_mode & FMODE_READ && !tty->is_master)
		attach(tty);
	mutex_unlock(&tty_mutex);
}

/* The line was cut: hang up its session. tty_mutex held. */
void tty_detach_session(struct tty_struct *tty)
{
	pid_t session = tty->session, pgrp = tty->pgrp;

	if (!session)
		return;
	spin_lock_irq(&tasklist_lock);
	forget_session(session);
	tty->session = tty->pgrp = 0;
	spin_unlock_irq(&tasklist_lock);
	(void)kill_proc(session, SIGHUP, 1);
	(void)kill_proc(session, SIGCONT, 1);
	if (pgrp > 0) {
		(void)kill_pgrp(pgrp, SIGHUP, 1);
		(void)kill_pgrp(pgrp, SIGCONT, 1);
	}
}

void disassociate_ctty(bool on_exit)
{
	struct tty_struct *tty;
	pid_t pgrp = 0;

	mutex_lock(&tty_mutex);
	tty = current->signal->tty;
	if (!tty)
		goto out;
	/* A login is over: nobody keeps the line but who opens it anew. A pty lives as long as its master. */
	if (on_exit && current->signal->leader && !tty->link) {
		tty_hangup_locked(tty);
		goto out;
	}
	spin_lock_irq(&tasklist_lock);
	if (current->signal->leader) {
		pgrp = tty->pgrp;
		forget_session(current->session);
		tty->session = tty->pgrp = 0;
	} else {
		current->signal->tty = NULL;
	}
	spin_unlock_irq(&tasklist_lock);
out:
	mutex_unlock(&tty_mutex);
	if (pgrp > 0) {
		(void)kill_pgrp(pgrp, SIGHUP, on_exit);
		(void)kill_pgrp(pgrp, SIGCONT, on_exit);
	}
}

int tty_give_up(struct tty_struct *tty)
{
	if (current->signal->tty != tty)
		return -ENOTTY;
	disassociate_ctty(false);
	return 0;
}

/* `mine` is the terminal that the file names: a pty's master asks about the slave without belonging to it. */
int tty_get_pgrp(struct tty_struct *tty, struct tty_struct *mine, pid_t __user *p)
{
	if (tty == mine && current->signal->tty != tty)
		return -ENOTTY;
	return put_user(tty->pgrp, p);
}

static bool group_in_session(pid_t pgrp, pid_t session)
{
	struct task_struct *p;
	bool found = false;

	spin_lock_irq(&tasklist_lock);
	for_each_process(p)
		found |= p->pgrp == pgrp && p->session == session;
	spin_unlock_irq(&tasklist_lock);
	return found;
}

int tty_set_pgrp(struct tty_struct *tty, const pid_t __user *p)
{
	pid_t pgrp;
	int err = tty_check_change(tty);

	if (err == -EIO)
		return -ENOTTY;
	if (err)
		return err;
	if (current->signal->tty != tty || tty->session != current->session)
		return -ENOTTY;
	if (get_user(pgrp, p))
		return -EFAULT;
	if (pgrp < 0)
		return -EINVAL;
	if (!group_in_session(pgrp, current->session))
		return -EPERM;
	mutex_lock(&tty_mutex);
	spin_lock_irq(&tasklist_lock);
	tty->pgrp = pgrp;
	spin_unlock_irq(&tasklist_lock);
	mutex_unlock(&tty_mutex);
	return 0;
}

int tty_get_sid(struct tty_struct *tty, pid_t __user *p)
{
	if (current->signal->tty != tty || tty->session <= 0)
		return -ENOTTY;
	return put_user(tty->session, p);
}

dev_t task_tty_dev(struct task_struct *t)
{
	struct tty_struct *tty = t->signal ? t->signal->tty : NULL;

	return tty ? tty->dev : 0;
}

pid_t task_tty_pgrp(struct task_struct *t)
{
	struct tty_struct *tty = t->signal ? t->signal->tty : NULL;

	return tty ? tty->pgrp : -1;
}
