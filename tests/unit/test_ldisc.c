/* SPDX-License-Identifier: MIT */
/*
 * The terminals' line discipline: what is typed, what is echoed, what a reader gets.
 *
 * links: kernel/drivers/tty/ldisc.c kernel/drivers/tty/ldisc_edit.c kernel/drivers/tty/opost.c
 */
#include "unit.h"

#include <abi/signal.h>

#include "../../kernel/drivers/tty/tty_internal.h"

static u8 buf[TTY_READ_SIZE];
static unsigned long line_end[TTY_READ_SIZE / 8 / sizeof(long)];
static struct tty_struct tty;
static char screen[8192];
static size_t screen_len;
static int signals[8], nr_signals;

void __wake_up(wait_queue_head_t *q, unsigned int mode, int nr, void *key)
{
}

void tty_signal_pgrp(struct tty_struct *t, int sig)
{
	signals[nr_signals++ % 8] = sig;
}

void tty_raw_flush(struct tty_struct *t)
{
}

static size_t screen_write(struct tty_struct *t, const u8 *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		screen[screen_len++ % sizeof(screen)] = (char)data[i];
	return n;
}

static size_t screen_room(struct tty_struct *t)
{
	return sizeof(screen);
}

static const struct tty_operations ops = { .write = screen_write, .write_room = screen_room };

static int setup(void **state)
{
	memset(&tty, 0, sizeof(tty));
	memset(line_end, 0, sizeof(line_end));
	tty.buf = buf;
	tty.line_end = line_end;
	tty.ops = &ops;
	tty.termios = (struct termios2){
		.c_iflag = ICRNL | IXON, .c_oflag = OPOST | ONLCR,
		.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
		.c_cc = { [VINTR] = 3, [VERASE] = 0x7f, [VKILL] = 21, [VEOF] = 4, [VMIN] = 1, [VSTART] = 17,
			  [VSTOP] = 19, [VSUSP] = 26, [VREPRINT] = 18, [VWERASE] = 23, [VLNEXT] = 22 },
	};
	screen_len = 0;
	nr_signals = 0;
	return 0;
}

static void type(const char *text)
{
	ldisc_receive(&tty, (const u8 *)text, strlen(text));
}

static const char *echoed(void)
{
	screen[screen_len] = '\0';
	screen_len = 0;
	return screen;
}

static const char *take(size_t n)
{
	static char got[TTY_READ_SIZE + 1];
	bool eol;

	got[ldisc_take(&tty, (u8 *)got, n, &eol)] = '\0';
	return got;
}

static void test_a_line_is_read_when_complete(void **state)
{
	type("hello");
	assert_false(ldisc_input_ready(&tty));
	type("\rnext\r");
	assert_true(ldisc_input_ready(&tty));
	assert_string_equal(echoed(), "hello\r\nnext\r\n");
	assert_string_equal(take(100), "hello\n");
	assert_string_equal(take(2), "ne");
	assert_string_equal(take(100), "xt\n");
	assert_false(ldisc_input_ready(&tty));
}

static void test_erasing(void **state)
{
	type("abc\x7f\x7fX\r");
	assert_string_equal(echoed(), "abc\b \b\b \bX\r\n");
	assert_string_equal(take(100), "aX\n");
	type("two words\027gone\025kept\r");
	assert_string_equal(take(100), "kept\n");
	echoed();
	type("\x7f\x7f");
	assert_string_equal(echoed(), "");
}

static void test_erasing_a_tab_and_a_control(void **state)
{
	type("ab\t\x7f");
	assert_string_equal(echoed(), "ab\t\b\b\b\b\b\b");
	type("\026\001\x7f");
	assert_string_equal(echoed(), "^\b^A\b \b\b \b");
}

static void test_erasing_utf8(void **state)
{
	tty.termios.c_iflag |= IUTF8;
	type("a\xc3\xa4\x7f\r");
	assert_string_equal(echoed(), "a\xc3\xa4\b \b\r\n");
	assert_string_equal(take(100), "a\n");
}

static void test_end_of_file(void **state)
{
	bool eol;
	u8 c;

	type("part\004");
	assert_string_equal(take(100), "part");
	type("\004");
	assert_true(ldisc_input_ready(&tty));
	assert_int_equal(ldisc_take(&tty, &c, 1, &eol), 0);
	assert_true(eol);
}

static void test_signals_flush(void **state)
{
	type("lost\003new\r");
	assert_int_equal(nr_signals, 1);
	assert_int_equal(signals[0], SIGINT);
	assert_string_equal(echoed(), "lost^Cnew\r\n");
	assert_string_equal(take(100), "new\n");
	type("\032");
	assert_int_equal(signals[1], SIGTSTP);
}

static void test_flow_control(void **state)
{
	type("\023");
	assert_true(tty.stopped);
	type("\021");
	assert_false(tty.stopped);
	assert_string_equal(echoed(), "");
}

static void test_raw_mode(void **state)
{
	struct termios2 old = tty.termios;

	type("typed ahead");
	echoed();
	tty.termios.c_lflag = 0;
	tty.termios.c_iflag = 0;
	ldisc_mode_changed(&tty, &old);
	assert_true(ldisc_input_ready(&tty));
	type("\003\r\004");
	assert_string_equal(echoed(), "");
	assert_int_equal(nr_signals, 0);
	assert_string_equal(take(100), "typed ahead\003\r\004");
}

/* A line that is longer than the buffer loses its tail but ends where it was ended. */
static void test_a_line_too_long(void **state)
{
	size_t n = 0;

	for (unsigned int i = 0; i < TTY_READ_SIZE + 100; i++)
		type("x");
	assert_true(ldisc_room(&tty) > 0);
	type("\r");
	assert_true(ldisc_input_ready(&tty));
	n = strlen(take(TTY_READ_SIZE));
	assert_int_equal(n, TTY_READ_SIZE - 1);
	assert_int_equal(tty.head, tty.tail);
}

static void test_output_processing(void **state)
{
	assert_int_equal(opost_write(&tty, (const u8 *)"a\nb\tc", 5), 5);
	assert_string_equal(echoed(), "a\r\nb\tc");
	assert_int_equal(tty.column, 9);
	tty.termios.c_oflag |= XTABS;
	opost_write(&tty, (const u8 *)"\r12\t3", 5);
	assert_string_equal(echoed(), "\r12      3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_line_is_read_when_complete, setup),
		cmocka_unit_test_setup(test_erasing, setup),
		cmocka_unit_test_setup(test_erasing_a_tab_and_a_control, setup),
		cmocka_unit_test_setup(test_erasing_utf8, setup),
		cmocka_unit_test_setup(test_end_of_file, setup),
		cmocka_unit_test_setup(test_signals_flush, setup),
		cmocka_unit_test_setup(test_flow_control, setup),
		cmocka_unit_test_setup(test_raw_mode, setup),
		cmocka_unit_test_setup(test_a_line_too_long, setup),
		cmocka_unit_test_setup(test_output_processing, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
