/* SPDX-License-Identifier: MIT */
/*
 * The auditor: /proc/vmaudit.
 *
 * Idea.  Stop every task where it holds nothing but what is written down (a
 * voluntary sleep, or user mode), turn interrupts off, and recompute from scratch what the
 * VM keeps in counters, lists and flags.  There is no slack term: a reference held across
 * a sleep is a tagged pin, so each frame's count must equal the sum of its owners.
 *
 * What may sleep (the shadow array, the text) is made before and given back after the
 * freeze.  Opening the file runs the audit; reading gives its text, whose last line is
 * `audit: N frames, D differences`.
 *
 * Writing "corrupt KIND" makes the next audit put one thing of that kind wrong while everything
 * stands still, and right again afterwards: the test that the auditor would see it.
 *
 * Locking.  audit_mutex: one audit at a time.
 */
#include <quire/errno.h>
#include <quire/irqflags.h>
#include <quire/kernel.h>
#include <quire/mutex.h>
#include <quire/printk.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/uaccess.h>
#include <quire/vmalloc.h>

#include "audit_internal.h"
#include "proc_internal.h"

#define TEXT_SIZE (8 * PAGE_SIZE)
#define DIFFERENCES_SHOWN 100
#define LAST_LINE_ROOM 128 /* kept free for the last line, however many differences */
#define FREEZE_TRIES 2
#define FREEZE_WAIT_MS 20
#define COMMAND_LEN 40

static DEFINE_MUTEX(audit_mutex);
static const struct corruption *pending; /* audit_mutex */

static void append(struct audit *a, const char *fmt, __builtin_va_list args)
{
	if (a->used + LAST_LINE_ROOM < a->size)
		a->used += vscnprintf(a->text + a->used, a->size - a->used - LAST_LINE_ROOM, fmt,
				      args);
}

void audit_print(struct audit *a, const char *fmt, ...)
{
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	append(a, fmt, args);
	__builtin_va_end(args);
}

void audit_diff(struct audit *a, const char *fmt, ...)
{
	__builtin_va_list args;

	if (a->differences++ >= DIFFERENCES_SHOWN)
		return;
	audit_print(a, "difference: ");
	__builtin_va_start(args, fmt);
	append(a, fmt, args);
	__builtin_va_end(args);
	audit_print(a, "\n");
}

/* ---- what is needed, before anything stands still ---- */

static void audit_free(struct audit *a)
{
	int type;

	for (type = 0; type < MAX_SWAPFILES; type++)
		vfree(a->slot_users[type]);
	vfree(a->frame);
}

static int audit_alloc(struct audit *a)
{
	int type;

	memset(a, 0, sizeof(*a));
	a->size = TEXT_SIZE;
	a->text = vzalloc(TEXT_SIZE);
	a->frame = vzalloc(max_pfn * sizeof(a->frame[0]));
	if (!a->text || !a->frame)
		goto fail;
	for (type = 0; type < MAX_SWAPFILES; type++) {
		struct swap_info *area = swap_info_get(type);

		if (!area)
			continue;
		a->slot_users[type] = vzalloc(area->max * sizeof(u16));
		if (!a->slot_users[type])
			goto fail;
		a->nr_slots[type] = area->max;
	}
	return 0;
fail:
	audit_free(a);
	vfree(a->text);
	return -ENOMEM;
}

/* ---- the audit ---- */

static void run_passes(struct audit *a)
{
	audit_zones(a);
	audit_directories(a);
	audit_kernel_windows(a);
	audit_slabs(a);
	audit_page_cache(a);
	audit_swap(a);
	audit_mms(a);
	audit_frames(a);
}

/* Everything stands still; interrupts off, so that no transfer ends meanwhile. */
static void run_frozen(struct audit *a)
{
	const struct corruption *corruption = pending;
	unsigned long flags;

	pending = NULL;
	local_irq_save(flags);
	if (corruption && !corruption->apply()) {
		audit_print(a, "corrupt %s: nothing to corrupt\n", corruption->name);
		corruption = NULL;
	}
	audit_print_census(a);
	run_passes(a);
	if (corruption)
		corruption->undo();
	local_irq_restore(flags);
}

static int freeze(void)
{
	int tries, error = -EBUSY;

	for (tries = 0; tries < FREEZE_TRIES && error; tries++) {
		if (tries)
			msleep(FREEZE_WAIT_MS);
		error = freeze_all_tasks();
	}
	return error;
}

/* => 0 with a->text filled in, to be freed by the caller. */
static int run_audit(struct audit *a)
{
	int error;

	mutex_lock(&audit_mutex);
	error = audit_alloc(a);
	if (error)
		goto unlock;
	error = freeze();
	if (!error) {
		run_frozen(a);
		thaw_all_tasks();
		a->used += scnprintf(a->text + a->used, a->size - a->used,
				     "audit: %lu frames, %lu differences\n", max_pfn,
				     a->differences);
	}
	audit_free(a);
	if (error)
		vfree(a->text);
unlock:
	mutex_unlock(&audit_mutex);
	return error;
}

long vm_audit_to_log(void)
{
	struct audit a;
	const char *line, *end;
	int error = run_audit(&a);

	if (error)
		return error;
	for (line = a.text; *line; line = end + 1) {
		end = strchr(line, '\n');
		printk(KERN_INFO "%.*s\n", (int)(end - line), line);
	}
	vfree(a.text);
	return a.differences;
}

/* ---- /proc/vmaudit ---- */

static int vmaudit_open(struct inode *inode, struct file *file)
{
	struct audit a;
	int error;

	if (!(file->f_mode & FMODE_READ))
		return 0;
	error = run_audit(&a);
	if (!error)
		file->private_data = a.text;
	return error;
}

static int vmaudit_release(struct inode *inode, struct file *file)
{
	vfree(file->private_data);
	return 0;
}

static ssize_t vmaudit_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	const char *text = file->private_data;
	size_t len = strlen(text);

	if (*pos < 0 || *pos >= (loff_t)len)
		return 0;
	count = min(count, len - (size_t)*pos);
	if (copy_to_user(buf, text + (size_t)*pos, count))
		return -EFAULT;
	*pos += count;
	return count;
}

/* "corrupt KIND" */
static ssize_t vmaudit_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	static const char verb[] = "corrupt ";
	const struct corruption *corruption;
	char command[COMMAND_LEN];

	if (count >= sizeof(command))
		return -EINVAL;
	if (copy_from_user(command, buf, count))
		return -EFAULT;
	command[count] = '\0';
	strim(command);
	if (!strstarts(command, verb))
		return -EINVAL;
	corruption = corruption_find(command + sizeof(verb) - 1);
	if (!corruption)
		return -EINVAL;
	mutex_lock(&audit_mutex);
	pending = corruption;
	mutex_unlock(&audit_mutex);
	return count;
}

static const struct file_operations vmaudit_fops = {
	.open = vmaudit_open, .release = vmaudit_release, .read = vmaudit_read,
	.write = vmaudit_write,
};

void audit_proc_init(void)
{
	proc_create("vmaudit", 0600, &vmaudit_fops, NULL);
}
