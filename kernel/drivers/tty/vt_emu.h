/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the emulation: vt_emu.c (text, cursor, escapes), vt_csi.c (control
 * sequences), vt_glyph.c.
 */
#ifndef TTY_VT_EMU_H
#define TTY_VT_EMU_H

#include "vt.h"

/* vt_emu.c. Rows and columns from 0; top: first row of what scrolls, down to the region's bottom. */
void vt_scroll_up(struct vt_screen *s, unsigned int top, unsigned int n);
void vt_scroll_down(struct vt_screen *s, unsigned int top, unsigned int n);
void vt_line_feed(struct vt_screen *s);
void vt_reverse_line_feed(struct vt_screen *s);
void vt_move_to(struct vt_screen *s, unsigned int row, unsigned int col);
void vt_erase(struct vt_screen *s, unsigned int from_row, unsigned int from_col, unsigned int to_row,
	      unsigned int to_col);
void vt_insert_chars(struct vt_screen *s, unsigned int n);
void vt_delete_chars(struct vt_screen *s, unsigned int n);
void vt_reply(struct vt_screen *s, const char *answer);

/* vt_csi.c: one byte of a control sequence */
void vt_csi(struct vt_screen *s, u8 c);

/* vt_glyph.c: the code page 437 character for a code point */
u8 vt_glyph(u32 code, bool graphics);

#endif
