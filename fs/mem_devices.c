/* SPDX-License-Identifier: MIT */
/*
 * The memory devices, major 1: null, zero, full, random, urandom, kmsg, mem.
 */
#include <quire/highmem.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/poll.h>
#include <quire/printk.h>
#include <quire/random.h>
#include <quire/sched.h>
#include <quire/shmem.h>
#include <quire/slab.h>
#include <quire/specfs.h>
#include <quire/string.h>
#include <quire/uaccess.h>
#include <quire/wait.h>

#define MEM_MAJOR 1u

enum mem_minor {
	MINOR_MEM = 1, MINOR_NULL = 3, MINOR_ZERO = 5, MINOR_FULL = 7, MINOR_RANDOM = 8,
	MINOR_URANDOM = 9, MINOR_KMSG = 11
};

static loff_t null_lseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos = 0;
}

/* ---- null, zero, full ---- */

static ssize_t null_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return 0;
}

static ssize_t null_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	return (ssize_t)count;
}

static ssize_t zero_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	size_t done = 0;

	while (done < count) {
		size_t n = min_t(size_t, count - done, PAGE_SIZE);
		size_t left = clear_user(buf + done, n);

		done += n - left;
		if (left)
			return done ? (ssize_t)done : -EFAULT;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return (ssize_t)done;
}

static ssize_t full_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	return -ENOSPC;
}

/* A private mapping of /dev/zero is anonymous memory, a shared one an object of its own. */
static int zero_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_SHARED)
		return shmem_zero_setup(vma);
	vma->vm_file = NULL;
	fput(file);
	return 0;
}

static const struct file_operations null_fops = {
	.llseek = null_lseek, .read = null_read, .write = null_write,
};
static const struct file_operations zero_fops = {
	.llseek = null_lseek, .read = zero_read, .write = null_write, .mmap = zero_mmap,
};
static const struct file_operations full_fops = {
	.llseek = null_lseek, .read = zero_read, .write = full_write,
};

/* ---- random, urandom ---- */

#define RANDOM_CHUNK 64u

static ssize_t random_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	u8 chunk[RANDOM_CHUNK];
	size_t done = 0;

	while (done < count) {
		size_t n = min_t(size_t, count - done, sizeof(chunk));

		get_random_bytes(chunk, n);
		if (copy_to_user(buf + done, chunk, n))
			return done ? (ssize_t)done : -EFAULT;
		done += n;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	memset(chunk, 0, sizeof(chunk));
	return (ssize_t)done;
}

/* What is written is mixed in, word by word; it is not trusted to be random. */
static ssize_t random_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	size_t done;
	u32 word;

	for (done = 0; done < count; done += min_t(size_t, sizeof(word), count - done)) {
		word = 0;
		if (copy_from_user(&word, buf + done, min_t(size_t, sizeof(word), count - done)))
			return done ? (ssize_t)done : -EFAULT;
		add_timer_randomness(word);
		cond_resched();
	}
	return (ssize_t)count;
}

static unsigned int random_poll(struct file *file, struct poll_table *table)
{
	return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
}

static const struct file_operations random_fops = {
	.llseek = null_lseek, .read = random_read, .write = random_write, .poll = random_poll,
};

/* ---- mem: low memory only ---- */

static ssize_t mem_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	loff_t end = (loff_t)max_low_pfn << PAGE_SHIFT;

	if (*pos >= end)
		return 0;
	count = (size_t)min_t(loff_t, (loff_t)count, end - *pos);
	if (copy_to_user(buf, __va((unsigned long)*pos), count))
		return -EFAULT;
	*pos += (loff_t)count;
	return (ssize_t)count;
}

static const struct file_operations mem_fops = {
	.read = mem_read,
};

/* ---- opening by minor ---- */

static const struct {
	unsigned int minor;
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} devices[] = {
	{ MINOR_MEM, "mem", 0440, &mem_fops },	      { MINOR_NULL, "null", 0666, &null_fops },
	{ MINOR_ZERO, "zero", 0666, &zero_fops },     { MINOR_FULL, "full", 0666, &full_fops },
	{ MINOR_RANDOM, "random", 0666, &random_fops }, { MINOR_URANDOM, "urandom", 0666, &random_fops },
	{ MINOR_KMSG, "kmsg", 0644, &kmsg_fops },
};

static int mem_open(struct inode *inode, struct file *file)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		if (devices[i].minor == MINOR(inode->i_rdev)) {
			file->f_op = devices[i].fops;
			return file->f_op->open ? file->f_op->open(inode, file) : 0;
		}
	}
	return -ENXIO;
}

static const struct file_operations mem_open_fops = {
	.open = mem_open,
};

void mem_devices_init(void)
{
	unsigned int i;

	register_chrdev(MEM_MAJOR, "mem", &mem_open_fops);
	for (i = 0; i < ARRAY_SIZE(devices); i++)
		devfs_create(devices[i].name, S_IFCHR | devices[i].mode,
			     MKDEV(MEM_MAJOR, devices[i].minor));
}
