/* SPDX-License-Identifier: MIT */
/*
 * Terminals as files: finding the terminal that a device number names, opening, closing, polling,
 * hanging up.
 *
 * /dev/tty is the process's controlling terminal, /dev/console the terminal behind the preferred
 * console, /dev/tty0 the virtual console in front; each is resolved at open, and the file then
 * belongs to the real terminal. A file whose terminal was hung up since stays open and useless, as
 * a modem line that was cut.
 */
#include <abi/signal.h>
#include <quire/assert.h>
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/poll.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include "tty_internal.h"
#include "vt.h"

#define CTRL(c)		((c) & 0x1f)
#define DEV_TTY		MKDEV(TTYAUX_MAJOR, 0)
#define DEV_CONSOLE	MKDEV(TTYAUX_MAJOR, 1)
#define DEV_PTMX	MKDEV(TTYAUX_MAJOR, 2)
#define DEV_TTY0	MKDEV(TTY_MAJOR, 0)
#define DEFAULT_SPEED	115200
#define TTY_MODE	0620
#define ANYONE_MODE	0666
#define CONSOLE_MODE	0600
#define CLOSE_WAIT	(30 * HZ)

DEFINE_MUTEX(tty_mutex);
static LIST_HEAD(tty_list);		/* tty_mutex */

const struct termios2 tty_default_termios = {
	.c_iflag = ICRNL | IXON | IUTF8,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = {
		[VINTR] = CTRL('C'), [VQUIT] = CTRL('\\'), [VERASE] = 0x7f, [VKILL] = CTRL('U'),
		[VEOF] = CTRL('D'), [VMIN] = 1, [VSTART] = CTRL('Q'), [VSTOP] = CTRL('S'),
		[VSUSP] = CTRL('Z'), [VREPRINT] = CTRL('R'), [VDISCARD] = CTRL('O'),
		[VWERASE] = CTRL('W'), [VLNEXT] = CTRL('V'),
	},
	.c_ispeed = DEFAULT_SPEED, .c_ospeed = DEFAULT_SPEED,
};

static void init_tty(struct tty_struct *tty, const char *name, dev_t dev, const struct tty_operations *ops,
		     void *data)
{
	strlcpy(tty->name, name, sizeof(tty->name));
	tty->dev = dev;
	tty->ops = ops;
	tty->driver_data = data;
	tty->termios = tty_default_termios;
	mutex_init(&tty->lock);
	init_waitqueue_head(&tty->read_wait);
	init_waitqueue_head(&tty->write_wait);
	INIT_LIST_HEAD(&tty->all);
	spin_lock_init(&tty->raw.lock);
	INIT_LIST_HEAD(&tty->raw.link);
}

struct tty_struct *tty_alloc(const char *name, dev_t dev, const struct tty_operations *ops, void *data)
{
	struct tty_struct *tty = kzalloc(sizeof(*tty), GFP_KERNEL);

	if (!tty)
		return NULL;
	tty->buf = kmalloc(TTY_READ_SIZE, GFP_KERNEL);
	tty->raw.buf = kmalloc(TTY_RAW_SIZE, GFP_KERNEL);
	tty->line_end = kzalloc(TTY_READ_SIZE / 8, GFP_KERNEL);
	if (!tty->buf || !tty->raw.buf || !tty->line_end) {
		tty_free(tty);
		return NULL;
	}
	init_tty(tty, name, dev, ops, data);
	return tty;
}

void tty_free(struct tty_struct *tty)
{
	kfree(tty->buf);
	kfree(tty->raw.buf);
	kfree(tty->line_end);
	kfree(tty);
}

struct tty_struct *tty_register(const char *name, dev_t dev, const struct tty_operations *ops, void *data)
{
	struct tty_struct *tty = tty_alloc(name, dev, ops, data);
	int err;

	if (!tty)
		return NULL;
	mutex_lock(&tty_mutex);
	list_add_tail(&tty->all, &tty_list);
	mutex_unlock(&tty_mutex);
	err = devfs_create(name, S_IFCHR | TTY_MODE, dev);
	if (err)
		pr_err("%s: no device node: error %d\n", name, err);
	return tty;
}

struct tty_struct *tty_find(dev_t dev)
{
	struct tty_struct *tty;

	list_for_each_entry(tty, &tty_list, all)
		if (tty->dev == dev)
			return tty;
	return NULL;
}

/* The terminal that a device number means to this process; tty_mutex held. ERR_PTR: -ENXIO, -ENODEV. */
static struct tty_struct *resolve(dev_t dev)
{
	struct tty_struct *tty;

	if (dev == DEV_TTY) {
		tty = current->signal->tty;
		return tty ? tty : ERR_PTR(-ENXIO);
	}
	if (dev == DEV_CONSOLE) {
		struct console *con = preferred_console();

		if (!con || !con->dev)
			return ERR_PTR(-ENODEV);
		dev = con->dev;
	}
	if (dev == DEV_TTY0)
		dev = vt_foreground_dev();
	tty = MAJOR(dev) == PTS_MAJOR ? pty_find_slave(MINOR(dev)) : tty_find(dev);
	return tty ? tty : ERR_PTR(-ENXIO);
}

/* First open: a clean slate. tty_mutex held. */
static int first_open(struct tty_struct *tty)
{
	int err = tty->ops->open ? tty->ops->open(tty) : 0;

	if (err)
		return err;
	mutex_lock(&tty->lock);
	tty->exclusive = tty->stopped = false;
	ldisc_reset(tty);
	mutex_unlock(&tty->lock);
	return 0;
}

static int open_locked(struct file *file, struct tty_struct *tty)
{
	int err = 0;

	if (tty->exclusive && tty->opens && !capable())
		return -EBUSY;
	if (!tty->opens)
		err = first_open(tty);
	if (err)
		return err;
	tty->opens++;
	if (tty->link)
		tty->link->other_closed = false;
	file->private_data = tty;
	file->f_pos = tty->hangs;
	return 0;
}

static int tty_open(struct inode *inode, struct file *file)
{
	dev_t dev = inode->i_rdev;
	struct tty_struct *tty;
	int err;

	if (dev == DEV_PTMX)
		return ptmx_open(file);
	mutex_lock(&tty_mutex);
	tty = resolve(dev);
	err = IS_ERR(tty) ? (int)PTR_ERR(tty) : open_locked(file, tty);
	mutex_unlock(&tty_mutex);
	if (!err && dev != DEV_TTY && dev != DEV_CONSOLE && !(file->f_flags & O_NOCTTY))
		tty_maybe_set_ctty(tty, file);
	return err;
}

static void last_close(struct tty_struct *tty)
{
	mutex_lock(&tty->lock);
	ldisc_flush_input(tty);
	mutex_unlock(&tty->lock);
	if (tty->ops->close)
		tty->ops->close(tty);
	if (tty->link)
		pty_released(tty);
}

/* Who closes last waits until what was written is out, unless the line is gone. */
static int tty_release(struct inode *inode, struct file *file)
{
	struct tty_struct *tty = file_tty(file);

	if (tty->opens == 1 && !tty->is_master && !file_hung_up(file))
		(void)tty_wait_until_sent(tty, CLOSE_WAIT);
	mutex_lock(&tty_mutex);
	if (--tty->opens == 0)
		last_close(tty);
	mutex_unlock(&tty_mutex);
	return 0;
}

static unsigned int tty_poll(struct file *file, struct poll_table *wait)
{
	struct tty_struct *tty = file_tty(file);
	unsigned int mask = 0;

	if (tty->is_master)
		return pty_master_poll(file, tty, wait);
	poll_wait(file, &tty->read_wait, wait);
	poll_wait(file, &tty->write_wait, wait);
	mutex_lock(&tty->lock);
	if (ldisc_input_ready(tty))
		mask |= POLLIN | POLLRDNORM;
	if (!tty->stopped && tty->ops->write_room(tty))
		mask |= POLLOUT | POLLWRNORM;
	if (file_hung_up(file) || tty->other_closed)
		mask |= POLLIN | POLLRDNORM | POLLHUP;
	mutex_unlock(&tty->lock);
	return mask;
}

void tty_write_wakeup(struct tty_struct *tty)
{
	wake_up_poll(&tty->write_wait, POLLOUT);
}

void tty_hangup_locked(struct tty_struct *tty)
{
	tty->hangs++;
	tty->exclusive = false;
	tty_detach_session(tty);
	mutex_lock(&tty->lock);
	tty_start_output(tty);
	ldisc_flush_input(tty);
	if (tty->ops->flush_output)
		tty->ops->flush_output(tty);
	tty->termios = tty_default_termios;
	mutex_unlock(&tty->lock);
	wake_up_all(&tty->read_wait);
	wake_up_all(&tty->write_wait);
}

void tty_hangup(struct tty_struct *tty)
{
	mutex_lock(&tty_mutex);
	tty_hangup_locked(tty);
	mutex_unlock(&tty_mutex);
}

const struct file_operations tty_fops = {
	.llseek = no_llseek,
	.open = tty_open,
	.release = tty_release,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
};

static void make_node(const char *name, umode_t mode, dev_t dev)
{
	int err = devfs_create(name, S_IFCHR | mode, dev);

	if (err)
		pr_err("%s: no device node: error %d\n", name, err);
}

void tty_init(void)
{
	static const struct {
		unsigned int major;
		const char *name;
	} majors[] = { { TTY_MAJOR, "tty" }, { TTYAUX_MAJOR, "ttyaux" }, { PTS_MAJOR, "pts" } };

	for (size_t i = 0; i < ARRAY_SIZE(majors); i++)
		if (register_chrdev(majors[i].major, majors[i].name, &tty_fops))
			panic("tty: device number %u is taken", majors[i].major);
	ttyd_start();
	make_node("tty", ANYONE_MODE, DEV_TTY);
	make_node("console", CONSOLE_MODE, DEV_CONSOLE);
	make_node("ptmx", ANYONE_MODE, DEV_PTMX);
	make_node("tty0", TTY_MODE, DEV_TTY0);
}
