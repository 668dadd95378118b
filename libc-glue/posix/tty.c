/* SPDX-License-Identifier: MIT */
/* tty.c: names of terminals, and reading a password from one. */
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <limits.h>

/* /proc tells what the descriptor was opened as. */
int ttyname_r(int fd, char *buf, size_t len)
{
	char link[32];
	ssize_t got;

	if (!isatty(fd))
		return errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	got = readlink(link, buf, len);
	if (got < 0)
		return errno;
	if ((size_t)got >= len)
		return ERANGE;
	buf[got] = '\0';
	return 0;
}

char *ttyname(int fd)
{
	static char name[PATH_MAX];
	int error = ttyname_r(fd, name, sizeof(name));

	if (!error)
		return name;
	errno = error;
	return NULL;
}

char *ctermid(char *s)
{
	static char name[L_ctermid];

	return strcpy(s ? s : name, _PATH_TTY);
}

static ssize_t read_line(int fd, char *buf, size_t len)
{
	size_t got = 0;
	char c;

	while (read(fd, &c, 1) == 1 && c != '\n')
		if (got < len - 1)
			buf[got++] = c;
	buf[got] = '\0';
	return got;
}

char *getpass(const char *prompt)
{
	static char password[LINE_MAX];
	struct termios old, silent;
	int fd = open(_PATH_TTY, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	write(fd, prompt, strlen(prompt));
	tcgetattr(fd, &old);
	silent = old;
	silent.c_lflag &= ~(ECHO | ISIG);
	silent.c_lflag |= ICANON;
	tcsetattr(fd, TCSAFLUSH, &silent);
	read_line(fd, password, sizeof(password));
	tcsetattr(fd, TCSAFLUSH, &old);
	write(fd, "\n", 1);
	close(fd);
	return password;
}
