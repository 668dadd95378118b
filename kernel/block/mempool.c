/* SPDX-License-Identifier: MIT */
/*
 * Emergency pools on top of slab caches: see mempool.h for the promise.
 *
 * Order of attempts: the slab without waiting; the pool; then, if the caller may sleep, start
 * all queued transfers and wait for an object to come back.
 */
#include <quire/assert.h>
#include <quire/blkdev.h>
#include <quire/mempool.h>
#include <quire/sched.h>

/* Memory may also come free without an object coming back here: look again now and then. */
#define RETRY_TICKS (HZ / 50)

int mempool_init(struct mempool *pool, struct kmem_cache *cache, unsigned int min)
{
	assert(min <= MEMPOOL_MAX);
	spin_lock_init(&pool->lock);
	init_waitqueue_head(&pool->wait);
	pool->cache = cache;
	pool->min = min;
	for (pool->nr_free = 0; pool->nr_free < min; pool->nr_free++) {
		pool->free[pool->nr_free] = kmem_cache_alloc(cache, GFP_KERNEL);
		if (!pool->free[pool->nr_free])
			return -ENOMEM;
	}
	return 0;
}

static void *take_reserve(struct mempool *pool)
{
	unsigned long flags;
	void *object = NULL;

	spin_lock_irqsave(&pool->lock, flags);
	if (pool->nr_free > 0)
		object = pool->free[--pool->nr_free];
	spin_unlock_irqrestore(&pool->lock, flags);
	return object;
}

static void wait_for_object(struct mempool *pool)
{
	DEFINE_WAIT(wait);

	blk_run_queues();
	prepare_to_wait_exclusive(&pool->wait, &wait, TASK_UNINTERRUPTIBLE);
	if (READ_ONCE(pool->nr_free) == 0)
		schedule_timeout(RETRY_TICKS);
	finish_wait(&pool->wait, &wait);
}

void *mempool_alloc(struct mempool *pool, gfp_t gfp)
{
	gfp_t nowait = (gfp & ~(__GFP_WAIT | __GFP_IO | __GFP_FS)) | __GFP_NOWARN;

	for (;;) {
		void *object = kmem_cache_alloc(pool->cache, nowait);

		if (!object)
			object = take_reserve(pool);
		if (object || !(gfp & __GFP_WAIT))
			return object;
		wait_for_object(pool);
	}
}

void mempool_free(struct mempool *pool, void *object)
{
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	if (pool->nr_free < pool->min) {
		pool->free[pool->nr_free++] = object;
		object = NULL;
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	if (object)
		kmem_cache_free(pool->cache, object);
	else
		wake_up(&pool->wait);
}
