/* SPDX-License-Identifier: MIT */
/*
 * read() of a terminal.
 *
 * Canonical: one line at most, or what the buffer of the caller holds of it. Raw: VMIN and VTIME in
 * their four combinations: (0,0) what is there now; (n,0) wait for n; (0,t) the first byte or t
 * tenths; (n,t) after the first byte, until n or until t tenths pass without one. The count asked
 * for, if smaller, takes VMIN's place.
 */
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/sched.h>
#include <quire/signal.h>
#include <quire/uaccess.h>
#include "tty_internal.h"

#define CHUNK	256u

struct read_plan {
	size_t min;			/* be content with so much */
	long first_timeout, next_timeout;	/* ticks */
};

static void make_plan(const struct tty_struct *tty, size_t n, struct read_plan *p)
{
	long time = CC(tty, VTIME) * (HZ / 10);

	*p = (struct read_plan){ 1, MAX_SCHEDULE_TIMEOUT, MAX_SCHEDULE_TIMEOUT };
	if (L_FLAG(tty, ICANON))
		return;
	p->min = min_t(size_t, CC(tty, VMIN), n);
	if (!CC(tty, VMIN)) {
		p->min = 1;
		p->first_timeout = time;
	} else if (time) {
		p->next_timeout = time;
	}
}

static bool at_end(const struct file *file)
{
	return file_hung_up(file) || file_tty(file)->other_closed;
}

static bool something_to_read(const struct file *file)
{
	const struct tty_struct *tty = file_tty(file);

	return (L_FLAG(tty, ICANON) ? tty->canon_lines > 0 : tty->head != tty->tail) || at_end(file);
}

/* => ticks left of the timeout; 0 when it ran out; -ERESTARTSYS. */
static long wait_for_input(struct file *file, long timeout)
{
	if (!timeout)
		return 0;
	return wait_event_interruptible_timeout(file_tty(file)->read_wait, something_to_read(file), timeout);
}

/* Move what is there to the user, up to n; => bytes, or -EFAULT if none could be stored. */
static ssize_t take_to_user(struct tty_struct *tty, char __user *buf, size_t n, bool *eol)
{
	u8 chunk[CHUNK];
	size_t done = 0, got;

	*eol = false;
	do {
		mutex_lock(&tty->lock);
		got = ldisc_take(tty, chunk, min_t(size_t, n - done, CHUNK), eol);
		mutex_unlock(&tty->lock);
		if (copy_to_user(buf + done, chunk, got))
			return done ? (ssize_t)done : -EFAULT;
		done += got;
	} while (got && done < n && !*eol);
	if (tty->raw.head != tty->raw.tail)
		tty_kick(tty);		/* there is room now for what waited */
	return (ssize_t)done;
}

/* Why a read without data ends: 0 is end of file or a timeout. */
static ssize_t nothing_read(const struct file *file)
{
	if (file_hung_up(file))
		return 0;
	if (file_tty(file)->other_closed)
		return -EIO;
	return file->f_flags & O_NONBLOCK ? -EAGAIN : 0;
}

static ssize_t read_loop(struct tty_struct *tty, struct file *file, char __user *buf, size_t n)
{
	struct read_plan plan;
	size_t done = 0;
	bool eol = false;

	make_plan(tty, n, &plan);
	for (;;) {
		ssize_t got = take_to_user(tty, buf + done, n - done, &eol);
		long left;

		if (got < 0)
			return done ? (ssize_t)done : got;
		done += (size_t)got;
		if (eol || done >= plan.min || done == n)
			return (ssize_t)done;
		if (at_end(file) || file->f_flags & O_NONBLOCK)
			break;
		left = wait_for_input(file, done ? plan.next_timeout : plan.first_timeout);
		if (left < 0)
			return done ? (ssize_t)done : left;
		if (left == 0)
			return (ssize_t)done;
		if (!done) {
			/* Another process may have become the foreground meanwhile. */
			int err = tty_check_read(tty);

			if (err)
				return err;
		}
	}
	return done ? (ssize_t)done : nothing_read(file);
}

ssize_t tty_read(struct file *file, char __user *buf, size_t n, loff_t *pos)
{
	struct tty_struct *tty = file_tty(file);
	int err;

	if (!n)
		return 0;
	if (tty->is_master)
		return pty_master_read(file, tty, buf, n);
	if (file_hung_up(file))
		return 0;
	err = tty_check_read(tty);
	return err ? err : read_loop(tty, file, buf, n);
}
