/* SPDX-License-Identifier: MIT */
/*
 * Special files, for fs/: what opening a node does, and pipes.
 */
#ifndef QUIRE_SPECFS_H
#define QUIRE_SPECFS_H

#include <quire/fs.h>

extern const struct file_operations def_chr_fops;  /* char_dev.c: hands over to the driver */
extern const struct file_operations def_fifo_fops; /* fifo.c */

extern const struct file_operations kmsg_fops;    /* kmsg.c */

int chrdevs_show(struct seq_file *m, void *v); /* "Character devices:" part of /proc/devices */
void mem_devices_init(void);		       /* null, zero, full, random, urandom, kmsg */
void devfs_init(void);			       /* before the first driver */
int devfs_mount(void);			       /* on /dev of the calling task's root */

/* Nameless inodes and the mount that their files claim (anon_inode.c). */
struct vfsmount *anon_mnt(void);
struct inode *new_anon_inode(umode_t mode);

/* An open file of these operations, for calls that make one. => fd or -errno (eventfd.c) */
int anon_fd(const char *name, const struct file_operations *fops, void *data, unsigned int flags);

/* ---- pipes (pipe.c) ---- */
#define PIPE_BUF 4096u
#define PIPE_BUFFERS 16u	/* pages of a full pipe: 64 KiB as on Linux */

struct pipe_buffer {
	struct page *page;	/* owner OWNER_PIPE */
	unsigned int offset, len;
};

/* All under the inode's i_mutex. */
struct pipe_inode_info {
	wait_queue_head_t wait;
	unsigned int curbuf, nrbufs;	/* first full buffer, how many */
	unsigned int readers, writers;	/* open ends */
	unsigned int r_counter, w_counter; /* opens ever, for FIFOs waiting for the other end */
	struct pipe_buffer bufs[PIPE_BUFFERS];
};

struct pipe_inode_info *alloc_pipe_info(void);
void free_pipe_info(struct inode *inode);
extern const struct file_operations read_pipe_fops, write_pipe_fops, rdwr_pipe_fops;
void pipe_init(void);

#endif
