/* SPDX-License-Identifier: MIT */
/*
 * Emergency pools: a few objects kept back so that an allocation which reclaim itself depends
 * on never fails, only waits.
 *
 * The promise of mempool_alloc with __GFP_WAIT holds when every object of the pool comes back by
 * itself (at the end of its transfer) and nobody takes a second one before the first is on its
 * way.
 *
 * Locking: pool->lock, interrupts off; mempool_free works in any context.
 */
#ifndef QUIRE_MEMPOOL_H
#define QUIRE_MEMPOOL_H

#include <quire/lock.h>
#include <quire/slab.h>
#include <quire/types.h>
#include <quire/wait.h>

#define MEMPOOL_MAX 16

struct mempool {
	spinlock_t lock;	   /* free[], nr_free */
	struct kmem_cache *cache;  /* where objects come from and go to */
	unsigned int min;	   /* kept back */
	unsigned int nr_free;	   /* of these, here now */
	void *free[MEMPOOL_MAX];
	wait_queue_head_t wait;	   /* for an object to come back */
};

/* Fills it.  => 0 or -ENOMEM (boot).  min <= MEMPOOL_MAX */
int mempool_init(struct mempool *pool, struct kmem_cache *cache, unsigned int min);
/* With __GFP_WAIT never NULL. */
void *mempool_alloc(struct mempool *pool, gfp_t gfp);
void mempool_free(struct mempool *pool, void *object);

#endif
