/* SPDX-License-Identifier: MIT */
/*
 * Terminals, on a pty: canonical and raw input, echo, erase and kill, end of file, CR and NL translation, window
 * size, hang-up, VMIN and VTIME.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "check.h"

static int master, slave;
static struct termios initial;

static void type(const char *text)
{
	check(write(master, text, strlen(text)) == (ssize_t)strlen(text));
}

/* What the program reads next is exactly this. */
static void reads(const char *text)
{
	char buf[128];
	ssize_t got = read(slave, buf, sizeof(buf));

	check(got == (ssize_t)strlen(text) && !memcmp(buf, text, got));
}

/* What appears on the screen is exactly this. */
static void shows(const char *text)
{
	char buf[128];
	size_t have = 0, want = strlen(text);
	struct pollfd p = { master, POLLIN, 0 };

	while (have < want && poll(&p, 1, 1000) == 1)
		have += read(master, buf + have, sizeof(buf) - have);
	check(have == want && !memcmp(buf, text, want));
	check(poll(&p, 1, 20) == 0);
}

static int nothing_to_read(void)
{
	struct pollfd p = { slave, POLLIN, 0 };

	return poll(&p, 1, 20) == 0;
}

static void defaults(void)
{
	check(tcgetattr(slave, &initial) == 0 && isatty(slave) && isatty(master));
	check((initial.c_lflag & (ICANON | ECHO | ISIG | IEXTEN)) == (ICANON | ECHO | ISIG | IEXTEN));
	check((initial.c_iflag & ICRNL) && (initial.c_oflag & (OPOST | ONLCR)) == (OPOST | ONLCR));
	check(initial.c_cc[VINTR] == 3 && initial.c_cc[VEOF] == 4 && initial.c_cc[VERASE] == 127);
	check(initial.c_cc[VKILL] == 21 && initial.c_cc[VSUSP] == 26 && initial.c_cc[VWERASE] == 23);
}

static void lines(void)
{
	type("half");
	shows("half");
	check(nothing_to_read());
	type("\r");
	shows("\r\n");
	reads("half\n");
	type("abc\177\177d\n");
	shows("abc\b \b\b \bd\r\n");
	reads("ad\n");
	type("one two\027x\n");
	shows("one two\b \b\b \b\b \bx\r\n");
	reads("one x\n");
	type("drop\025k\n");
	shows("drop\b \b\b \b\b \b\b \bk\r\n");
	reads("k\n");
	type("a\nb\n");
	shows("a\r\nb\r\n");
	reads("a\n");
	reads("b\n");
	type("part\004");
	shows("part");
	reads("part");
	type("\004");
	reads("");
	type("\033[A\n");
	shows("^[[A\r\n");
	reads("\033[A\n");
	type("\026\003\n");	/* the next character literally */
	shows("^\b^C\r\n");
	reads("\003\n");
}

static void output(void)
{
	struct termios t = initial;

	check(write(slave, "x\ny\r", 4) == 4);
	shows("x\r\ny\r");
	t.c_oflag &= ~OPOST;
	check(tcsetattr(slave, TCSADRAIN, &t) == 0 && write(slave, "x\n", 2) == 2);
	shows("x\n");
	check(tcsetattr(slave, TCSANOW, &initial) == 0);
}

static void raw(void)
{
	struct termios t = initial;

	cfmakeraw(&t);
	check(tcsetattr(slave, TCSAFLUSH, &t) == 0);
	type("a\r\003\177");
	usleep(20000);
	reads("a\r\003\177");
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 1;
	check(tcsetattr(slave, TCSANOW, &t) == 0);
	reads("");
	t.c_cc[VMIN] = 3;
	t.c_cc[VTIME] = 0;
	check(tcsetattr(slave, TCSANOW, &t) == 0);
	type("ab");
	check(nothing_to_read());
	type("c");
	reads("abc");
	type("gone");
	usleep(20000);
	check(tcflush(slave, TCIFLUSH) == 0 && nothing_to_read());
	check(tcsetattr(slave, TCSANOW, &initial) == 0);
}

static void sizes(void)
{
	struct winsize w = { .ws_row = 50, .ws_col = 132 }, got;
	int n;

	check(ioctl(master, TIOCSWINSZ, &w) == 0 && ioctl(slave, TIOCGWINSZ, &got) == 0);
	check(got.ws_row == 50 && got.ws_col == 132);
	type("12\n");
	shows("12\r\n");
	check(ioctl(slave, FIONREAD, &n) == 0 && n == 3);
	reads("12\n");
	check(tcgetpgrp(slave) == -1 && errno == ENOTTY);	/* not our terminal */
	check(ioctl(STDIN_FILENO, TIOCSTI, "x") == -1);
}

static void hang_up(void)
{
	struct pollfd p = { slave, POLLIN, 0 };
	char c;

	check(close(master) == 0);
	check(poll(&p, 1, 1000) == 1 && (p.revents & POLLHUP));
	check(read(slave, &c, 1) == 0 && write(slave, "x", 1) == -1 && errno == EIO);
	check(close(slave) == 0);
}

int main(void)
{
	char name[64];

	check(openpty(&master, &slave, name, NULL, NULL) == 0 && !strncmp(name, "/dev/pts/", 9));
	defaults();
	lines();
	output();
	raw();
	sizes();
	hang_up();
	return 0;
}
