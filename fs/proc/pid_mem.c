/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID files about its memory: maps, smaps, pagemap, mem, and what lies on its stack: cmdline,
 * environ, auxv.  Layer 6 prints (mm.h); here is the way to it.
 */
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/mount.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#include "proc_internal.h"

/* Bytes [start, end) of the process's memory, as they are. */
static void show_memory(struct seq_file *m, struct mm_struct *mm, unsigned long start,
			unsigned long end)
{
	char buf[128];
	int n, got;

	for (; start < end && !seq_overflow(m); start += got) {
		n = min(end - start, (unsigned long)sizeof(buf));
		got = access_remote_vm(mm, start, buf, n, false);
		if (got <= 0)
			break;
		seq_write(m, buf, got);
	}
}

int pid_cmdline_show(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);

	if (!mm)
		return 0;
	show_memory(m, mm, mm->arg_start, mm->arg_end);
	mmput(mm);
	return 0;
}

int pid_environ_show(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm;

	if (!proc_may_look(t))
		return -EACCES;
	mm = get_task_mm(t);
	if (!mm)
		return 0;
	show_memory(m, mm, mm->env_start, mm->env_end);
	mmput(mm);
	return 0;
}

#define AT_NULL_TYPE 0

int pid_auxv_show(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm;
	unsigned int i = 0;

	if (!proc_may_look(t))
		return -EACCES;
	mm = get_task_mm(t);
	if (!mm)
		return 0;
	do
		i += 2;
	while (i < ARRAY_SIZE(mm->saved_auxv) && mm->saved_auxv[i - 2] != AT_NULL_TYPE);
	seq_write(m, mm->saved_auxv, i * sizeof(u32));
	mmput(mm);
	return 0;
}

static int show_mm(struct seq_file *m, struct task_struct *t,
		   int (*show)(struct seq_file *m, struct mm_struct *mm))
{
	struct mm_struct *mm;
	int err;

	if (!proc_may_look(t))
		return -EACCES;
	mm = get_task_mm(t);
	if (!mm)
		return 0;
	err = show(m, mm);
	mmput(mm);
	return err;
}

int pid_maps_show(struct seq_file *m, struct task_struct *t)
{
	return show_mm(m, t, maps_show);
}

int pid_smaps_show(struct seq_file *m, struct task_struct *t)
{
	return show_mm(m, t, smaps_show);
}

int pid_smaps_rollup_show(struct seq_file *m, struct task_struct *t)
{
	return show_mm(m, t, smaps_rollup_show);
}

int pid_mounts_show(struct seq_file *m, struct task_struct *t)
{
	return mounts_show(m, NULL);
}

/* The mm behind an open file of a process that current may look at: with mm_users, NULL if there is none. */
static struct mm_struct *file_mm(struct file *file)
{
	struct task_struct *t = proc_task(file_inode(file));
	struct mm_struct *mm = NULL;

	if (!t)
		return NULL;
	if (proc_may_look(t))
		mm = get_task_mm(t);
	put_task_struct(t);
	return mm;
}

static ssize_t pid_pagemap_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct mm_struct *mm = file_mm(file);
	ssize_t n;

	if (!mm)
		return 0;
	n = pagemap_read(mm, buf, count, pos);
	mmput(mm);
	return n;
}

const struct file_operations pid_pagemap_operations = {
	.read = pid_pagemap_read,
	.llseek = generic_file_llseek,
};

/* ---- mem: the process's memory as a file ---- */

static ssize_t mem_transfer(struct file *file, char __user *buf, size_t count, loff_t *pos,
			    bool write)
{
	struct mm_struct *mm = file_mm(file);
	char *page = mm ? kmalloc(PAGE_SIZE, GFP_KERNEL) : NULL;
	ssize_t done = 0;
	int n;

	while (page && done < (ssize_t)count && *pos < (loff_t)TASK_SIZE) {
		n = min_t(size_t, count - done, PAGE_SIZE);
		if (write && copy_from_user(page, buf + done, n))
			break;
		n = access_remote_vm(mm, *pos, page, n, write);
		if (n <= 0 || (!write && copy_to_user(buf + done, page, n)))
			break;
		done += n;
		*pos += n;
	}
	kfree(page);
	if (mm)
		mmput(mm);
	return done || !count ? done : -EIO;
}

static ssize_t mem_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return mem_transfer(file, buf, count, pos, false);
}

static ssize_t mem_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	return mem_transfer(file, (char __user *)buf, count, pos, true);
}

const struct file_operations pid_mem_operations = {
	.read = mem_read,
	.write = mem_write,
	.llseek = generic_file_llseek,
};
