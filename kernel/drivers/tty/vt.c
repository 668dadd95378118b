/* SPDX-License-Identifier: MIT */
/*
 * Virtual consoles tty1 to tty4: terminals on the screen and keyboard, one in front (Alt-F1 to
 * Alt-F4), and the kernel's console on the one in front.
 *
 * Locking: vt_lock, interrupts off, guards all screens, which is in front, and the hardware. Output
 * is taken in short pieces, so interrupts stay off for one piece only. Answers to reports go back
 * as input after the lock is dropped.
 */
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/string.h>
#include <quire/uaccess.h>
#include "vt.h"

#define PIECE	64u			/* bytes shown with interrupts off */
#define ROOM	4096u			/* the screen takes everything */

struct vt {
	struct tty_struct *tty;
	struct vt_screen screen;
};

static DEFINE_SPINLOCK(vt_lock);
static struct vt vts[VT_COUNT];
static unsigned int front;

dev_t vt_foreground_dev(void)
{
	return MKDEV(TTY_MAJOR, front + 1);
}

bool vt_app_cursor(void)
{
	return vts[front].screen.app_cursor;
}

static void put_piece(struct vt *vt, const u8 *buf, size_t n)
{
	char reply[sizeof(vt->screen.reply)];
	unsigned int reply_len;
	unsigned long flags;

	spin_lock_irqsave(&vt_lock, flags);
	for (size_t i = 0; i < n; i++)
		vt_put(&vt->screen, buf[i]);
	if (vt == &vts[front])
		vga_show(&vt->screen);
	reply_len = vt->screen.reply_len;
	memcpy(reply, vt->screen.reply, reply_len);
	vt->screen.reply_len = 0;
	spin_unlock_irqrestore(&vt_lock, flags);
	if (reply_len && vt->tty)
		(void)tty_input(vt->tty, (const u8 *)reply, reply_len);
}

static size_t vt_write(struct tty_struct *tty, const u8 *buf, size_t n)
{
	for (size_t done = 0; done < n; done += PIECE)
		put_piece(tty->driver_data, buf + done, min_t(size_t, n - done, PIECE));
	return n;
}

static size_t vt_room(struct tty_struct *tty)
{
	return ROOM;
}

static int vt_open(struct tty_struct *tty)
{
	tty->winsize = (struct winsize){ .ws_row = VT_ROWS, .ws_col = VT_COLS };
	return 0;
}

/* Programs ask this to find out whether they are on a console. */
static int vt_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	if (cmd != KDGKBTYPE)
		return -ENOIOCTLCMD;
	return put_user((u8)KB_101, (u8 __user *)arg);
}

static const struct tty_operations vt_ops = {
	.open = vt_open,
	.write = vt_write,
	.write_room = vt_room,
	.ioctl = vt_ioctl,
};

void vt_switch(unsigned int n)
{
	unsigned long flags;

	if (n >= VT_COUNT)
		return;
	spin_lock_irqsave(&vt_lock, flags);
	front = n;
	vga_show(&vts[n].screen);
	spin_unlock_irqrestore(&vt_lock, flags);
}

void vt_key_input(const u8 *buf, size_t n)
{
	struct tty_struct *tty = vts[front].tty;

	if (tty)
		(void)tty_input(tty, buf, n);
}

/* printk: "\n" is a new line here, there is no output processing. In a panic the lock does not count. */
static void vt_console_write(struct console *con, const char *buf, size_t len)
{
	bool locked = !panicking && spin_trylock(&vt_lock);
	struct vt_screen *s = &vts[front].screen;

	if (!locked && !panicking)
		return;			/* we interrupted ourselves: the ring has the message */
	for (size_t i = 0; i < len; i++) {
		if (buf[i] == '\n')
			vt_put(s, '\r');
		vt_put(s, (u8)buf[i]);
	}
	vga_show(s);
	if (locked)
		spin_unlock(&vt_lock);
}

static struct console vt_console = {
	.name = "tty0",
	.write = vt_console_write,
	.flags = CON_PRINTBUFFER,
	.dev = MKDEV(TTY_MAJOR, 1),
};

void vt_init(void)
{
	vga_init();
	for (unsigned int n = 0; n < VT_COUNT; n++) {
		char name[TTY_NAME_MAX];

		vt_reset(&vts[n].screen);
		snprintf(name, sizeof(name), "tty%u", n + 1);
		vts[n].tty = tty_register(name, MKDEV(TTY_MAJOR, n + 1), &vt_ops, &vts[n]);
		if (!vts[n].tty)
			pr_err("%s: no memory\n", name);
	}
	vt_switch(0);
	register_console(&vt_console);
}
