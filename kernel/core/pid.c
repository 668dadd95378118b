/* SPDX-License-Identifier: MIT */
/*
 * Process numbers.
 *
 * A number stays taken as long as a task, a process group or a session has it: a new process must not
 * find itself in an old group.  Each number in use has a struct pid, counted by its users and found
 * by hash; a bitmap says which are free.  Numbers are given out in order and begin again
 * at RESERVED_PIDS.
 *
 * tasklist_lock guards everything here.
 */
#include <quire/assert.h>
#include <quire/bitmap.h>
#include <quire/kernel.h>
#include <quire/slab.h>

#include "task_internal.h"

#define PID_HASH_SIZE 256u
#define RESERVED_PIDS 300	/* after the first round these stay with the long-lived daemons */

static struct hlist_head pid_hash[PID_HASH_SIZE];
static unsigned long pid_map[BITS_TO_LONGS(PID_MAX)] = { 1 }; /* 0 is the idle task's */
static pid_t last_pid;
static struct kmem_cache *pid_cache;

void pid_init(void)
{
	pid_cache = kmem_cache_create("pid", sizeof(struct pid), 0, 0, NULL);
}

struct pid *find_pid(pid_t nr)
{
	struct pid *pid;

	hlist_for_each_entry(pid, &pid_hash[(unsigned int)nr % PID_HASH_SIZE], hash)
		if (pid->nr == nr)
			return pid;
	return NULL;
}

struct task_struct *find_task_by_pid(pid_t nr)
{
	struct pid *pid = find_pid(nr);

	return pid ? pid->task : NULL;
}

struct task_struct *get_task_by_pid(pid_t nr)
{
	struct task_struct *t;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	t = find_task_by_pid(nr);
	if (t)
		get_task_struct(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return t;
}

static pid_t take_number(void)
{
	unsigned int nr = find_next_zero_bit(pid_map, PID_MAX, (unsigned int)last_pid + 1);

	if (nr >= PID_MAX)
		nr = find_next_zero_bit(pid_map, PID_MAX, RESERVED_PIDS);
	if (nr >= PID_MAX)
		return -EAGAIN;
	__set_bit(nr, pid_map);
	last_pid = (pid_t)nr;
	return last_pid;
}

int alloc_pid(struct task_struct *t)
{
	struct pid *pid = kmem_cache_zalloc(pid_cache, GFP_KERNEL);
	unsigned long flags;
	pid_t nr;

	if (!pid)
		return -ENOMEM;
	spin_lock_irqsave(&tasklist_lock, flags);
	nr = take_number();
	if (nr > 0) {
		pid->nr = nr;
		pid->refs = 1;
		hlist_add_head(&pid->hash, &pid_hash[(unsigned int)nr % PID_HASH_SIZE]);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (nr < 0) {
		kmem_cache_free(pid_cache, pid);
		return nr;
	}
	t->pid = nr;
	t->pid_ref = pid;
	return 0;
}

static void drop_pid(struct pid *pid)
{
	assert(pid->refs > 0);
	if (--pid->refs)
		return;
	hlist_del_init(&pid->hash);
	__clear_bit((unsigned int)pid->nr, pid_map);
	kmem_cache_free(pid_cache, pid);
}

void pid_get(pid_t nr)
{
	struct pid *pid;

	if (nr == 0) /* the group of the idle task and of kernel threads */
		return;
	pid = find_pid(nr);
	assert_msg(pid, "pid_get(%d): nobody has it", nr);
	pid->refs++;
}

void pid_put(pid_t nr)
{
	struct pid *pid;

	if (nr == 0)
		return;
	pid = find_pid(nr);
	assert_msg(pid, "pid_put(%d): nobody has it", nr);
	drop_pid(pid);
}

void attach_pid(struct task_struct *t)
{
	t->pid_ref->task = t;
}

void detach_pid(struct task_struct *t)
{
	t->pid_ref->task = NULL;
	drop_pid(t->pid_ref);
	t->pid_ref = NULL;
}

void exchange_pids(struct task_struct *a, struct task_struct *b)
{
	swap(a->pid, b->pid);
	swap(a->pid_ref, b->pid_ref);
	attach_pid(a);
	attach_pid(b);
}

pid_t last_pid_given(void)
{
	return last_pid;
}
