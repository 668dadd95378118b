/* SPDX-License-Identifier: MIT */
/*
 * Atomic counters and memory barriers. On one processor an instruction is atomic against
 * interrupts, so the LOCK prefix is empty; with NR_CPUS > 1 it is not. Operations that return a
 * value are full barriers.
 */
#ifndef ARCH_ATOMIC_H
#define ARCH_ATOMIC_H

#include <quire/percpu.h>

#if NR_CPUS > 1
#define LOCK_PREFIX	"lock; "
#define smp_mb()	__asm__ __volatile__("lock; addl $0, (%%esp)" : : : "memory", "cc")
#else
#define LOCK_PREFIX	""
#define smp_mb()	barrier()
#endif
#define smp_rmb()	barrier()	/* x86 keeps loads in order, and stores in order */
#define smp_wmb()	barrier()
#define mb()		__asm__ __volatile__("lock; addl $0, (%%esp)" : : : "memory", "cc")
#define rmb()		mb()
#define wmb()		barrier()

typedef struct {
	volatile int counter;
} atomic_t;

#define ATOMIC_INIT(i)	{ (i) }

static inline int atomic_read(const atomic_t *v) { return v->counter; }
static inline void atomic_set(atomic_t *v, int i) { v->counter = i; }

static inline void atomic_add(int i, atomic_t *v)
{
	__asm__ __volatile__(LOCK_PREFIX "addl %1, %0" : "+m" (v->counter) : "ir" (i) : "memory", "cc");
}

static inline int atomic_fetch_add(int i, atomic_t *v)
{
	__asm__ __volatile__(LOCK_PREFIX "xaddl %0, %1" : "+r" (i), "+m" (v->counter) : : "memory", "cc");
	return i;
}

static inline bool atomic_dec_and_test(atomic_t *v)
{
	bool zero;

	__asm__ __volatile__(LOCK_PREFIX "decl %0" : "+m" (v->counter), "=@ccz" (zero) : : "memory");
	return zero;
}

static inline void atomic_sub(int i, atomic_t *v) { atomic_add(-i, v); }
static inline void atomic_inc(atomic_t *v) { atomic_add(1, v); }
static inline void atomic_dec(atomic_t *v) { atomic_add(-1, v); }
static inline int atomic_add_return(int i, atomic_t *v) { return atomic_fetch_add(i, v) + i; }
static inline int atomic_sub_return(int i, atomic_t *v) { return atomic_add_return(-i, v); }
static inline int atomic_inc_return(atomic_t *v) { return atomic_add_return(1, v); }
static inline int atomic_dec_return(atomic_t *v) { return atomic_add_return(-1, v); }
static inline bool atomic_inc_and_test(atomic_t *v) { return atomic_inc_return(v) == 0; }
static inline bool atomic_sub_and_test(int i, atomic_t *v) { return atomic_sub_return(i, v) == 0; }

/* Exchange and compare-exchange of 32-bit objects; both give the old value. */
static inline u32 __xchg32(volatile void *p, u32 v)
{
	__asm__ __volatile__("xchgl %0, %1" : "+r" (v), "+m" (*(volatile u32 *)p) : : "memory");
	return v;
}

static inline u32 __cmpxchg32(volatile void *p, u32 old, u32 v)
{
	u32 prev;

	__asm__ __volatile__(LOCK_PREFIX "cmpxchgl %2, %1" : "=a" (prev), "+m" (*(volatile u32 *)p)
			     : "r" (v), "0" (old) : "memory", "cc");
	return prev;
}

#define xchg(p, v) ({									\
	static_assert(sizeof(*(p)) == 4, "xchg: 32 bits");				\
	(__typeof__(*(p)))__xchg32((p), (u32)(v)); })
#define cmpxchg(p, old, v) ({								\
	static_assert(sizeof(*(p)) == 4, "cmpxchg: 32 bits");				\
	(__typeof__(*(p)))__cmpxchg32((p), (u32)(old), (u32)(v)); })

static inline int atomic_xchg(atomic_t *v, int n) { return (int)__xchg32(&v->counter, (u32)n); }
static inline int atomic_cmpxchg(atomic_t *v, int old, int n) { return (int)__cmpxchg32(&v->counter, (u32)old, (u32)n); }

/* Add a unless the value is u; true if it added. */
static inline bool atomic_add_unless(atomic_t *v, int a, int u)
{
	int c = atomic_read(v), old;

	while (c != u) {
		old = atomic_cmpxchg(v, c, c + a);
		if (old == c)
			return true;
		c = old;
	}
	return false;
}

static inline bool atomic_inc_not_zero(atomic_t *v) { return atomic_add_unless(v, 1, 0); }

#endif
