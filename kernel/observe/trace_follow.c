/* SPDX-License-Identifier: MIT */
/*
 * Tracepoints: following one page.
 *
 * Idea.  A page of a process is a place, an address in an address space.  Its contents
 * move from frame to swap slot to another frame.  While one is followed, the rings keep only what
 * belongs to its story, so even a machine that swaps all the time cannot push a part of it out:
 *
 *	events of the place		(mm, address)
 *	events of the frame		while the contents are in it
 *	events of the slot		while the place or the frame has it
 *	what the process does first	until the place is known (choosing)
 *
 * Locking.  Called with interrupts off.  The state is one for all CPUs: with several, it
 * needs a lock of its own, innermost.
 */
#include <quire/page.h>
#include <quire/sched.h>

#include "trace_internal.h"

#define FIRST_LIBRARY 0x40000000u /* without an address: the first anonymous page below this */

static struct {
	bool active, known;	/* known: mm is set */
	pid_t pid;
	u32 address;		/* 0: not chosen yet */
	u32 mm;
	u32 pfn;		/* TRACE_NO_PFN: the contents are in no frame */
	u32 slot;		/* 0: they have none */
} story;

void trace_follow(pid_t pid, unsigned long address)
{
	unsigned long flags;

	local_irq_save(flags);
	story.active = pid != 0;
	story.known = false;
	story.pid = pid;
	story.address = address & PAGE_MASK;
	story.mm = story.slot = 0;
	story.pfn = TRACE_NO_PFN;
	local_irq_restore(flags);
}

void trace_follow_from(pid_t pid, unsigned long address, u32 mm, u32 pfn, u32 slot)
{
	unsigned long flags;

	local_irq_save(flags);
	trace_follow(pid, address);
	story.known = true;
	story.mm = mm;
	story.pfn = pfn;
	story.slot = slot;
	local_irq_restore(flags);
}

/* The contents of a place are in this frame from now on. */
static bool maps_page(const struct trace_entry *e)
{
	switch (e->event) {
	case TRACE_anon_map:
	case TRACE_file_map:
	case TRACE_swapin_map:
	case TRACE_cow_copy:
	case TRACE_zero_map:
		return true;
	default:
		return false;
	}
}

/* The followed process maps the page that was asked for, or the first one that will do. */
static bool chooses_page(const struct trace_entry *e, u32 place)
{
	if (!maps_page(e))
		return false;
	return story.address ? place == story.address :
			       e->event == TRACE_anon_map && place < FIRST_LIBRARY;
}

/* Where are the contents after this event? */
static void move_on(const struct trace_entry *e, bool ours)
{
	if (ours && maps_page(e))
		story.pfn = e->pfn;
	if (ours && e->event == TRACE_swap_out)
		story.slot = e->slot;
	if (e->pfn == story.pfn && e->pfn != TRACE_NO_PFN) {
		if (e->event == TRACE_slot_alloc)
			story.slot = e->slot;
		else if (e->event == TRACE_page_free || e->event == TRACE_reclaim)
			story.pfn = TRACE_NO_PFN;
	}
	if (story.slot && e->slot == story.slot) {
		if (e->event == TRACE_swap_cache_add)
			story.pfn = e->pfn;
		else if (e->event == TRACE_slot_free)
			story.slot = 0;
	}
}

bool trace_follows(const struct trace_entry *e)
{
	u32 place = e->address & PAGE_MASK;
	bool ours;

	if (!story.active)
		return true;
	if (!story.known) {
		if (e->pid != story.pid)
			return false;
		if (chooses_page(e, place)) {
			story.known = true;
			story.mm = e->mm;
			story.address = place;
			story.pfn = e->pfn;
		}
		return true;
	}
	ours = e->mm == story.mm && place == story.address;
	if (!ours && !(story.pfn != TRACE_NO_PFN && e->pfn == story.pfn) &&
	    !(story.slot && e->slot == story.slot))
		return false;
	move_on(e, ours);
	return true;
}
