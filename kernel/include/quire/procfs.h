/* SPDX-License-Identifier: MIT */
/*
 * Registering files in /proc.  Paths are relative to /proc, directories are made as
 * needed ("sys/vm/swappiness").  All calls at boot may panic when memory is out.
 */
#ifndef QUIRE_PROCFS_H
#define QUIRE_PROCFS_H

#include <quire/fs.h>
#include <quire/seq_file.h>

/* A file whose text is printed by show. */
void proc_create_show(const char *path, umode_t mode, int (*show)(struct seq_file *m, void *v));
/* Any operations; i_private of the inode is data. */
void proc_create(const char *path, umode_t mode, const struct file_operations *fops, void *data);
/* A text file with a writer that gets the whole written line, NUL-terminated. => 0 or -errno */
void proc_create_rw(const char *path, umode_t mode, int (*show)(struct seq_file *m, void *v),
		    int (*write)(char *line, size_t len));
/* /proc/sys entries: one integer with bounds; changed is called after a write (may be NULL). */
void sysctl_register_int(const char *path, int *value, int min, int max, void (*changed)(void));
void sysctl_register_ulong(const char *path, unsigned long *value, unsigned long min,
			   unsigned long max, void (*changed)(void));

/* fs/proc: registers the file system; from vfs_init. */
void proc_init(void);

#endif
