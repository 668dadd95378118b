/* SPDX-License-Identifier: MIT */
/*
 * Editing the line being typed, and keeping the screen in step with it.
 * To rub out a tab the column must be found again from where the line began (canon_column); a
 * control character took two columns as ^X, a byte inside a UTF-8 sequence none.
 */
#include <quire/string.h>
#include "ldisc_edit.h"

#define TAB_WIDTH	8u

static bool is_control(u8 c)
{
	return c < ' ' || c == 0x7f;
}

static bool is_continuation(const struct tty_struct *tty, u8 c)
{
	return I_FLAG(tty, IUTF8) && (c & 0xc0) == 0x80;
}

void edit_echo_char(struct tty_struct *tty, u8 c)
{
	char caret[2] = { '^', (char)(c ^ 0x40) };

	if (L_FLAG(tty, ECHOCTL) && is_control(c) && c != '\t')
		opost_echo(tty, caret, 2);
	else
		opost_echo(tty, (char *)&c, 1);
}

/* ECHOPRT: what was erased stands between \ and /; anything else closes that. */
static void finish_erasing(struct tty_struct *tty)
{
	if (tty->erasing) {
		opost_echo(tty, "/", 1);
		tty->erasing = false;
	}
}

void edit_echo_typed(struct tty_struct *tty, u8 c)
{
	finish_erasing(tty);
	if (c == '\n') {
		opost_echo(tty, "\n", 1);
		return;
	}
	if (tty->head == tty->canon_head)
		tty->canon_column = tty->column;
	edit_echo_char(tty, c);
}

void edit_echo_lnext(struct tty_struct *tty)
{
	if (!L_FLAG(tty, ECHO))
		return;
	finish_erasing(tty);
	if (L_FLAG(tty, ECHOCTL))
		opost_echo(tty, "^\b", 2);
}

void edit_reprint(struct tty_struct *tty, u8 c)
{
	finish_erasing(tty);
	edit_echo_char(tty, c);
	opost_echo(tty, "\n", 1);
	for (u32 at = tty->canon_head; at != tty->head; at++)
		edit_echo_char(tty, tty->buf[at % TTY_READ_SIZE]);
}

static void rub_out_tab(struct tty_struct *tty)
{
	unsigned int col = tty->canon_column;

	for (u32 at = tty->canon_head; at != tty->head; at++) {
		u8 c = tty->buf[at % TTY_READ_SIZE];

		if (c == '\t')
			col = (col | (TAB_WIDTH - 1)) + 1;
		else if (is_control(c))
			col += L_FLAG(tty, ECHOCTL) ? 2 : 0;
		else if (!is_continuation(tty, c))
			col++;
	}
	while (tty->column > col)
		opost_echo(tty, "\b", 1);
}

static void rub_out(struct tty_struct *tty, u8 c)
{
	if (c == '\t') {
		rub_out_tab(tty);
		return;
	}
	if (is_control(c) && L_FLAG(tty, ECHOCTL))
		opost_echo(tty, "\b \b", 3);
	if (!is_control(c) || L_FLAG(tty, ECHOCTL))
		opost_echo(tty, "\b \b", 3);
}

static void echo_erased(struct tty_struct *tty, u8 c, u8 erased, bool whole)
{
	if (!L_FLAG(tty, ECHO))
		return;
	if (L_FLAG(tty, ECHOPRT)) {
		if (!tty->erasing)
			opost_echo(tty, "\\", 1);
		tty->erasing = true;
		edit_echo_char(tty, erased);
	} else if (!whole && !L_FLAG(tty, ECHOE)) {
		edit_echo_char(tty, c);
	} else {
		rub_out(tty, erased);
	}
}

/* Remove the last character, a whole UTF-8 sequence where IUTF8 says so; => its first byte. */
static u8 drop_last(struct tty_struct *tty)
{
	u8 c;

	do {
		c = tty->buf[--tty->head % TTY_READ_SIZE];
	} while (is_continuation(tty, c) && tty->head != tty->canon_head);
	return c;
}

/* Kill without a screen that can rub out: forget the line, show the kill character. */
static void kill_plain(struct tty_struct *tty, u8 c)
{
	tty->head = tty->canon_head;
	if (!L_FLAG(tty, ECHO))
		return;
	finish_erasing(tty);
	edit_echo_char(tty, c);
	if (L_FLAG(tty, ECHOK))
		opost_echo(tty, "\n", 1);
}

void edit_erase(struct tty_struct *tty, u8 c)
{
	bool erase = c == CC(tty, VERASE), kill = !erase && c == CC(tty, VKILL);
	bool in_word = false;

	if (tty->head == tty->canon_head)
		return;
	if (kill && !(L_FLAG(tty, ECHOK) && L_FLAG(tty, ECHOKE) && L_FLAG(tty, ECHOE))) {
		kill_plain(tty, c);
		return;
	}
	while (tty->head != tty->canon_head) {
		u8 last = tty->buf[(tty->head - 1) % TTY_READ_SIZE];
		bool word = isalnum(last) || last == '_' || last >= 0x80;

		if (!erase && !kill && in_word && !word)
			break;
		in_word |= word;
		echo_erased(tty, c, drop_last(tty), !erase);
		if (erase)
			break;
	}
	if (tty->head == tty->canon_head && L_FLAG(tty, ECHO))
		finish_erasing(tty);
}
