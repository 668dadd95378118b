/* SPDX-License-Identifier: MIT */
/*
 * Thread-local storage segments: three GDT entries of each task, set by set_thread_area or
 * clone(CLONE_SETTLS), put into the CPU's GDT at every switch. User programs select them with %gs.
 */
#include <arch/desc.h>
#include <arch/processor.h>
#include <quire/errno.h>
#include <quire/preempt.h>
#include <quire/sched.h>
#include <arch/syscalls.h>
#include <quire/uaccess.h>
#include "internal.h"

#define DESC_USER_SEGMENT	0x7000u	/* DPL 3, code or data */
#define DESC_PRESENT		0x8000u
#define DESC_USEABLE		0x00100000u
#define DESC_32BIT		0x00400000u
#define DESC_PAGES		0x00800000u

static bool is_empty(const struct user_desc *u)
{
	return !u->base_addr && !u->limit && !u->contents && u->read_exec_only && !u->seg_32bit &&
	       !u->limit_in_pages && u->seg_not_present && !u->useable;
}

static struct desc pack_desc(const struct user_desc *u)
{
	u32 access = DESC_USER_SEGMENT | (u->seg_not_present ? 0 : DESC_PRESENT) |
		     (u32)(!u->read_exec_only) << 9 | (u32)u->contents << 10;
	u32 flags = (u->useable ? DESC_USEABLE : 0) | (u->seg_32bit ? DESC_32BIT : 0) |
		    (u->limit_in_pages ? DESC_PAGES : 0);

	return (struct desc){
		.a = (u->base_addr & 0xffff) << 16 | (u->limit & 0xffff),
		.b = (u->base_addr & 0xff000000u) | (u->base_addr >> 16 & 0xff) | (u->limit & 0xf0000u) |
		     access | flags,
	};
}

static void unpack_desc(const struct desc *d, struct user_desc *u)
{
	u->base_addr = (d->b & 0xff000000u) | (d->b & 0xff) << 16 | d->a >> 16;
	u->limit = (d->b & 0xf0000u) | (d->a & 0xffff);
	u->seg_32bit = d->b / DESC_32BIT & 1;
	u->contents = d->b >> 10 & 3;
	u->read_exec_only = !(d->b >> 9 & 1);
	u->limit_in_pages = d->b / DESC_PAGES & 1;
	u->seg_not_present = !(d->b & DESC_PRESENT);
	u->useable = d->b / DESC_USEABLE & 1;
}

void load_tls(struct task_struct *task)
{
	set_gdt_tls(task->thread.tls);
}

/* => 0, or -EINVAL for an entry that is not one of the three. Only data segments make sense here. */
int set_tls_desc(struct task_struct *task, const struct user_desc *u)
{
	unsigned int i = u->entry_number - GDT_TLS_MIN;

	if (i >= GDT_TLS_ENTRIES || (!is_empty(u) && u->contents > 1))
		return -EINVAL;
	preempt_disable();
	task->thread.tls[i] = is_empty(u) ? (struct desc){ 0, 0 } : pack_desc(u);
	if (task == current)
		load_tls(task);
	preempt_enable();
	return 0;
}

static int find_free_entry(const struct task_struct *task)
{
	for (int i = 0; i < GDT_TLS_ENTRIES; i++)
		if (!task->thread.tls[i].a && !task->thread.tls[i].b)
			return GDT_TLS_MIN + i;
	return -ESRCH;
}

long sys_set_thread_area(struct user_desc __user *uinfo)
{
	struct user_desc info;

	if (copy_from_user(&info, uinfo, sizeof(info)))
		return -EFAULT;
	if (info.entry_number == (u32)-1) {
		int entry = find_free_entry(current);

		if (entry < 0)
			return entry;
		info.entry_number = (u32)entry;
		if (put_user(info.entry_number, &uinfo->entry_number))
			return -EFAULT;
	}
	return set_tls_desc(current, &info);
}

long sys_get_thread_area(struct user_desc __user *uinfo)
{
	struct user_desc info = { 0 };
	u32 entry;

	if (get_user(entry, &uinfo->entry_number))
		return -EFAULT;
	if (entry - GDT_TLS_MIN >= GDT_TLS_ENTRIES)
		return -EINVAL;
	info.entry_number = entry;
	unpack_desc(&current->thread.tls[entry - GDT_TLS_MIN], &info);
	return copy_to_user(uinfo, &info, sizeof(info)) ? -EFAULT : 0;
}
