/* SPDX-License-Identifier: MIT */
/*
 * What kernel sources need when they run on the host: locks that check pairing, printk,
 * assertions that a test may expect, and a mem_map of the test's own.
 */
#ifndef TESTS_UNIT_HOST_H
#define TESTS_UNIT_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

/* Runs the statement; fails the test unless it stops at a kernel assertion or panic. */
#define expect_trap(statement)                                                                     \
	do {                                                                                       \
		host_trap_armed = 1;                                                               \
		if (!setjmp(host_trap)) {                                                          \
			statement;                                                                 \
			host_trap_armed = 0;                                                       \
			fail_msg("no assertion stopped: %s", #statement);                          \
		}                                                                                  \
		host_trap_armed = 0;                                                               \
	} while (0)

extern jmp_buf host_trap;
extern int host_trap_armed;
extern int host_locks_held; /* 0 between calls, or a lock was forgotten */

/* A fresh mem_map of n frames, all zero, in ASan's sight. */
void host_mem_map(unsigned long n);
/* The same, and low memory behind it: __get_free_pages takes blocks from there. */
void host_low_memory(unsigned long n);
extern long host_frames_out; /* frames taken and not given back */
/* A small generator of its own: the same sequence everywhere. */
unsigned int host_random(void);
void host_seed(unsigned int seed);

#endif
