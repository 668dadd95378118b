/* SPDX-License-Identifier: MIT */
/*
 * Layer 1: alloc_pages: who gets a frame, from which zone, and at what price.
 *
 * Idea.  The class of a request has a zonelist; the first zone is preferred.
 * Linux 2.4 skipped a zone below its low mark in favour of the next zone before
 * trying to reclaim in it, so Normal spilled into DMA.  Here a
 * zone is tried hard before the next one gives what it could need itself; only what
 * that has beyond its high mark and its protection is used before anything is thrown out.
 *
 * The ladder.
 *	1 preferred zone	free > low
 *	  the other zones	usable > high + protection[class]
 *	2 preferred zone	kswapd is woken; free > min; a page of its inactive_clean list (order
 *				0, may sleep): as good as free, and if it is wanted back it costs
 *				nothing, so free frames are used up first
 *	3 the other zones	usable > low + protection[class]
 *	4 the other zones	usable > min + protection[class]
 *	5 reserves		the floor of the request (below), every zone
 *	6 __GFP_WAIT		reclaim directly, then 1 to 5 again; bounded
 *	7 no progress		out_of_memory (order <= 1, not from the block layer), again
 *
 * Floors in step 5, as shares of min: normal 1, the superuser's programs 3/4 (what a bomb gives back
 * comes to him first, and he can end it), NOIO (the block layer, which makes memory free) 1/2,
 * atomic 1/4, PF_MEMALLOC and the dying 0.  PF_MEMALLOC never gets past step 5, so reclaim does not
 * recurse.  An interrupt does not inherit the rights of the task it hit.
 *
 * zone_order=2.4 replaces 1 to 4 by the order of 2.4, so that the difference can be measured.
 *
 * Locking.  None but zone->lock, inside rmqueue and free_frames.
 *
 * Limits.  MAX_ROUNDS of reclaim, but for requests that the OOM killer serves (rounds_allowed).
 * Orders above COSTLY_ORDER fail after COSTLY_ROUNDS.
 */
#include <quire/cmdline.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "zone_internal.h"

#define COSTLY_ORDER 3	/* above it nobody may count on success */
#define COSTLY_ROUNDS 2
#define OOM_ORDER 1	/* killing does not make large blocks */
#define MAX_ROUNDS 64
#define NOFS_ROUNDS (8 * MAX_ROUNDS)
#define MAX_STALLS 4	/* rounds without progress before out_of_memory is asked */
#define STALL_TICKS (HZ / 25)

bool zone_order_24;

static const struct reclaim_ops *reclaim;

struct alloc_request {
	gfp_t gfp;
	unsigned int order;
	enum zone_type class;
	const struct zonelist *zl;
};

void register_reclaim_ops(const struct reclaim_ops *ops)
{
	assert(!reclaim);
	reclaim = ops;
}

static int option_zone_order(const char *value)
{
	if (value[0] != '2' || value[1] != '.' || value[2] != '4' || value[3])
		return -EINVAL;
	zone_order_24 = true;
	return 0;
}
BOOT_OPTION("zone_order=", option_zone_order, "2.4: spill into the next zone before reclaiming");

/* ---- one zone ---- */

/* Take frames off the free lists, whatever the marks say. */
static struct page *rmqueue(struct zone *zone, unsigned int order, gfp_t gfp)
{
	unsigned long flags;
	struct page *page;

	spin_lock_irqsave(&zone->lock, flags);
	if (order == 0) {
		page = hot_alloc_locked(zone, gfp & __GFP_ZERO);
	} else {
		page = buddy_alloc_locked(zone, order);
		if (!page && zone->pcp.count + zone->zeroed.count) {
			hot_drain_locked(zone);
			page = buddy_alloc_locked(zone, order);
		}
	}
	if (page) {
		zone->free_pages -= 1ul << order;
		if (!PageZeroed(page))
			check_poisoned_page(page);
	}
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

/* Would the zone keep more than need after giving 2^order frames, and has it large enough blocks? */
static bool free_above(const struct zone *zone, unsigned long need, unsigned int order)
{
	unsigned long left = zone->free_pages;
	unsigned int o;

	if (left < need + (1ul << order))
		return false;
	for (o = 0; o < order; o++) {
		unsigned long small = zone->free_area[o].nr_free << o;

		left -= min(small, left);
		need /= 2;
		if (left <= need)
			return false;
	}
	return true;
}

unsigned long zone_usable_pages(struct zone *zone)
{
	return zone->free_pages + (reclaim ? reclaim->nr_reclaimable(zone) : 0);
}

bool zone_watermark_ok(struct zone *zone, unsigned int order, unsigned long mark,
		       enum zone_type class)
{
	unsigned long need = mark + zone->protection[class];

	if (order > 0)
		return free_above(zone, need, order);
	return zone_usable_pages(zone) > need;
}

static struct page *take_free(struct zone *zone, const struct alloc_request *rq,
			      unsigned long need)
{
	return free_above(zone, need, rq->order) ? rmqueue(zone, rq->order, rq->gfp) : NULL;
}

/* A page that reclaim can free at once; only for callers that hold no lock (they may sleep). */
static struct page *take_clean(struct zone *zone, const struct alloc_request *rq)
{
	struct page *page;

	if (rq->order > 0 || !(rq->gfp & __GFP_WAIT) || !reclaim || in_interrupt())
		return NULL;
	page = reclaim->reclaim_page(zone);
	if (page)
		count_vm_event(inactive_clean_alloc);
	return page;
}

/* A frame above this mark, else a clean page. */
static struct page *take_usable(struct zone *zone, const struct alloc_request *rq,
				unsigned long need)
{
	struct page *page = take_free(zone, rq, need);

	return page ? page : take_clean(zone, rq);
}

static void wake_kswapd(const struct alloc_request *rq)
{
	if (reclaim)
		reclaim->wake(rq->class);
}

/* ---- the ladder, steps 1 to 5 ---- */

static struct page *try_preferred(const struct alloc_request *rq)
{
	struct zone *zone = rq->zl->zone[0];
	struct page *page;

	wake_kswapd(rq);
	page = take_usable(zone, rq, zone->watermark[WMARK_MIN]);
	if (page)
		zone->stat_preferred++;
	return page;
}

static struct page *try_others(const struct alloc_request *rq, enum zone_watermark mark)
{
	unsigned int i;

	for (i = 1; i < rq->zl->nr; i++) {
		struct zone *zone = rq->zl->zone[i];
		unsigned long kept = zone->protection[rq->class];
		struct page *page = NULL;

		if (zone_watermark_ok(zone, rq->order, zone->watermark[mark], rq->class))
			page = take_usable(zone, rq, zone->watermark[WMARK_MIN] + kept);
		if (page) {
			zone->stat_fallback++;
			count_vm_event(alloc_fallback);
			trace_vm(alloc_fallback, page, NULL, 0, 0, 0);
			return page;
		}
		if (mark == WMARK_HIGH)
			continue;
		zone->stat_refused++;
		count_vm_event(alloc_refused);
	}
	return NULL;
}

/* What nobody has to give up: the usual case. */
static struct page *try_plenty(const struct alloc_request *rq)
{
	struct zone *zone = rq->zl->zone[0];
	struct page *page = take_free(zone, rq, zone->watermark[WMARK_LOW]);

	if (!page)
		return try_others(rq, WMARK_HIGH);
	zone->stat_preferred++;
	return page;
}

/* 2.4: each zone above low, then each zone's clean pages, then each zone above min; no protection. */
static struct page *try_zones_24(const struct alloc_request *rq)
{
	struct page *page = NULL;
	unsigned int step, i;

	for (step = 0; step < 3 && !page; step++) {
		for (i = 0; i < rq->zl->nr && !page; i++) {
			struct zone *zone = rq->zl->zone[i];

			page = step == 1 ? take_clean(zone, rq) :
			       take_free(zone, rq, zone->watermark[step ? WMARK_MIN : WMARK_LOW]);
			if (!page)
				continue;
			*(i ? &zone->stat_fallback : &zone->stat_preferred) += 1;
			if (i)
				count_vm_event(alloc_fallback);
		}
		if (step == 0 && !page)
			wake_kswapd(rq);
	}
	return page;
}

/* Inside reclaim, or dying: the last frames are for these, since they make others free. */
static bool may_use_everything(void)
{
	return !in_interrupt() &&
	       ((current->flags & PF_MEMALLOC) || test_bit(TIF_MEMDIE, &current->work));
}

/* What the request must leave in a zone, of its min mark. */
static unsigned long floor_of(const struct zone *zone, const struct alloc_request *rq)
{
	unsigned long min = zone->watermark[WMARK_MIN];

	if (may_use_everything())
		return 0;
	if (rq->gfp & __GFP_HIGH)
		return min / 4;
	if ((rq->gfp & __GFP_WAIT) && !(rq->gfp & __GFP_IO))
		return min / 2;
	if (!in_interrupt() && current->mm && current->uid == 0)
		return min / 4 * 3;
	return min;
}

static struct page *try_reserves(const struct alloc_request *rq)
{
	unsigned int i;

	for (i = 0; i < rq->zl->nr; i++) {
		struct zone *zone = rq->zl->zone[i];
		unsigned long need = floor_of(zone, rq);
		struct page *page;

		if (need)
			need += zone->protection[rq->class];
		page = take_free(zone, rq, need);
		if (page)
			return page;
	}
	return NULL;
}

static struct page *try_zones(const struct alloc_request *rq)
{
	struct page *page;

	if (zone_order_24)
		page = try_zones_24(rq);
	else if (!(page = try_plenty(rq)) && !(page = try_preferred(rq)) &&
		 !(page = try_others(rq, WMARK_LOW)))
		page = try_others(rq, WMARK_MIN);
	return page ? page : try_reserves(rq);
}

/* ---- steps 6 and 7 ---- */

static unsigned long direct_reclaim(const struct alloc_request *rq)
{
	unsigned long freed;

	if (!reclaim || may_use_everything())
		return 0;
	count_vm_event(allocstall);
	trace_vm(direct_reclaim, NULL, NULL, 0, 0, 0);
	current->flags |= PF_MEMALLOC;
	freed = reclaim->direct_reclaim(rq->class, rq->gfp, rq->order);
	current->flags &= ~PF_MEMALLOC;
	cond_resched();
	return freed;
}

/* May out_of_memory make room for it?  Not for large blocks, nor for the block layer itself. */
static bool oom_killer_helps(const struct alloc_request *rq)
{
	return rq->order <= OOM_ORDER && (rq->gfp & __GFP_IO);
}

/*
 * How often to go round.  Who holds no file system's lock waits until out_of_memory says that nobody is left to
 * kill; who holds one waits long, not for ever, since the victim may need that lock to die.
 */
static unsigned int rounds_allowed(const struct alloc_request *rq)
{
	if (!oom_killer_helps(rq))
		return MAX_ROUNDS;
	return rq->gfp & __GFP_FS ? UINT_MAX : NOFS_ROUNDS;
}

/* Has this request had its share of rounds? */
static bool must_give_up(const struct alloc_request *rq, unsigned int round)
{
	if (rq->gfp & __GFP_NOFAIL)
		return false;
	if (rq->order > COSTLY_ORDER && round >= COSTLY_ROUNDS)
		return true;
	if ((rq->gfp & __GFP_NORETRY) || fatal_signal_pending(current))
		return true;
	return round >= rounds_allowed(rq);
}

/* => false: give up.  Reclaim made no progress several times running. */
static bool handle_stall(const struct alloc_request *rq)
{
	if (!reclaim)
		return false;
	if (oom_killer_helps(rq) && !reclaim->out_of_memory(rq->class, rq->gfp, rq->order))
		return false;
	/* Whoever was killed, or whatever is being written, needs time. */
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_timeout(STALL_TICKS);
	return true;
}


static struct page *alloc_slowpath(const struct alloc_request *rq)
{
	unsigned int round, stalls = 0;
	struct page *page;

	for (round = 1;; round++) {
		unsigned long freed = direct_reclaim(rq);

		page = try_zones(rq);
		if (page)
			return page;
		if (must_give_up(rq, round))
			return NULL;
		stalls = freed ? 0 : stalls + 1;
		if (stalls < MAX_STALLS)
			continue;
		stalls = 0;
		if (!handle_stall(rq) && !(rq->gfp & __GFP_NOFAIL))
			return NULL;
	}
}

static void note_failure(const struct alloc_request *rq)
{
	count_vm_event(alloc_fail);
	/* Clean pages may be there, but not for who cannot sleep: next time free ones shall be. */
	if (!(rq->gfp & __GFP_WAIT) && reclaim)
		reclaim->wake_freeing();
	if (rq->gfp & __GFP_NOWARN)
		return;
	printk_ratelimited(KERN_WARNING "%s: page allocation failure: order %u, mode %#x, free %lu\n",
			   current->comm, rq->order, rq->gfp, nr_free_pages());
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct alloc_request rq = {
		.gfp = gfp, .order = order, .class = gfp_zone(gfp), .zl = &zonelists[gfp_zone(gfp)],
	};
	struct page *page;

	assert(order < MAX_ORDER && !(order && (gfp & __GFP_NOFAIL)));
	if (gfp & __GFP_WAIT)
		might_sleep();
	if (!(gfp & __GFP_NOFAIL) && should_fail(FAIL_PAGE))
		return NULL;
	page = rq.zl->nr ? try_zones(&rq) : NULL;
	if (!page && rq.zl->nr && (gfp & __GFP_WAIT) &&
	    (!may_use_everything() || (gfp & __GFP_NOFAIL)))
		page = alloc_slowpath(&rq);
	if (!page) {
		note_failure(&rq);
		return NULL;
	}
	if (page_count(page))
		prepare_reclaimed(page, gfp);
	else
		prepare_block(page, gfp, order);
	return page;
}
