/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID: a directory for each process; /proc/PID/task/TID for each thread.
 *
 * An inode remembers pid and start time, never the task itself: nothing here keeps a
 * dead task alive, and a recycled pid is not mistaken for the old process.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/string.h>

#include "proc_internal.h"

#define PID_INO_SHIFT 8		/* inode number: pid << 8 | index of the file, 0 the directory */
#define TASK_DIR_NAME "task"
#define THREAD_DIR_INDEX ((1u << PID_INO_SHIFT) - 1) /* low bits of the inode number; a process's: 0 */

static const struct inode_operations pid_dir_inode_operations, task_dir_inode_operations;
static const struct file_operations pid_dir_operations, task_dir_operations,
	pid_show_operations;

#define SHOW(n, m, fn) { .name = n, .mode = S_IFREG | (m), .fop = &pid_show_operations, .show = fn }
#define FILE_OPS(n, m, ops) { .name = n, .mode = S_IFREG | (m), .fop = &(ops) }
#define LINK(n) { .name = n, .mode = S_IFLNK | 0777, .iop = &pid_link_operations }
#define DIRECTORY(n, m, i, f) { .name = n, .mode = S_IFDIR | (m), .iop = &(i), .fop = &(f) }

static const struct pid_file pid_files[] = {
	DIRECTORY("fd", 0500, pid_fd_dir_inode_operations, pid_fd_dir_operations),
	SHOW("stat", 0444, pid_stat_show),
	SHOW("statm", 0444, pid_statm_show),
	SHOW("status", 0444, pid_status_show),
	SHOW("comm", 0444, pid_comm_show),
	SHOW("cmdline", 0444, pid_cmdline_show),
	SHOW("environ", 0400, pid_environ_show),
	SHOW("auxv", 0400, pid_auxv_show),
	SHOW("maps", 0444, pid_maps_show),
	SHOW("smaps", 0444, pid_smaps_show),
	SHOW("smaps_rollup", 0444, pid_smaps_rollup_show),
	SHOW("limits", 0444, pid_limits_show),
	SHOW("mounts", 0444, pid_mounts_show),
	SHOW("io", 0400, pid_io_show),
	SHOW("oom_score", 0444, pid_oom_score_show),
	FILE_OPS("pagemap", 0400, pid_pagemap_operations),
	FILE_OPS("mem", 0600, pid_mem_operations),
	FILE_OPS("oom_score_adj", 0644, pid_oom_adj_operations),
	LINK("exe"),
	LINK("cwd"),
	LINK("root"),
	/* the last: not in the directories of threads */
	DIRECTORY(TASK_DIR_NAME, 0555, task_dir_inode_operations, task_dir_operations),
};

/* ---- which process ---- */

bool parse_number(const char *name, unsigned int len, unsigned int *value)
{
	unsigned int i, v = 0;

	if (len == 0 || len > 9 || (name[0] == '0' && len > 1))
		return false;
	for (i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return false;
		v = v * 10 + (name[i] - '0');
	}
	*value = v;
	return true;
}

struct task_struct *proc_task(const struct inode *inode)
{
	const struct proc_inode *pi = PROC_I(inode);
	struct task_struct *t = get_task_by_pid(pi->pid);

	if (t && t->start_time_ns == pi->start_time_ns)
		return t;
	if (t)
		put_task_struct(t);
	return NULL;
}

bool proc_may_look(struct task_struct *t)
{
	if (capable() || t == current)
		return true;
	return current->euid == t->uid && t->euid == t->uid && t->suid == t->uid &&
	       current->egid == t->gid && t->egid == t->gid;
}

static int pid_revalidate(struct dentry *dentry)
{
	struct task_struct *t;

	if (!dentry->d_inode)
		return 0;
	t = proc_task(dentry->d_inode);
	if (!t)
		return 0;
	dentry->d_inode->i_uid = t->euid;
	dentry->d_inode->i_gid = t->egid;
	put_task_struct(t);
	return 1;
}

/* Nothing of a process is worth keeping in the cache when it is not in use. */
static int pid_delete(const struct dentry *dentry)
{
	return 1;
}

const struct dentry_operations pid_dentry_operations = {
	.d_revalidate = pid_revalidate,
	.d_delete = pid_delete,
};

/* ---- inodes ---- */

struct inode *pid_new_inode(struct super_block *sb, struct task_struct *t,
			    const struct pid_file *pf, unsigned int index)
{
	umode_t mode = pf ? pf->mode : S_IFDIR | 0555;
	struct inode *inode = proc_new_inode(sb, mode, (unsigned long)t->pid << PID_INO_SHIFT |
							       index);

	if (!inode)
		return NULL;
	PROC_I(inode)->pid = t->pid;
	PROC_I(inode)->start_time_ns = t->start_time_ns;
	PROC_I(inode)->pid_file = pf;
	inode->i_uid = t->euid;
	inode->i_gid = t->egid;
	if (!pf)
		inode->i_op = &pid_dir_inode_operations;
	else if (pf->iop)
		inode->i_op = pf->iop;
	inode->i_fop = pf ? pf->fop : &pid_dir_operations;
	return inode;
}

static struct dentry *add_pid_dentry(struct dentry *dentry, struct inode *inode)
{
	if (!inode)
		return ERR_PTR(-ENOMEM);
	dentry->d_op = &pid_dentry_operations;
	d_add(dentry, inode);
	return NULL;
}

/* ---- the directory of a process or thread ---- */

/* A thread's directory, reached through task/, has no task/ of its own (the last entry): else it would never end. */
static unsigned int nr_pid_files(const struct inode *dir)
{
	bool is_thread = (dir->i_ino & ((1u << PID_INO_SHIFT) - 1)) == THREAD_DIR_INDEX;

	return ARRAY_SIZE(pid_files) - is_thread;
}

static struct dentry *pid_dir_lookup(struct inode *dir, struct dentry *dentry)
{
	struct task_struct *t = proc_task(dir);
	struct dentry *result = ERR_PTR(-ENOENT);
	unsigned int i;

	if (!t)
		return result;
	for (i = 0; i < nr_pid_files(dir); i++) {
		if (strlen(pid_files[i].name) != dentry->d_name.len ||
		    memcmp(pid_files[i].name, dentry->d_name.name, dentry->d_name.len))
			continue;
		result = add_pid_dentry(dentry,
					pid_new_inode(dir->i_sb, t, &pid_files[i], i + 1));
		break;
	}
	put_task_struct(t);
	return result;
}

static int pid_dir_readdir(struct file *file, void *dirent, filldir_t filldir)
{
	struct task_struct *t = proc_task(file_inode(file));
	unsigned int i;

	if (!t)
		return -ENOENT;
	for (; file->f_pos < nr_pid_files(file_inode(file)) + 2; file->f_pos++) {
		i = file->f_pos;
		if (i < 2) {
			if (filldir(dirent, "..", i + 1, i, PROC_ROOT_INO, DT_DIR))
				break;
			continue;
		}
		if (filldir(dirent, pid_files[i - 2].name, strlen(pid_files[i - 2].name), i,
			    (u64)t->pid << PID_INO_SHIFT | (i - 1), pid_files[i - 2].mode >> 12))
			break;
	}
	put_task_struct(t);
	return 0;
}

static const struct inode_operations pid_dir_inode_operations = { .lookup = pid_dir_lookup };

static const struct file_operations pid_dir_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.readdir = pid_dir_readdir,
};

/* ---- processes in /proc, threads in task/ ---- */

/* The pids above after that want() takes, smallest first: one at a time, since filldir may sleep. */
static pid_t next_pid(pid_t after, struct task_struct *leader)
{
	struct task_struct *p, *t;
	pid_t best = 0;

	spin_lock_irq(&tasklist_lock);
	if (leader) {
		t = leader;
		do {
			if (t->pid > after && (!best || t->pid < best))
				best = t->pid;
			t = list_entry(t->thread_group.next, struct task_struct, thread_group);
		} while (t != leader);
	} else {
		for_each_process(p)
			if (p->pid > after && (!best || p->pid < best))
				best = p->pid;
	}
	spin_unlock_irq(&tasklist_lock);
	return best;
}

/* Entries named by pid; position first + pid. */
static void fill_pids(struct file *file, void *dirent, filldir_t filldir, loff_t first,
		      struct task_struct *leader)
{
	pid_t pid = max(file->f_pos - first, (loff_t)0);
	char name[12];
	int len;

	while ((pid = next_pid(pid, leader)) != 0) {
		len = scnprintf(name, sizeof(name), "%d", pid);
		if (filldir(dirent, name, len, first + pid, (u64)pid << PID_INO_SHIFT, DT_DIR))
			return;
		file->f_pos = first + pid;
	}
}

int proc_pid_readdir(struct file *file, void *dirent, filldir_t filldir, loff_t first)
{
	fill_pids(file, dirent, filldir, first, NULL);
	return 0;
}

struct dentry *proc_pid_lookup(struct inode *dir, struct dentry *dentry)
{
	struct dentry *result;
	struct task_struct *t;
	unsigned int pid;

	if (!parse_number(dentry->d_name.name, dentry->d_name.len, &pid))
		return ERR_PTR(-ENOENT);
	t = get_task_by_pid(pid);
	if (!t)
		return ERR_PTR(-ENOENT);
	result = add_pid_dentry(dentry, pid_new_inode(dir->i_sb, t, NULL, 0));
	put_task_struct(t);
	return result;
}

static struct dentry *task_dir_lookup(struct inode *dir, struct dentry *dentry)
{
	struct task_struct *leader = proc_task(dir), *t = NULL;
	struct dentry *result = ERR_PTR(-ENOENT);
	unsigned int tid;

	if (!leader)
		return result;
	if (parse_number(dentry->d_name.name, dentry->d_name.len, &tid))
		t = get_task_by_pid(tid);
	if (t && t->tgid == leader->tgid)
		result = add_pid_dentry(dentry, pid_new_inode(dir->i_sb, t, NULL, THREAD_DIR_INDEX));
	if (t)
		put_task_struct(t);
	put_task_struct(leader);
	return result;
}

static int task_dir_readdir(struct file *file, void *dirent, filldir_t filldir)
{
	struct task_struct *leader = proc_task(file_inode(file));

	if (!leader)
		return -ENOENT;
	for (; file->f_pos < 2; file->f_pos++)
		if (filldir(dirent, "..", file->f_pos + 1, file->f_pos, PROC_ROOT_INO, DT_DIR))
			goto out;
	fill_pids(file, dirent, filldir, 2, leader);
out:
	put_task_struct(leader);
	return 0;
}

static const struct inode_operations task_dir_inode_operations = { .lookup = task_dir_lookup };

static const struct file_operations task_dir_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.readdir = task_dir_readdir,
};

/* ---- files with a show function ---- */

static int pid_show(struct seq_file *m, void *v)
{
	struct inode *inode = m->private;
	struct task_struct *t = proc_task(inode);
	int err;

	if (!t)
		return -ESRCH;
	err = PROC_I(inode)->pid_file->show(m, t);
	put_task_struct(t);
	return err;
}

static int pid_show_open(struct inode *inode, struct file *file)
{
	return single_open(file, pid_show, inode);
}

static const struct file_operations pid_show_operations = {
	.open = pid_show_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};
