/* SPDX-License-Identifier: MIT */
/*
 * The PS/2 keyboard: scan codes from the controller become bytes for the virtual console in front.
 *
 * Scan code set 1, as every PC's controller translates to. Letters follow Shift and Caps Lock, Ctrl
 * makes control characters, Alt puts an escape in front, AltGr is the layout's third level. Cursor
 * and function keys send what TERM=linux expects. Alt-F1 to F4 change the console, Ctrl-Alt-Del restarts.
 * The lock keys' lamps are not driven.
 *
 * All state belongs to the one interrupt handler.
 */
#include <arch/io.h>
#include <quire/cmdline.h>
#include <quire/errno.h>
#include <quire/irq.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/reboot.h>
#include <quire/string.h>
#include "keymap.h"
#include "vt.h"

#define KBD_IRQ		1
#define KBD_DATA	0x60
#define KBD_STATUS	0x64
#define KBD_OUTPUT_FULL	0x01
#define KBD_FROM_MOUSE	0x20
#define KBD_DRAIN_MAX	64
#define PREFIX_E0	0xe0
#define PREFIX_E1	0xe1		/* Pause: two more bytes */
#define RELEASE		0x80

#define KEY_CTRL	0x1d
#define KEY_LSHIFT	0x2a
#define KEY_RSHIFT	0x36
#define KEY_ALT		0x38
#define KEY_CAPS	0x3a
#define KEY_F1		0x3b
#define KEY_F10		0x44
#define KEY_NUM		0x45
#define KEY_PAD_FIRST	0x47
#define KEY_PAD_LAST	0x53		/* Del */
#define KEY_F11		0x57
#define KEY_F12		0x58
#define KEY_PAD_ENTER	0x1c		/* behind E0 */
#define KEY_PAD_SLASH	0x35		/* behind E0 */
#define KEY_PAD_STAR	0x37

static const struct keymap *keymap = keymaps;
static struct {
	bool shift, ctrl, alt, altgr, caps, num;
	bool e0;
	unsigned int skip;		/* bytes of a Pause sequence to come */
} kbd = { .num = true };

static int set_keymap(const char *v)
{
	for (unsigned int i = 0; i < nr_keymaps; i++) {
		if (!strcmp(keymaps[i].name, v)) {
			keymap = &keymaps[i];
			return 0;
		}
	}
	return -EINVAL;
}
BOOT_OPTION("keymap=", set_keymap, "keyboard layout: us, de");

static void send(const char *s)
{
	vt_key_input((const u8 *)s, strlen(s));
}

static void send_char(u8 c)
{
	u8 buf[3];
	size_t n = 0;

	if (kbd.alt)
		buf[n++] = 0x1b;
	if (c < 0x80) {
		buf[n++] = c;
	} else {
		buf[n++] = 0xc0 | c >> 6;
		buf[n++] = 0x80 | (c & 0x3f);
	}
	vt_key_input(buf, n);
}

static bool is_letter(u8 c)
{
	return isalpha(c) || (c >= 0xe0 && c != 0xf7) || (c >= 0xc0 && c <= 0xde && c != 0xd7);
}

static u8 control_of(u8 c)
{
	if (c == ' ' || c == '2')
		return 0;
	if (c == '/')
		return 0x1f;
	if (c == '?')
		return 0x7f;
	return c >= '@' && c < 0x7f ? c & 0x1f : c;
}

static void plain_key(u8 code)
{
	u8 c;

	if (code >= KEYMAP_KEYS)
		return;
	c = keymap->plain[code];
	if (kbd.altgr && keymap->altgr[code])
		c = keymap->altgr[code];
	else if (kbd.shift != (kbd.caps && is_letter(c)))
		c = keymap->shift[code];
	if (!c)
		return;
	send_char(kbd.ctrl ? control_of(c) : c);
}

/* The keypad's codes, also sent (behind E0) by the cursor block. Letters are ESC [ x or, in cursor mode, ESC O x. */
static void cursor_key(u8 code)
{
	static const char *const seq[KEY_PAD_LAST - KEY_PAD_FIRST + 1] = {
		"1~", "A", "5~", NULL, "D", "G", "C", NULL, "4~", "B", "6~", "2~", "3~",
	};
	const char *tail = seq[code - KEY_PAD_FIRST];
	char buf[8];

	if (!tail)
		return;
	snprintf(buf, sizeof(buf), "\033%c%s", isalpha((u8)*tail) && vt_app_cursor() ? 'O' : '[', tail);
	send(buf);
}

static void pad_key(u8 code)
{
	static const char digits[] = "789-456+1230.";
	char c = digits[code - KEY_PAD_FIRST];

	if (kbd.num || c == '-' || c == '+')
		send_char((u8)c);
	else
		cursor_key(code);
}

static void function_key(unsigned int n)
{
	static const char *const seq[] = { "[[A", "[[B", "[[C", "[[D", "[[E", "[17~",
					   "[18~", "[19~", "[20~", "[21~", "[23~", "[24~" };
	char buf[8];

	if (kbd.alt && n < VT_COUNT) {
		vt_switch(n);
		return;
	}
	snprintf(buf, sizeof(buf), "\033%s", seq[n]);
	send(buf);
}

/* => true: the key only changes what other keys mean. */
static bool modifier(u8 code, bool e0, bool down)
{
	switch (code) {
	case KEY_LSHIFT:
	case KEY_RSHIFT:
		if (!e0)		/* E0 2A: a shift that the keyboard fakes around the cursor block */
			kbd.shift = down;
		return true;
	case KEY_CTRL:
		kbd.ctrl = down;
		return true;
	case KEY_ALT:
		if (e0)
			kbd.altgr = down;
		else
			kbd.alt = down;
		return true;
	case KEY_CAPS:
		kbd.caps ^= down;
		return true;
	case KEY_NUM:
		kbd.num ^= down;
		return true;
	default:
		return false;
	}
}

static void key_down(u8 code, bool e0)
{
	if (code == KEY_PAD_LAST && kbd.ctrl && kbd.alt)
		ctrl_alt_del();
	else if (e0 && code == KEY_PAD_ENTER)
		send_char('\r');
	else if (e0 && code == KEY_PAD_SLASH)
		send_char('/');
	else if (code >= KEY_PAD_FIRST && code <= KEY_PAD_LAST)
		e0 ? cursor_key(code) : pad_key(code);
	else if (e0)
		return;
	else if (code == KEY_PAD_STAR)
		send_char('*');
	else if (code >= KEY_F1 && code <= KEY_F10)
		function_key(code - KEY_F1);
	else if (code == KEY_F11 || code == KEY_F12)
		function_key(10u + (code - KEY_F11));
	else
		plain_key(code);
}

static void scan_code(u8 byte)
{
	bool e0 = kbd.e0, down = !(byte & RELEASE);
	u8 code = byte & ~RELEASE;

	if (kbd.skip) {
		kbd.skip--;
		return;
	}
	kbd.e0 = byte == PREFIX_E0;
	if (byte == PREFIX_E1)
		kbd.skip = 2;
	if (byte == PREFIX_E0 || byte == PREFIX_E1)
		return;
	if (!modifier(code, e0, down) && down)
		key_down(code, e0);
}

static irqreturn_t keyboard_interrupt(int irq, void *dev)
{
	u8 status = inb(KBD_STATUS);

	if (!(status & KBD_OUTPUT_FULL))
		return IRQ_NONE;
	for (int i = 0; i < KBD_DRAIN_MAX && status & KBD_OUTPUT_FULL; i++) {
		u8 byte = inb(KBD_DATA);

		if (!(status & KBD_FROM_MOUSE))
			scan_code(byte);
		status = inb(KBD_STATUS);
	}
	return IRQ_HANDLED;
}

void keyboard_init(void)
{
	int err;

	/* Whatever was typed before we listened. */
	for (int i = 0; i < KBD_DRAIN_MAX && inb(KBD_STATUS) & KBD_OUTPUT_FULL; i++)
		(void)inb(KBD_DATA);
	err = request_irq(KBD_IRQ, keyboard_interrupt, "keyboard", &kbd);
	if (err)
		pr_err("keyboard: irq %d: error %d\n", KBD_IRQ, err);
	else
		pr_info("keyboard: layout %s\n", keymap->name);
}
