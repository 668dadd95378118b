/* SPDX-License-Identifier: MIT */
/* wait: every kind of status, the options, resource use of children, and what happens to orphans. */
#include <signal.h>
#include <sys/resource.h>

#include "check.h"

static pid_t child_that(void (*act)(void))
{
	pid_t pid = fork();

	check(pid >= 0);
	if (pid == 0) {
		act();
		_exit(42);
	}
	return pid;
}

static void nothing(void)
{
}

static void die(void)
{
	raise(SIGKILL);
}

static void stop(void)
{
	raise(SIGSTOP);
}

static void forever(void)
{
	for (;;)
		pause();
}

static void statuses(void)
{
	int s = status_of(child_that(nothing));

	check(WIFEXITED(s) && WEXITSTATUS(s) == 42 && !WIFSIGNALED(s));
	s = status_of(child_that(die));
	check(WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL && !WIFEXITED(s));
	check(waitpid(-1, &s, 0) == -1 && errno == ECHILD);
}

static void stopping(void)
{
	pid_t pid = child_that(stop);
	siginfo_t info;
	int s;

	check(waitpid(pid, &s, WUNTRACED) == pid && WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP);
	check(waitpid(pid, &s, WUNTRACED | WNOHANG) == 0);
	check(kill(pid, SIGCONT) == 0);
	memset(&info, 0, sizeof(info));
	check(waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0);
	check(info.si_signo == SIGCHLD && info.si_code == CLD_EXITED && info.si_status == 42);
	check(info.si_pid == pid);
	check(waitpid(pid, &s, 0) == pid && WEXITSTATUS(s) == 42);
}

static void options(void)
{
	pid_t pid = child_that(forever);
	int s;

	check(waitpid(pid, &s, WNOHANG) == 0);
	check(waitpid(-getpgrp(), &s, WNOHANG) == 0);
	check(waitpid(1, &s, 0) == -1 && errno == ECHILD);
	check(waitpid(pid, &s, 0xff00) == -1 && errno == EINVAL);
	check(kill(pid, SIGTERM) == 0 && waitpid(pid, &s, 0) == pid && WTERMSIG(s) == SIGTERM);
	check(kill(pid, 0) == -1 && errno == ESRCH);
}

static void ignored_children(void)
{
	signal(SIGCHLD, SIG_IGN);
	child_that(nothing);
	check(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
	signal(SIGCHLD, SIG_DFL);
}

/* A child's child goes to process 1 when its parent ends. */
static void orphans(void)
{
	int fd[2];
	pid_t seen;

	check(pipe(fd) == 0);
	if (fork() == 0) {
		pid_t parent = getpid();

		if (fork() == 0) {
			while (getppid() == parent)
				usleep(1000);
			seen = getppid();
			write(fd[1], &seen, sizeof(seen));
		}
		_exit(0);
	}
	check(read(fd[0], &seen, sizeof(seen)) == sizeof(seen) && seen == 1);
	check(wait(NULL) > 0);
}

static void burn(void)
{
	for (volatile int i = 0; i < 30000000; i++)
		;
}

static void usage(void)
{
	struct rusage u;
	pid_t pid = child_that(burn);

	check(wait4(pid, NULL, 0, &u) == pid);
	check(u.ru_utime.tv_sec || u.ru_utime.tv_usec);
	check(getrusage(RUSAGE_CHILDREN, &u) == 0 && (u.ru_utime.tv_sec || u.ru_utime.tv_usec));
}

int main(void)
{
	statuses();
	stopping();
	options();
	ignored_children();
	orphans();
	usage();
	return 0;
}
