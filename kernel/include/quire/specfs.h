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

/* ---- pipes (pipe.c, pipe_size.c) ---- */
#define PIPE_BUF 4096u

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
	unsigned int max_bufs;		/* a power of two */
	unsigned int spares;		/* pages in buffers that have no data */
	unsigned int waiting_writers;
	struct pipe_buffer *bufs;	/* a ring of max_bufs */
	struct user_struct *user;	/* max_bufs pages are charged to him */
};

struct pipe_inode_info *alloc_pipe_info(void); /* NULL: no memory, or the user has too many */
void free_pipe_info(struct inode *inode);
void drop_spares(struct pipe_inode_info *pipe);
void release_pipe_info(struct pipe_inode_info *pipe); /* what free_pipe_info does once it is empty */
void pipe_limits_init(void);
extern const struct file_operations read_pipe_fops, write_pipe_fops, rdwr_pipe_fops;

/* The n-th buffer behind the first full one. */
static inline struct pipe_buffer *pipe_buf(const struct pipe_inode_info *pipe, unsigned int n)
{
	return &pipe->bufs[(pipe->curbuf + n) & (pipe->max_bufs - 1)];
}

#endif
