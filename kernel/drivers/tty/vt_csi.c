/* SPDX-License-Identifier: MIT */
/*
 * Control sequences (ESC [ ...): collecting their numbers, and what each does.
 */
#include <quire/kernel.h>
#include <quire/string.h>
#include "vt_emu.h"

#define ARG_MAX_VALUE	9999u
#define DEFAULT_FG	7u
#define SGR_EXTENDED_FG	38u
#define SGR_EXTENDED_BG	48u

/* The n-th number, or the default when it is absent or 0. */
static unsigned int arg(const struct vt_screen *s, unsigned int n, unsigned int def)
{
	return n < s->nr_args && s->args[n] ? s->args[n] : def;
}

static void erase_display(struct vt_screen *s, unsigned int what)
{
	if (what == 0)
		vt_erase(s, s->cur.row, s->cur.col, VT_ROWS - 1, VT_COLS - 1);
	else if (what == 1)
		vt_erase(s, 0, 0, s->cur.row, s->cur.col);
	else
		vt_erase(s, 0, 0, VT_ROWS - 1, VT_COLS - 1);
}

static void erase_line(struct vt_screen *s, unsigned int what)
{
	unsigned int row = s->cur.row;

	vt_erase(s, row, what ? 0 : s->cur.col, row, what == 1 ? s->cur.col : VT_COLS - 1);
}

/* The base colours 30-37; of the extended forms (5;n and 2;r;g;b) the nearest base colour. => arguments used */
static unsigned int extended_colour(const struct vt_screen *s, unsigned int at, u8 *colour)
{
	if (arg(s, at + 1, 0) == 5) {
		unsigned int n = arg(s, at + 2, 0);

		*colour = n < 16 ? n & 7 : n >= 232 ? (n > 243 ? 7 : 0)
						    : (u8)((n - 16) / 36 > 2) | (u8)((n - 16) / 6 % 6 > 2) << 1 |
							      (u8)((n - 16) % 6 > 2) << 2;
		return 2;
	}
	if (arg(s, at + 1, 0) == 2) {
		*colour = (u8)(arg(s, at + 2, 0) > 127) | (u8)(arg(s, at + 3, 0) > 127) << 1 |
			  (u8)(arg(s, at + 4, 0) > 127) << 2;
		return 4;
	}
	return 0;
}

static void plain_attributes(struct vt_cursor *c)
{
	c->fg = DEFAULT_FG;
	c->bg = 0;
	c->bold = c->underline = c->blink = c->reverse = false;
}

static void one_attribute(struct vt_cursor *c, unsigned int n)
{
	switch (n) {
	case 0:
		plain_attributes(c);
		break;
	case 1:
		c->bold = true;
		break;
	case 2:
	case 21:
	case 22:
		c->bold = false;
		break;
	case 4:
	case 24:
		c->underline = n == 4;
		break;
	case 5:
	case 25:
		c->blink = n == 5;
		break;
	case 7:
	case 27:
		c->reverse = n == 7;
		break;
	case 39:
		c->fg = DEFAULT_FG;
		break;
	case 49:
		c->bg = 0;
		break;
	default:
		if (n >= 30 && n <= 37)
			c->fg = (u8)(n - 30);
		else if (n >= 40 && n <= 47)
			c->bg = (u8)(n - 40);
		else if (n >= 90 && n <= 97)
			c->fg = (u8)(n - 90), c->bold = true;
		else if (n >= 100 && n <= 107)
			c->bg = (u8)(n - 100);
		break;
	}
}

static void set_attributes(struct vt_screen *s)
{
	unsigned int n = max(s->nr_args, 1u);

	for (unsigned int i = 0; i < n; i++) {
		if (s->args[i] == SGR_EXTENDED_FG)
			i += extended_colour(s, i, &s->cur.fg);
		else if (s->args[i] == SGR_EXTENDED_BG)
			i += extended_colour(s, i, &s->cur.bg);
		else
			one_attribute(&s->cur, s->args[i]);
	}
}

static void private_mode(struct vt_screen *s, unsigned int mode, bool on)
{
	switch (mode) {
	case 1:
		s->app_cursor = on;
		break;
	case 6:
		s->origin = on;
		vt_move_to(s, 0, 0);
		break;
	case 7:
		s->autowrap = on;
		break;
	case 25:
		s->cursor_visible = on;
		break;
	default:
		break;
	}
}

static void set_modes(struct vt_screen *s, bool on)
{
	for (unsigned int i = 0; i < s->nr_args; i++) {
		if (s->private_seq)
			private_mode(s, s->args[i], on);
		else if (s->args[i] == 4)
			s->insert = on;
		else if (s->args[i] == 20)
			s->newline_mode = on;
	}
}

static void set_region(struct vt_screen *s)
{
	unsigned int top = arg(s, 0, 1), bottom = min(arg(s, 1, VT_ROWS), VT_ROWS);

	if (top >= bottom)
		return;
	s->top = top - 1;
	s->bottom = bottom - 1;
	vt_move_to(s, 0, 0);
}

static void report(struct vt_screen *s, unsigned int what)
{
	char text[16];

	if (what == 5) {
		vt_reply(s, "\033[0n");
	} else if (what == 6) {
		scnprintf(text, sizeof(text), "\033[%u;%uR", s->cur.row - (s->origin ? s->top : 0) + 1,
			  s->cur.col + 1);
		vt_reply(s, text);
	}
}

static void clear_tabs(struct vt_screen *s, unsigned int what)
{
	if (what == 3)
		memset(s->tabs, 0, sizeof(s->tabs));
	else if (what == 0)
		s->tabs[s->cur.col] = 0;
}

/* Relative moves stop at the region's edge when they start inside it. */
static void move_up(struct vt_screen *s, unsigned int n)
{
	unsigned int limit = s->cur.row >= s->top ? s->top : 0;

	s->cur.row = s->cur.row - limit < n ? limit : s->cur.row - n;
	s->wrap_pending = false;
}

static void move_down(struct vt_screen *s, unsigned int n)
{
	unsigned int limit = s->cur.row <= s->bottom ? s->bottom : VT_ROWS - 1;

	s->cur.row = min(s->cur.row + n, limit);
	s->wrap_pending = false;
}

static void move_column(struct vt_screen *s, unsigned int col)
{
	s->cur.col = min(col, VT_COLS - 1);
	s->wrap_pending = false;
}

/* => true: c moved the cursor. */
static bool csi_move(struct vt_screen *s, u8 c)
{
	unsigned int n = arg(s, 0, 1);

	switch (c) {
	case 'A':
		move_up(s, n);
		return true;
	case 'B':
	case 'e':
		move_down(s, n);
		return true;
	case 'C':
	case 'a':
		move_column(s, s->cur.col + n);
		return true;
	case 'D':
		move_column(s, s->cur.col - min(n, s->cur.col));
		return true;
	case 'E':
	case 'F':
		c == 'E' ? move_down(s, n) : move_up(s, n);
		move_column(s, 0);
		return true;
	case 'G':
	case '`':
		move_column(s, n - 1);
		return true;
	case 'd':
		vt_move_to(s, n - 1, s->cur.col);
		return true;
	case 'H':
	case 'f':
		vt_move_to(s, n - 1, arg(s, 1, 1) - 1);
		return true;
	default:
		return false;
	}
}

/* => true: c changed the text of the screen. Lines are inserted and deleted inside the scrolling region only. */
static bool csi_edit(struct vt_screen *s, u8 c)
{
	unsigned int n = arg(s, 0, 1);
	bool in_region = s->cur.row >= s->top && s->cur.row <= s->bottom;

	switch (c) {
	case 'J':
		erase_display(s, arg(s, 0, 0));
		return true;
	case 'K':
		erase_line(s, arg(s, 0, 0));
		return true;
	case 'L':
		if (in_region)
			vt_scroll_down(s, s->cur.row, n);
		return true;
	case 'M':
		if (in_region)
			vt_scroll_up(s, s->cur.row, n);
		return true;
	case 'P':
		vt_delete_chars(s, n);
		return true;
	case '@':
		vt_insert_chars(s, n);
		return true;
	case 'X':
		vt_erase(s, s->cur.row, s->cur.col, s->cur.row, min(s->cur.col + n, VT_COLS) - 1);
		return true;
	case 'S':
		vt_scroll_up(s, s->top, n);
		return true;
	case 'T':
		vt_scroll_down(s, s->top, n);
		return true;
	default:
		return false;
	}
}

static void csi_other(struct vt_screen *s, u8 c)
{
	switch (c) {
	case 'm':
		if (!s->private_seq)
			set_attributes(s);
		break;
	case 'h':
	case 'l':
		set_modes(s, c == 'h');
		break;
	case 'r':
		if (!s->private_seq)
			set_region(s);
		break;
	case 's':
		s->saved = s->cur;
		break;
	case 'u':
		s->cur = s->saved;
		s->wrap_pending = false;
		break;
	case 'n':
		report(s, arg(s, 0, 0));
		break;
	case 'c':
		if (!s->private_seq)
			vt_reply(s, "\033[?6c");
		break;
	case 'g':
		clear_tabs(s, arg(s, 0, 0));
		break;
	default:
		break;
	}
}

static void csi_digit(struct vt_screen *s, u8 c)
{
	unsigned int *v;

	if (!s->nr_args)
		s->nr_args = 1;
	v = &s->args[s->nr_args - 1];
	*v = min(*v * 10 + (c - '0'), ARG_MAX_VALUE);
}

void vt_csi(struct vt_screen *s, u8 c)
{
	if (isdigit(c)) {
		csi_digit(s, c);
		return;
	}
	if (c == ';' || c == ':') {
		if (!s->nr_args)
			s->nr_args = 1;
		if (s->nr_args < VT_ARGS_MAX)
			s->nr_args++;
		return;
	}
	if (c == '?' || c == '>' || c == '=') {
		s->private_seq = true;
		return;
	}
	if (c < '@')
		return;			/* intermediate bytes: of sequences we do not know */
	s->state = VT_TEXT;
	if (!csi_move(s, c) && !csi_edit(s, c))
		csi_other(s, c);
}
