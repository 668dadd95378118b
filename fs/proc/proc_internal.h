/* SPDX-License-Identifier: MIT */
/*
 * /proc: what its files share.  Two kinds of inodes: of the static tree (entry) and of processes
 * (pid, and what of it).
 */
#ifndef PROC_INTERNAL_H
#define PROC_INTERNAL_H

#include <quire/fs.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/seq_file.h>

#define PROC_ROOT_INO 1

/* A name in the static tree.  Made at start-up, never removed, so no lock guards it. */
struct proc_entry {
	const char *name;
	umode_t mode;
	unsigned long ino;
	const struct file_operations *fops;
	int (*show)(struct seq_file *m, void *v);
	int (*write)(char *line, size_t len);
	void *data;
	struct proc_entry *parent;
	struct list_head children, sibling;
};
extern struct proc_entry proc_root;

struct pid_file;

struct proc_inode {
	struct proc_entry *entry;	/* static tree, or NULL */
	const struct pid_file *pid_file;
	pid_t pid;
	u64 start_time_ns;		/* tells the process from a later one with its pid */
	unsigned int fd;		/* of an entry in fd/ */
	struct inode vfs_inode;
};

static inline struct proc_inode *PROC_I(const struct inode *inode)
{
	return container_of(inode, struct proc_inode, vfs_inode);
}

/* generic.c */
struct inode *proc_new_inode(struct super_block *sb, umode_t mode, unsigned long ino);
struct inode *proc_entry_inode(struct super_block *sb, struct proc_entry *entry);
struct proc_entry *proc_find(struct proc_entry *dir, const char *name, unsigned int len);
/* Entries from file->f_pos on; positions below first are the caller's. => 0 or the filler's answer */
int proc_fill_static(struct file *file, void *dirent, filldir_t filldir, struct proc_entry *dir,
		     loff_t first);
extern const struct inode_operations proc_dir_inode_operations;
extern const struct file_operations proc_dir_operations;

/* pid.c: the files of a process */
struct pid_file {
	const char *name;
	umode_t mode;
	const struct inode_operations *iop;
	const struct file_operations *fop;
	int (*show)(struct seq_file *m, struct task_struct *t);
};
extern const struct dentry_operations pid_dentry_operations;
/* The process of an inode, referenced; NULL if it is gone (or the pid is another's now). */
struct task_struct *proc_task(const struct inode *inode);
struct dentry *proc_pid_lookup(struct inode *dir, struct dentry *dentry);
int proc_pid_readdir(struct file *file, void *dirent, filldir_t filldir, loff_t first);
struct inode *pid_new_inode(struct super_block *sb, struct task_struct *t,
			    const struct pid_file *pf, unsigned int index);
/* May current look at another's memory, files, environment? */
bool proc_may_look(struct task_struct *t);
bool parse_number(const char *name, unsigned int len, unsigned int *value);

/* pid_stat.c, pid_mem.c */
int pid_stat_show(struct seq_file *m, struct task_struct *t);
int pid_status_show(struct seq_file *m, struct task_struct *t);
int pid_statm_show(struct seq_file *m, struct task_struct *t);
int pid_comm_show(struct seq_file *m, struct task_struct *t);
int pid_limits_show(struct seq_file *m, struct task_struct *t);
int pid_oom_score_adj_show(struct seq_file *m, struct task_struct *t);
int pid_oom_score_show(struct seq_file *m, struct task_struct *t);
int pid_io_show(struct seq_file *m, struct task_struct *t);
int pid_cmdline_show(struct seq_file *m, struct task_struct *t);
int pid_environ_show(struct seq_file *m, struct task_struct *t);
int pid_auxv_show(struct seq_file *m, struct task_struct *t);
int pid_maps_show(struct seq_file *m, struct task_struct *t);
int pid_smaps_show(struct seq_file *m, struct task_struct *t);
int pid_smaps_rollup_show(struct seq_file *m, struct task_struct *t);
int pid_mounts_show(struct seq_file *m, struct task_struct *t);
extern const struct file_operations pid_pagemap_operations, pid_oom_adj_operations,
	pid_mem_operations;

/* pid_links.c */
extern const struct inode_operations pid_link_operations, pid_fd_dir_inode_operations;
extern const struct file_operations pid_fd_dir_operations;

/* misc.c */
void proc_misc_init(void);
void proc_sys_init(void);

#endif
