/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks. Holding one disables preemption; never sleep under one. Not recursive.
 *
 * A lock that an interrupt handler takes is taken everywhere else with interrupts off (_irqsave,
 * _irq). On one processor the lock word is never contended, so finding it taken is a bug and panics
 * with both call sites. Unlocking a lock that is not held panics too.
 *
 * Classes: every spin_lock_init call site (and every DEFINE_SPINLOCK) is one class. The debug build
 * records in which order classes are taken and reports the first cycle, before it ever deadlocks.
 * Two locks of one class held together need spin_lock_nested with different subclasses; the order
 * of all locks is docs/locking.md.
 */
#ifndef QUIRE_LOCK_H
#define QUIRE_LOCK_H

#include <quire/preempt.h>
#include <quire/irqflags.h>

struct lock_class {
	const char *name;
	unsigned int id;		/* number in the order checker; 0: not seen yet */
};

typedef struct spinlock {
	volatile unsigned long holder;	/* where it was taken, for reports; 0: free */
#if NR_CPUS > 1
	unsigned int owner_cpu;		/* valid while held */
#endif
	struct lock_class *class;
} spinlock_t;

#define SPINLOCK_INIT_CLASS(cls)	{ .class = (cls) }
/* At file scope only; may be preceded by static. */
#define __LOCK_CLASS(nm)		(&(struct lock_class){ .name = nm })
/* For locks without a class of their own: self-checked, but not order-checked. */
#define SPIN_LOCK_UNLOCKED		{ .class = NULL }
#define DEFINE_SPINLOCK(lock)		spinlock_t lock = SPINLOCK_INIT_CLASS(__LOCK_CLASS(#lock))

void spin_lock_init_class(spinlock_t *lock, struct lock_class *cls);
/* One class per call site, named after the expression (or explicitly). */
#define spin_lock_init_named(lock, nm) do {						\
	static struct lock_class class__ = { .name = nm };				\
	spin_lock_init_class(lock, &class__);						\
} while (0)
#define spin_lock_init(lock)	spin_lock_init_named(lock, #lock)

void spin_lock(spinlock_t *lock) __acquires(lock);
void spin_lock_nested(spinlock_t *lock, unsigned int subclass) __acquires(lock);
bool spin_trylock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock) __releases(lock);
/* Unlock without being preempted at once: the caller switches itself. */
void spin_unlock_no_resched(spinlock_t *lock) __releases(lock);

unsigned long __spin_lock_irqsave(spinlock_t *lock) __acquires(lock);
#define spin_lock_irqsave(lock, flags)	((flags) = __spin_lock_irqsave(lock))
void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags) __releases(lock);
void spin_lock_irq(spinlock_t *lock) __acquires(lock);
void spin_unlock_irq(spinlock_t *lock) __releases(lock);

static inline bool spin_is_locked(const spinlock_t *lock) { return lock->holder != 0; }
void assert_spin_locked(const spinlock_t *lock);

/*
 * The order checker's interface for sleeping locks (mutex.c, rwsem.c). Nothing in the default
 * build. `trylock` acquisitions are recorded as held but never as an order.
 */
#ifdef CONFIG_DEBUG
void lock_order_acquire(struct lock_class *cls, const void *lock, unsigned int subclass, bool trylock,
			unsigned long ip);
void lock_order_release(struct lock_class *cls, const void *lock);
/* Panics if the current task still holds a lock: checked on return to user mode and at exit. */
void lock_order_assert_none(void);
#else
static inline void lock_order_acquire(struct lock_class *cls __unused, const void *lock __unused,
				      unsigned int subclass __unused, bool trylock __unused,
				      unsigned long ip __unused) { }
static inline void lock_order_release(struct lock_class *cls __unused, const void *lock __unused) { }
static inline void lock_order_assert_none(void) { }
#endif

/* Held locks of one task, for the order checker; a member of task_struct in the debug build. */
#define HELD_LOCKS_MAX	24
struct held_locks {
	unsigned int n;
	struct {
		struct lock_class *class;
		const void *lock;
		unsigned int subclass;
		unsigned long ip;
	} held[HELD_LOCKS_MAX];
};

#endif
