/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks that check themselves, and the slow half of preempt_enable.
 *
 * On one CPU a lock that is found taken will never be released (its holder cannot run: preemption
 * is off while it holds it, or we interrupted it), so that is reported at once instead of spun on.
 * With several CPUs the same loop spins, and only a lock held by this very CPU is an error.
 *
 * These functions are a tenth of what the kernel runs: they have no frames (kernel.mk), and what goes
 * wrong is apart.
 */
#include <arch/atomic.h>
#include <arch/processor.h>
#include <quire/assert.h>
#include <quire/irqflags.h>
#include <quire/lock.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include "lock_internal.h"

static const char *lock_name(const spinlock_t *lock)
{
	return lock->class ? lock->class->name : "(no class)";
}

__noreturn static __cold __noinline void report(const spinlock_t *lock, const char *what, unsigned long ip)
{
	panic("spinlock %s: %s at %08lx; taken at %08lx", lock_name(lock), what, ip, lock->holder);
}

#if NR_CPUS > 1
static bool held_here(const spinlock_t *lock)
{
	return lock->holder && lock->owner_cpu == smp_processor_id();
}

static bool try_take(spinlock_t *lock, unsigned long ip)
{
	if (cmpxchg(&lock->holder, 0, ip))
		return false;
	lock->owner_cpu = smp_processor_id();
	return true;
}
#else
static bool held_here(const spinlock_t *lock)
{
	return lock->holder != 0;
}

/* An interrupt between the two steps has let go again before the second one. */
static bool try_take(spinlock_t *lock, unsigned long ip)
{
	if (unlikely(lock->holder))
		return false;
	lock->holder = ip;
	return true;
}
#endif

/* Until it is taken; a lock of this CPU's own never will be. */
static __cold __noinline void wait_for(spinlock_t *lock, unsigned long ip)
{
	do {
		if (held_here(lock))
			report(lock, "taken again", ip);
		cpu_relax();
	} while (!try_take(lock, ip));
}

static __always_inline void acquire(spinlock_t *lock, unsigned int subclass, unsigned long ip)
{
	lock_order_acquire(lock->class, lock, subclass, false, ip);
	if (unlikely(!try_take(lock, ip)))
		wait_for(lock, ip);
}

static __always_inline void release(spinlock_t *lock, unsigned long ip)
{
	if (unlikely(!held_here(lock)))
		report(lock, "released by who does not hold it", ip);
	lock_order_release(lock->class, lock);
	smp_mb();
	lock->holder = 0;
}

void spin_lock_init_class(spinlock_t *lock, struct lock_class *cls)
{
	*lock = (spinlock_t){ .class = cls };
}

void spin_lock(spinlock_t *lock)
{
	preempt_disable();
	acquire(lock, 0, __return_address);
}

void spin_lock_nested(spinlock_t *lock, unsigned int subclass)
{
	preempt_disable();
	acquire(lock, subclass, __return_address);
}

bool spin_trylock(spinlock_t *lock)
{
	preempt_disable();
	if (!try_take(lock, __return_address)) {
		preempt_enable();
		return false;
	}
	lock_order_acquire(lock->class, lock, 0, true, __return_address);
	return true;
}

void spin_unlock(spinlock_t *lock)
{
	release(lock, __return_address);
	preempt_enable();
}

void spin_unlock_no_resched(spinlock_t *lock)
{
	release(lock, __return_address);
	preempt_enable_no_resched();
}

unsigned long __spin_lock_irqsave(spinlock_t *lock)
{
	unsigned long flags;

	local_irq_save(flags);
	preempt_disable();
	acquire(lock, 0, __return_address);
	return flags;
}

void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	release(lock, __return_address);
	local_irq_restore(flags);
	preempt_enable();
}

void spin_lock_irq(spinlock_t *lock)
{
	local_irq_disable();
	preempt_disable();
	acquire(lock, 0, __return_address);
}

void spin_unlock_irq(spinlock_t *lock)
{
	release(lock, __return_address);
	local_irq_enable();
	preempt_enable();
}

void assert_spin_locked(const spinlock_t *lock)
{
	assert_msg(held_here(lock), "%s is not held", lock_name(lock));
}

void preempt_check_resched(void)
{
	if (preempt_count() || irqs_disabled())
		return;
	random_preemption();
	if (need_resched())
		preempt_schedule();
}
