/* SPDX-License-Identifier: MIT */
/*
 * Private to the auditor: what its passes share.
 *
 * Pass 1 walks the structures (free lists, page lists, page directories, kernel windows,
 * slabs, page cache trees) and notes in the shadow array what it finds of each frame.
 * Pass 2 goes over mem_map and compares every frame with its shadow and
 * with the equation of page.h.
 */
#ifndef OBSERVE_AUDIT_INTERNAL_H
#define OBSERVE_AUDIT_INTERNAL_H

#include <quire/compiler.h>
#include <quire/observe.h>
#include <quire/page.h>
#include <quire/swap.h>
#include <quire/types.h>

/* Where pass 1 met the frame. */
#define SEEN_BUDDY 0x01u
#define SEEN_PCP 0x02u
#define SEEN_ACTIVE 0x04u
#define SEEN_INACTIVE_DIRTY 0x08u
#define SEEN_INACTIVE_CLEAN 0x10u
#define SEEN_KMAP 0x20u
#define SEEN_FREE (SEEN_BUDDY | SEEN_PCP)
#define SEEN_LISTED (SEEN_ACTIVE | SEEN_INACTIVE_DIRTY | SEEN_INACTIVE_CLEAN)

struct audit_frame {
	u16 maps;  /* user ptes that lead here */
	u8 seen;   /* SEEN_* */
	u8 owner;  /* enum page_owner, as found by a walk */
};

struct audit {
	struct audit_frame *frame;	     /* max_pfn of them, vmalloc */
	u16 *slot_users[MAX_SWAPFILES];	     /* per swap area, vmalloc; NULL: not in use */
	unsigned long nr_slots[MAX_SWAPFILES];
	char *text;
	size_t used, size;
	unsigned long differences;
};

/* One difference: counted always, printed while there are few. */
__printf(2, 3) void audit_diff(struct audit *a, const char *fmt, ...);
__printf(2, 3) void audit_print(struct audit *a, const char *fmt, ...);
static inline struct audit_frame *shadow_of(struct audit *a, const struct page *page)
{
	return &a->frame[page_to_pfn(page)];
}

/* ---- audit_lists.c ---- */
void audit_zones(struct audit *a);	/* free lists, page lists, zone counters */
/* ---- audit_tables.c ---- */
void audit_directories(struct audit *a); /* every page directory, user part and kernel part */
void audit_kernel_windows(struct audit *a); /* vmalloc, kernel stacks, kmap */
void audit_mms(struct audit *a);	/* rss and such of every mm */
/* ---- audit_caches.c ---- */
void audit_slabs(struct audit *a);
void audit_page_cache(struct audit *a);	/* trees, dirty and writeback counters */
void audit_swap(struct audit *a);
/* ---- audit_frames.c ---- */
void audit_frames(struct audit *a);	/* pass 2 */
void audit_print_census(struct audit *a);
/* ---- audit_corrupt.c: prove that each kind of difference is found ---- */
struct corruption {
	const char *name;
	bool (*apply)(void); /* false: nothing here to corrupt */
	void (*undo)(void);
};
const struct corruption *corruption_find(const char *name);

#endif
