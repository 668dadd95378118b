/* SPDX-License-Identifier: MIT */
/*
 * Between the files that implement locks.
 */
#ifndef CORE_LOCK_INTERNAL_H
#define CORE_LOCK_INTERNAL_H

#ifdef CONFIG_DEBUG
/* At a point where preemption is possible: ask for it now and then, by a seeded sequence (boot option preempt_seed=). */
void random_preemption(void);
#else
static inline void random_preemption(void) { }
#endif

#endif
