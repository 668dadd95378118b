/* SPDX-License-Identifier: MIT */
/*
 * What each processor has to itself, reached through %fs.
 *
 * The kernel's %fs selects a segment that starts at this CPU's struct percpu; the entry code loads
 * it and saves the user's. A task that may be preempted may move to another CPU between two
 * accesses, so whoever keeps this_cpu() holds preemption off; `current`, percpu_read, percpu_write and
 * percpu_is_set are single instructions.
 */
#ifndef QUIRE_PERCPU_H
#define QUIRE_PERCPU_H

#include <quire/types.h>

#define NR_CPUS	1

struct task_struct;
struct mm_struct;

struct percpu {
	struct percpu *self;		/* this structure's address: this_cpu() */
	struct task_struct *task;	/* the running task: `current` */
	u32 preempt_count;		/* see preempt.h */
	u32 need_resched;		/* the scheduler is wanted at the next chance */
	u32 cpu;			/* 0 .. NR_CPUS - 1 */
	u32 preempt_seed;		/* debug build: random preemption; 0 is off */
	struct task_struct *idle;	/* this CPU's idle task; scheduler */
	struct task_struct *fpu_owner;	/* whose state the FPU holds, or NULL; fpu.c, preemption off */
	unsigned long kstack_top;	/* esp0 of the running task, as in the TSS */
	u64 irq_count;			/* interrupts taken */
	u64 switch_count;		/* context switches; scheduler */
};

extern struct percpu percpu_area[NR_CPUS];

#define percpu_read(field) ({								\
	static_assert(sizeof(((struct percpu *)0)->field) == 4, "percpu_read: 32 bits");	\
	__typeof__(((struct percpu *)0)->field) v__;					\
	__asm__ __volatile__("movl %%fs:%c1, %0" : "=r" (v__)				\
			     : "i" (offsetof(struct percpu, field)) : "memory");	\
	v__; })

#define percpu_write(field, v) do {							\
	static_assert(sizeof(((struct percpu *)0)->field) == 4, "percpu_write: 32 bits");	\
	__typeof__(((struct percpu *)0)->field) v__ = (v);				\
	__asm__ __volatile__("movl %0, %%fs:%c1" : : "ri" (v__),			\
			     "i" (offsetof(struct percpu, field)) : "memory");		\
} while (0)

#define percpu_is_set(field) ({								\
	bool set__;									\
	__asm__ __volatile__("cmpl $0, %%fs:%c1" : "=@ccne" (set__)			\
			     : "i" (offsetof(struct percpu, field)) : "memory");	\
	set__; })

#define percpu_add(field, v) \
	__asm__ __volatile__("addl %0, %%fs:%c1" : : "ri" ((u32)(v)),			\
			     "i" (offsetof(struct percpu, field)) : "memory", "cc")

static inline struct percpu *this_cpu(void) { return percpu_read(self); }
static inline unsigned int smp_processor_id(void) { return percpu_read(cpu); }

/* Not volatile: for one thread of execution it never changes, so the compiler may keep it. */
static inline __attribute__((const)) struct task_struct *get_current(void)
{
	struct task_struct *t;

	__asm__("movl %%fs:%c1, %0" : "=r" (t) : "i" (offsetof(struct percpu, task)));
	return t;
}
#define current get_current()

#endif
