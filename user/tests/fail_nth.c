/* SPDX-License-Identifier: MIT */
/*
 * The n-th page, and then the n-th slab object, is refused, for every n of fork, mmap, faults, files, pipes and exec: each time the call returns an
 * error or the process dies, nothing else happens, nothing leaks (the auditor runs afterwards).
 *
 * machine: mem=16 swap=16 timeout=180
 * oracle: none, because Linux has no /proc/sys/vm/fail_nth
 */
#include <signal.h>

#include "countdown.h"
#include "proc.h"

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

static char *self;

static void sequence(unsigned int n, const char *kind)
{
	pid_t pid;

	set_countdown(n, kind);
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

static unsigned int errors, killed;

static void seen(int status)
{
	killed += WIFSIGNALED(status);
	errors += WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static void each_fails(const char *kind, unsigned int least)
{
	long tables = meminfo("PageTables"), promised = meminfo("Committed_AS");
	unsigned int calls;

	errors = killed = 0;
	calls = for_every_n(sequence, kind, seen);
	/* What the failures held is there again, to the page. */
	check(meminfo("PageTables") == tables && meminfo("Committed_AS") == promised);
	printf("%s: %u calls; each failed once: %u processes killed, %u execs failed\n", kind, calls, killed, errors);
	check(calls > least && killed + errors > 0);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return countdown() > 0 ? NOT_REACHED : 0;
	self = argv[0];
	each_fails("page", 50);
	each_fails("slab", 20);
	return 0;
}
