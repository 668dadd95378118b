/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the tty layer; drivers do not include it.
 */
#ifndef TTY_INTERNAL_H
#define TTY_INTERNAL_H

#include <quire/fs.h>
#include <quire/tty.h>

/* Termios flags of a locked tty. */
#define I_FLAG(tty, f)	(((tty)->termios.c_iflag & (f)) != 0)
#define O_FLAG(tty, f)	(((tty)->termios.c_oflag & (f)) != 0)
#define L_FLAG(tty, f)	(((tty)->termios.c_lflag & (f)) != 0)
#define CC(tty, i)	((tty)->termios.c_cc[i])

extern const struct termios2 tty_default_termios;

/* ldisc.c: tty->lock held unless said otherwise */
void ldisc_reset(struct tty_struct *tty);
/* How many more bytes the discipline can take without losing any that a reader could still make room for. */
size_t ldisc_room(const struct tty_struct *tty);
void ldisc_receive(struct tty_struct *tty, const u8 *buf, size_t n);
void ldisc_break(struct tty_struct *tty);
void ldisc_flush_input(struct tty_struct *tty);
/* The canonical mode went on or off: what is buffered becomes readable, or waits for its newline. */
void ldisc_mode_changed(struct tty_struct *tty, const struct termios2 *old);
/* Bytes (raw) or bytes of complete lines (canonical) that a reader could get now. */
size_t ldisc_readable(const struct tty_struct *tty);
bool ldisc_input_ready(const struct tty_struct *tty);
/* Take up to n bytes; *eol is set when a line (or an end of file) ended what was taken. */
size_t ldisc_take(struct tty_struct *tty, u8 *buf, size_t n, bool *eol);
void tty_stop_output(struct tty_struct *tty);
void tty_start_output(struct tty_struct *tty);

/* opost.c: tty->lock held. => how many of n bytes were taken; fewer when the driver has no room */
size_t opost_write(struct tty_struct *tty, const u8 *buf, size_t n);
void opost_echo(struct tty_struct *tty, const char *s, size_t n);

/* tty_raw.c: any context */
void tty_kick(struct tty_struct *tty);
void tty_raw_flush(struct tty_struct *tty);
void tty_raw_forget(struct tty_struct *tty);	/* before the tty is freed; sleeps */
void ttyd_start(void);

/* tty_io.c: tty_mutex held */
void tty_hangup_locked(struct tty_struct *tty);

/* tty_read.c, tty_write.c */
ssize_t tty_read(struct file *file, char __user *buf, size_t n, loff_t *pos);
ssize_t tty_write(struct file *file, const char __user *buf, size_t n, loff_t *pos);

/* tty_ioctl.c */
long tty_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
/* => 0 or -ERESTARTSYS; gives up silently after so many ticks */
int tty_wait_until_sent(struct tty_struct *tty, long timeout);

/* tty_jobctl.c */
int tty_check_read(struct tty_struct *tty);	/* may this process read? 0, -EIO, -ERESTARTSYS (SIGTTIN sent) */
int tty_check_change(struct tty_struct *tty);	/* may it change the terminal, or write with TOSTOP? SIGTTOU */
int tty_set_ctty(struct tty_struct *tty, bool steal);
void tty_maybe_set_ctty(struct tty_struct *tty, struct file *file);
int tty_get_pgrp(struct tty_struct *tty, struct tty_struct *mine, pid_t __user *p);
int tty_set_pgrp(struct tty_struct *tty, const pid_t __user *p);
int tty_get_sid(struct tty_struct *tty, pid_t __user *p);
int tty_give_up(struct tty_struct *tty);	/* TIOCNOTTY */
void tty_signal_pgrp(struct tty_struct *tty, int sig);
void tty_detach_session(struct tty_struct *tty);

/* pty.c */
int ptmx_open(struct file *file);
void pty_released(struct tty_struct *tty);
ssize_t pty_master_read(struct file *file, struct tty_struct *tty, char __user *buf, size_t n);
ssize_t pty_master_write(struct file *file, struct tty_struct *tty, const char __user *buf, size_t n);
unsigned int pty_master_poll(struct file *file, struct tty_struct *tty, struct poll_table *wait);
int pty_master_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg);

static inline struct tty_struct *file_tty(const struct file *file)
{
	return file->private_data;
}

/* The line was cut since the file was opened. Terminals have no position, so f_pos keeps the count. */
static inline bool file_hung_up(const struct file *file)
{
	return (u32)file->f_pos != READ_ONCE(file_tty(file)->hangs);
}

#endif
