/* SPDX-License-Identifier: MIT */
/*
 * Private to kernel/observe: the trace rings as /proc/trace sees them.
 */
#ifndef OBSERVE_TRACE_INTERNAL_H
#define OBSERVE_TRACE_INTERNAL_H

#include <quire/trace.h>

/* Parts of a snapshot: flags (23) | valid | age (8) | count (16) | mapcount (16). */
#define SNAP_VALID (1u << 23) /* a snapshot is never 0 */
#define SNAP_FLAGS 0x7fffffu
#define SNAP_AGE_SHIFT 24
#define SNAP_COUNT_SHIFT 32
#define SNAP_MAPS_SHIFT 48

/* A copy of entry number n; false when it is not there (any more). */
bool trace_get_entry(unsigned long n, struct trace_entry *out);
unsigned long trace_oldest_entry(void);
unsigned long trace_next_entry(void); /* one past the newest */
void trace_clear(void);
const char *trace_event_name(enum trace_event event);
const char *trace_boot_events(void); /* the option trace=, "" without it */

#endif
