/* SPDX-License-Identifier: MIT */
/*
 * The layouts. A new one is one more entry here.
 */
#include <quire/kernel.h>
#include "keymap.h"

/* Keys that every layout has alike. */
#define COMMON_KEYS	\
	[0x01] = 0x1b, [0x0e] = 0x7f, [0x0f] = '\t', [0x1c] = '\r', [0x39] = ' '

#define LETTERS_QWERTY(q, w, e, r, t, y, u, i, o, p, a, s, d, f, g, h, j, k, l, z, x, c, v, b, n, m)	\
	[0x10] = q, [0x11] = w, [0x12] = e, [0x13] = r, [0x14] = t, [0x15] = y, [0x16] = u, [0x17] = i,	\
	[0x18] = o, [0x19] = p, [0x1e] = a, [0x1f] = s, [0x20] = d, [0x21] = f, [0x22] = g, [0x23] = h,	\
	[0x24] = j, [0x25] = k, [0x26] = l, [0x2c] = z, [0x2d] = x, [0x2e] = c, [0x2f] = v, [0x30] = b,	\
	[0x31] = n, [0x32] = m

#define LOWER_US LETTERS_QWERTY('q', 'w', 'e', 'r', 't', 'y', 'u', 'i', 'o', 'p', 'a', 's', 'd', 'f', 'g', \
				'h', 'j', 'k', 'l', 'z', 'x', 'c', 'v', 'b', 'n', 'm')
#define UPPER_US LETTERS_QWERTY('Q', 'W', 'E', 'R', 'T', 'Y', 'U', 'I', 'O', 'P', 'A', 'S', 'D', 'F', 'G', \
				'H', 'J', 'K', 'L', 'Z', 'X', 'C', 'V', 'B', 'N', 'M')
#define LOWER_DE LETTERS_QWERTY('q', 'w', 'e', 'r', 't', 'z', 'u', 'i', 'o', 'p', 'a', 's', 'd', 'f', 'g', \
				'h', 'j', 'k', 'l', 'y', 'x', 'c', 'v', 'b', 'n', 'm')
#define UPPER_DE LETTERS_QWERTY('Q', 'W', 'E', 'R', 'T', 'Z', 'U', 'I', 'O', 'P', 'A', 'S', 'D', 'F', 'G', \
				'H', 'J', 'K', 'L', 'Y', 'X', 'C', 'V', 'B', 'N', 'M')
#define DIGITS	[0x02] = '1', [0x03] = '2', [0x04] = '3', [0x05] = '4', [0x06] = '5', [0x07] = '6', \
		[0x08] = '7', [0x09] = '8', [0x0a] = '9', [0x0b] = '0'

const struct keymap keymaps[] = {
	{
		.name = "us",
		.plain = { COMMON_KEYS, DIGITS, LOWER_US, [0x0c] = '-', [0x0d] = '=', [0x1a] = '[', [0x1b] = ']',
			   [0x27] = ';', [0x28] = '\'', [0x29] = '`', [0x2b] = '\\', [0x33] = ',', [0x34] = '.',
			   [0x35] = '/', [0x56] = '<' },
		.shift = { COMMON_KEYS, UPPER_US, [0x02] = '!', [0x03] = '@', [0x04] = '#', [0x05] = '$',
			   [0x06] = '%', [0x07] = '^', [0x08] = '&', [0x09] = '*', [0x0a] = '(', [0x0b] = ')',
			   [0x0c] = '_', [0x0d] = '+', [0x1a] = '{', [0x1b] = '}', [0x27] = ':', [0x28] = '"',
			   [0x29] = '~', [0x2b] = '|', [0x33] = '<', [0x34] = '>', [0x35] = '?', [0x56] = '>' },
	},
	{
		.name = "de",
		.plain = { COMMON_KEYS, DIGITS, LOWER_DE, [0x0c] = 0xdf, [0x0d] = 0xb4, [0x1a] = 0xfc,
			   [0x1b] = '+', [0x27] = 0xf6, [0x28] = 0xe4, [0x29] = '^', [0x2b] = '#', [0x33] = ',',
			   [0x34] = '.', [0x35] = '-', [0x56] = '<' },
		.shift = { COMMON_KEYS, UPPER_DE, [0x02] = '!', [0x03] = '"', [0x04] = 0xa7, [0x05] = '$',
			   [0x06] = '%', [0x07] = '&', [0x08] = '/', [0x09] = '(', [0x0a] = ')', [0x0b] = '=',
			   [0x0c] = '?', [0x0d] = '`', [0x1a] = 0xdc, [0x1b] = '*', [0x27] = 0xd6, [0x28] = 0xc4,
			   [0x29] = 0xb0, [0x2b] = '\'', [0x33] = ';', [0x34] = ':', [0x35] = '_', [0x56] = '>' },
		.altgr = { [0x03] = 0xb2, [0x04] = 0xb3, [0x08] = '{', [0x09] = '[', [0x0a] = ']', [0x0b] = '}',
			   [0x0c] = '\\', [0x10] = '@', [0x1b] = '~', [0x32] = 0xb5, [0x56] = '|' },
	},
};

const unsigned int nr_keymaps = ARRAY_SIZE(keymaps);
