/* SPDX-License-Identifier: MIT */
/*
 * ioctl() of terminals. What changes the terminal checks for the background first; what a driver
 * knows alone goes to the driver; the rest is -ENOTTY. On a pty's master, questions about the line
 * are about the slave's.
 */
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/signal.h>
#include <quire/string.h>
#include <quire/uaccess.h>
#include "tty_internal.h"

/* CBAUD codes 0-15, then (with 010000) from 57600 on. */
static const u32 speeds[] = { 0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400 };
static const u32 high_speeds[] = { 0, 57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000 };
#define CBAUD_HIGH	0010000u

static u32 speed_of(u32 cflag)
{
	u32 code = cflag & CBAUD & ~CBAUD_HIGH;

	if (!(cflag & CBAUD_HIGH))
		return code < ARRAY_SIZE(speeds) ? speeds[code] : 0;
	return code < ARRAY_SIZE(high_speeds) ? high_speeds[code] : 0;
}

static void change_termios(struct tty_struct *tty, const struct termios2 *new)
{
	struct termios2 old;

	mutex_lock(&tty->lock);
	old = tty->termios;
	tty->termios = *new;
	tty->termios.c_ispeed = tty->termios.c_ospeed = speed_of(new->c_cflag);
	ldisc_mode_changed(tty, &old);
	if (!I_FLAG(tty, IXON))
		tty_start_output(tty);
	if (tty->ops->set_termios)
		tty->ops->set_termios(tty, &old);
	mutex_unlock(&tty->lock);
}

static bool all_sent(struct tty_struct *tty)
{
	return !tty->ops->chars_in_buffer || !tty->ops->chars_in_buffer(tty);
}

int tty_wait_until_sent(struct tty_struct *tty, long timeout)
{
	long left = wait_event_interruptible_timeout(tty->write_wait, all_sent(tty), timeout);

	return left < 0 ? (int)left : 0;
}

static void flush_input(struct tty_struct *tty)
{
	mutex_lock(&tty->lock);
	ldisc_flush_input(tty);
	mutex_unlock(&tty->lock);
}

enum set_when { SET_NOW, SET_DRAIN, SET_FLUSH };

static int set_termios(struct tty_struct *tty, const struct termios2 *new, enum set_when when)
{
	int err = tty_check_change(tty);

	if (!err && when != SET_NOW)
		err = tty_wait_until_sent(tty, MAX_SCHEDULE_TIMEOUT);
	if (err)
		return err;
	if (when == SET_FLUSH)
		flush_input(tty);
	change_termios(tty, new);
	return 0;
}

/* TCSETS and TCSETS2: the short structure is the beginning of the long one. */
static int user_set_termios(struct tty_struct *tty, unsigned long arg, size_t size, enum set_when when)
{
	struct termios2 new = tty->termios;

	if (copy_from_user(&new, (void __user *)arg, size))
		return -EFAULT;
	return set_termios(tty, &new, when);
}

static int user_get_termios(struct tty_struct *tty, unsigned long arg, size_t size)
{
	struct termios2 t;

	mutex_lock(&tty->lock);
	t = tty->termios;
	mutex_unlock(&tty->lock);
	return copy_to_user((void __user *)arg, &t, size) ? -EFAULT : 0;
}

static int user_set_termio(struct tty_struct *tty, unsigned long arg, enum set_when when)
{
	struct termios2 new = tty->termios;
	struct termio t;

	if (copy_from_user(&t, (void __user *)arg, sizeof(t)))
		return -EFAULT;
	new.c_iflag = (new.c_iflag & 0xffff0000u) | t.c_iflag;
	new.c_oflag = (new.c_oflag & 0xffff0000u) | t.c_oflag;
	new.c_cflag = (new.c_cflag & 0xffff0000u) | t.c_cflag;
	new.c_lflag = (new.c_lflag & 0xffff0000u) | t.c_lflag;
	memcpy(new.c_cc, t.c_cc, NCC);
	return set_termios(tty, &new, when);
}

static int user_get_termio(struct tty_struct *tty, unsigned long arg)
{
	struct termio t = { .c_iflag = (u16)tty->termios.c_iflag, .c_oflag = (u16)tty->termios.c_oflag,
			    .c_cflag = (u16)tty->termios.c_cflag, .c_lflag = (u16)tty->termios.c_lflag };

	memcpy(t.c_cc, tty->termios.c_cc, NCC);
	return copy_to_user((void __user *)arg, &t, sizeof(t)) ? -EFAULT : 0;
}

static int termios_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case TCGETS:
		return user_get_termios(tty, arg, sizeof(struct termios));
	case TCGETS2:
		return user_get_termios(tty, arg, sizeof(struct termios2));
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return user_set_termios(tty, arg, sizeof(struct termios), (enum set_when)(cmd - TCSETS));
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return user_set_termios(tty, arg, sizeof(struct termios2), (enum set_when)(cmd - TCSETS2));
	case TCGETA:
		return user_get_termio(tty, arg);
	case TCSETA:
	case TCSETAW:
	case TCSETAF:
		return user_set_termio(tty, arg, (enum set_when)(cmd - TCSETA));
	default:
		return -ENOIOCTLCMD;
	}
}

/* A new size is told to the foreground group, once. */
static int set_winsize(struct tty_struct *tty, const struct winsize __user *p)
{
	struct winsize ws;
	bool same;

	if (copy_from_user(&ws, p, sizeof(ws)))
		return -EFAULT;
	mutex_lock(&tty->lock);
	same = !memcmp(&ws, &tty->winsize, sizeof(ws));
	tty->winsize = ws;
	mutex_unlock(&tty->lock);
	if (!same)
		tty_signal_pgrp(tty, SIGWINCH);
	return 0;
}

static int flush(struct tty_struct *tty, unsigned long what)
{
	int err = tty_check_change(tty);

	if (err)
		return err;
	if (what > TCIOFLUSH)
		return -EINVAL;
	if (what != TCOFLUSH)
		flush_input(tty);
	if (what != TCIFLUSH) {
		if (tty->ops->flush_output)
			tty->ops->flush_output(tty);
		tty_write_wakeup(tty);
	}
	return 0;
}

static int flow(struct tty_struct *tty, unsigned long what)
{
	int err = tty_check_change(tty);
	u8 c;

	if (err)
		return err;
	mutex_lock(&tty->lock);
	switch (what) {
	case TCOOFF:
		tty_stop_output(tty);
		break;
	case TCOON:
		tty_start_output(tty);
		break;
	case TCIOFF:
	case TCION:
		c = CC(tty, what == TCIOFF ? VSTOP : VSTART);
		if (c != VDISABLED)
			tty->ops->write(tty, &c, 1);
		break;
	default:
		err = -EINVAL;
		break;
	}
	mutex_unlock(&tty->lock);
	return err;
}

static int send_break(struct tty_struct *tty)
{
	int err = tty_check_change(tty);

	return err ? err : tty_wait_until_sent(tty, MAX_SCHEDULE_TIMEOUT);
}

/* Put a byte into the input as if it had been typed. */
static int fake_input(struct tty_struct *tty, const u8 __user *p)
{
	u8 c;

	if (current->signal->tty != tty && !capable())
		return -EPERM;
	if (get_user(c, p))
		return -EFAULT;
	(void)tty_input(tty, &c, 1);
	return 0;
}

static int count_readable(struct tty_struct *tty, int __user *p)
{
	int n;

	mutex_lock(&tty->lock);
	n = (int)ldisc_readable(tty);
	mutex_unlock(&tty->lock);
	return put_user(n, p);
}

static int set_exclusive(struct tty_struct *tty, bool on)
{
	mutex_lock(&tty_mutex);
	tty->exclusive = on;
	mutex_unlock(&tty_mutex);
	return 0;
}

static int line_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case TIOCGWINSZ:
		return copy_to_user((void __user *)arg, &tty->winsize, sizeof(tty->winsize)) ? -EFAULT : 0;
	case TIOCSWINSZ:
		return set_winsize(tty, (const struct winsize __user *)arg);
	case TCFLSH:
		return flush(tty, arg);
	case TCXONC:
		return flow(tty, arg);
	case TCSBRK:
	case TCSBRKP:
		return send_break(tty);
	case TIOCSTI:
		return fake_input(tty, (const u8 __user *)arg);
	case FIONREAD:
		return count_readable(tty, (int __user *)arg);
	case TIOCOUTQ:
		return put_user(tty->ops->chars_in_buffer ? (int)tty->ops->chars_in_buffer(tty) : 0,
				(int __user *)arg);
	case TIOCEXCL:
	case TIOCNXCL:
		return set_exclusive(tty, cmd == TIOCEXCL);
	case TIOCGETD:
		return put_user(0, (int __user *)arg);
	default:
		return -ENOIOCTLCMD;
	}
}

static int job_ioctl(struct tty_struct *tty, struct tty_struct *mine, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case TIOCSCTTY:
		return tty_set_ctty(tty, arg == 1);
	case TIOCNOTTY:
		return tty_give_up(tty);
	case TIOCGPGRP:
		return tty_get_pgrp(tty, mine, (pid_t __user *)arg);
	case TIOCSPGRP:
		return tty_set_pgrp(tty, (const pid_t __user *)arg);
	case TIOCGSID:
		return tty_get_sid(tty, (pid_t __user *)arg);
	default:
		return -ENOIOCTLCMD;
	}
}

long tty_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tty_struct *mine = file_tty(file), *tty = mine->is_master ? mine->link : mine;
	int err = -ENOIOCTLCMD;

	if (file_hung_up(file))
		return -EIO;
	if (mine->is_master)
		err = pty_master_ioctl(mine, cmd, arg);
	if (err == -ENOIOCTLCMD)
		err = termios_ioctl(tty, cmd, arg);
	if (err == -ENOIOCTLCMD)
		err = line_ioctl(tty, cmd, arg);
	if (err == -ENOIOCTLCMD)
		err = job_ioctl(tty, mine, cmd, arg);
	if (err == -ENOIOCTLCMD && mine->ops->ioctl)
		err = mine->ops->ioctl(mine, cmd, arg);
	return err == -ENOIOCTLCMD ? -ENOTTY : err;
}
