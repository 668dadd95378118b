/* SPDX-License-Identifier: MIT */
/*
 * Sessions, process groups and the terminal: who gets ^C and ^Z, who may read and write, SIGTTIN and SIGTTOU,
 * SIGHUP at the end of the session, orphaned groups.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "check.h"

static int master;

static void type(char c)
{
	check(write(master, &c, 1) == 1);
}

static void forever(void)
{
	for (;;)
		pause();
}

/* A child in a process group of its own, in the foreground or not. */
static pid_t job(void (*act)(void), int foreground)
{
	pid_t pid = fork();

	check(pid >= 0);
	if (pid == 0) {
		setpgid(0, 0);
		while (foreground && tcgetpgrp(0) != getpid())
			usleep(1000);
		act();
		_exit(0);
	}
	setpgid(pid, pid);
	if (foreground)
		check(tcsetpgrp(0, pid) == 0);
	return pid;
}

static int status_or_stop(pid_t pid)
{
	int status;

	check(waitpid(pid, &status, WUNTRACED) == pid);
	return status;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	check(WIFSIGNALED(status_of(pid)));
}

static void keys(void)
{
	int s;
	pid_t pid = job(forever, 1), other = job(forever, 0);

	type(3);
	s = status_or_stop(pid);
	check(WIFSIGNALED(s) && WTERMSIG(s) == SIGINT);
	pid = job(forever, 1);
	type(26);
	s = status_or_stop(pid);
	check(WIFSTOPPED(s) && WSTOPSIG(s) == SIGTSTP);
	check(kill(-pid, SIGCONT) == 0 && waitpid(pid, &s, WCONTINUED) == pid && WIFCONTINUED(s));
	type(28);
	s = status_or_stop(pid);
	check(WIFSIGNALED(s) && WTERMSIG(s) == SIGQUIT);
	check(waitpid(other, &s, WNOHANG | WUNTRACED) == 0);
	end(other);
	check(tcsetpgrp(0, getpgrp()) == 0);
}

static void try_read(void)
{
	char c;

	read(0, &c, 1);
}

static void try_set(void)
{
	tcsetpgrp(0, getpgrp());
}

static void ignoring_read(void)
{
	char c;

	signal(SIGTTIN, SIG_IGN);
	check(read(0, &c, 1) == -1 && errno == EIO);
}

static void background(void)
{
	pid_t pid = job(try_read, 0);
	int s = status_or_stop(pid);

	check(WIFSTOPPED(s) && WSTOPSIG(s) == SIGTTIN);
	end(pid);
	pid = job(try_set, 0);
	s = status_or_stop(pid);
	check(WIFSTOPPED(s) && WSTOPSIG(s) == SIGTTOU);
	end(pid);
	pid = job(ignoring_read, 0);
	check(status_or_stop(pid) == 0);
}

static void identities(void)
{
	pid_t pid = job(forever, 0);

	check(getsid(0) == getpid() && getpgid(0) == getpid() && tcgetpgrp(0) == getpid());
	check(getsid(pid) == getpid() && getpgid(pid) == pid);
	check(setsid() == -1 && errno == EPERM && setpgid(0, 0) == -1 && errno == EPERM);
	check(setpgid(pid, 1) == -1 && errno == EPERM);
	check(tcsetpgrp(0, 1) == -1 && errno == EPERM && kill(-pid, 0) == 0);
	end(pid);
	check(kill(-pid, 0) == -1 && errno == ESRCH);
}

/* The leader of the session: all of the above happens here, with the pty as controlling terminal. */
static void session(void)
{
	signal(SIGTTOU, SIG_IGN);
	identities();
	signal(SIGTTOU, SIG_DFL);
	check(open("/dev/tty", O_RDWR) >= 0);
	background();
	signal(SIGTTOU, SIG_IGN);
	keys();
	_exit(0);
}

/* When the leader ends, the foreground group is told. */
static void end_of_session(void)
{
	int told[2], m;
	char sig;
	pid_t pid;

	check(pipe(told) == 0);
	pid = forkpty(&m, NULL, NULL, NULL);
	if (pid == 0) {
		if (fork() == 0) {
			sigset_t set;
			int got;

			sigemptyset(&set);
			sigaddset(&set, SIGHUP);
			sigprocmask(SIG_BLOCK, &set, NULL);
			write(told[1], "r", 1);
			sigwait(&set, &got);
			sig = got;
			write(told[1], &sig, 1);
			_exit(0);
		}
		pause();
	}
	check(read(told[0], &sig, 1) == 1 && sig == 'r');
	check(kill(pid, SIGKILL) == 0 && WIFSIGNALED(status_of(pid)));
	check(read(told[0], &sig, 1) == 1 && sig == SIGHUP);
	check(close(m) == 0);
}

int main(void)
{
	int slave, told[2];
	char name[64], c;
	pid_t pid;

	check(openpty(&master, &slave, name, NULL, NULL) == 0 && pipe(told) == 0);
	pid = fork();
	if (pid == 0) {
		check(login_tty(slave) == 0);
		/* What check() has to say must not go to the pty. */
		check(dup2(told[1], 1) == 1);
		session();
	}
	close(told[1]);
	while (read(told[0], &c, 1) == 1)
		write(1, &c, 1);
	join(pid);
	end_of_session();
	return 0;
}
