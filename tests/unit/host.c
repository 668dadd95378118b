/* SPDX-License-Identifier: MIT */
/*
 * The host's stand-ins for what pure kernel sources call: see host.h.
 */
#include "host.h"

#include <stdio.h>
#include <string.h>

#include <quire/assert.h>
#include <quire/gfp.h>
#include <quire/lock.h>
#include <quire/mutex.h>
#include <quire/page.h>
#include <quire/printk.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

jmp_buf host_trap;
int host_trap_armed;
int host_locks_held;
static unsigned int random_state = 1;

struct vm_event_state vm_event_state[NR_CPUS];
u64 trace_armed;
unsigned long max_pfn, max_low_pfn;
void *high_memory;
char *host_memory;
struct percpu percpu_area[NR_CPUS];
struct lock_class mutex_wait_lock_class;

void host_seed(unsigned int seed)
{
	random_state = seed;
}

unsigned int host_random(void)
{
	random_state = random_state * 1664525u + 1013904223u;
	return random_state >> 8;
}

void host_mem_map(unsigned long n)
{
	free(mem_map);
	mem_map = calloc(n, sizeof(struct page));
	assert_non_null(mem_map);
	max_pfn = n;
}

static void trap(const char *what)
{
	host_locks_held = 0;
	if (host_trap_armed)
		longjmp(host_trap, 1);
	fprintf(stderr, "trap: %s\n", what);
	abort();
}

void assert_failed(const char *cond, const char *file, int line, const char *func, const char *fmt,
		   ...)
{
	char text[256];

	snprintf(text, sizeof(text), "%s:%d: %s: %s", file, line, func, cond);
	trap(text);
	abort();
}

void panic(const char *fmt, ...)
{
	trap(fmt);
	abort();
}

int printk(const char *fmt, ...)
{
	return 0;
}

void warn_report(const char *file, int line, const char *fmt, ...)
{
}

void spin_lock_init_class(spinlock_t *lock, struct lock_class *cls)
{
	memset(lock, 0, sizeof(*lock));
	lock->class = cls;
}

void spin_lock(spinlock_t *lock)
{
	assert_int_equal(lock->holder, 0);
	lock->holder = 1;
	host_locks_held++;
}

void spin_unlock(spinlock_t *lock)
{
	assert_int_equal(lock->holder, 1);
	lock->holder = 0;
	host_locks_held--;
}

unsigned long __spin_lock_irqsave(spinlock_t *lock)
{
	spin_lock(lock);
	return 0;
}

void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	spin_unlock(lock);
}

u64 __trace_snapshot(const struct page *page)
{
	return 0;
}

void __trace_vm(enum trace_event event, const char *func, u64 before, const struct page *page,
		const struct mm_struct *mm, unsigned long address, unsigned long pte,
		unsigned long slot)
{
}

/* ---- what debug builds ask for besides ---- */

void might_sleep_check(const char *file, int line)
{
}

void *memchr_inv(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n; n--, p++)
		if (*p != (unsigned char)c)
			return (void *)p;
	return NULL;
}
