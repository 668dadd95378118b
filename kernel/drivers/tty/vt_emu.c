/* SPDX-License-Identifier: MIT */
/*
 * The terminal emulation of a virtual console: VT100/ANSI as Linux's console speaks it
 * (TERM=linux), on an array of VGA character cells. Pure: bytes in, cells out; vt.c shows them.
 *
 * Text is UTF-8; what code page 437 cannot show becomes a block. A character in the last column
 * does not wrap until the next one comes (wrap_pending), as full-screen programs expect.
 */
#include <quire/kernel.h>
#include <quire/string.h>
#include "vt_emu.h"

#define TAB_WIDTH	8u
#define DEFAULT_FG	7u
#define BLANK_CHAR	' '

/* ANSI colour order (red 1, blue 4) to the VGA's. */
static const u8 vga_colour[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };

static u16 attribute(const struct vt_cursor *c)
{
	u8 fg = vga_colour[c->underline && c->fg == DEFAULT_FG ? 6 : c->fg], bg = vga_colour[c->bg];

	if (c->reverse)
		swap(fg, bg);
	return (u16)((c->blink ? 0x80 : 0) | bg << 4 | (c->bold ? 8 : 0) | fg) << 8;
}

static u16 blank(const struct vt_screen *s)
{
	return (u16)(vga_colour[s->cur.bg] << 4 | vga_colour[DEFAULT_FG]) << 8 | BLANK_CHAR;
}

static void fill(struct vt_screen *s, unsigned int from, unsigned int n)
{
	u16 b = blank(s);

	while (n--)
		s->cell[from++] = b;
}

void vt_scroll_up(struct vt_screen *s, unsigned int top, unsigned int n)
{
	unsigned int rows = s->bottom + 1 - top;

	n = min(n, rows);
	memmove(&s->cell[top * VT_COLS], &s->cell[(top + n) * VT_COLS], (rows - n) * VT_COLS * sizeof(u16));
	fill(s, (s->bottom + 1 - n) * VT_COLS, n * VT_COLS);
}

void vt_scroll_down(struct vt_screen *s, unsigned int top, unsigned int n)
{
	unsigned int rows = s->bottom + 1 - top;

	n = min(n, rows);
	memmove(&s->cell[(top + n) * VT_COLS], &s->cell[top * VT_COLS], (rows - n) * VT_COLS * sizeof(u16));
	fill(s, top * VT_COLS, n * VT_COLS);
}

void vt_line_feed(struct vt_screen *s)
{
	s->wrap_pending = false;
	if (s->cur.row == s->bottom)
		vt_scroll_up(s, s->top, 1);
	else if (s->cur.row < VT_ROWS - 1)
		s->cur.row++;
}

void vt_reverse_line_feed(struct vt_screen *s)
{
	s->wrap_pending = false;
	if (s->cur.row == s->top)
		vt_scroll_down(s, s->top, 1);
	else if (s->cur.row)
		s->cur.row--;
}

/* Row and column from 0; with origin mode rows count from the scrolling region. */
void vt_move_to(struct vt_screen *s, unsigned int row, unsigned int col)
{
	if (s->origin)
		row = min(row + s->top, s->bottom);
	s->cur.row = min(row, VT_ROWS - 1);
	s->cur.col = min(col, VT_COLS - 1);
	s->wrap_pending = false;
}

void vt_erase(struct vt_screen *s, unsigned int from_row, unsigned int from_col, unsigned int to_row,
	      unsigned int to_col)
{
	unsigned int from = from_row * VT_COLS + from_col, to = to_row * VT_COLS + to_col;

	s->wrap_pending = false;
	if (to >= from)
		fill(s, from, to - from + 1);
}

/* Shift the rest of the line to the right or left of the cursor. */
void vt_insert_chars(struct vt_screen *s, unsigned int n)
{
	u16 *at = &s->cell[s->cur.row * VT_COLS + s->cur.col];
	unsigned int rest = VT_COLS - s->cur.col;

	n = min(n, rest);
	memmove(at + n, at, (rest - n) * sizeof(u16));
	fill(s, s->cur.row * VT_COLS + s->cur.col, n);
	s->wrap_pending = false;
}

void vt_delete_chars(struct vt_screen *s, unsigned int n)
{
	u16 *at = &s->cell[s->cur.row * VT_COLS + s->cur.col];
	unsigned int rest = VT_COLS - s->cur.col;

	n = min(n, rest);
	memmove(at, at + n, (rest - n) * sizeof(u16));
	fill(s, (s->cur.row + 1) * VT_COLS - n, n);
	s->wrap_pending = false;
}

static void put_glyph(struct vt_screen *s, u8 glyph)
{
	if (s->wrap_pending && s->autowrap) {
		s->cur.col = 0;
		vt_line_feed(s);
	}
	if (s->insert)
		vt_insert_chars(s, 1);
	s->cell[s->cur.row * VT_COLS + s->cur.col] = attribute(&s->cur) | glyph;
	s->wrap_pending = s->cur.col == VT_COLS - 1;
	if (!s->wrap_pending)
		s->cur.col++;
}

static void tab(struct vt_screen *s)
{
	s->wrap_pending = false;
	do {
		if (s->cur.col == VT_COLS - 1)
			break;
		s->cur.col++;
	} while (!s->tabs[s->cur.col]);
}

/* => true: c was a control character. They act even in the middle of a sequence. */
static bool control(struct vt_screen *s, u8 c)
{
	switch (c) {
	case '\a':
		if (s->state == VT_OSC)
			return false;
		s->bell = true;
		return true;
	case '\b':
		s->wrap_pending = false;
		if (s->cur.col)
			s->cur.col--;
		return true;
	case '\t':
		tab(s);
		return true;
	case '\n':
	case '\v':
	case '\f':
		vt_line_feed(s);
		if (s->newline_mode)
			s->cur.col = 0;
		return true;
	case '\r':
		s->cur.col = 0;
		s->wrap_pending = false;
		return true;
	case 0x0e:			/* SO, SI: the line-drawing set on and off */
	case 0x0f:
		s->cur.graphics = c == 0x0e;
		return true;
	case 0x18:			/* CAN, SUB: a sequence is abandoned */
	case 0x1a:
		s->state = VT_TEXT;
		return true;
	case 0x1b:
		if (s->state == VT_OSC)
			return false;
		s->state = VT_ESC;
		return true;
	default:
		return c < ' ' || c == 0x7f;
	}
}

/* One byte of UTF-8; => true when *code is complete. Malformed input shows as a replacement. */
static bool decode(struct vt_screen *s, u8 c, u32 *code)
{
	if (s->utf8_left) {
		if ((c & 0xc0) == 0x80) {
			s->utf8 = s->utf8 << 6 | (c & 0x3f);
			*code = s->utf8;
			return --s->utf8_left == 0;
		}
		s->utf8_left = 0;
	}
	if (c >= 0xc0) {
		s->utf8_left = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		s->utf8 = c & (0x3f >> s->utf8_left);
		return false;
	}
	*code = c;
	return true;
}

static void text(struct vt_screen *s, u8 c)
{
	u32 code;

	if (decode(s, c, &code))
		put_glyph(s, vt_glyph(code, s->cur.graphics));
}

static void index_and_return(struct vt_screen *s)
{
	s->cur.col = 0;
	vt_line_feed(s);
}

static void escape(struct vt_screen *s, u8 c)
{
	s->state = VT_TEXT;
	switch (c) {
	case '[':
		s->state = VT_CSI;
		s->nr_args = 0;
		s->private_seq = false;
		memset(s->args, 0, sizeof(s->args));
		break;
	case ']':
		s->state = VT_OSC;
		s->nr_args = 0;
		break;
	case '(':
	case ')':
		s->state = VT_CHARSET;
		break;
	case '#':
		s->state = VT_HASH;
		break;
	case 'D':
		vt_line_feed(s);
		break;
	case 'E':
		index_and_return(s);
		break;
	case 'M':
		vt_reverse_line_feed(s);
		break;
	case 'H':
		s->tabs[s->cur.col] = 1;
		break;
	case '7':
		s->saved = s->cur;
		break;
	case '8':
		s->cur = s->saved;
		s->wrap_pending = false;
		break;
	case '=':
	case '>':
		s->app_keypad = c == '=';
		break;
	case 'Z':
		vt_reply(s, "\033[?6c");
		break;
	case 'c':
		vt_reset(s);
		break;
	default:
		break;
	}
}

/* ESC # 8: the screen full of E, to align monitors by. */
static void hash(struct vt_screen *s, u8 c)
{
	s->state = VT_TEXT;
	if (c != '8')
		return;
	for (unsigned int i = 0; i < VT_ROWS * VT_COLS; i++)
		s->cell[i] = (blank(s) & 0xff00u) | 'E';
}

/* ESC ] P nrrggbb sets a palette entry and has no end mark; titles end with BEL or ESC \. All are ignored. */
static void operating_system(struct vt_screen *s, u8 c)
{
	static const unsigned int palette_length = 8;

	if (s->nr_args == 0)
		s->private_seq = c == 'P';
	s->nr_args++;
	if (c == '\a' || (s->nr_args == 1 && c == 'R') || (s->private_seq && s->nr_args == palette_length))
		s->state = VT_TEXT;
	else if (c == 0x1b)
		s->state = VT_OSC_ESC;
}

void vt_put(struct vt_screen *s, u8 c)
{
	if (control(s, c))
		return;
	switch (s->state) {
	case VT_TEXT:
		text(s, c);
		break;
	case VT_ESC:
		escape(s, c);
		break;
	case VT_CSI:
		vt_csi(s, c);
		break;
	case VT_OSC:
		operating_system(s, c);
		break;
	case VT_CHARSET:
		s->cur.graphics = c == '0';
		s->state = VT_TEXT;
		break;
	case VT_HASH:
		hash(s, c);
		break;
	case VT_OSC_ESC:
	default:
		s->state = VT_TEXT;
		break;
	}
}

void vt_reply(struct vt_screen *s, const char *answer)
{
	s->reply_len += (unsigned int)scnprintf(s->reply + s->reply_len, sizeof(s->reply) - s->reply_len, "%s",
						answer);
}

void vt_reset(struct vt_screen *s)
{
	memset(s, 0, sizeof(*s));
	s->cur.fg = DEFAULT_FG;
	s->saved = s->cur;
	s->autowrap = s->cursor_visible = true;
	s->bottom = VT_ROWS - 1;
	for (unsigned int i = TAB_WIDTH; i < VT_COLS; i += TAB_WIDTH)
		s->tabs[i] = 1;
	fill(s, 0, VT_ROWS * VT_COLS);
}
