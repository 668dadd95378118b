/* SPDX-License-Identifier: MIT */
/*
 * Event counters of the VM: what happened since boot, for /proc/vmstat.
 *
 * One list gives the enum and the names.  A name that Linux uses means here
 * what it means there (pgpgin and pgpgout count KiB, everything else pages or
 * events); what only Quire counts stands in the second half.  Counting never
 * sleeps or locks and may be done in interrupts: one add to memory.
 */
#ifndef QUIRE_VMSTAT_H
#define QUIRE_VMSTAT_H

#include <quire/percpu.h>

#define VM_EVENTS(E)                                                                               \
	E(pgpgin)	    /* KiB read by the block layer */                                      \
	E(pgpgout)	    /* KiB written by the block layer */                                   \
	E(pswpin)	    /* pages read from swap */                                             \
	E(pswpout)	    /* pages written to swap */                                            \
	E(pgalloc_dma)	    /* frames allocated from each zone, in zone order */                   \
	E(pgalloc_normal)                                                                          \
	E(pgalloc_high)                                                                            \
	E(pgfree)	    /* frames given back */                                                \
	E(pgactivate)	    /* inactive -> active */                                               \
	E(pgdeactivate)	    /* active -> inactive_dirty */                                         \
	E(pgfault)	    /* page faults, minor and major */                                     \
	E(pgmajfault)	    /* that needed a transfer */                                           \
	E(pgrefill)	    /* active pages looked at by refill_inactive_scan */                   \
	E(pgscan_kswapd)    /* inactive pages looked at */                                         \
	E(pgscan_direct)                                                                           \
	E(pgsteal_kswapd)   /* inactive pages made free */                                         \
	E(pgsteal_direct)                                                                          \
	E(pgscan_anon)	    /* inactive pages looked at, by kind */                                \
	E(pgscan_file)                                                                             \
	E(pgsteal_anon)                                                                            \
	E(pgsteal_file)                                                                            \
	E(slabs_scanned)    /* objects looked at by shrinkers */                                   \
	E(kswapd_inodesteal) /* page cache pages freed with their inode by kswapd */               \
	E(pageoutrun)	    /* passes of kswapd */                                                 \
	E(allocstall)	    /* allocations that reclaimed directly */                              \
	E(pglazyfree)	    /* pages that MADV_FREE gave up */                                     \
	E(pglazyfreed)	    /* ... that reclaim dropped before they were written again */          \
	E(pgrotated)	    /* written pages moved to the tail of inactive */                      \
	E(drop_pagecache)   /* writes to drop_caches */                                            \
	E(drop_slab)                                                                               \
	E(oom_kill)	    /* processes killed because memory ran out */                          \
	/* Quire's own */                                                                          \
	E(pgcopy_cow)	    /* write faults that copied a shared page */                           \
	E(pgreuse_cow)	    /* write faults that found the page exclusive */                       \
	E(pgzero_fault)	    /* anonymous pages made by demand zero */                              \
	E(pgfile_fault)	    /* pages mapped from the page cache */                                 \
	E(pgswapin_minor)   /* swap ptes resolved in the swap cache, no transfer */                \
	E(fault_retry)	    /* the pte had changed while the fault slept */                        \
	E(vmalloc_fault)    /* kernel pgd entries copied on demand */                              \
	E(stack_growth)	    /* VM_GROWSDOWN areas extended by a fault */                           \
	E(alloc_fallback)   /* frames taken from a less preferred zone */                          \
	E(alloc_refused)    /* zones passed over because of mark + protection */                   \
	E(alloc_fail)	    /* allocations that returned NULL */                                   \
	E(alloc_injected)   /* failures made by fault injection */                                 \
	E(alloc_highmem_refused) /* __get_free_pages asked for HighMem */                          \
	E(pcp_refill)	    /* batches moved from buddy lists to a per-CPU list */                 \
	E(pgzeroed_idle)    /* frames cleared while the CPU was idle */                            \
	E(pgzeroed_used)    /* zeroed requests served by them */                                   \
	E(inactive_clean_alloc)	  /* allocations served from an inactive_clean list */             \
	E(inactive_clean_rescued) /* inactive_clean pages used again before that */                \
	E(pglaunder_clean)  /* pages proven clean by page_launder */                               \
	E(pglaunder_write)  /* pages that page_launder started to write */                         \
	E(pglaunder_active) /* pages that page_launder found in use */                             \
	E(swapout_kswapd)   /* pages written to swap by kswapd and its fellows */                  \
	E(swapout_direct)   /* ... by an allocating process */                                     \
	E(swap_unmap)	    /* ptes replaced by a swap entry or dropped by swap_out */             \
	E(pgtable_reclaim)  /* empty page tables freed by reclaim */                               \
	E(swap_scan)	    /* ptes looked at by swap_out */                                       \
	E(swap_slot_alloc)                                                                         \
	E(swap_slot_free)                                                                          \
	E(swap_ra)	    /* pages read ahead from swap */                                       \
	E(swap_ra_hit)	    /* ... that were used */                                               \
	E(ra_pages)	    /* file pages read ahead */                                            \
	E(ra_hit)                                                                                  \
	E(dirty_throttled)  /* writers made to wait at the dirty limit */                          \
	E(writeback_runs)   /* passes of bdflush and kupdated */                                   \
	E(kmap_waits)	    /* kmap slept for a free slot */                                       \
	E(slab_grow)	    /* slabs made */                                                       \
	E(slab_reap)	    /* slabs given back */                                                 \
	E(mm_switch)	    /* CR3 written: another address space, or a flush of all */            \
	E(mm_lazy)	    /* switches that borrowed the mm instead */

enum vm_event {
#define E(name) VM_EVENT_##name,
	VM_EVENTS(E)
#undef E
	VM_EVENT_count
};

/* The counters of one CPU.  The only writer is that CPU, its interrupts included. */
struct vm_event_state {
	unsigned long event[VM_EVENT_count];
};

extern struct vm_event_state vm_event_state[NR_CPUS];

/* One instruction, so an interrupt cannot come between read and write. */
static inline void __count_vm_events(enum vm_event item, unsigned long n)
{
	unsigned int cpu = NR_CPUS > 1 ? smp_processor_id() : 0;

	__asm__ volatile("add%z0 %1, %0" : "+m"(vm_event_state[cpu].event[item]) : "ir"(n));
}

#define count_vm_event(name) __count_vm_events(VM_EVENT_##name, 1)
#define count_vm_events(name, n) __count_vm_events(VM_EVENT_##name, (n))

/* The sum over all CPUs. */
unsigned long vm_event_sum(enum vm_event item);
#define vm_events(name) vm_event_sum(VM_EVENT_##name)
const char *vm_event_name(enum vm_event item);

#endif
