/* SPDX-License-Identifier: MIT */
/*
 * Open files and descriptor tables, for fs/: what fs.h does not show to the rest of the kernel.
 */
#ifndef QUIRE_FILE_H
#define QUIRE_FILE_H

#include <quire/fs.h>

#define MAX_FDS 8192u	/* per table, whatever the limit says: the table is one kmalloc */

struct task_struct;

void files_init(void);
int get_unused_fd_from(unsigned int start, unsigned int flags);
struct file *fget_raw(unsigned int fd); /* like fget, O_PATH files too */
struct file *fget_task(struct task_struct *t, unsigned int fd);
struct file *fget_task_next(struct task_struct *t, unsigned int *fd);
int replace_fd(unsigned int fd, struct file *file, unsigned int flags);
int get_close_on_exec(unsigned int fd);
void set_close_on_exec(unsigned int fd, bool on);
struct files_struct *get_files_struct(struct task_struct *t);
void put_files_struct(struct files_struct *files);

/* open.c: one more writer of a regular file's inode; => -ETXTBSY while it is being executed */
int get_write_access(struct inode *inode);
void put_write_access(struct inode *inode);
int filp_close_owner(struct file *file, struct files_struct *owner);
struct file *get_empty_filp(void);
void file_free(struct file *file);
void open_init(void);
void open_proc_init(void);	/* /proc/sys/fs/file-max, file-nr */

/* locks.c */
void locks_remove_posix(struct file *file, struct files_struct *owner); /* close() */
void locks_remove_flock(struct file *file);				 /* last close */
long fcntl_getlk(struct file *file, unsigned int cmd, void __user *arg);
long fcntl_setlk(struct file *file, unsigned int cmd, void __user *arg);

/* pipe_size.c */
long pipe_fcntl(struct file *file, unsigned int cmd, unsigned long arg);

#endif
