/* SPDX-License-Identifier: MIT */
/*
 * Layer 5: reclaim: policy only.  It decides which pages go; layers 3 and 4 own
 * the lists and caches, layer 6 the page tables (reached by mm_ops).
 *
 *	refill_inactive_scan	active -> inactive_dirty, by age
 *	swap_out (mm_ops)	harvests ptes: age, dirt; removes ptes of old pages
 *	page_launder		inactive_dirty -> written -> inactive_clean
 *	reclaim_page		inactive_clean -> free
 *
 * Threads: kswapd (all of these, when zones are short), kreclaimd (refills free lists
 * from inactive_clean), bdflush (background writing), kupdated (old dirty data).
 * One predicate, zone_watermark_ok, wakes (low), works and stops (high) kswapd.
 */
#ifndef QUIRE_RECLAIM_H
#define QUIRE_RECLAIM_H

#include <quire/gfp.h>
#include <quire/list.h>

struct page;
struct task_struct;

/* What one pass may do and has done; on the scanner's stack. */
struct scan_control {
	enum zone_type class;	/* zones up to this one count */
	gfp_t gfp;		/* may it do I/O, call file systems? */
	unsigned int priority;	/* scan 1/2^priority of each list; DEF_PRIORITY down to 0 */
	unsigned long nr_to_reclaim;
	unsigned long nr_scanned;
	unsigned long nr_reclaimed;
	unsigned long nr_written; /* transfers started; bounded per pass */
	bool kswapd;
};
#define DEF_PRIORITY 6

/* An inactive page that nobody maps and that only the caller has pinned goes its way now, not at some later pass.
 * May sleep. */
void launder_now(struct page *page);

/* Layer 6: walk page tables of the mm's in turn.  => ptes removed.  Never sleeps on mmap_sem. */
struct mm_ops {
	unsigned long (*swap_out)(struct scan_control *sc, unsigned long nr_ptes);
};
void register_mm_ops(const struct mm_ops *ops);

/* Caches of objects that can be given up (slab's dentries, inodes). */
struct shrinker {
	const char *name;
	/* nr == 0: how many could go.  Else try to free nr; => how many are left, or -1: not now
	 * (gfp lacks __GFP_FS). */
	long (*shrink)(long nr, gfp_t gfp);
	unsigned int seeks; /* cost of making one again; DEFAULT_SEEKS */
	long pending;
	struct list_head link;
};
#define DEFAULT_SEEKS 2
void register_shrinker(struct shrinker *s);
void unregister_shrinker(struct shrinker *s);

/* Last resort: core registers who can be killed and how. */
struct oom_ops {
	/* The worst task by points, its numbers printed; NULL: none.  -1 (ERR_PTR): one is dying. */
	struct task_struct *(*select)(unsigned long *points);
	void (*kill)(struct task_struct *victim); /* all sharers of its mm, TIF_MEMDIE: reserves */
};
void register_oom_ops(const struct oom_ops *ops);

void reclaim_init(void);	/* registers reclaim_ops */
void reclaim_threads_start(void); /* kswapd, kreclaimd, bdflush, kupdated */

/* /proc/sys/vm/drop_caches: clean unused pages of files (=> how many), unused objects. */
unsigned long drop_pagecache(void);
void drop_slab(void);

extern int vm_swappiness;	/* 0..100: how much to take from ptes against cache */

#endif
