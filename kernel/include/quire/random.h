/* SPDX-License-Identifier: MIT */
/*
 * Random numbers: a ChaCha20 stream keyed from what varies at boot and run time.
 */
#ifndef QUIRE_RANDOM_H
#define QUIRE_RANDOM_H

#include <quire/types.h>

void get_random_bytes(void *buf, size_t len);
/* Any context: mix an event's time into the pool (interrupts). */
void add_timer_randomness(u32 value);
void random_init(void);

#endif
