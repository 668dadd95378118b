/* SPDX-License-Identifier: MIT */
/*
 * A program more than twice as big as memory: 40 MiB written and verified on a 16 MiB machine, each page with
 * content that depends on its number and on the pass, in order and in a scattered order. There is swap enough, so
 * nobody is killed for it.
 *
 * machine: mem=16 swap=64 timeout=240
 */
#include <stdint.h>
#include <sys/mman.h>

#include "proc.h"

#define SIZE	(40 * MIB)
#define PAGES	(SIZE / PAGE)
#define WORDS	(PAGE / sizeof(uint32_t))
#define STRIDE	4111u	/* prime, so that n * STRIDE % PAGES visits every page */

static uint32_t word(uint32_t n, uint32_t pass, uint32_t i)
{
	return (n * 2654435761u) ^ (pass << 24) ^ (i * 40503u);
}

static void fill(uint32_t *page, uint32_t n, uint32_t pass)
{
	for (uint32_t i = 0; i < WORDS; i += 8)
		page[i] = word(n, pass, i);
}

static void verify(const uint32_t *page, uint32_t n, uint32_t pass)
{
	for (uint32_t i = 0; i < WORDS; i += 8)
		check(page[i] == word(n, pass, i));
}

int main(void)
{
	uint32_t *base = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long kills = vmstat("oom_kill");

	check(base != MAP_FAILED);
	for (uint32_t n = 0; n < PAGES; n++)
		fill(base + n * WORDS, n, 1);
	for (uint32_t n = 0; n < PAGES; n++)
		verify(base + n * WORDS, n, 1);
	for (uint32_t i = 0; i < PAGES; i++) {
		uint32_t n = i * STRIDE % PAGES;

		verify(base + n * WORDS, n, 1);
		if (n % 4 == 0)
			fill(base + n * WORDS, n, 2);
	}
	for (uint32_t n = 0; n < PAGES; n++)
		verify(base + n * WORDS, n, n % 4 == 0 ? 2 : 1);
	check(vmstat("oom_kill") == kills);
	check(munmap(base, SIZE) == 0);
	return 0;
}
