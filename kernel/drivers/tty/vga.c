/* SPDX-License-Identifier: MIT */
/*
 * The VGA text screen: 80 by 25 cells at B8000 and a hardware cursor.
 * A copy of what is shown is kept, since reading video memory is slow; only cells that differ are
 * written. Callers hold vt_lock.
 */
#include <arch/io.h>
#include <arch/page_types.h>
#include "vt.h"

#define VGA_MEMORY	0xb8000ul
#define CRTC_INDEX	0x3d4
#define CRTC_DATA	0x3d5
#define CRTC_CURSOR_START 10
#define CRTC_START_HIGH	12
#define CRTC_START_LOW	13
#define CRTC_CURSOR_HIGH 14
#define CRTC_CURSOR_LOW	15
#define CURSOR_OFF	0x20
#define CURSOR_SHAPE	13		/* first scan line: an underline */

static u16 shown[VT_ROWS * VT_COLS];
static unsigned int shown_cursor;
static bool shown_visible;

static void crtc_write(u8 reg, u8 v)
{
	outb(reg, CRTC_INDEX);
	outb(v, CRTC_DATA);
}

static void place_cursor(unsigned int at)
{
	crtc_write(CRTC_CURSOR_HIGH, (u8)(at >> 8));
	crtc_write(CRTC_CURSOR_LOW, (u8)at);
	shown_cursor = at;
}

static void set_cursor_visible(bool on)
{
	crtc_write(CRTC_CURSOR_START, on ? CURSOR_SHAPE : CURSOR_OFF);
	shown_visible = on;
}

void vga_show(const struct vt_screen *s)
{
	volatile u16 *screen = __va(VGA_MEMORY);
	unsigned int at = s->cur.row * VT_COLS + s->cur.col;

	for (unsigned int i = 0; i < VT_ROWS * VT_COLS; i++) {
		if (shown[i] != s->cell[i]) {
			shown[i] = s->cell[i];
			screen[i] = s->cell[i];
		}
	}
	if (at != shown_cursor)
		place_cursor(at);
	if (s->cursor_visible != shown_visible)
		set_cursor_visible(s->cursor_visible);
}

void vga_init(void)
{
	volatile u16 *screen = __va(VGA_MEMORY);

	crtc_write(CRTC_START_HIGH, 0);
	crtc_write(CRTC_START_LOW, 0);
	for (unsigned int i = 0; i < VT_ROWS * VT_COLS; i++)
		shown[i] = screen[i];
	place_cursor(0);
	set_cursor_visible(true);
}
