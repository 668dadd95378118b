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

/* ---- trace_follow.c ---- */
/* Keep only the story of one page: of process pid, at this address (0: the first anonymous one that
 * it touches).  pid 0: keep everything.  Begins anew at each call. */
void trace_follow(pid_t pid, unsigned long address);
/* The same, but the story has begun: the place's contents are in this frame (or TRACE_NO_PFN), with this slot (or 0). */
void trace_follow_from(pid_t pid, unsigned long address, u32 mm, u32 pfn, u32 slot);
/* Is this entry to be kept?  Moves on with the page.  Interrupts are off. */
bool trace_follows(const struct trace_entry *e);

/* ---- trace.c ---- */
/* A copy of entry number n; false when it is not there (any more). */
bool trace_get_entry(unsigned long n, struct trace_entry *out);
unsigned long trace_oldest_entry(void);
unsigned long trace_next_entry(void); /* one past the newest */
void trace_clear(void); /* the memory goes too when nothing is armed; may sleep */
const char *trace_event_name(enum trace_event event);
const char *trace_boot_events(void); /* the option trace=, "" without it */

#endif
