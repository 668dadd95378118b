/* SPDX-License-Identifier: MIT */
/*
 * console.c: a login shell on each console.
 *
 * The shell leads a session of its own and the console is its controlling terminal, so job control
 * works. When it ends another one is started; one that ends at once waits a little, so that a
 * missing shell does not keep the machine busy.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "init.h"

#define SHELL		"/bin/mksh"
#define MIN_LIFE	2	/* seconds; a shell that lives shorter is started after a pause */

static struct console {
	const char *device;
	const char *term;
	int pid;
	time_t started;
} consoles[] = {
	{ .device = "/dev/ttyS0", .term = "TERM=vt100" },
	{ .device = "/dev/tty1", .term = "TERM=linux" },
};

#define CONSOLES (sizeof(consoles) / sizeof(consoles[0]))

static time_t uptime(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_MONOTONIC, &now) < 0 ? 0 : now.tv_sec;
}

static void run_shell(const struct console *c, int pause)
{
	char *argv[] = { "-mksh", NULL };
	char *envp[] = { DEFAULT_PATH, "HOME=/root", "USER=root", "LOGNAME=root",
			 "SHELL=" SHELL, "PWD=/root", (char *)c->term, NULL };
	sigset_t none;
	int fd;

	if (pause)
		sleep(MIN_LIFE);
	setsid();
	fd = open(c->device, O_RDWR);
	if (fd < 0)
		_exit(1);
	ioctl(fd, TIOCSCTTY, 1);
	for (int i = 0; i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (chdir("/root") < 0)
		chdir("/");
	execve(SHELL, argv, envp);
	argv[0] = "-sh";
	execve("/bin/sh", argv, envp);
	say("cannot run a shell on %s: %s", c->device, strerror(errno));
	_exit(1);
}

static void start(struct console *c, int pause)
{
	c->started = uptime();
	c->pid = fork();
	if (c->pid == 0)
		run_shell(c, pause);
	if (c->pid < 0)
		say("cannot start a shell on %s: %s", c->device, strerror(errno));
}

/* A device that is there but has no hardware behind it fails to open. */
static int is_present(const char *device)
{
	int fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return 0;
	close(fd);
	return 1;
}

void start_consoles(void)
{
	for (size_t i = 0; i < CONSOLES; i++)
		if (is_present(consoles[i].device))
			start(&consoles[i], 0);
}

void console_ended(int pid)
{
	for (size_t i = 0; i < CONSOLES; i++)
		if (consoles[i].pid == pid)
			start(&consoles[i], uptime() - consoles[i].started < MIN_LIFE);
}
