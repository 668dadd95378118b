/* SPDX-License-Identifier: MIT */
/*
 * Keyboard layouts: what a key gives, by its scan code (set 1), plain, with Shift, with AltGr.
 * Characters are Latin-1 and are sent as UTF-8; 0: nothing.
 */
#ifndef TTY_KEYMAP_H
#define TTY_KEYMAP_H

#include <quire/types.h>

#define KEYMAP_KEYS	0x59u		/* scan codes 00 to 58 */

struct keymap {
	const char *name;
	u8 plain[KEYMAP_KEYS], shift[KEYMAP_KEYS], altgr[KEYMAP_KEYS];
};

extern const struct keymap keymaps[];
extern const unsigned int nr_keymaps;

#endif
