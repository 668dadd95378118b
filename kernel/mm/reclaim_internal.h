/* SPDX-License-Identifier: MIT */
/*
 * Private to layer 5.
 */
#ifndef MM_RECLAIM_INTERNAL_H
#define MM_RECLAIM_INTERNAL_H

#include <quire/reclaim.h>

#define SWAP_CLUSTER_MAX 32 /* pages that a pass looks at, at least; and a unit of progress */

/* ---- vmscan.c ---- */
/* The predicate of reclaim: has the zone too little, free or clean, against this mark?  Empty zones never. */
bool zone_short(struct zone *zone, enum zone_watermark mark);
/* Any zone that this class may use. */
bool class_short(enum zone_type class, enum zone_watermark mark);
/* One pass over all zones of the class at sc->priority. */
void shrink_pass(struct scan_control *sc);

/* ---- launder.c ---- */
/* Look at part of inactive_dirty: clean pages move to inactive_clean, dirty ones are written. */
void page_launder(struct zone *zone, struct scan_control *sc);

struct page *reclaim_page(struct zone *zone);
/* Free clean pages until the zone has target free ones.  => how many */
unsigned long free_clean_pages(struct zone *zone, unsigned long target);

/* ---- kswapd.c: other caches ---- */
/* Caches of objects give up their share: as much of them as scanned is of lru_pages. */
void shrink_object_caches(struct scan_control *sc, unsigned long lru_pages);

/* ---- kswapd.c ---- */
void wake_kswapd(enum zone_type class);
/* Clean pages are to become free ones, for who may not sleep. */
void wake_kreclaimd(void);
/* Leave the work to kswapd and wait a little.  => true: the class has pages again */
bool wait_for_kswapd(enum zone_type class);
int kswapd(void *unused);
int kreclaimd(void *unused);
int bdflush(void *unused);
int kupdated(void *unused);

bool out_of_memory(enum zone_type class, gfp_t gfp, unsigned int order);
/* Something was reclaimed: not out of memory. */
void oom_note_progress(void);

#endif
