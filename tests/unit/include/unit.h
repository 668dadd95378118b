/* SPDX-License-Identifier: MIT */
/*
 * What every host unit test includes first: cmocka with what it needs, and a small generator of
 * numbers that gives the same ones in every run.
 */
#ifndef UNIT_H
#define UNIT_H

#include <quire/compiler.h> /* before the C library, which has some of the same macros */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RUN(tests) int main(void) { return cmocka_run_group_tests(tests, NULL, NULL); }

/* xorshift32; *state must not be 0. */
static inline uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

#endif
