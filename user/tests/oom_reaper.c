/* SPDX-License-Identifier: MIT */
/*
 * A victim that cannot die: it waits for a file that another process writes, and that one waits for memory, which
 * the victim has. Its memory comes free all the same, and the writer gets to the end.
 *
 * machine: mem=16 swap=0 timeout=120
 * oracle: none, because Linux's own machine here has ten times the memory
 */
#include <signal.h>
#include <sys/stat.h>

#include "proc.h"

#define NAME "/tmp/oom_reaper"
#define PERCENT(n) (meminfo("MemAvailable") * 1024ul / 100 * (n) / PAGE * PAGE)

static int fd;

static void wait_until_written(off_t least)
{
	struct stat st;

	do {
		usleep(1000);
		check(fstat(fd, &st) == 0);
	} while (st.st_size < least);
}

/* One call, that holds the file all the while; its source is the zero page. */
static void writer(size_t size)
{
	char *zeroes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(zeroes != MAP_FAILED);
	check(write(fd, zeroes, size) == (ssize_t)size);
	_exit(0);
}

static void victim(size_t size, int ready)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	memset(p, 1, size);
	check(write(ready, "r", 1) == 1);
	wait_until_written(PAGE);
	(void)pwrite(fd, "v", 1, 0);
	_exit(1);
}

int main(void)
{
	size_t held = PERCENT(70), written = PERCENT(50);
	long kills = vmstat("oom_kill");
	int ready[2], status;
	pid_t big, other;
	char byte;

	fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0 && pipe(ready) == 0);
	big = fork();
	if (big == 0)
		victim(held, ready[1]);
	check(read(ready[0], &byte, 1) == 1);
	other = fork();
	if (other == 0)
		writer(written);
	join(other);
	status = status_of(big);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	check(vmstat("oom_kill") == kills + 1);
	check(unlink(NAME) == 0 && close(fd) == 0);
	return 0;
}
