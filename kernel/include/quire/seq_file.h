/* SPDX-License-Identifier: MIT */
/*
 * Text files made on the fly.  single_open'ed: show() prints the whole; the
 * buffer grows until it fits.  For long lists use the iterator operations.
 */
#ifndef QUIRE_SEQ_FILE_H
#define QUIRE_SEQ_FILE_H

#include <quire/compiler.h>
#include <quire/fs.h>

struct seq_file {
	char *buf;
	size_t size, count, from;
	loff_t index;
	struct mutex lock;
	const struct seq_operations *op;
	void *private;
	loff_t read_pos;
};
struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};
int seq_open(struct file *file, const struct seq_operations *op);
int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data);
ssize_t seq_read(struct file *file, char __user *buf, size_t size, loff_t *ppos);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
int seq_release(struct inode *inode, struct file *file);
int single_release(struct inode *inode, struct file *file);

int seq_printf(struct seq_file *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int seq_puts(struct seq_file *m, const char *s);
int seq_putc(struct seq_file *m, char c);
int seq_write(struct seq_file *m, const void *data, size_t len);
/* A path, with \n, space and \\ as octal escapes. */
int seq_path(struct seq_file *m, const struct path *path);
static inline bool seq_overflow(struct seq_file *m) { return m->count == m->size; }

#endif
