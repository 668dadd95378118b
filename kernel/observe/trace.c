/* SPDX-License-Identifier: MIT */
/*
 * Tracepoints: the rings and arming.
 *
 * Idea.  Each CPU writes into a ring of its own, so a tracepoint takes no lock:
 * interrupts off for the length of one entry.  The ring is made by vmalloc when something is
 * armed for the first time, a share of memory large; it goes when it is cleared and nothing is armed.
 */
#include <quire/cmdline.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/mutex.h>
#include <quire/page.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/trace.h>
#include <quire/vmalloc.h>

#include "trace_internal.h"

#define RING_SHARE 64	   /* of memory, within these bounds */
#define RING_LEAST 8192ul  /* entries: a short program's life between two looks of its reader */
#define RING_MOST 32768ul
#define NAME_MAX_LEN 24

struct trace_ring {
	struct trace_entry *entry;
	unsigned long size;
	unsigned long head; /* entries ever written; the next goes to head % size */
};

u64 trace_armed;
static struct trace_ring rings[NR_CPUS];
static DEFINE_MUTEX(arm_mutex);
static char boot_events[128]; /* trace=: armed when memory is there */

#define E(name) #name,
static const char *const names[] = { TRACE_EVENTS(E) };
#undef E

static_assert(PG_flag_count <= 23, "flags fit a snapshot");

u64 __trace_snapshot(const struct page *page)
{
	if (!page)
		return 0;
	return (page->flags & SNAP_FLAGS) | SNAP_VALID | (u64)page->age << SNAP_AGE_SHIFT |
	       (u64)(u16)page_count(page) << SNAP_COUNT_SHIFT |
	       (u64)(u16)page_mapcount(page) << SNAP_MAPS_SHIFT;
}

void __trace_vm(enum trace_event event, const char *func, u64 before, const struct page *page,
		const struct mm_struct *mm, unsigned long address, unsigned long pte,
		unsigned long slot)
{
	struct trace_entry e = {
		.func = func, .before = before, .after = __trace_snapshot(page),
		.pfn = page ? page_to_pfn(page) : TRACE_NO_PFN,
		.mm = (u32)(unsigned long)mm, .address = address, .pte = pte, .slot = slot,
		.pid = current->pid, .event = event,
	};
	struct trace_ring *ring;
	unsigned long flags;

	local_irq_save(flags);
	ring = &rings[smp_processor_id()];
	/* Without a size: disarmed and cleared since the caller looked. */
	if (ring->size && trace_follows(&e)) {
		e.time_ns = ktime_get();
		ring->entry[ring->head++ % ring->size] = e;
	}
	local_irq_restore(flags);
}

/* ---- arming ---- */

static int make_rings(void)
{
	unsigned long size = clamp((totalram_pages << PAGE_SHIFT) / RING_SHARE /
					   (unsigned long)sizeof(struct trace_entry),
				   RING_LEAST, RING_MOST);
	int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		if (rings[cpu].entry)
			continue;
		rings[cpu].entry = vzalloc(size * sizeof(struct trace_entry));
		if (!rings[cpu].entry)
			return -ENOMEM;
		rings[cpu].size = size;
	}
	return 0;
}

static u64 event_bits(const char *name)
{
	int i;

	if (!strcmp(name, "all"))
		return (1ull << TRACE_event_count) - 1;
	for (i = 0; i < TRACE_event_count; i++)
		if (!strcmp(name, names[i]))
			return 1ull << i;
	return 0;
}

/* One word of the list; changes *armed. */
static int apply_name(const char *name, u64 *armed)
{
	bool off = name[0] == '-';
	u64 bits = event_bits(name + off);

	if (!strcmp(name, "none")) {
		*armed = 0;
		return 0;
	}
	if (!bits)
		return -EINVAL;
	*armed = off ? *armed & ~bits : *armed | bits;
	return 0;
}

int trace_arm(const char *list)
{
	u64 armed = trace_armed;
	char name[NAME_MAX_LEN];
	int error = 0;

	while (*list && !error) {
		size_t n = strcspn(list, ", \n");

		if (n >= sizeof(name))
			return -EINVAL;
		memcpy(name, list, n);
		name[n] = '\0';
		if (n)
			error = apply_name(name, &armed);
		list += n + (list[n] != '\0');
	}
	if (error)
		return error;
	mutex_lock(&arm_mutex);
	error = armed ? make_rings() : 0;
	if (!error)
		trace_armed = armed;
	mutex_unlock(&arm_mutex);
	return error;
}

static int option_trace(const char *value)
{
	strlcpy(boot_events, value, sizeof(boot_events));
	return 0;
}
BOOT_OPTION("trace=", option_trace, "events to trace from boot on, as written to /proc/trace");

/* ---- reading ---- */

bool trace_get_entry(unsigned long n, struct trace_entry *out)
{
	struct trace_ring *ring = &rings[0];
	unsigned long flags;
	bool there;

	local_irq_save(flags);
	there = ring->size && n < ring->head && ring->head - n <= ring->size;
	if (there)
		*out = ring->entry[n % ring->size];
	local_irq_restore(flags);
	return there;
}

unsigned long trace_oldest_entry(void)
{
	const struct trace_ring *ring = &rings[0];

	return ring->head > ring->size ? ring->head - ring->size : 0;
}

unsigned long trace_next_entry(void)
{
	return rings[0].head;
}

void trace_clear(void)
{
	int cpu;

	mutex_lock(&arm_mutex);
	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		struct trace_ring old = { .entry = NULL };
		unsigned long flags;

		local_irq_save(flags);
		rings[cpu].head = 0;
		if (!trace_armed) {
			old = rings[cpu];
			rings[cpu].entry = NULL;
			rings[cpu].size = 0;
		}
		local_irq_restore(flags);
		vfree(old.entry);
	}
	mutex_unlock(&arm_mutex);
}

const char *trace_event_name(enum trace_event event)
{
	return names[event];
}

const char *trace_boot_events(void)
{
	return boot_events;
}
