/* SPDX-License-Identifier: MIT */
/*
 * Tracepoints: the rings, arming, and /proc/trace.
 *
 * Idea.  Each CPU writes into a ring of its own, so a tracepoint takes no lock:
 * interrupts off for the length of one entry.  The ring is made by vmalloc when something is
 * armed for the first time, a share of memory large, and kept.
 *
 * Reading.  /proc/trace gives the entries of the boot CPU's ring by number, oldest
 * first; a reader that is overtaken goes on with the oldest that is left, and says so.
 * Writing a list of event names arms them ("-name" disarms, "all", "none"),
 * "clear" empties the ring.
 */
#include <quire/cmdline.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/math64.h>
#include <quire/mutex.h>
#include <quire/page.h>
#include <quire/printk.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/trace.h>
#include <quire/uaccess.h>
#include <quire/vmalloc.h>

#include "proc_internal.h"

#define RING_SHARE 64	   /* of memory */
#define RING_MOST 32768ul  /* entries */
#define NAME_MAX_LEN 24

#define SNAP_VALID (1u << 23) /* a snapshot is never 0 */
#define SNAP_FLAGS 0x7fffffu
#define SNAP_AGE_SHIFT 24
#define SNAP_COUNT_SHIFT 32
#define SNAP_MAPS_SHIFT 48

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
	struct trace_ring *ring;
	struct trace_entry *e;
	unsigned long flags;

	local_irq_save(flags);
	ring = &rings[smp_processor_id()];
	e = &ring->entry[ring->head % ring->size];
	*e = (struct trace_entry){
		.time_ns = ktime_get(), .func = func, .before = before,
		.after = __trace_snapshot(page),
		.pfn = page ? page_to_pfn(page) : TRACE_NO_PFN,
		.mm = (u32)(unsigned long)mm, .address = address, .pte = pte, .slot = slot,
		.pid = current->pid, .event = event,
	};
	ring->head++;
	local_irq_restore(flags);
}

/* ---- arming ---- */

static int make_rings(void)
{
	unsigned long size = min((totalram_pages << PAGE_SHIFT) / RING_SHARE /
				 sizeof(struct trace_entry), RING_MOST);
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

/* ---- /proc/trace ---- */

/* A copy of entry number n; false when it is not there (any more). */
static bool get_entry(unsigned long n, struct trace_entry *out)
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

static unsigned long oldest_entry(void)
{
	const struct trace_ring *ring = &rings[0];

	return ring->head > ring->size ? ring->head - ring->size : 0;
}

/* A position is an entry's number; the iterator's value is the number + 1. */
static void *entry_start(struct seq_file *m, loff_t *pos)
{
	if (*pos < oldest_entry())
		*pos = oldest_entry();
	return *pos < rings[0].head ? (void *)((unsigned long)*pos + 1) : NULL;
}

static void *entry_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return entry_start(m, pos);
}

static void entry_stop(struct seq_file *m, void *v)
{
}

static void show_state(struct seq_file *m, u64 state)
{
	char flags[160];

	page_flags_text(state & SNAP_FLAGS, flags, sizeof(flags));
	seq_printf(m, "count:%u,maps:%u,age:%u,<%s>", (u16)(state >> SNAP_COUNT_SHIFT),
		   (u16)(state >> SNAP_MAPS_SHIFT), (u8)(state >> SNAP_AGE_SHIFT), flags);
}

static int entry_show(struct seq_file *m, void *v)
{
	struct trace_entry e;
	u32 ns;
	u64 sec;

	if (!get_entry((unsigned long)v - 1, &e))
		return 0;
	sec = div_u64_rem(e.time_ns, NSEC_PER_SEC, &ns);
	seq_printf(m, "%lu.%06lu %u %s %s", (unsigned long)sec, ns / NSEC_PER_USEC, e.pid,
		   names[e.event], e.func);
	if (e.pfn != TRACE_NO_PFN)
		seq_printf(m, " pfn=%05x", e.pfn);
	if (e.mm)
		seq_printf(m, " mm=%08x addr=%08x pte=%08x", e.mm, e.address, e.pte);
	if (e.slot)
		seq_printf(m, " slot=%08x", e.slot);
	if (e.before) {
		seq_puts(m, " before=");
		show_state(m, e.before);
	}
	if (e.after) {
		seq_puts(m, " after=");
		show_state(m, e.after);
	}
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations entry_ops = {
	.start = entry_start, .next = entry_next, .stop = entry_stop, .show = entry_show,
};

static int trace_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &entry_ops);
}

static ssize_t trace_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char list[256];
	int error;

	if (count >= sizeof(list))
		return -EINVAL;
	if (copy_from_user(list, buf, count))
		return -EFAULT;
	list[count] = '\0';
	if (strstarts(list, "clear")) {
		rings[0].head = 0;
		return count;
	}
	error = trace_arm(list);
	return error ? error : (ssize_t)count;
}

static const struct file_operations trace_fops = {
	.open = trace_open, .read = seq_read, .write = trace_write, .llseek = seq_lseek,
	.release = seq_release,
};

static int events_show(struct seq_file *m, void *v)
{
	int i;

	for (i = 0; i < TRACE_event_count; i++)
		seq_printf(m, "%c %s\n", trace_armed >> i & 1 ? '+' : '-', names[i]);
	return 0;
}

void trace_proc_init(void)
{
	proc_create("trace", 0600, &trace_fops, NULL);
	proc_create_show("trace_events", 0400, events_show);
	if (boot_events[0] && trace_arm(boot_events))
		pr_err("trace=%s: not armed\n", boot_events);
}
