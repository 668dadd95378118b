/* SPDX-License-Identifier: MIT */
/*
 * Failures on purpose.  Cheap when off: two tests.  No locks: on a race a count may be off by one, no more.
 */
#include <quire/errno.h>
#include <quire/fault_inject.h>
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/vmstat.h>

#define RATIO_ONE 10000u
/* Constants of a full-period linear congruential generator modulo 2^32. */
#define LCG_MUL 1664525u
#define LCG_ADD 1013904223u
#define LCG_SHIFT 8 /* the low bits have short periods */

struct fail_attr fail_attr[FAIL_count] = {
	[0 ... FAIL_count - 1] = { .times = -1 },
};
int fail_task_pid;
int fail_seed = 1;
static u32 state = 1;

const char *fail_kind_name(enum fail_kind kind)
{
	static const char *const names[FAIL_count] = {
		[FAIL_PAGE] = "page",	      [FAIL_SLAB] = "slab",
		[FAIL_SWAP_SLOT] = "swap_slot", [FAIL_BIO_READ] = "bio_read",
		[FAIL_BIO_WRITE] = "bio_write",
	};

	return names[kind];
}

int fail_set_countdown(char *text)
{
	const char *number = cut_word(&text), *name = cut_word(&text);
	unsigned int n, kind;

	if (kstrtouint(number, 0, &n))
		return -EINVAL;
	for (kind = 0; kind < FAIL_count && *name; kind++)
		if (!strcmp(name, fail_kind_name(kind)))
			break;
	if (kind == FAIL_count)
		return -EINVAL;
	current->fail_kinds = *name ? 1u << kind : 0;
	current->fail_nth = n;
	return 0;
}

void fail_inject_reset(void)
{
	state = (u32)fail_seed;
}

/* Slots are given out by reclaim alone, which no task does for itself: that failure meets everybody. */
static bool task_chosen(const struct task_struct *task, enum fail_kind kind)
{
	if (kind == FAIL_SWAP_SLOT && !fail_task_pid)
		return true;
	if (task->flags & (PF_KTHREAD | PF_MEMALLOC))
		return false;
	return !fail_task_pid || task->tgid == fail_task_pid ||
	       (task->real_parent && task->real_parent->tgid == fail_task_pid);
}

static bool attr_says_fail(struct fail_attr *attr)
{
	attr->calls++;
	if (!attr->times)
		return false;
	if (attr->interval && attr->calls % (unsigned long)attr->interval == 0)
		return true;
	if (!attr->ratio)
		return false;
	state = state * LCG_MUL + LCG_ADD;
	return (state >> LCG_SHIFT) % RATIO_ONE < (u32)attr->ratio;
}

bool should_fail(enum fail_kind kind)
{
	struct fail_attr *attr = &fail_attr[kind];
	bool armed = attr->interval || attr->ratio;
	bool fail = false;

	if (likely(!armed && !current->fail_nth))
		return false;
	if (in_interrupt() || !task_chosen(current, kind))
		return false;
	if (current->fail_nth && (!current->fail_kinds || current->fail_kinds & 1u << kind))
		fail = --current->fail_nth == 0;
	if (!fail && armed)
		fail = attr_says_fail(attr);
	if (!fail)
		return false;
	attr->failed++;
	if (attr->times > 0)
		attr->times--;
	count_vm_event(alloc_injected);
	return true;
}
