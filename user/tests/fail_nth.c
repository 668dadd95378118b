/* SPDX-License-Identifier: MIT */
/*
 * The n-th allocation fails, for every n of fork, mmap, faults, files, pipes and exec: each time the call returns an
 * error or the process dies, nothing else happens, nothing leaks (the auditor runs afterwards).
 *
 * machine: mem=16 swap=16 timeout=180
 * oracle: none, because Linux has no /proc/sys/vm/fail_nth
 */
#include <signal.h>

#include "countdown.h"
#include "proc.h"

#define MOST 2000
#define MAPPED (40 * PAGE)

static void use_memory(void)
{
	unsigned int i;
	char *p = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return;
	for (i = 0; i < MAPPED; i += PAGE)
		p[i] = 1;
	mprotect(p + PAGE, 3 * PAGE, PROT_READ);
	munmap(p + 10 * PAGE, PAGE);
	munmap(p, MAPPED);
}

static void use_files(const char *self)
{
	char buf[2 * PAGE] = "";
	int fds[2], fd = open(self, O_RDONLY);

	if (fd >= 0) {
		if (read(fd, buf, sizeof(buf)) < 0)
			buf[0] = 0;
		close(fd);
	}
	if (!pipe(fds)) {
		if (write(fds[1], buf, PAGE) > 0 && read(fds[0], buf, PAGE) < 0)
			buf[0] = 0;
		close(fds[0]);
		close(fds[1]);
	}
}

static void sequence(char *self, unsigned int n)
{
	pid_t pid;

	set_countdown(n, "");
	pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	use_memory();
	use_files(self);
	execl(self, self, "end", NULL);
	_exit(1);
}

int main(int argc, char **argv)
{
	unsigned int n, errors = 0, killed = 0;
	long tables, promised;

	if (argc > 1)
		return countdown() > 0 ? NOT_REACHED : 0;
	tables = meminfo("PageTables");
	promised = meminfo("Committed_AS");
	for (n = 1; n < MOST; n++) {
		pid_t pid = fork();
		int status;

		check(pid >= 0);
		if (pid == 0)
			sequence(argv[0], n);
		status = status_of(pid);
		if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_REACHED)
			break;
		killed += WIFSIGNALED(status);
		errors += WIFEXITED(status) && WEXITSTATUS(status);
	}
	/* What the failures held is there again, to the page. */
	check(meminfo("PageTables") == tables && meminfo("Committed_AS") == promised);
	printf("%u allocations; each failed once: %u processes killed, %u execs failed\n", n - 1, killed,
	       errors);
	check(n > 50 && n < MOST);
	return 0;
}
