/* SPDX-License-Identifier: MIT */
/*
 * /proc/sys: integers of the kernel as files.  Writes check the bounds and then tell the owner.
 */
#include <quire/errno.h>
#include <quire/printk.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#include "proc_internal.h"

struct sysctl {
	bool is_long;
	int *ivalue, imin, imax;
	unsigned long *lvalue, lmin, lmax;
	void (*changed)(void);
};

static int sysctl_show(struct seq_file *m, void *v)
{
	const struct sysctl *s = m->private;

	if (s->is_long)
		seq_printf(m, "%lu\n", *s->lvalue);
	else
		seq_printf(m, "%d\n", *s->ivalue);
	return 0;
}

static int sysctl_open(struct inode *inode, struct file *file)
{
	return single_open(file, sysctl_show, PROC_I(inode)->entry->data);
}

static int store_int(struct sysctl *s, const char *text)
{
	int value;

	if (kstrtoint(text, 0, &value) || value < s->imin || value > s->imax)
		return -EINVAL;
	*s->ivalue = value;
	return 0;
}

static int store_long(struct sysctl *s, const char *text)
{
	unsigned long value;

	if (kstrtoul(text, 0, &value) || value < s->lmin || value > s->lmax)
		return -EINVAL;
	*s->lvalue = value;
	return 0;
}

static ssize_t sysctl_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct sysctl *s = PROC_I(file_inode(file))->entry->data;
	char text[32], *rest = text, *number;
	int err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	text[count] = '\0';
	number = cut_word(&rest);
	err = s->is_long ? store_long(s, number) : store_int(s, number);
	if (err)
		return err;
	if (s->changed)
		s->changed();
	return count;
}

static const struct file_operations sysctl_operations = {
	.open = sysctl_open,
	.read = seq_read,
	.write = sysctl_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static void add_sysctl(const char *path, const struct sysctl *s)
{
	struct sysctl *copy = kmemdup(s, sizeof(*s), GFP_KERNEL);

	if (!copy)
		panic("proc: no memory for %s", path);
	proc_create(path, 0644, &sysctl_operations, copy);
}

void sysctl_register_int(const char *path, int *value, int min, int max, void (*changed)(void))
{
	struct sysctl s = { .ivalue = value, .imin = min, .imax = max, .changed = changed };

	add_sysctl(path, &s);
}

void sysctl_register_ulong(const char *path, unsigned long *value, unsigned long min,
			   unsigned long max, void (*changed)(void))
{
	struct sysctl s = { .is_long = true, .lvalue = value, .lmin = min, .lmax = max,
			    .changed = changed };

	add_sysctl(path, &s);
}
