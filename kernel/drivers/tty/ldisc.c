/* SPDX-License-Identifier: MIT */
/*
 * The line discipline's input side: what becomes of a byte that was typed.
 *
 * The buffer is a ring with three free-running positions, tail <= canon_head <= head: the reader
 * takes at tail; up to canon_head lie complete lines; from there to head lies the line being typed,
 * which erase and kill may still change. A set bit in line_end marks the last byte of a line; an
 * end of file is a marked byte of value VDISABLED that readers do not get. In raw mode everything
 * up to head is readable and nothing is marked.
 *
 * Everything here runs with tty->lock held, in task context (ttyd, or a pty master's writer).
 */
#include <abi/signal.h>
#include <quire/bitops.h>
#include <quire/kernel.h>
#include <quire/poll.h>
#include <quire/sched.h>
#include <quire/string.h>
#include "tty_internal.h"
#include "ldisc_edit.h"

void ldisc_reset(struct tty_struct *tty)
{
	tty->head = tty->canon_head = tty->tail = 0;
	tty->canon_lines = 0;
	tty->lnext = tty->erasing = false;
	memset(tty->line_end, 0, TTY_READ_SIZE / 8);
}

void ldisc_flush_input(struct tty_struct *tty)
{
	ldisc_reset(tty);
	tty_raw_flush(tty);
}

size_t ldisc_room(const struct tty_struct *tty)
{
	size_t room = TTY_READ_SIZE - 1 - (tty->head - tty->tail);

	/* A full buffer without a complete line would never move: take bytes, and lose them. */
	if (!room && L_FLAG(tty, ICANON) && !tty->canon_lines)
		return 1;
	return room;
}

static void put_byte(struct tty_struct *tty, u8 c)
{
	if (tty->head - tty->tail < TTY_READ_SIZE - 1)
		tty->buf[tty->head++ % TTY_READ_SIZE] = c;
}

/* The line is complete with this byte; a full buffer gives up its last byte for it. */
static void end_line(struct tty_struct *tty, u8 c)
{
	if (tty->head - tty->tail == TTY_READ_SIZE - 1 && tty->head != tty->canon_head)
		tty->head--;
	__set_bit(tty->head % TTY_READ_SIZE, tty->line_end);
	put_byte(tty, c);
	tty->canon_head = tty->head;
	tty->canon_lines++;
	tty->erasing = false;
	wake_up_poll(&tty->read_wait, POLLIN);
}

void tty_stop_output(struct tty_struct *tty)
{
	if (tty->stopped)
		return;
	tty->stopped = true;
	if (tty->ops->stop)
		tty->ops->stop(tty);
}

void tty_start_output(struct tty_struct *tty)
{
	if (!tty->stopped)
		return;
	tty->stopped = false;
	if (tty->ops->start)
		tty->ops->start(tty);
	wake_up(&tty->write_wait);
}

static void input_signal(struct tty_struct *tty, int sig, u8 c)
{
	if (!L_FLAG(tty, NOFLSH)) {
		ldisc_reset(tty);
		if (tty->ops->flush_output)
			tty->ops->flush_output(tty);
		wake_up(&tty->write_wait);
	}
	if (I_FLAG(tty, IXON))
		tty_start_output(tty);
	if (L_FLAG(tty, ECHO))
		edit_echo_char(tty, c);
	tty_signal_pgrp(tty, sig);
}

static bool is_cc(const struct tty_struct *tty, unsigned int i, u8 c)
{
	return c == CC(tty, i) && c != VDISABLED;
}

/* => true: the byte was a flow control or signal character and is gone. */
static bool receive_control(struct tty_struct *tty, u8 c)
{
	if (I_FLAG(tty, IXON)) {
		if (is_cc(tty, VSTART, c)) {
			tty_start_output(tty);
			return true;
		}
		if (is_cc(tty, VSTOP, c)) {
			tty_stop_output(tty);
			return true;
		}
	}
	if (!L_FLAG(tty, ISIG))
		return false;
	if (is_cc(tty, VINTR, c))
		input_signal(tty, SIGINT, c);
	else if (is_cc(tty, VQUIT, c))
		input_signal(tty, SIGQUIT, c);
	else if (is_cc(tty, VSUSP, c))
		input_signal(tty, SIGTSTP, c);
	else
		return false;
	return true;
}

/* => true: the byte edits the line being typed, or ended it. */
static bool receive_canonical(struct tty_struct *tty, u8 c)
{
	bool ext = L_FLAG(tty, IEXTEN);

	if (is_cc(tty, VERASE, c) || is_cc(tty, VKILL, c) || (ext && is_cc(tty, VWERASE, c))) {
		edit_erase(tty, c);
		return true;
	}
	if (ext && is_cc(tty, VLNEXT, c)) {
		tty->lnext = true;
		edit_echo_lnext(tty);
		return true;
	}
	if (ext && is_cc(tty, VREPRINT, c) && L_FLAG(tty, ECHO)) {
		edit_reprint(tty, c);
		return true;
	}
	if (c == '\n') {
		if (L_FLAG(tty, ECHO) || L_FLAG(tty, ECHONL))
			opost_echo(tty, "\n", 1);
		end_line(tty, c);
		return true;
	}
	if (is_cc(tty, VEOF, c)) {
		end_line(tty, VDISABLED);
		return true;
	}
	if (is_cc(tty, VEOL, c) || (ext && is_cc(tty, VEOL2, c))) {
		if (L_FLAG(tty, ECHO))
			edit_echo_char(tty, c);
		end_line(tty, c);
		return true;
	}
	return false;
}

static void store(struct tty_struct *tty, u8 c)
{
	bool full = tty->head - tty->tail >= TTY_READ_SIZE - 1;

	if (full && I_FLAG(tty, IMAXBEL))
		opost_echo(tty, "\a", 1);
	if (full)
		return;
	if (L_FLAG(tty, ECHO))
		edit_echo_typed(tty, c);
	if (I_FLAG(tty, PARMRK) && c == 0xff)
		put_byte(tty, c);
	put_byte(tty, c);
}

static void receive_byte(struct tty_struct *tty, u8 c)
{
	if (I_FLAG(tty, ISTRIP))
		c &= 0x7f;
	if (I_FLAG(tty, IUCLC) && L_FLAG(tty, IEXTEN))
		c = (u8)tolower(c);
	if (tty->stopped && I_FLAG(tty, IXANY) && I_FLAG(tty, IXON) && !is_cc(tty, VSTOP, c))
		tty_start_output(tty);
	if (tty->lnext) {
		tty->lnext = false;
		store(tty, c);
		return;
	}
	if (receive_control(tty, c))
		return;
	if (c == '\r') {
		if (I_FLAG(tty, IGNCR))
			return;
		if (I_FLAG(tty, ICRNL))
			c = '\n';
	} else if (c == '\n' && I_FLAG(tty, INLCR)) {
		c = '\r';
	}
	if (L_FLAG(tty, ICANON) && receive_canonical(tty, c))
		return;
	store(tty, c);
}

/* Nothing to look at in any byte: the whole block goes to the buffer at once. */
static bool is_transparent(const struct tty_struct *tty)
{
	return !(tty->termios.c_iflag & (ISTRIP | IUCLC | IGNCR | ICRNL | INLCR | IXON | PARMRK)) &&
	       !(tty->termios.c_lflag & (ISIG | ICANON | ECHO)) && !tty->lnext;
}

static void receive_transparent(struct tty_struct *tty, const u8 *buf, size_t n)
{
	size_t at = tty->head % TTY_READ_SIZE;
	size_t first;

	n = min_t(size_t, n, TTY_READ_SIZE - 1 - (tty->head - tty->tail));
	first = min_t(size_t, n, TTY_READ_SIZE - at);
	memcpy(tty->buf + at, buf, first);
	memcpy(tty->buf, buf + first, n - first);
	tty->head += (u32)n;
}

void ldisc_receive(struct tty_struct *tty, const u8 *buf, size_t n)
{
	if (is_transparent(tty))
		receive_transparent(tty, buf, n);
	else
		for (size_t i = 0; i < n; i++)
			receive_byte(tty, buf[i]);
	if (ldisc_input_ready(tty))
		wake_up_poll(&tty->read_wait, POLLIN);
}

void ldisc_break(struct tty_struct *tty)
{
	if (I_FLAG(tty, IGNBRK))
		return;
	if (I_FLAG(tty, BRKINT)) {
		ldisc_flush_input(tty);
		tty_signal_pgrp(tty, SIGINT);
		return;
	}
	if (I_FLAG(tty, PARMRK)) {
		put_byte(tty, 0xff);
		put_byte(tty, 0);
	}
	put_byte(tty, 0);
	wake_up(&tty->read_wait);
}

/* ---- the reader's side ---- */

void ldisc_mode_changed(struct tty_struct *tty, const struct termios2 *old)
{
	bool canon = L_FLAG(tty, ICANON);

	tty->lnext = tty->erasing = false;
	if (canon == ((old->c_lflag & ICANON) != 0))
		return;
	/* What was typed before can be read now: as one line, or as plain bytes. */
	memset(tty->line_end, 0, TTY_READ_SIZE / 8);
	tty->canon_lines = 0;
	tty->canon_head = tty->head;
	if (canon && tty->head != tty->tail) {
		__set_bit((tty->head - 1) % TTY_READ_SIZE, tty->line_end);
		tty->canon_lines = 1;
	}
	wake_up(&tty->read_wait);
}

size_t ldisc_readable(const struct tty_struct *tty)
{
	return (L_FLAG(tty, ICANON) ? tty->canon_head : tty->head) - tty->tail;
}

bool ldisc_input_ready(const struct tty_struct *tty)
{
	if (L_FLAG(tty, ICANON))
		return tty->canon_lines > 0;
	return tty->head - tty->tail >= (CC(tty, VTIME) ? 1u : max_t(u32, CC(tty, VMIN), 1));
}

static size_t take_line(struct tty_struct *tty, u8 *buf, size_t n, bool *eol)
{
	size_t done = 0;

	while (done < n && tty->tail != tty->canon_head) {
		u32 at = tty->tail++ % TTY_READ_SIZE;
		bool ends = __test_and_clear_bit(at, tty->line_end);

		if (!ends || tty->buf[at] != VDISABLED)
			buf[done++] = tty->buf[at];
		if (ends) {
			tty->canon_lines--;
			*eol = true;
			break;
		}
	}
	return done;
}

size_t ldisc_take(struct tty_struct *tty, u8 *buf, size_t n, bool *eol)
{
	size_t first, at = tty->tail % TTY_READ_SIZE;

	*eol = false;
	if (L_FLAG(tty, ICANON))
		return take_line(tty, buf, n, eol);
	n = min_t(size_t, n, tty->head - tty->tail);
	first = min_t(size_t, n, TTY_READ_SIZE - at);
	memcpy(buf, tty->buf + at, first);
	memcpy(buf + first, tty->buf, n - first);
	tty->tail += (u32)n;
	tty->canon_head = tty->head;
	return n;
}
