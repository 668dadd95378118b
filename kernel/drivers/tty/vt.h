/* SPDX-License-Identifier: MIT */
/*
 * Virtual consoles: between the tty layer, the screen's emulation (vt_emu.c), the VGA hardware
 * (vga.c) and the keyboard.
 */
#ifndef TTY_VT_H
#define TTY_VT_H

#include <quire/tty.h>

#define VT_COUNT	4u
#define VT_COLS		80u
#define VT_ROWS		25u
#define VT_ARGS_MAX	16u

enum vt_state { VT_TEXT, VT_ESC, VT_CSI, VT_OSC, VT_OSC_ESC, VT_CHARSET, VT_HASH };

struct vt_cursor {
	unsigned int row, col;
	u8 fg, bg;			/* ANSI colours 0-7 */
	bool bold, underline, blink, reverse;
	bool graphics;			/* G0 is the line-drawing set */
};

/* One screen: what a VT100/ANSI terminal remembers. Guarded by vt_lock (vt.c), interrupts off. */
struct vt_screen {
	u16 cell[VT_ROWS * VT_COLS];	/* VGA cells: attribute, character */
	struct vt_cursor cur, saved;
	bool wrap_pending;		/* the last column was filled: the next character wraps first */
	bool autowrap, insert, origin, cursor_visible, newline_mode;
	bool app_cursor, app_keypad;	/* what the keyboard sends */
	unsigned int top, bottom;	/* scrolling region, rows inclusive */
	enum vt_state state;
	unsigned int args[VT_ARGS_MAX], nr_args;
	bool private_seq;		/* CSI ? */
	u32 utf8;			/* sequence being decoded */
	unsigned int utf8_left;
	u8 tabs[VT_COLS];		/* 1: a tab stop */
	/* The answer to a report request; vt.c gives it to the tty after the lock is released. */
	char reply[32];
	unsigned int reply_len;
	bool bell;
};

/* vt_emu.c: pure; no locks, no hardware */
void vt_reset(struct vt_screen *s);
void vt_put(struct vt_screen *s, u8 c);

/* vga.c */
void vga_init(void);
void vga_show(const struct vt_screen *s);	/* copy what differs, place the cursor */

/* vt.c */
dev_t vt_foreground_dev(void);
void vt_switch(unsigned int n);			/* any context */
void vt_key_input(const u8 *buf, size_t n);	/* typed on the keyboard: to the one in front */
bool vt_app_cursor(void);

/* pty.c: tty_mutex held */
struct tty_struct *pty_find_slave(unsigned int n);

#endif
