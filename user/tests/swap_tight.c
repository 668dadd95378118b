/* SPDX-License-Identifier: MIT */
/*
 * Swap adds to memory: with swap of half of memory a working set of 1.25 times memory is rewritten ten
 * times. A slot that a page keeps after it came back would make the two hold the same bytes twice, and the
 * program would be killed.
 *
 * machine: mem=32 swap=16 timeout=240
 */
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

#define SIZE	(40 * MIB)
#define PAGES	(SIZE / PAGE)
#define PASSES	10u
#define WORDS	(PAGE / sizeof(uint32_t))
#define STEP	64u	/* words between those that carry the check */

static uint32_t word(uint32_t page, uint32_t pass, uint32_t i)
{
	return page * 2654435761u ^ pass << 27 ^ i * 40503u;
}

static void verify(const uint32_t *page, uint32_t n, uint32_t pass)
{
	for (uint32_t i = 0; i < WORDS; i += STEP)
		check(page[i] == word(n, pass, i));
}

static void fill(uint32_t *page, uint32_t n, uint32_t pass)
{
	for (uint32_t i = 0; i < WORDS; i += STEP)
		page[i] = word(n, pass, i);
}

int main(void)
{
	uint32_t *base = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(base != MAP_FAILED);
	for (uint32_t pass = 0; pass < PASSES; pass++) {
		for (uint32_t n = 0; n < PAGES; n++) {
			if (pass)
				verify(base + n * WORDS, n, pass - 1);
			fill(base + n * WORDS, n, pass);
		}
	}
	for (uint32_t n = 0; n < PAGES; n++)
		verify(base + n * WORDS, n, PASSES - 1);
	return 0;
}
