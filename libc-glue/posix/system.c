/* SPDX-License-Identifier: MIT */
/* system.c: running a command with the shell: system(), popen() and pclose(). */
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT_EXECUTE 127

int _system(const char *command);

static void run_shell(const char *command)
{
	execl(_PATH_BSHELL, "sh", "-c", command, NULL);
	_exit(CANNOT_EXECUTE);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* While the command runs, ^C and ^\ are its own affair and SIGCHLD waits for us. */
int _system(const char *command)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old_int, old_quit;
	sigset_t child, old_mask;
	int status = -1;
	pid_t pid;

	if (!command)
		return access(_PATH_BSHELL, X_OK) == 0;
	sigemptyset(&ignore.sa_mask);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigaction(SIGINT, &ignore, &old_int);
	sigaction(SIGQUIT, &ignore, &old_quit);
	sigprocmask(SIG_BLOCK, &child, &old_mask);
	pid = fork();
	if (pid != 0)
		status = pid < 0 ? -1 : wait_for(pid);
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGQUIT, &old_quit, NULL);
	sigprocmask(SIG_SETMASK, &old_mask, NULL);
	if (pid == 0)
		run_shell(command);
	return status;
}

/* The commands that popen() has started. */
static struct running {
	struct running *next;
	FILE *fp;
	pid_t pid;
} *running;

/* In the child: the other commands' streams are closed, as POSIX demands. */
static void start_command(const char *command, int mine, int other, int as)
{
	for (struct running *r = running; r; r = r->next)
		close(fileno(r->fp));
	close(other);
	if (mine != as) {
		dup2(mine, as);
		close(mine);
	}
	run_shell(command);
}

FILE *popen(const char *command, const char *mode)
{
	int reading = mode[0] == 'r', fds[2];
	struct running *r;

	if ((mode[0] != 'r' && mode[0] != 'w') || (mode[1] && strcmp(mode + 1, "e"))) {
		errno = EINVAL;
		return NULL;
	}
	r = malloc(sizeof(*r));
	if (!r)
		return NULL;
	if (pipe(fds) < 0)
		goto free_record;
	r->pid = fork();
	if (r->pid == 0)
		start_command(command, fds[reading], fds[!reading], reading);
	if (r->pid < 0)
		goto close_pipe;
	close(fds[reading]);
	if (mode[1])
		fcntl(fds[!reading], F_SETFD, FD_CLOEXEC);
	r->fp = fdopen(fds[!reading], reading ? "r" : "w");
	r->next = running;
	running = r;
	return r->fp;

close_pipe:
	close(fds[0]);
	close(fds[1]);
free_record:
	free(r);
	return NULL;
}

int pclose(FILE *fp)
{
	struct running **p, *r;
	pid_t pid;

	for (p = &running; *p && (*p)->fp != fp; p = &(*p)->next)
		;
	r = *p;
	if (!r) {
		errno = ECHILD;
		return -1;
	}
	*p = r->next;
	pid = r->pid;
	free(r);
	fclose(fp);
	return wait_for(pid);
}
