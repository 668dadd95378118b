/* SPDX-License-Identifier: MIT */
/*
 * write() to a terminal: through output processing into the driver, sleeping for room without any
 * lock.
 */
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/signal.h>
#include <quire/uaccess.h>
#include "tty_internal.h"

#define CHUNK	256u
#define WRITE_ROOM_MIN	8u		/* the longest expansion of one byte: a tab */

static bool line_gone(const struct file *file)
{
	return file_hung_up(file) || file_tty(file)->other_closed;
}

static bool may_write(const struct file *file)
{
	struct tty_struct *tty = file_tty(file);

	return (!tty->stopped && tty->ops->write_room(tty) >= WRITE_ROOM_MIN) || line_gone(file);
}

static size_t write_some(struct tty_struct *tty, const u8 *buf, size_t n)
{
	size_t done = 0;

	mutex_lock(&tty->lock);
	if (!tty->stopped)
		done = opost_write(tty, buf, n);
	mutex_unlock(&tty->lock);
	return done;
}

/* Write all of a chunk; => bytes written, or -errno when none was. */
static ssize_t write_chunk(struct file *file, struct tty_struct *tty, const u8 *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t part;
		int err = 0;

		if (line_gone(file))
			return done ? (ssize_t)done : -EIO;
		part = write_some(tty, buf + done, n - done);
		done += part;
		if (done == n || part)
			continue;
		if (file->f_flags & O_NONBLOCK)
			err = -EAGAIN;
		else
			err = wait_event_interruptible(tty->write_wait, may_write(file));
		if (err)
			return done ? (ssize_t)done : err;
	}
	return (ssize_t)done;
}

ssize_t tty_write(struct file *file, const char __user *buf, size_t n, loff_t *pos)
{
	struct tty_struct *tty = file_tty(file);
	u8 chunk[CHUNK];
	size_t done = 0;
	int err = 0;

	if (tty->is_master)
		return pty_master_write(file, tty, buf, n);
	if (L_FLAG(tty, TOSTOP))
		err = tty_check_change(tty);
	if (err)
		return err;
	while (done < n) {
		size_t part = min_t(size_t, n - done, CHUNK);
		ssize_t written;

		if (copy_from_user(chunk, buf + done, part))
			return done ? (ssize_t)done : -EFAULT;
		written = write_chunk(file, tty, chunk, part);
		if (written < 0)
			return done ? (ssize_t)done : written;
		done += (size_t)written;
		if ((size_t)written < part)
			break;
	}
	return (ssize_t)done;
}
