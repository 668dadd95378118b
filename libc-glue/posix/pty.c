/* SPDX-License-Identifier: MIT */
/* pty.c: pseudo terminals, by /dev/ptmx and /dev/pts. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int posix_openpt(int flags)
{
	return open("/dev/ptmx", flags);
}

/* The kernel makes the slave with the right owner and mode. */
int grantpt(int fd)
{
	unsigned int number;

	return ioctl(fd, TIOCGPTN, &number);
}

int unlockpt(int fd)
{
	int locked = 0;

	return ioctl(fd, TIOCSPTLCK, &locked);
}

int ptsname_r(int fd, char *buf, size_t len)
{
	unsigned int number;

	if (ioctl(fd, TIOCGPTN, &number) < 0)
		return errno;
	return snprintf(buf, len, "/dev/pts/%u", number) < (int)len ? 0 : ERANGE;
}

char *ptsname(int fd)
{
	static char name[TTY_NAME_MAX];

	return ptsname_r(fd, name, sizeof(name)) ? NULL : name;
}

int openpty(int *master, int *slave, char *name, const struct termios *t,
	    const struct winsize *size)
{
	char path[TTY_NAME_MAX];
	int m = posix_openpt(O_RDWR | O_NOCTTY), s;

	if (m < 0)
		return -1;
	if (unlockpt(m) < 0 || ptsname_r(m, path, sizeof(path)))
		goto close_master;
	s = open(path, O_RDWR | O_NOCTTY);
	if (s < 0)
		goto close_master;
	if (t)
		tcsetattr(s, TCSANOW, t);
	if (size)
		ioctl(s, TIOCSWINSZ, size);
	if (name)
		sprintf(name, "%s", path);
	*master = m;
	*slave = s;
	return 0;

close_master:
	close(m);
	return -1;
}

int login_tty(int fd)
{
	setsid();
	if (ioctl(fd, TIOCSCTTY, 0) < 0)
		return -1;
	for (int i = 0; i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
	return 0;
}

pid_t forkpty(int *master, char *name, const struct termios *t, const struct winsize *size)
{
	int m, s;
	pid_t pid;

	if (openpty(&m, &s, name, t, size) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(m);
		if (login_tty(s) < 0)
			_exit(1);
		return 0;
	}
	close(s);
	if (pid < 0)
		close(m);
	else
		*master = m;
	return pid;
}
