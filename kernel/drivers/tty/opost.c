/* SPDX-License-Identifier: MIT */
/*
 * Output processing: what OPOST asks for on the way to the driver, and the column that echo needs
 * for erasing. A byte is taken whole or not at all: when its expansion does not fit in the driver's
 * room, it stays with the caller.
 */
#include <quire/kernel.h>
#include <quire/string.h>
#include "tty_internal.h"

#define TAB_WIDTH	8u
#define PLAIN_CHUNK	128u

static void advance_column(struct tty_struct *tty, u8 c)
{
	/* Bytes inside a UTF-8 sequence take no column of their own. */
	if (c >= ' ' && c != 0x7f && !(I_FLAG(tty, IUTF8) && (c & 0xc0) == 0x80))
		tty->column++;
}

/* What one byte becomes, in out[]; => its length, 0 if it is swallowed. Moves the column. */
static size_t expand(struct tty_struct *tty, u8 c, u8 out[TAB_WIDTH])
{
	size_t spaces;

	switch (c) {
	case '\n':
		if (O_FLAG(tty, ONLRET))
			tty->column = 0;
		if (!O_FLAG(tty, ONLCR))
			break;
		tty->column = tty->canon_column = 0;
		out[0] = '\r';
		out[1] = '\n';
		return 2;
	case '\r':
		if (O_FLAG(tty, ONOCR) && tty->column == 0)
			return 0;
		if (O_FLAG(tty, OCRNL)) {
			c = '\n';
			if (O_FLAG(tty, ONLRET))
				tty->column = 0;
			break;
		}
		tty->column = tty->canon_column = 0;
		break;
	case '\t':
		spaces = TAB_WIDTH - tty->column % TAB_WIDTH;
		tty->column += spaces;
		if ((tty->termios.c_oflag & TABDLY) != XTABS)
			break;
		memset(out, ' ', spaces);
		return spaces;
	case '\b':
		if (tty->column)
			tty->column--;
		break;
	default:
		if (O_FLAG(tty, OLCUC))
			c = (u8)toupper(c);
		advance_column(tty, c);
		break;
	}
	out[0] = c;
	return 1;
}

/* Bytes at the start of buf that go out as they are. */
static size_t plain_run(const struct tty_struct *tty, const u8 *buf, size_t n)
{
	size_t len = 0;

	if (O_FLAG(tty, OLCUC))
		return 0;
	while (len < n && (buf[len] >= ' ' || buf[len] == 0x1b))
		len++;
	return len;
}

static size_t write_special(struct tty_struct *tty, u8 c)
{
	u8 out[TAB_WIDTH];
	size_t len;

	if (tty->ops->write_room(tty) < TAB_WIDTH)
		return 0;
	len = expand(tty, c, out);
	tty->ops->write(tty, out, len);
	return 1;
}

size_t opost_write(struct tty_struct *tty, const u8 *buf, size_t n)
{
	size_t done = 0, run, taken;

	if (!O_FLAG(tty, OPOST))
		return tty->ops->write(tty, buf, n);
	while (done < n) {
		run = plain_run(tty, buf + done, min_t(size_t, n - done, PLAIN_CHUNK));
		if (!run) {
			if (!write_special(tty, buf[done]))
				break;
			done++;
			continue;
		}
		taken = tty->ops->write(tty, buf + done, run);
		for (size_t i = 0; i < taken; i++)
			advance_column(tty, buf[done + i]);
		done += taken;
		if (taken < run)
			break;
	}
	return done;
}

/* Echo has nobody to wait: what the driver has no room for is lost, as on a real line. */
void opost_echo(struct tty_struct *tty, const char *s, size_t n)
{
	(void)opost_write(tty, (const u8 *)s, n);
}
