/* SPDX-License-Identifier: MIT */
/*
 * fork of a process whose memory is mostly on swap, then both sides write: swap entries are shared, copied
 * and given back.
 *
 * machine: mem=12 swap=64 timeout=240
 */
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

#define SIZE	(20 * MIB)
#define PAGES	(SIZE / PAGE)
#define CHILDREN 3

static uint32_t *page(unsigned char *base, uint32_t n)
{
	return (uint32_t *)(base + n * PAGE);
}

static void child(unsigned char *base, uint32_t me)
{
	for (uint32_t n = me; n < PAGES; n += CHILDREN + 1) {
		check(*page(base, n) == n);
		*page(base, n) = n ^ me << 24;
	}
	for (uint32_t n = 0; n < PAGES; n++)
		check(*page(base, n) == (n % (CHILDREN + 1) == me ? n ^ me << 24 : n));
	_exit(0);
}

int main(void)
{
	unsigned char *base = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pids[CHILDREN];

	check(base != MAP_FAILED);
	for (uint32_t n = 0; n < PAGES; n++)
		*page(base, n) = n;
	for (uint32_t i = 0; i < CHILDREN; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			child(base, i + 1);
		check(pids[i] > 0);
	}
	for (int i = 0; i < CHILDREN; i++)
		join(pids[i]);
	for (uint32_t n = 0; n < PAGES; n++)
		check(*page(base, n) == n);
	return 0;
}
