/* SPDX-License-Identifier: MIT */
/*
 * Layer 6: what is read from swap besides the page that a fault wants, and what is let go of.
 *
 * Idea.  Neighbours in memory are what a program touches next, if it touches memory in order; neighbours on the
 * swap area are only what was swapped out at the same time.  So faults are watched per area:
 *
 *	a fault just behind the last one	a stream begins: a small window is read ahead
 *	a fault inside what was read ahead	it goes on: before its end is reached the next window is
 *						being read, twice as large, up to 2 << page_cluster pages
 *	anything else				random: nothing is read ahead
 *
 * swap_out walks page tables, so the neighbours' slots are neighbours too, and a window is one transfer.
 *
 * A stream that has become longer than LONG_STREAM of memory leaves behind what it has passed: its next use is
 * farther away than that of anything else in memory.  That makes loops over more than memory keep the part
 * that fits, where strict LRU would read all of it each time round.
 *
 * Locks.  mmap_sem for reading.  vma->swap_stream is not locked: threads that fault at once may spoil
 * a guess, nothing else.  Entries are read under page_table_lock, used without: one that is freed meanwhile
 * is refused or read in vain.
 */
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/swap.h>

#include "mm_internal.h"

#define FIRST_WINDOW 4 /* pages */
#define MAX_WINDOW 64
#define SPARSE 4       /* a window may lie among so many times its number of pages */
#define LONG_STREAM 32 /* 1/32 of memory */

static unsigned long largest_window(void)
{
	return min(2ul << page_cluster, (unsigned long)MAX_WINDOW);
}

/* The swap entries of up to *nr pages from addr on.  => where to go on; *nr: how many there were */
static unsigned long entries_from(struct vm_area_struct *vma, unsigned long addr,
				  swp_entry_t *entries, unsigned long *nr)
{
	unsigned long end = min(addr + *nr * SPARSE * PAGE_SIZE, vma->vm_end), found = 0;

	spin_lock(&vma->vm_mm->page_table_lock);
	for (; addr < end && found < *nr; addr += PAGE_SIZE) {
		pte_t *ptep = pte_lookup(vma->vm_mm, addr);

		if (ptep && pte_is_swap(*ptep))
			entries[found++] = pte_to_swp_entry(*ptep);
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	*nr = found;
	return addr;
}

static void read_window(struct vm_area_struct *vma, struct swap_stream *stream)
{
	unsigned long nr = stream->window;
	swp_entry_t entries[MAX_WINDOW];

	if (stream->end >= vma->vm_end)
		return;
	stream->end = entries_from(vma, stream->end, entries, &nr);
	swap_read_ahead(entries, nr);
	stream->window = min(stream->window * 2, largest_window());
}

/* One window stays: the program may look back a little. */
static void leave_behind(struct vm_area_struct *vma, struct swap_stream *stream)
{
	unsigned long end = stream->last - largest_window() * PAGE_SIZE;

	if (end > stream->left && end < stream->last) {
		swap_out_behind(vma, stream->left, end);
		stream->left = end;
	}
}

static void begin_stream(struct swap_stream *stream, unsigned long addr)
{
	stream->window = FIRST_WINDOW;
	stream->end = addr + PAGE_SIZE;
	stream->left = addr + num_physpages / LONG_STREAM * PAGE_SIZE;
}

void swap_stream_fault(struct vm_area_struct *vma, unsigned long addr)
{
	struct swap_stream *stream = &vma->swap_stream;
	unsigned long last = stream->last;

	stream->last = addr;
	if (!stream->window || addr < last || addr > stream->end) {
		stream->window = 0;
		if (addr != last + PAGE_SIZE)
			return;
		begin_stream(stream, addr);
	}
	if (stream->end - addr <= stream->window / 2 * PAGE_SIZE) {
		stream->end = max(stream->end, addr + PAGE_SIZE);
		read_window(vma, stream);
		leave_behind(vma, stream);
	}
}
