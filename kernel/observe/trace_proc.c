/* SPDX-License-Identifier: MIT */
/*
 * /proc/trace and /proc/trace_events.
 *
 * Reading gives the entries of the boot CPU's ring by number, oldest first; a reader that is
 * overtaken goes on with the oldest that is left, behind a line `# N lost`.  Writing a list of event
 * names arms them ("-name" disarms, "all", "none"); "clear" empties the ring, and gives its memory
 * back when nothing is armed; "follow PID ADDRESS" (hexadecimal; 0: the first anonymous page that it
 * touches) keeps only the story of that page from its next mapping on, with "now" behind it from what is
 * there already, "follow 0" everything again.
 */
#include <quire/errno.h>
#include <quire/ktime.h>
#include <quire/math64.h>
#include <quire/mm.h>
#include <quire/page.h>
#include <quire/printk.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/swap.h>
#include <quire/uaccess.h>

#include "proc_internal.h"
#include "trace_internal.h"

#define FOLLOW "follow "

/*
 * A position is an entry's number; the iterator's value is the number + 1.  m->private counts the
 * entries that were overwritten before the one that is shown next.
 */
static void *entry_start(struct seq_file *m, loff_t *pos)
{
	unsigned long oldest = trace_oldest_entry();

	if (*pos < oldest) {
		m->private = (void *)((unsigned long)m->private + oldest - (unsigned long)*pos);
		*pos = oldest;
	}
	return *pos < trace_next_entry() ? (void *)((unsigned long)*pos + 1) : NULL;
}

static void *entry_next(struct seq_file *m, void *v, loff_t *pos)
{
	m->private = NULL;
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

/* Faults have no slot: the field holds what the CPU said, at the end what came of it (VM_FAULT_*). */
static bool is_fault(const struct trace_entry *e)
{
	return e->event == TRACE_fault || e->event == TRACE_fault_end;
}

static int entry_show(struct seq_file *m, void *v)
{
	struct trace_entry e;
	u32 ns;
	u64 sec;

	if (m->private)
		seq_printf(m, "# %lu lost\n", (unsigned long)m->private);
	if (!trace_get_entry((unsigned long)v - 1, &e))
		return 0;
	sec = div_u64_rem(e.time_ns, NSEC_PER_SEC, &ns);
	seq_printf(m, "%lu.%06lu %u %s %s", (unsigned long)sec, ns / NSEC_PER_USEC, e.pid,
		   trace_event_name(e.event), e.func);
	if (e.pfn != TRACE_NO_PFN)
		seq_printf(m, " pfn=%05x", e.pfn);
	if (e.mm)
		seq_printf(m, " mm=%08x addr=%08x pte=%08x", e.mm, e.address, e.pte);
	if (is_fault(&e))
		seq_printf(m, " info=%x", e.slot);
	else if (e.slot)
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

static struct mm_struct *mm_of(pid_t pid)
{
	struct task_struct *task = get_task_by_pid(pid);
	struct mm_struct *mm;

	if (!task)
		return NULL;
	mm = get_task_mm(task);
	put_task_struct(task);
	return mm;
}

/* The slot that a pte names, or that its page has besides; 0: none. */
static u32 slot_of(pte_t pte)
{
	if (pte_none(pte))
		return 0;
	if (!pte_present(pte))
		return pte_to_swp_entry(pte).val;
	return pfn_valid(pte_pfn(pte)) && PageSwapCache(pte_page(pte)) ? pte_page(pte)->index : 0;
}

/* The page that stands there already, in the process as it is: no exec comes between. */
static int follow_now(pid_t pid, unsigned long place)
{
	struct mm_struct *mm = mm_of(pid);
	pte_t *ptep, pte = __pte(0);
	u32 pfn = TRACE_NO_PFN;

	if (!mm)
		return -ESRCH;
	spin_lock(&mm->page_table_lock); /* the pte stands still until its story has begun */
	ptep = pte_lookup(mm, place);
	if (ptep)
		pte = *ptep;
	if (pte_present(pte) && pfn_valid(pte_pfn(pte)) && !PageReserved(pte_page(pte)))
		pfn = pte_pfn(pte);
	trace_follow_from(pid, place, (u32)(unsigned long)mm, pfn, slot_of(pte));
	spin_unlock(&mm->page_table_lock);
	mmput(mm);
	return 0;
}

/* "follow PID [ADDRESS [now]]" */
static int follow(char *words)
{
	const char *pid = cut_word(&words), *address = cut_word(&words), *when = cut_word(&words);
	unsigned int process;
	unsigned long place = 0;

	if (kstrtouint(pid, 10, &process) || (*address && kstrtoul(address, 16, &place)) || place >= TASK_SIZE)
		return -EINVAL;
	if (!strcmp(when, "now"))
		return follow_now((pid_t)process, place);
	if (*when)
		return -EINVAL;
	trace_follow((pid_t)process, place);
	return 0;
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
		trace_clear();
		return count;
	}
	error = strstarts(list, FOLLOW) ? follow(list + sizeof(FOLLOW) - 1) : trace_arm(list);
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
		seq_printf(m, "%c %s\n", trace_armed >> i & 1 ? '+' : '-', trace_event_name(i));
	return 0;
}

void trace_proc_init(void)
{
	proc_create("trace", 0600, &trace_fops, NULL);
	proc_create_show("trace_events", 0400, events_show);
	if (*trace_boot_events() && trace_arm(trace_boot_events()))
		pr_err("trace=%s: not armed\n", trace_boot_events());
}
