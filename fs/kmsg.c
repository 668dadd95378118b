/* SPDX-License-Identifier: MIT */
/*
 * The log as files: /dev/kmsg (each reader its own place, from the oldest message; writing logs) and
 * /proc/kmsg (as /dev/kmsg, for old programs).
 *
 * A record is "priority,sequence,microseconds,-;text\n"; the ring gives "<6>[    1.234567] text\n".
 */
#include <quire/kernel.h>
#include <quire/poll.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/specfs.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#define KMSG_LINE_MAX 1024u

struct kmsg_reader {
	struct mutex lock;	/* the fields below */
	u64 pos;		/* in the ring */
	u64 seq;
};

static DECLARE_WAIT_QUEUE_HEAD(log_wait);

static void wake_log_readers(void)
{
	wake_up_all(&log_wait);
}

static int kmsg_open(struct inode *inode, struct file *file)
{
	struct kmsg_reader *r;

	if (!(file->f_mode & FMODE_READ))
		return 0;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	mutex_init(&r->lock);
	r->pos = log_first();
	file->private_data = r;
	log_wake_hook = wake_log_readers;
	return 0;
}

static int kmsg_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

/* "<6>[    1.234567] text": cut it up.  => the text */
static const char *parse_line(const char *line, unsigned int *prio, u64 *usec)
{
	const char *p = line;

	*prio = LOG_INFO;
	*usec = 0;
	if (*p == '<') {
		*prio = (unsigned int)simple_strtoul(p + 1, &p, 10);
		if (*p == '>')
			p++;
	}
	if (*p == '[') {
		*usec = simple_strtoull(skip_spaces(p + 1), &p, 10) * USEC_PER_SEC;
		if (*p == '.')
			*usec += simple_strtoull(p + 1, &p, 10);
		if (*p == ']')
			p++;
		if (*p == ' ')
			p++;
	}
	return p;
}

/* One line of the ring into buf, terminated.  => its length, 0: nothing newer */
static size_t next_line(struct kmsg_reader *r, char *buf, size_t size)
{
	u64 pos = r->pos;
	size_t n = log_read(buf, size - 1, &pos), len;
	char *end;

	if (!n)
		return 0;
	buf[n] = '\0';
	end = memchr(buf, '\n', n);
	len = end ? (size_t)(end - buf) + 1 : n;
	buf[len] = '\0';
	r->pos = pos - (n - len);
	return len;
}

static ssize_t read_record(struct kmsg_reader *r, char __user *buf, size_t count)
{
	char *line = kmalloc(2 * KMSG_LINE_MAX, GFP_KERNEL), *out;
	unsigned int prio;
	ssize_t n = 0;
	const char *text;
	u64 usec;

	if (!line)
		return -ENOMEM;
	out = line + KMSG_LINE_MAX;
	if (next_line(r, line, KMSG_LINE_MAX - 64)) {
		text = parse_line(line, &prio, &usec);
		n = scnprintf(out, KMSG_LINE_MAX, "%u,%llu,%llu,-;%s", prio, r->seq++, usec, text);
		if ((size_t)n > count)
			n = -EINVAL;
		else if (copy_to_user(buf, out, (size_t)n))
			n = -EFAULT;
	}
	kfree(line);
	return n;
}

static ssize_t kmsg_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct kmsg_reader *r = file->private_data;
	ssize_t n;
	int err;

	for (;;) {
		mutex_lock(&r->lock);
		n = read_record(r, buf, count);
		mutex_unlock(&r->lock);
		if (n)
			return n;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(log_wait, log_end() > r->pos);
		if (err)
			return err;
	}
}

/* "<3>text" logs at that level; text alone at the default. */
static ssize_t kmsg_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	static const char *const formats[] = {
		KERN_EMERG "%s%s", KERN_ALERT "%s%s", KERN_CRIT "%s%s", KERN_ERR "%s%s",
		KERN_WARNING "%s%s", KERN_NOTICE "%s%s", KERN_INFO "%s%s", KERN_DEBUG "%s%s",
	};
	size_t n = min_t(size_t, count, KMSG_LINE_MAX - 1);
	char *line = kmalloc(KMSG_LINE_MAX, GFP_KERNEL);
	unsigned int prio = LOG_WARNING;
	const char *text;

	if (!line)
		return -ENOMEM;
	if (copy_from_user(line, buf, n)) {
		kfree(line);
		return -EFAULT;
	}
	line[n] = '\0';
	text = line;
	if (line[0] == '<' && isdigit(line[1])) {
		prio = (unsigned int)simple_strtoul(line + 1, &text, 10) & LOG_DEBUG;
		text += *text == '>';
	}
	printk(formats[prio], text, n && line[n - 1] == '\n' ? "" : "\n");
	kfree(line);
	return (ssize_t)count;
}

static loff_t kmsg_lseek(struct file *file, loff_t offset, int whence)
{
	struct kmsg_reader *r = file->private_data;

	if (!r || offset)
		return -ESPIPE;
	mutex_lock(&r->lock);
	r->pos = whence == SEEK_END ? log_end() : log_first();
	mutex_unlock(&r->lock);
	return 0;
}

static unsigned int kmsg_poll(struct file *file, struct poll_table *table)
{
	struct kmsg_reader *r = file->private_data;

	poll_wait(file, &log_wait, table);
	return r && log_end() > r->pos ? POLLIN | POLLRDNORM : 0;
}

const struct file_operations kmsg_fops = {
	.open = kmsg_open,
	.release = kmsg_release,
	.read = kmsg_read,
	.write = kmsg_write,
	.llseek = kmsg_lseek,
	.poll = kmsg_poll,
};
