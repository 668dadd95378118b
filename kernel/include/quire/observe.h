/* SPDX-License-Identifier: MIT */
/*
 * What observes the VM: files in /proc, and the auditor.
 */
#ifndef QUIRE_OBSERVE_H
#define QUIRE_OBSERVE_H

#include <quire/types.h>

/* Boot, once procfs takes registrations: every file of this folder. */
void observe_init(void);

/* One pass over mem_map: what the frames are used for at this moment (no locks: nearly exact). */
struct page_census {
	unsigned long owner[16];   /* by enum page_owner, tails of blocks included */
	unsigned long reserved;
	unsigned long free;
	unsigned long anon;	   /* anonymous, swap cache included */
	unsigned long file;	   /* page cache of files */
	unsigned long buffers;	   /* page cache of block devices */
	unsigned long shmem;	   /* page cache of tmpfs and shared memory */
	unsigned long swap_cache;
	unsigned long mapped;	   /* in some page table, anonymous ones apart */
	unsigned long mlocked;
	unsigned long active_anon, active_file, inactive_anon, inactive_file;
	unsigned long pinned;	   /* held by running code alone */
};
void page_census_take(struct page_census *census);

/* Run an audit now and print it to the log; => differences, -EBUSY, -ENOMEM. */
long vm_audit_to_log(void);

#endif
