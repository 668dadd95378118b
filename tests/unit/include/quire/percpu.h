/* SPDX-License-Identifier: MIT */
/*
 * Host build: the one CPU's data is a plain variable.
 */
#ifndef QUIRE_PERCPU_H
#define QUIRE_PERCPU_H

#include <quire/types.h>

#define NR_CPUS 1

struct task_struct;

struct percpu {
	struct task_struct *task;
	u32 preempt_count, need_resched, cpu;
};

extern struct percpu percpu_area[NR_CPUS];

#define percpu_read(field) (percpu_area[0].field)
#define percpu_is_set(field) (percpu_area[0].field != 0)
#define percpu_write(field, v) (percpu_area[0].field = (v))
#define percpu_add(field, v) (percpu_area[0].field += (u32)(v))
#define smp_processor_id() 0u
#define current (percpu_area[0].task)

#endif
