/* SPDX-License-Identifier: MIT */
/*
 * Tracepoints of the VM: typed events in a ring, armed on demand.
 *
 * A tracepoint is one test when its event is not armed.  When it is, it stores
 * time, task, function and the page's state at that moment; trace_snapshot()
 * taken before a change gives the state before it as well.  The ring keeps the
 * latest entries; a reader of /proc/trace sees how many were lost.
 *
 *	trace_vm(swap_out, page, mm, address, pte, slot);
 *
 *	u64 before = trace_snapshot(page);
 *	... change ...
 *	trace_vm_from(before, activate, page, NULL, 0, 0, 0);
 *
 * page and mm may be NULL; pte is the pte's value after the event, slot a swap entry's value.
 * Never sleeps; may be used in interrupts and under any lock.
 */
#ifndef QUIRE_TRACE_H
#define QUIRE_TRACE_H

#include <quire/types.h>

struct mm_struct;
struct page;

#define TRACE_EVENTS(E)                                                                            \
	E(page_alloc)	    /* left the allocator */                                               \
	E(page_free)	    /* back to the allocator */                                            \
	E(alloc_fallback)   /* from a less preferred zone */                                       \
	E(page_claim)	    /* became a kernel subsystem's */                                      \
	E(fault)	    /* a page fault begins (pte: what stood there) */                      \
	E(fault_end)	    /* ... and ends (pte: what stands there now) */                        \
	E(zero_map)	    /* the zero page mapped for a read */                                  \
	E(anon_map)	    /* a fresh anonymous page mapped */                                    \
	E(file_map)	    /* a page of the cache mapped */                                       \
	E(swapin_map)	    /* a swap pte replaced by its page */                                  \
	E(cow_copy)	    /* page: the copy */                                                   \
	E(cow_reuse)	    /* the only user keeps the page */                                     \
	E(fork_map)	    /* a pte copied to a child */                                          \
	E(unmap)	    /* a pte cleared by munmap, exit or truncation */                      \
	E(age_up)                                                                                  \
	E(age_down)                                                                                \
	E(lru_add)	    /* on a page list for the first time */                                \
	E(lru_del)                                                                                 \
	E(activate)                                                                                \
	E(deactivate)                                                                              \
	E(inactive_clean)   /* proven clean */                                                     \
	E(rescue)	    /* used while on inactive_clean */                                     \
	E(reclaim)	    /* taken from inactive_clean for a new owner */                        \
	E(swap_out)	    /* a pte replaced by a swap entry */                                   \
	E(drop_pte)	    /* a pte of a clean or cached page dropped by swap_out */              \
	E(slot_alloc)	    /* a swap slot given to a page */                                      \
	E(slot_free)                                                                               \
	E(cache_add)	    /* entered the page cache */                                           \
	E(cache_del)                                                                               \
	E(swap_cache_add)                                                                          \
	E(swap_cache_del)                                                                          \
	E(set_dirty)                                                                               \
	E(readpage)	    /* a read starts */                                                    \
	E(writepage)	    /* a write starts */                                                   \
	E(end_read)                                                                                \
	E(end_write)                                                                               \
	E(truncate)	    /* removed from its file */                                            \
	E(kswapd_wake)                                                                             \
	E(kswapd_sleep)                                                                            \
	E(direct_reclaim)                                                                          \
	E(oom_kill)

enum trace_event {
#define E(name) TRACE_##name,
	TRACE_EVENTS(E)
#undef E
	TRACE_event_count
};

/* What is kept of one event. */
struct trace_entry {
	u64 time_ns;	  /* since boot */
	const char *func; /* where the tracepoint stands */
	u64 before;	  /* trace_snapshot() before the change, or 0 */
	u64 after;	  /* the page's state at the tracepoint */
	u32 pfn;	  /* TRACE_NO_PFN: no page */
	u32 mm;		  /* the mm_struct's address, as a name */
	u32 address;
	u32 pte;
	u32 slot;
	u16 pid; /* who did it */
	u8 event;
	u8 unused;
};

#define TRACE_NO_PFN (~0u)

/* Armed events, a bit each; written by /proc/trace and the boot option trace=. */
extern u64 trace_armed;

/*
 * A page's state in 64 bits: flags (24) | age (8) | count (16) | mapcount (16), never 0.
 * 0 when nothing is armed: not worth the loads.
 */
u64 __trace_snapshot(const struct page *page);

/* By halves: the compiler makes one test of a word in memory of it. */
static inline bool trace_event_armed(enum trace_event event)
{
	u32 half = event < 32 ? (u32)trace_armed : (u32)(trace_armed >> 32);

	return __builtin_expect((half & 1u << (event & 31)) != 0, 0);
}

static inline u64 trace_snapshot(const struct page *page)
{
	return __builtin_expect(trace_armed != 0, 0) ? __trace_snapshot(page) : 0;
}

void __trace_vm(enum trace_event event, const char *func, u64 before, const struct page *page,
		const struct mm_struct *mm, unsigned long address, unsigned long pte,
		unsigned long slot);

#define trace_vm_from(before, name, page, mm, address, pte, slot)                                  \
	do {                                                                                       \
		if (trace_event_armed(TRACE_##name))                                               \
			__trace_vm(TRACE_##name, __func__, (before), (page), (mm), (address),      \
				   (pte), (slot));                                                 \
	} while (0)
#define trace_vm(name, page, mm, address, pte, slot)                                               \
	trace_vm_from(0, name, page, mm, address, pte, slot)

/*
 * Arm the events of a comma-separated list of names ("all", "none"; a leading '-' disarms).
 * => 0, -EINVAL for an unknown name, -ENOMEM when the ring cannot be had.  May sleep.
 */
int trace_arm(const char *names);

#endif
