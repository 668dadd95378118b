/* SPDX-License-Identifier: MIT */
/*
 * swapoff and swapon, again and again, while processes use what is there: some share swapped pages by fork, write
 * and end. Every page holds afterwards what it held before.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because Linux's machine here has memory for all of it
 */
#include <stdint.h>
#include <sys/swap.h>
#include <time.h>

#include "proc.h"

#define WORKERS	3
#define PAGES	600u	/* of each: together half of memory */
#define WORDS	(PAGE / sizeof(uint32_t))
#define TIMES	3
#define PATIENCE 60	/* seconds */
#define PAUSE_US 200000

static uint32_t *set;
static volatile int *stop; /* shared by all */

static uint32_t word(uint32_t n, uint32_t by, uint32_t i)
{
	return (n + 1) * 2654435761u + by * 40503u + i;
}

static void fill(uint32_t n, uint32_t by)
{
	for (uint32_t i = 0; i < WORDS; i++)
		set[n * WORDS + i] = word(n, by, i);
}

/* Every step-th page was changed by that much, the others not; to the last word. */
static void verify(uint32_t step, uint32_t by)
{
	for (uint32_t n = 0; n < PAGES; n++)
		for (uint32_t i = 0; i < WORDS; i++)
			check(set[n * WORDS + i] == word(n, n % step ? 0 : by, i));
}

static void child(uint32_t step)
{
	for (uint32_t n = 0; n < PAGES; n += step)
		fill(n, step);
	verify(step, step);
	_exit(0);
}

static void worker(void)
{
	set = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(set != MAP_FAILED);
	for (uint32_t n = 0; n < PAGES; n++)
		fill(n, 0);
	for (uint32_t step = 2; !*stop; step = step % 9 + 2) {
		pid_t pid = fork();

		if (pid == 0)
			child(step);
		usleep(PAUSE_US);
		if (pid > 0)
			join(pid);
		else
			check(errno == ENOMEM); /* no swap at this moment */
		verify(1, 0);
	}
	_exit(0);
}

int main(void)
{
	time_t end = time(NULL) + PATIENCE;
	pid_t workers[WORKERS];
	int emptied = 0;
	char area[64];

	first_swap_area(area, sizeof(area));
	stop = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(stop != MAP_FAILED);
	for (int i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		if (workers[i] == 0)
			worker();
	}
	while (emptied < TIMES && time(NULL) < end) {
		press_memory();
		/* Not enough memory to take everything back is an answer too. */
		if (swapoff(area) == 0) {
			check(swapon(area, 0) == 0);
			emptied++;
		} else {
			check(errno == ENOMEM);
			usleep(PAUSE_US);
		}
	}
	*stop = 1;
	for (int i = 0; i < WORKERS; i++)
		join(workers[i]);
	printf("swap was emptied %d times\n", emptied);
	check(emptied == TIMES);
	return 0;
}
