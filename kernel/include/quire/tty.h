/* SPDX-License-Identifier: MIT */
/*
 * Terminals.
 *
 * Idea.  A tty_struct is one terminal line with the one line discipline: canonical editing, echo,
 * signals, flow control, as termios says. Below it a driver (serial, virtual console, pty) takes
 * output and delivers input. Input arrives in interrupts as raw bytes and only goes into a small
 * ring (tty_input); the task ttyd runs it through the discipline, so signals, echo and wake-ups
 * happen in task context with an ordinary mutex held.
 *
 * Locking, in this order: tty_mutex (open counts, who controls what) -> tty->lock (termios,
 * winsize, input buffer, columns) -> tasklist_lock -> a driver's spinlock. tty->raw.lock guards the
 * raw ring, interrupts off. signal->tty, tty->session and tty->pgrp change under tty_mutex and
 * tasklist_lock; either is enough to read. Nobody sleeps for input or room with tty->lock held.
 */
#ifndef QUIRE_TTY_H
#define QUIRE_TTY_H

#include <abi/termios.h>
#include <quire/lock.h>
#include <quire/mutex.h>
#include <quire/types.h>
#include <quire/wait.h>

#define TTY_MAJOR	4		/* tty0.., ttyS0 at 64 */
#define TTYAUX_MAJOR	5		/* tty, console, ptmx */
#define PTS_MAJOR	136
#define TTYS_MINOR	64

#define TTY_RAW_SIZE	4096u		/* ring of bytes not yet looked at */
#define TTY_READ_SIZE	4096u		/* the discipline's buffer: longest line + 1; powers of two */
#define TTY_NAME_MAX	16

struct file;
struct tty_struct;

struct tty_operations {
	/* First open: get ready. May sleep. => 0 or -errno. Last close: be quiet. Both may be NULL. */
	int (*open)(struct tty_struct *tty);
	void (*close)(struct tty_struct *tty);
	/* Take up to n bytes for output, in order; does not sleep. => how many were taken. */
	size_t (*write)(struct tty_struct *tty, const u8 *buf, size_t n);
	size_t (*write_room)(struct tty_struct *tty);
	size_t (*chars_in_buffer)(struct tty_struct *tty);	/* not yet sent; NULL: none ever */
	void (*set_termios)(struct tty_struct *tty, const struct termios2 *old); /* may be NULL */
	void (*stop)(struct tty_struct *tty);		/* flow control of output; may be NULL */
	void (*start)(struct tty_struct *tty);
	void (*unthrottle)(struct tty_struct *tty);	/* the raw ring has room again; may be NULL */
	void (*flush_output)(struct tty_struct *tty);	/* may be NULL */
	/* => -ENOIOCTLCMD: not mine */
	int (*ioctl)(struct tty_struct *tty, unsigned int cmd, unsigned long arg);
};

struct tty_raw {			/* raw.lock, interrupts off */
	spinlock_t lock;
	u32 head, tail;			/* free-running */
	bool throttled;			/* the driver was told that the ring is full */
	bool broke;			/* a break came since ttyd last looked */
	bool queued;			/* on ttyd's list */
	struct list_head link;
	u8 *buf;			/* TTY_RAW_SIZE bytes */
};

struct tty_struct {
	/* constant */
	char name[TTY_NAME_MAX];
	dev_t dev;
	const struct tty_operations *ops;
	void *driver_data;
	struct tty_struct *link;	/* pty: the other end */
	bool is_master;			/* a pty's master side: no discipline, no job control */
	struct list_head all;		/* tty_mutex */

	/* tty_mutex */
	unsigned int opens;
	u32 hangs;			/* times hung up: files opened before (file->f_pos) are dead */
	bool exclusive;
	bool other_closed;		/* pty: nobody has the other end open */
	pid_t session, pgrp;		/* 0: controls nobody; see above */

	/* lock */
	struct mutex lock;
	struct termios2 termios;
	struct winsize winsize;
	bool stopped;			/* ^S */
	bool lnext, erasing;
	unsigned int column, canon_column;	/* of output; where the line being typed began */
	u32 head, canon_head, tail;	/* free-running; canon_head: behind the last complete line */
	unsigned int canon_lines;	/* complete lines between tail and canon_head */
	unsigned long *line_end;	/* bit per byte of buf: a line ends here */
	u8 *buf;			/* TTY_READ_SIZE bytes */

	wait_queue_head_t read_wait, write_wait;
	struct tty_raw raw;
};

extern struct mutex tty_mutex;
extern const struct file_operations tty_fops;

/*
 * A driver's terminal appears: allocated, with default termios, and its node made. NULL without
 * memory; may sleep.
 */
struct tty_struct *tty_register(const char *name, dev_t dev, const struct tty_operations *ops, void *data);
/* For ptys: allocate and free without a node. */
struct tty_struct *tty_alloc(const char *name, dev_t dev, const struct tty_operations *ops, void *data);
void tty_free(struct tty_struct *tty);
struct tty_struct *tty_find(dev_t dev);		/* tty_mutex held */

/*
 * Bytes that came in, from an interrupt or a task. => how many were taken; fewer than n means the
 * ring is full: the driver holds back its source until unthrottle() is called.
 */
size_t tty_input(struct tty_struct *tty, const u8 *buf, size_t n);
size_t tty_input_room(struct tty_struct *tty);	/* asking and finding none counts as a short tty_input */
void tty_input_break(struct tty_struct *tty);	/* a break condition on the line; any context */
/* The driver has room again; any context. */
void tty_write_wakeup(struct tty_struct *tty);
/* The line is gone: SIGHUP to its session, end of file for all. May sleep. */
void tty_hangup(struct tty_struct *tty);

/*
 * Controlling terminals (tty_jobctl.c). disassociate_ctty: the current process gives its terminal
 * up; a session leader's exit also hangs up the foreground group. May sleep.
 */
struct task_struct;
void disassociate_ctty(bool on_exit);
dev_t task_tty_dev(struct task_struct *t);	/* for /proc: 0 if none */
pid_t task_tty_pgrp(struct task_struct *t);	/* -1 if none */

void tty_init(void);		/* ttyd and the special devices; then the drivers: */
void serial_init(void);
void vt_init(void);
void keyboard_init(void);
void pty_init(void);

#endif
