/* SPDX-License-Identifier: MIT */
/*
 * Memory runs out while swapoff brings pages back: then swapoff gives up, says ENOMEM, and the area is as it was. Nobody
 * is killed, nobody waits for ever, and every page of those who took the memory holds what it held.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because Linux's machine here has memory for all of it
 */
#include <sys/swap.h>

#include "proc.h"

#define LEFT	70u	/* pages that are not taken */
#define TIMES	4	/* and on to TIMES_MOST until memory has run out once */
#define TIMES_MOST 16
#define KIB_PAGE (PAGE / 1024)

static unsigned int held;	/* pages, half of memory: in swap when swapoff begins, and there is room for them then */

static unsigned int *set_of(unsigned int pages)
{
	unsigned int *set = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(set != MAP_FAILED);
	for (unsigned int i = 0; i < pages; i++)
		set[i * (PAGE / sizeof(*set))] = i + 1;
	return set;
}

static void verify(const unsigned int *set, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++)
		check(set[i * (PAGE / sizeof(*set))] == i + 1);
}

/* Holds pages until the pipe is closed, and says when it has them. */
static pid_t holder(int ready, const int hold[2])
{
	pid_t pid = fork();
	unsigned int *set;
	char c;

	if (pid)
		return pid;
	close(hold[1]);
	set = set_of(held);
	check(write(ready, "r", 1) == 1);
	check(read(hold[0], &c, 1) == 0);
	verify(set, held);
	_exit(0);
}

/* Takes nearly all that is free when swapoff begins. */
static void taker(unsigned int pages)
{
	verify(set_of(pages), pages);
	_exit(0);
}

/* swapoff while somebody takes memory. => did it fail for want of memory?  Else it was faster. */
static int swapoff_meanwhile(const char *area, unsigned int head_start_ms)
{
	unsigned int pages = meminfo("MemFree") / KIB_PAGE - LEFT;
	pid_t pid = fork();
	int failed;

	if (pid == 0) {
		usleep(head_start_ms * 1000);
		taker(pages);
	}
	check(pid > 0);
	failed = swapoff(area);
	check(failed ? errno == ENOMEM : swapon(area, 0) == 0);
	join(pid);
	return failed != 0;
}

int main(void)
{
	int ready[2], hold[2], given_up = 0;
	char area[64], c;
	pid_t pid;

	first_swap_area(area, sizeof(area));
	held = meminfo("MemTotal") / KIB_PAGE / 2;
	check(pipe(ready) == 0 && pipe(hold) == 0);
	pid = holder(ready[1], hold);
	check(read(ready[0], &c, 1) == 1);
	for (unsigned int i = 0; i < TIMES || (!given_up && i < TIMES_MOST); i++) {
		press_memory();
		given_up += swapoff_meanwhile(area, i);
	}
	close(hold[1]);
	join(pid);
	check(given_up > 0);
	return 0;
}
