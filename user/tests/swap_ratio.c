/* SPDX-License-Identifier: MIT */
/*
 * Swap adds to memory, it does not repeat it: 40 MiB of working set on 32 MiB of memory with 16 MiB of swap,
 * rewritten ten times. That needs slots to be given back when their pages come in. Arguments: MiB, rounds.
 *
 * machine: mem=32 swap=16 timeout=240
 */
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

int main(int argc, char **argv)
{
	size_t size = (argc > 1 ? (size_t)atoi(argv[1]) : 40) * MIB;
	int rounds = argc > 2 ? atoi(argv[2]) : 10;
	char *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	check(base != MAP_FAILED);
	for (int round = 1; round <= rounds; round++) {
		for (size_t at = 0; at < size; at += PAGE) {
			uint32_t *word = (uint32_t *)(base + at);

			check(*word == (round == 1 ? 0 : (uint32_t)(at ^ (size_t)(round - 1) * 2654435761u)));
			*word = (uint32_t)(at ^ (size_t)round * 2654435761u);
		}
	}
	return 0;
}
