/* SPDX-License-Identifier: MIT */
/*
 * Text files made on the fly (/proc).
 *
 * Records are printed whole into a buffer, and read() hands out what is there.  A record that does
 * not fit makes the buffer grow, and is printed again.  A reader who seeks makes
 * the records be printed again from the first.
 *
 * Locking.  m->lock: one reader at a time; start() to stop() run under it and may hold locks of their own,
 * so the user's buffer is never touched between the two.
 */
#include <stdarg.h>

#include <quire/err.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/seq_file.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>
#include <quire/vmalloc.h>

#define SEQ_BUFFER_START PAGE_SIZE
#define SEQ_BUFFER_MOST (4ul << 20)

static char *buffer_alloc(size_t size)
{
	return size > PAGE_SIZE ? vmalloc(size) : kmalloc(size, GFP_KERNEL);
}

static void buffer_free(char *buf, size_t size)
{
	if (size > PAGE_SIZE)
		vfree(buf);
	else
		kfree(buf);
}

/* What is in it is lost: the record will be printed again. */
static int buffer_grow(struct seq_file *m, size_t size)
{
	char *buf;

	if (size > SEQ_BUFFER_MOST)
		return -ENOMEM;
	buf = buffer_alloc(size);
	if (!buf)
		return -ENOMEM;
	buffer_free(m->buf, m->size);
	m->buf = buf;
	m->size = size;
	m->count = m->from = 0;
	return 0;
}

int seq_open(struct file *file, const struct seq_operations *op)
{
	struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	mutex_init(&m->lock);
	m->op = op;
	file->private_data = m;
	return 0;
}

/* ---- filling ---- */

/* Print the record v alone; grows until it fits.  => 0 or -errno; stopped on return. */
static int fill_first(struct seq_file *m)
{
	loff_t pos;
	void *v;
	int err;

	for (;;) {
		pos = m->index;
		m->count = m->from = 0;
		v = m->op->start(m, &pos);
		m->index = pos;
		if (IS_ERR_OR_NULL(v)) {
			m->op->stop(m, v);
			return v ? PTR_ERR(v) : 0;
		}
		err = m->op->show(m, v);
		if (err < 0 || !seq_overflow(m))
			break;
		m->op->stop(m, v);
		err = buffer_grow(m, m->size * 2);
		if (err)
			return err;
	}
	if (err >= 0)
		m->op->next(m, v, &m->index);
	else
		m->count = 0;
	m->op->stop(m, NULL);
	return err < 0 ? err : 0;
}

/* More records while they fit. */
static void fill_more(struct seq_file *m)
{
	loff_t pos = m->index;
	void *v = m->op->start(m, &pos);
	size_t before;

	while (!IS_ERR_OR_NULL(v)) {
		before = m->count;
		if (m->op->show(m, v) < 0 || seq_overflow(m)) {
			m->count = before;
			break;
		}
		m->index = pos;
		v = m->op->next(m, v, &pos);
		m->index = pos;
	}
	m->op->stop(m, v);
}

/* m->lock held. => 0 with m->count - m->from bytes there (none at the end) */
static int fill(struct seq_file *m)
{
	int err;

	if (!m->buf) {
		err = buffer_grow(m, SEQ_BUFFER_START);
		if (err)
			return err;
	}
	err = fill_first(m);
	if (!err && m->count && m->count < m->size / 2)
		fill_more(m);
	return err;
}

/* Go to a byte position by printing everything before it again.  m->lock held. */
static int traverse(struct seq_file *m, loff_t target)
{
	loff_t at = 0;
	int err;

	m->index = 0;
	m->count = m->from = 0;
	while (at < target) {
		err = fill(m);
		if (err)
			return err;
		if (m->count == 0)
			break;
		if (at + (loff_t)m->count > target) {
			m->from = target - at;
			break;
		}
		at += m->count;
		m->count = 0;
	}
	m->read_pos = target;
	return 0;
}

ssize_t seq_read(struct file *file, char __user *buf, size_t size, loff_t *ppos)
{
	struct seq_file *m = file->private_data;
	size_t done = 0, n;
	int err = 0;

	mutex_lock(&m->lock);
	if (*ppos != m->read_pos)
		err = traverse(m, *ppos);
	while (!err && done < size) {
		if (m->from == m->count) {
			err = fill(m);
			if (err || m->count == 0)
				break;
		}
		n = min(size - done, m->count - m->from);
		if (copy_to_user(buf + done, m->buf + m->from, n)) {
			err = -EFAULT;
			break;
		}
		m->from += n;
		done += n;
	}
	*ppos += done;
	m->read_pos = *ppos;
	mutex_unlock(&m->lock);
	return done ? (ssize_t)done : err;
}

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	file->f_pos = offset;
	return offset;
}

int seq_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	buffer_free(m->buf, m->size);
	kfree(m);
	return 0;
}

/* ---- one record ---- */

static void *single_start(struct seq_file *m, loff_t *pos)
{
	return *pos == 0 ? (void *)1ul : NULL;
}

static void *single_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

static void single_stop(struct seq_file *m, void *v)
{
}

int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data)
{
	struct seq_operations *op = kmalloc(sizeof(*op), GFP_KERNEL);
	int err;

	if (!op)
		return -ENOMEM;
	*op = (struct seq_operations){ single_start, single_stop, single_next, show };
	err = seq_open(file, op);
	if (err)
		kfree(op);
	else
		((struct seq_file *)file->private_data)->private = data;
	return err;
}

int single_release(struct inode *inode, struct file *file)
{
	kfree(((struct seq_file *)file->private_data)->op);
	return seq_release(inode, file);
}

/* ---- printing: a full buffer is noted by count == size, and the caller need not care ---- */

int seq_write(struct seq_file *m, const void *data, size_t len)
{
	if (m->count + len >= m->size) {
		m->count = m->size;
		return -1;
	}
	memcpy(m->buf + m->count, data, len);
	m->count += len;
	return 0;
}

int seq_puts(struct seq_file *m, const char *s)
{
	return seq_write(m, s, strlen(s));
}

int seq_putc(struct seq_file *m, char c)
{
	return seq_write(m, &c, 1);
}

int seq_printf(struct seq_file *m, const char *fmt, ...)
{
	size_t room = m->size - m->count, len;
	va_list args;

	va_start(args, fmt);
	len = vsnprintf(m->buf + m->count, room, fmt, args);
	va_end(args);
	if (len >= room) {
		m->count = m->size;
		return -1;
	}
	m->count += len;
	return 0;
}

static bool needs_escape(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\\';
}

int seq_path(struct seq_file *m, const struct path *path)
{
	char *page = kmalloc(PATH_MAX, GFP_KERNEL), *p;

	if (!page)
		return -ENOMEM;
	p = d_path(path->dentry, path->mnt, page, PATH_MAX);
	if (IS_ERR(p)) {
		kfree(page);
		return PTR_ERR(p);
	}
	for (; *p; p++) {
		if (needs_escape(*p))
			seq_printf(m, "\\%03o", (unsigned char)*p);
		else
			seq_putc(m, *p);
	}
	kfree(page);
	return 0;
}
