/* SPDX-License-Identifier: MIT */
/*
 * Memory fills with what cannot go, and there is no swap: the last pages of files stay, since they are what
 * programs run from. So what a neighbour goes through again and again is not read from the disk again and again,
 * until the OOM killer ends who filled memory.
 *
 * machine: mem=16 swap=0 timeout=120
 * oracle: none, because Linux's root here is a RAM file system, whose pages are their own store
 */
#include <signal.h>

#include "proc.h"

#define NAME "/root/file_floor.tmp"
#define PAGES 64u	/* fewer than the kernel keeps, which is a thirty-second of memory */
#define PAUSE_US 500
#define TURN 16u	/* pages that the hog takes before the neighbour has its turn */
#define MOST_KIB 64

static void take_all(void)
{
	for (unsigned int n = 1;; n++) {
		char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			       -1, 0);

		check(p != MAP_FAILED);
		*p = 1;
		if (n % TURN == 0)
			usleep(PAUSE_US);
	}
}

static void read_in_a_loop(int fd)
{
	const volatile char *p = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_SHARED, fd, 0);

	check(p != MAP_FAILED);
	for (;;) {
		for (unsigned int n = 0; n < PAGES; n++)
			(void)p[n * PAGE];
		usleep(PAUSE_US);
	}
}

static pid_t start_neighbour(void)
{
	static const char page[PAGE];
	int fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	pid_t pid;

	check(fd >= 0);
	for (unsigned int n = 0; n < PAGES; n++)
		check(write(fd, page, PAGE) == PAGE);
	check(fsync(fd) == 0);
	pid = fork();
	if (pid == 0)
		read_in_a_loop(fd);
	check(pid > 0 && close(fd) == 0 && unlink(NAME) == 0);
	return pid;
}

static void must_be_killed(pid_t pid)
{
	int status = status_of(pid);

	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int main(void)
{
	pid_t neighbour = start_neighbour(), hog;
	long kills = vmstat("oom_kill"), kib = vmstat("pgpgin");

	hog = fork();
	if (hog == 0)
		take_all();
	must_be_killed(hog);
	kib = vmstat("pgpgin") - kib;
	check(vmstat("oom_kill") == kills + 1);
	check(kill(neighbour, SIGKILL) == 0);
	must_be_killed(neighbour);
	printf("%ld KiB read\n", kib);
	check(kib <= MOST_KIB);
	return 0;
}
