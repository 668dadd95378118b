/* SPDX-License-Identifier: MIT */
/*
 * exec: arguments and environment arrive, what is kept and what is reset, scripts, and files that are no
 * programs: each an errno, the caller lives on.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "check.h"

#define DEEPEST 5

static char *self;

/* The second life: what the first one left must be as it should. */
static int after_exec(int argc, char *argv[])
{
	sigset_t mask;

	check(argc == 4 && !strcmp(argv[2], "two words") && !strcmp(argv[3], "") && argv[4] == NULL);
	check(getenv("KEPT") && !strcmp(getenv("KEPT"), "yes") && !getenv("PATH"));
	check(signal(SIGUSR1, SIG_DFL) == SIG_DFL && signal(SIGUSR2, SIG_DFL) == SIG_IGN);
	check(sigprocmask(SIG_SETMASK, NULL, &mask) == 0 && sigismember(&mask, SIGHUP));
	check(fcntl(20, F_GETFD) == -1 && errno == EBADF && fcntl(21, F_GETFD) == 0);
	check(getauxval(AT_PAGESZ) == PAGE && getauxval(AT_PHNUM) > 0 && getauxval(AT_UID) == getuid());
	check(getauxval(AT_RANDOM) && getauxval(AT_ENTRY));
	return 0;
}

static void handler(int sig)
{
	(void)sig;
}

static void keeps_and_resets(void)
{
	char *argv[] = { self, "again", "two words", "", NULL }, *envp[] = { "KEPT=yes", NULL };
	sigset_t mask;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGUSR1, handler);
		signal(SIGUSR2, SIG_IGN);
		sigemptyset(&mask);
		sigaddset(&mask, SIGHUP);
		sigprocmask(SIG_BLOCK, &mask, NULL);
		check(dup3(0, 20, O_CLOEXEC) == 20 && dup2(0, 21) == 21);
		execve(self, argv, envp);
		_exit(99);
	}
	join(pid);
}

static void put(const char *path, const void *data, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, data, len) == (ssize_t)len && fchmod(fd, mode) == 0 && close(fd) == 0);
}

static int exec_error(const char *path)
{
	char *argv[] = { (char *)path, NULL }, *envp[] = { NULL };

	check(execve(path, argv, envp) == -1);
	return errno;
}

static void no_programs(void)
{
	static char head[64 * 1024];
	const char *path = "exec.file";
	int fd = open(self, O_RDONLY);

	check(fd >= 0 && read(fd, head, sizeof(head)) == sizeof(head) && close(fd) == 0);
	check(exec_error("none") == ENOENT && exec_error("/tmp") == EACCES);
	put(path, "text", 4, 0644);
	check(exec_error(path) == EACCES);
	put(path, "text", 4, 0755);
	check(exec_error(path) == ENOEXEC);
	put(path, "", 0, 0755);
	check(exec_error(path) == ENOEXEC);
	put(path, head, 20, 0755);
	check(exec_error(path) == ENOEXEC);
	head[18] = 62;		/* for another machine */
	put(path, head, sizeof(head), 0755);
	check(exec_error(path) == ENOEXEC);
	put(path, "#!/no/such/interpreter\n", 23, 0755);
	check(exec_error(path) == ENOENT);
	check(unlink(path) == 0);
}

static void scripts(void)
{
	const char *path = "exec.script";
	char *argv[] = { "ignored", "an argument", NULL }, *envp[] = { NULL };
	char text[128];
	pid_t pid;

	snprintf(text, sizeof(text), "#! /bin/sh -e\n[ \"$0\" = exec.script ] && [ \"$1\" = \"an argument\" ]\n");
	put(path, text, strlen(text), 0755);
	pid = fork();
	if (pid == 0) {
		execve(path, argv, envp);
		_exit(99);
	}
	join(pid);
	check(unlink(path) == 0);
}

/* A script's interpreter may be a script, five deep. */
static void scripts_of_scripts(void)
{
	char path[32], text[64] = "#!/bin/true\n";
	pid_t pid;

	for (int depth = 1; depth <= DEEPEST + 1; depth++) {
		snprintf(path, sizeof(path), "/tmp/exec.script%d", depth);
		put(path, text, strlen(text), 0755);
		snprintf(text, sizeof(text), "#!%s\n", path);
		if (depth > DEEPEST) {
			check(exec_error(path) == ELOOP);
			continue;
		}
		pid = fork();
		if (pid == 0)
			_exit(exec_error(path));
		join(pid);
	}
	for (int depth = 1; depth <= DEEPEST + 1; depth++) {
		snprintf(path, sizeof(path), "/tmp/exec.script%d", depth);
		check(unlink(path) == 0);
	}
}

/* As many arguments as there is room for, and one block more than that. */
static void long_arguments(void)
{
	static char big[100 * 1024];
	char *argv[] = { "/bin/true", big, big, NULL }, *too_many[1000], *envp[] = { NULL };
	pid_t pid = fork();

	memset(big, 'x', sizeof(big) - 1);
	if (pid == 0) {
		execve("/bin/true", argv, envp);
		_exit(99);
	}
	join(pid);
	for (int i = 0; i < 999; i++)
		too_many[i] = big;
	too_many[999] = NULL;
	check(execve("/bin/true", too_many, envp) == -1 && errno == E2BIG);
}

int main(int argc, char *argv[])
{
	if (argc > 1)
		return after_exec(argc, argv);
	self = argv[0];
	check(chdir("/tmp") == 0);
	keeps_and_resets();
	no_programs();
	scripts();
	scripts_of_scripts();
	long_arguments();
	return 0;
}
