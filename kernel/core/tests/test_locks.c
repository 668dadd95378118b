/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of sleeping locks: exclusion under preemption, service in order of arrival, readers and writers.
 */
#include <arch/atomic.h>
#include <quire/bitops.h>
#include <quire/ktest.h>
#include <quire/mutex.h>
#include <quire/rwsem.h>
#include <quire/sched.h>
#include <quire/timer.h>

#define WORKERS		4
#define ROUNDS		200
#define SETTLE_MS	20		/* long enough for a ready task to run */

static DEFINE_MUTEX(test_mutex);
static DECLARE_RWSEM(test_rwsem);
static struct semaphore done = SEMAPHORE_INIT(done, 0);
static int inside, violations, order[WORKERS], nr_order;
static atomic_t readers_inside;

static void wait_for_workers(unsigned int n)
{
	while (n--)
		down(&done);
}

static int mutex_worker(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		mutex_lock(&test_mutex);
		violations += inside++ != 0;
		if (i % 8 == 0)
			yield();
		inside--;
		mutex_unlock(&test_mutex);
	}
	up(&done);
	return 0;
}

KTEST(mutex_excludes)
{
	unsigned int started = 0;

	violations = inside = 0;
	for (int i = 0; i < WORKERS; i++)
		started += kernel_thread(mutex_worker, NULL, "ktest") > 0;
	wait_for_workers(started);
	ktest_equal(started, WORKERS);
	ktest_equal(violations, 0);
	ktest_assert(!mutex_is_locked(&test_mutex));
}

static int order_worker(void *arg)
{
	mutex_lock(&test_mutex);
	order[nr_order++] = (int)(long)arg;
	mutex_unlock(&test_mutex);
	up(&done);
	return 0;
}

KTEST(mutex_serves_in_order)
{
	unsigned int started = 0;

	nr_order = 0;
	mutex_lock(&test_mutex);
	ktest_assert(mutex_is_mine(&test_mutex));
	for (long i = 0; i < WORKERS; i++) {
		started += kernel_thread(order_worker, (void *)i, "ktest") > 0;
		msleep(SETTLE_MS);
	}
	ktest_equal(nr_order, 0);
	mutex_unlock(&test_mutex);
	wait_for_workers(started);
	for (int i = 0; i < WORKERS; i++)
		ktest_equal(order[i], i);
}

static struct task_struct *sleeper;
static int sleeper_err;

static int interrupted_worker(void *unused)
{
	sleeper = current;
	sleeper_err = mutex_lock_interruptible(&test_mutex);
	clear_bit(TIF_SIGPENDING, &current->work);
	up(&done);
	return 0;
}

/* The only waiter goes: the mutex is given back as if nobody had waited. */
KTEST(mutex_waiter_gives_up)
{
	mutex_lock(&test_mutex);
	ktest_assert(kernel_thread(interrupted_worker, NULL, "ktest") > 0);
	msleep(SETTLE_MS);
	set_bit(TIF_SIGPENDING, &sleeper->work);
	wake_up_process(sleeper);
	wait_for_workers(1);
	ktest_equal(sleeper_err, -EINTR);
	ktest_assert(mutex_is_mine(&test_mutex));
	mutex_unlock(&test_mutex);
	ktest_assert(!mutex_is_locked(&test_mutex));
	ktest_assert(mutex_trylock(&test_mutex));
	ktest_assert(!mutex_trylock(&test_mutex));
	mutex_unlock(&test_mutex);
}

static int reader(void *unused)
{
	down_read(&test_rwsem);
	atomic_inc(&readers_inside);
	msleep(SETTLE_MS);
	atomic_dec(&readers_inside);
	up_read(&test_rwsem);
	up(&done);
	return 0;
}

static int writer(void *unused)
{
	down_write(&test_rwsem);
	violations += atomic_read(&readers_inside) != 0;
	downgrade_write(&test_rwsem);
	up_read(&test_rwsem);
	up(&done);
	return 0;
}

KTEST(rwsem_readers_and_writer)
{
	unsigned int started = 0;

	violations = 0;
	down_read(&test_rwsem);
	started += kernel_thread(writer, NULL, "ktest") > 0;
	msleep(SETTLE_MS);
	ktest_assert(!down_read_trylock(&test_rwsem));	/* a writer waits: new readers queue up behind it */
	started += kernel_thread(reader, NULL, "ktest") > 0;
	started += kernel_thread(reader, NULL, "ktest") > 0;
	msleep(SETTLE_MS);
	ktest_equal(atomic_read(&readers_inside), 0);
	up_read(&test_rwsem);
	wait_for_workers(started);
	ktest_equal(violations, 0);
	ktest_assert(!rwsem_is_locked(&test_rwsem));
	if (ktest_assert(down_write_trylock(&test_rwsem))) {
		ktest_assert(rwsem_is_write_locked(&test_rwsem));
		up_write(&test_rwsem);
	}
}

KTEST(semaphore_counts)
{
	struct semaphore s;

	sema_init(&s, 2);
	down(&s);
	ktest_assert(down_trylock(&s));
	ktest_assert(!down_trylock(&s));
	up(&s);
	ktest_equal(down_interruptible(&s), 0);
}
