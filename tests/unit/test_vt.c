/* SPDX-License-Identifier: MIT */
/*
 * The console's terminal emulation: bytes in, cells out.
 *
 * links: kernel/drivers/tty/vt_emu.c kernel/drivers/tty/vt_csi.c kernel/drivers/tty/vt_glyph.c kernel/lib/vsprintf.c
 */
#include "unit.h"

#include "../../kernel/drivers/tty/vt_emu.h"

static struct vt_screen s;

static void feed(const char *text)
{
	while (*text)
		vt_put(&s, (u8)*text++);
}

static void start(const char *text)
{
	vt_reset(&s);
	feed(text);
}

/* The characters of a row, without the blanks at its end. */
static const char *row(unsigned int n)
{
	static char text[VT_COLS + 1];
	unsigned int len = VT_COLS;

	for (unsigned int i = 0; i < VT_COLS; i++)
		text[i] = (char)s.cell[n * VT_COLS + i];
	while (len && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	return text;
}

static void assert_cursor(unsigned int r, unsigned int c)
{
	assert_int_equal(s.cur.row, r);
	assert_int_equal(s.cur.col, c);
}

static void test_text_and_controls(void **state)
{
	start("one\r\ntwo\tx\bY\r\n");
	assert_string_equal(row(0), "one");
	assert_string_equal(row(1), "two     Y");
	assert_cursor(2, 0);
}

static void test_wrap_waits_for_the_next_character(void **state)
{
	vt_reset(&s);
	for (unsigned int i = 0; i < VT_COLS; i++)
		vt_put(&s, 'a');
	assert_cursor(0, VT_COLS - 1);
	feed("b");
	assert_cursor(1, 1);
	assert_string_equal(row(1), "b");
}

static void test_scrolling_at_the_bottom(void **state)
{
	start("first\033[25;1Hlast\nnew");
	assert_string_equal(row(0), "");
	assert_string_equal(row(VT_ROWS - 2), "last");
	assert_string_equal(row(VT_ROWS - 1), "    new");
}

static void test_scrolling_region(void **state)
{
	start("top\033[3;5r\033[3;1Ha\r\nb\r\nc\r\nd");
	assert_string_equal(row(0), "top");
	assert_string_equal(row(2), "b");
	assert_string_equal(row(4), "d");
	feed("\033[3;1H\033M");
	assert_string_equal(row(2), "");
	assert_string_equal(row(3), "b");
	assert_string_equal(row(4), "c");
}

static void test_erase_and_edit(void **state)
{
	start("abcdef\033[3D\033[K");
	assert_string_equal(row(0), "abc");
	feed("\033[1;2H\033[2@");
	assert_string_equal(row(0), "a  bc");
	feed("\033[3P");
	assert_string_equal(row(0), "ac");
	feed("\r\nxy\033[1L");
	assert_string_equal(row(1), "");
	assert_string_equal(row(2), "xy");
	feed("\033[2J");
	assert_string_equal(row(2), "");
}

static void test_attributes(void **state)
{
	start("\033[1;31;44mX\033[0mY\033[7mZ");
	assert_int_equal(s.cell[0], 0x1c00 | 'X');
	assert_int_equal(s.cell[1], 0x0700 | 'Y');
	assert_int_equal(s.cell[2], 0x7000 | 'Z');
}

static void test_cursor_stays_on_the_screen(void **state)
{
	start("\033[99;999H");
	assert_cursor(VT_ROWS - 1, VT_COLS - 1);
	feed("\033[200A\033[500D");
	assert_cursor(0, 0);
	feed("\0337\033[10;10H\0338");
	assert_cursor(0, 0);
}

static void test_reports(void **state)
{
	start("\033[4;7H\033[6n");
	s.reply[s.reply_len] = '\0';
	assert_string_equal(s.reply, "\033[4;7R");
}

static void test_utf8_and_line_drawing(void **state)
{
	start("\xc3\xa4\xe2\x94\x80\xe2\x82\xac\033(0q\033(Bq");
	assert_int_equal((u8)s.cell[0], 0x84);
	assert_int_equal((u8)s.cell[1], 0xc4);
	assert_int_equal((u8)s.cell[2], 0xfe);
	assert_int_equal((u8)s.cell[3], 0xc4);
	assert_int_equal((u8)s.cell[4], 'q');
}

static void test_titles_are_swallowed(void **state)
{
	start("\033]0;a title\aok\033]2;more\033\\!");
	assert_string_equal(row(0), "ok!");
}

/* Whatever comes, the cursor stays on the screen (and the sanitizers stay quiet). */
static void test_noise(void **state)
{
	static const char likely[] = "\033[]0123456789;?ABCDHJKLMPSTXfhlmr@";
	unsigned int seed = 1;

	vt_reset(&s);
	for (int i = 0; i < 300000; i++) {
		seed = seed * 1103515245u + 12345u;
		vt_put(&s, seed >> 30 ? (u8)likely[(seed >> 16) % (sizeof(likely) - 1)] : (u8)(seed >> 16));
		s.reply_len = 0;
		assert_true(s.cur.row < VT_ROWS && s.cur.col < VT_COLS);
		assert_true(s.top < s.bottom && s.bottom < VT_ROWS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_and_controls),
		cmocka_unit_test(test_wrap_waits_for_the_next_character),
		cmocka_unit_test(test_scrolling_at_the_bottom),
		cmocka_unit_test(test_scrolling_region),
		cmocka_unit_test(test_erase_and_edit),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_cursor_stays_on_the_screen),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_utf8_and_line_drawing),
		cmocka_unit_test(test_titles_are_swallowed),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
