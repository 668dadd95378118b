/* SPDX-License-Identifier: MIT */
/*
 * Pseudo terminals (Unix98): /dev/ptmx makes a pair, /dev/pts/N is the slave.
 *
 * The slave is a terminal like any other; its driver's output goes into the master's ring, where
 * the program behind the master reads it. What that program writes is the slave's input and runs
 * through the slave's discipline at once, in the writer's context. A master has no discipline and
 * no job control of its own.
 *
 * Life: the pair exists while either side is open. When the master closes, the slave is hung up;
 * when the last slave closes, the master reads EIO until somebody opens the slave again.
 *
 * Locking: pairs[] under tty_mutex. out.lock guards the ring from slave to master, a spinlock
 * (interrupts off: echo may be written by ttyd while a reader takes). Slave's tty->lock ->
 * out.lock.
 */
#include <abi/signal.h>
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/poll.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/signal.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>
#include "tty_internal.h"
#include "vt.h"

#define PTY_MAX		64u
#define OUT_SIZE	4096u		/* a power of two */
#define CHUNK		256u
#define PTS_MODE	0620

struct pty {
	struct tty_struct *master, *slave;
	unsigned int index;
	bool locked;			/* TIOCSPTLCK: the slave cannot be opened yet */
	bool packet;			/* TIOCPKT */
	u8 packet_status;		/* TIOCPKT_* to report: out_lock */
	spinlock_t out_lock;
	u32 head, tail;			/* free-running: out_lock */
	u8 *out;
};

static struct pty *pairs[PTY_MAX];	/* tty_mutex */

/* ---- the slave's driver ---- */

static size_t slave_write(struct tty_struct *tty, const u8 *buf, size_t n)
{
	struct pty *pty = tty->driver_data;
	unsigned long flags;
	size_t done;

	spin_lock_irqsave(&pty->out_lock, flags);
	for (done = 0; done < n && pty->head - pty->tail < OUT_SIZE; done++)
		pty->out[pty->head++ % OUT_SIZE] = buf[done];
	spin_unlock_irqrestore(&pty->out_lock, flags);
	if (done)
		wake_up_poll(&pty->master->read_wait, POLLIN);
	return done;
}

static size_t slave_room(struct tty_struct *tty)
{
	struct pty *pty = tty->driver_data;

	return OUT_SIZE - (pty->head - pty->tail);
}

static size_t slave_pending(struct tty_struct *tty)
{
	struct pty *pty = tty->driver_data;

	/* What the master does not read, nobody ever will: closing must not wait for it. */
	return pty->master->opens ? pty->head - pty->tail : 0;
}

static void set_packet_status(struct pty *pty, u8 set, u8 clear)
{
	unsigned long flags;

	if (!pty->packet)
		return;
	spin_lock_irqsave(&pty->out_lock, flags);
	pty->packet_status = (u8)((pty->packet_status & ~clear) | set);
	spin_unlock_irqrestore(&pty->out_lock, flags);
	wake_up_poll(&pty->master->read_wait, POLLPRI);
}

static void slave_flush(struct tty_struct *tty)
{
	struct pty *pty = tty->driver_data;
	unsigned long flags;

	spin_lock_irqsave(&pty->out_lock, flags);
	pty->tail = pty->head;
	spin_unlock_irqrestore(&pty->out_lock, flags);
	set_packet_status(pty, TIOCPKT_FLUSHWRITE, 0);
}

static void slave_stop(struct tty_struct *tty)
{
	set_packet_status(tty->driver_data, TIOCPKT_STOP, TIOCPKT_START);
}

static void slave_start(struct tty_struct *tty)
{
	set_packet_status(tty->driver_data, TIOCPKT_START, TIOCPKT_STOP);
}

static void slave_set_termios(struct tty_struct *tty, const struct termios2 *old)
{
	bool was = old->c_iflag & IXON, is = I_FLAG(tty, IXON);

	if (was != is)
		set_packet_status(tty->driver_data, is ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP,
				  is ? TIOCPKT_NOSTOP : TIOCPKT_DOSTOP);
}

/* Room in the discipline again: the master's writer may go on. */
static void slave_unthrottle(struct tty_struct *tty)
{
	wake_up_poll(&tty->link->write_wait, POLLOUT);
}

static int slave_open(struct tty_struct *tty)
{
	struct pty *pty = tty->driver_data;

	return pty->locked || !pty->master->opens ? -EIO : 0;
}

static const struct tty_operations slave_ops = {
	.open = slave_open,
	.write = slave_write,
	.write_room = slave_room,
	.chars_in_buffer = slave_pending,
	.flush_output = slave_flush,
	.stop = slave_stop,
	.start = slave_start,
	.set_termios = slave_set_termios,
	.unthrottle = slave_unthrottle,
};

/* ---- the master's file ---- */

static size_t master_take(struct pty *pty, u8 *buf, size_t n)
{
	unsigned long flags;
	size_t done;

	spin_lock_irqsave(&pty->out_lock, flags);
	for (done = 0; done < n && pty->head != pty->tail; done++)
		buf[done] = pty->out[pty->tail++ % OUT_SIZE];
	spin_unlock_irqrestore(&pty->out_lock, flags);
	return done;
}

static bool master_readable(const struct pty *pty)
{
	return pty->head != pty->tail || pty->packet_status || pty->master->other_closed;
}

/* Packet mode: a status byte alone, or TIOCPKT_DATA in front of data. => 1 if the read ends with it */
static ssize_t packet_prefix(struct pty *pty, char __user *buf)
{
	unsigned long flags;
	u8 status;

	spin_lock_irqsave(&pty->out_lock, flags);
	status = pty->packet_status;
	pty->packet_status = 0;
	spin_unlock_irqrestore(&pty->out_lock, flags);
	if (put_user(status, (u8 __user *)buf))
		return -EFAULT;
	return status != TIOCPKT_DATA;
}

static ssize_t copy_out(struct pty *pty, char __user *buf, size_t n)
{
	u8 chunk[CHUNK];
	size_t done = 0, got;

	do {
		got = master_take(pty, chunk, min_t(size_t, n - done, CHUNK));
		if (copy_to_user(buf + done, chunk, got))
			return done ? (ssize_t)done : -EFAULT;
		done += got;
	} while (got && done < n);
	if (done)
		wake_up_poll(&pty->slave->write_wait, POLLOUT);
	return (ssize_t)done;
}

ssize_t pty_master_read(struct file *file, struct tty_struct *tty, char __user *buf, size_t n)
{
	struct pty *pty = tty->driver_data;
	ssize_t prefix = 0, got;
	int err = 0;

	if (!master_readable(pty)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(tty->read_wait, master_readable(pty));
	}
	if (err)
		return err;
	if (pty->head == pty->tail && !pty->packet_status)
		return -EIO;		/* nobody has the slave open */
	if (pty->packet) {
		prefix = packet_prefix(pty, buf);
		if (prefix)
			return prefix;
		prefix = 1;
	}
	got = copy_out(pty, buf + prefix, n - (size_t)prefix);
	return got < 0 ? got : got + prefix;
}

static size_t feed_slave(struct tty_struct *slave, const u8 *buf, size_t n)
{
	size_t room;

	mutex_lock(&slave->lock);
	room = min_t(size_t, ldisc_room(slave), n);
	ldisc_receive(slave, buf, room);
	mutex_unlock(&slave->lock);
	return room;
}

/* Before anybody reads, typed-ahead input is kept: room counts, not an open slave. */
static int wait_for_room(struct file *file, struct tty_struct *tty)
{
	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(tty->write_wait, ldisc_room(tty->link) > 0);
}

ssize_t pty_master_write(struct file *file, struct tty_struct *tty, const char __user *buf, size_t n)
{
	u8 chunk[CHUNK];
	size_t done = 0;

	while (done < n) {
		size_t part = min_t(size_t, n - done, CHUNK), fed;
		int err = 0;

		if (copy_from_user(chunk, buf + done, part))
			return done ? (ssize_t)done : -EFAULT;
		fed = feed_slave(tty->link, chunk, part);
		done += fed;
		if (!fed)
			err = wait_for_room(file, tty);
		if (err)
			return done ? (ssize_t)done : err;
	}
	return (ssize_t)done;
}

unsigned int pty_master_poll(struct file *file, struct tty_struct *tty, struct poll_table *wait)
{
	struct pty *pty = tty->driver_data;
	unsigned int mask = 0;

	poll_wait(file, &tty->read_wait, wait);
	poll_wait(file, &tty->write_wait, wait);
	if (pty->head != pty->tail)
		mask |= POLLIN | POLLRDNORM;
	if (pty->packet_status)
		mask |= POLLPRI | POLLIN | POLLRDNORM;
	if (ldisc_room(tty->link))
		mask |= POLLOUT | POLLWRNORM;
	if (tty->other_closed)
		mask |= POLLHUP;
	return mask;
}

int pty_master_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	struct pty *pty = tty->driver_data;
	int on;

	switch (cmd) {
	case TIOCGPTN:
		return put_user(pty->index, (unsigned int __user *)arg);
	case TIOCSPTLCK:
		if (get_user(on, (int __user *)arg))
			return -EFAULT;
		pty->locked = on != 0;
		return 0;
	case TIOCGPTLCK:
		return put_user((int)pty->locked, (int __user *)arg);
	case TIOCPKT:
		if (get_user(on, (int __user *)arg))
			return -EFAULT;
		pty->packet_status = 0;
		pty->packet = on != 0;
		return 0;
	case FIONREAD:
		return put_user((int)(pty->head - pty->tail), (int __user *)arg);
	default:
		return -ENOIOCTLCMD;
	}
}

/* ---- pairs ---- */

struct tty_struct *pty_find_slave(unsigned int n)
{
	return n < PTY_MAX && pairs[n] ? pairs[n]->slave : NULL;
}

static void slave_name(char *buf, size_t size, unsigned int n)
{
	snprintf(buf, size, "pts/%u", n);
}

static void free_pty(struct pty *pty)
{
	if (pty->master)
		tty_free(pty->master);
	if (pty->slave)
		tty_free(pty->slave);
	kfree(pty->out);
	kfree(pty);
}

static struct pty *alloc_pty(unsigned int n)
{
	struct pty *pty = kzalloc(sizeof(*pty), GFP_KERNEL);
	char name[TTY_NAME_MAX];

	if (!pty)
		return NULL;
	pty->index = n;
	pty->locked = true;
	spin_lock_init_named(&pty->out_lock, "pty out_lock");
	slave_name(name, sizeof(name), n);
	pty->out = kmalloc(OUT_SIZE, GFP_KERNEL);
	pty->master = tty_alloc("ptmx", MKDEV(TTYAUX_MAJOR, 2), &slave_ops, pty);
	pty->slave = tty_alloc(name, MKDEV(PTS_MAJOR, n), &slave_ops, pty);
	if (!pty->out || !pty->master || !pty->slave) {
		free_pty(pty);
		return NULL;
	}
	pty->master->is_master = true;
	pty->master->link = pty->slave;
	pty->slave->link = pty->master;
	return pty;
}

static struct pty *new_pair(void)
{
	unsigned int n = 0;
	struct pty *pty;
	int err;

	while (n < PTY_MAX && pairs[n])
		n++;
	if (n == PTY_MAX)
		return ERR_PTR(-ENOSPC);
	pty = alloc_pty(n);
	if (!pty)
		return ERR_PTR(-ENOMEM);
	err = devfs_create(pty->slave->name, S_IFCHR | PTS_MODE, pty->slave->dev);
	if (err) {
		free_pty(pty);
		return ERR_PTR(err);
	}
	pairs[n] = pty;
	return pty;
}

int ptmx_open(struct file *file)
{
	struct pty *pty;

	mutex_lock(&tty_mutex);
	pty = new_pair();
	if (!IS_ERR(pty)) {
		pty->master->opens = 1;
		file->private_data = pty->master;
		file->f_pos = 0;
	}
	mutex_unlock(&tty_mutex);
	return PTR_ERR_OR_ZERO(pty);
}

/* The last file of one side is gone. tty_mutex held. */
void pty_released(struct tty_struct *tty)
{
	struct pty *pty = tty->driver_data;

	tty->link->other_closed = true;
	if (tty->is_master) {
		tty_hangup_locked(tty->link);
		devfs_remove(pty->slave->name);
	}
	wake_up_all(&tty->link->read_wait);
	wake_up_all(&tty->link->write_wait);
	if (pty->master->opens || pty->slave->opens)
		return;
	pairs[pty->index] = NULL;
	tty_raw_forget(pty->slave);
	tty_raw_forget(pty->master);
	free_pty(pty);
}

void pty_init(void)
{
	pr_info("pty: %u pairs at most\n", PTY_MAX);
}
