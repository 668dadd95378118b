/* SPDX-License-Identifier: MIT */
/*
 * A loop over a quarter more than memory, in order. The page that was used longest ago is then the one that is wanted
 * next, so that who keeps strictly to that order reads every page each time round. A long stream gives up
 * what it has just passed instead, and most of memory stays.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because Linux's machine here has memory for all of it
 */
#include "proc.h"

#define ROUNDS 3
#define MOST_READ(pages) ((pages) * 7 / 8)	/* a round */

static volatile unsigned char *set;
static size_t pages;

static void go_round(unsigned char last)
{
	for (size_t n = 0; n < pages; n++) {
		check(set[n * PAGE] == last);
		set[n * PAGE] = (unsigned char)(last + 1);
	}
}

int main(void)
{
	long read;

	pages = meminfo("MemTotal") * 1024ul / 4 * 5 / PAGE;
	set = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(set != MAP_FAILED);
	go_round(0);
	read = vmstat("pswpin");
	for (unsigned char n = 1; n <= ROUNDS; n++)
		go_round(n);
	read = (vmstat("pswpin") - read) / ROUNDS;
	printf("%ld pages read a round, of %zu\n", read, pages);
	check(read <= (long)MOST_READ(pages));
	return 0;
}
