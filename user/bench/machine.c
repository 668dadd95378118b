/* SPDX-License-Identifier: MIT */
/*
 * Bench: how long the machine took to come this far. Run as the first program after the boot, it prints
 * the time-stamp counter, which starts at 0 with the machine: under -icount the instructions since
 * then, waits for a timer included. tools/pybench/outside.py measures the other rows of the
 * machine from outside.
 */
#include <stdio.h>
#include <stdint.h>
#include <time.h>

#include "mark.h"

int main(void)
{
	struct timespec now;
	uint32_t low, high;

	MARK_STOP();
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("row boot boot %llu %lld 1\n", (unsigned long long)high << 32 | low,
	       now.tv_sec * 1000000000ll + now.tv_nsec);
	return 0;
}
