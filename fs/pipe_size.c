/* SPDX-License-Identifier: MIT */
/*
 * How much a pipe may hold, and how much all pipes of one user.
 *
 * A pipe is charged to the user who makes it with all that it may hold, whether it does or not: pages in pipes
 * cannot go to swap, and nobody's death is sure to free them.  Up to pipe-user-pages-soft of such pages a new
 * pipe has 64 KiB, as on Linux; beyond it two pages; beyond pipe-user-pages-hard no pipe is made.  The superuser
 * is not limited.  Linux's limits are 64 MiB and none; here they are shares of memory as well, so that a small
 * machine outlives a user with a thousand pipes.
 *
 * Locking: a pipe's size is under inode->i_mutex like all of it.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/specfs.h>
#include <quire/string.h>
#include <quire/user.h>
#include <abi/fcntl.h>

#define DEFAULT_BUFFERS 16u	/* 64 KiB */
#define LEAST_BUFFERS 2u	/* of a pipe beyond the soft limit; with one, a writer of small pieces stalls */
#define SOFT_MOST (DEFAULT_BUFFERS * 1024ul)
#define SOFT_SHARE 16		/* of memory */
#define HARD_SHARE 8

static int pipe_max_size = 1 << 20;
static unsigned long user_pages_soft, user_pages_hard;

/* A limit of 0 is none. */
static bool beyond(unsigned long pages, unsigned long limit)
{
	return limit && pages > limit && !capable();
}

static struct pipe_buffer *alloc_ring(unsigned int bufs)
{
	return kcalloc(bufs, sizeof(struct pipe_buffer), GFP_KERNEL);
}

/* Charge for a new pipe.  => its size in pages; 0: no pipe */
static unsigned int charge_new(struct user_struct *user)
{
	unsigned int bufs = DEFAULT_BUFFERS;
	unsigned long pages;

	if (!capable())
		bufs = min(bufs, (unsigned int)pipe_max_size >> PAGE_SHIFT);
	pages = (unsigned long)atomic_add_return((int)bufs, &user->pipe_pages);
	if (bufs > LEAST_BUFFERS && beyond(pages, user_pages_soft)) {
		pages = (unsigned long)atomic_sub_return((int)(bufs - LEAST_BUFFERS), &user->pipe_pages);
		bufs = LEAST_BUFFERS;
	}
	if (!beyond(pages, user_pages_hard))
		return bufs;
	atomic_sub((int)bufs, &user->pipe_pages);
	return 0;
}

struct pipe_inode_info *alloc_pipe_info(void)
{
	struct pipe_inode_info *pipe = kzalloc(sizeof(*pipe), GFP_KERNEL);

	if (!pipe)
		return NULL;
	init_waitqueue_head(&pipe->wait);
	pipe->user = get_uid(current->user);
	pipe->max_bufs = charge_new(pipe->user);
	if (pipe->max_bufs)
		pipe->bufs = alloc_ring(pipe->max_bufs);
	if (pipe->bufs)
		return pipe;
	release_pipe_info(pipe);
	return NULL;
}

void release_pipe_info(struct pipe_inode_info *pipe)
{
	atomic_sub((int)pipe->max_bufs, &pipe->user->pipe_pages);
	free_uid(pipe->user);
	kfree(pipe->bufs);
	kfree(pipe);
}

/* ---- F_GETPIPE_SZ, F_SETPIPE_SZ ---- */

/* i_mutex held.  => 0, -EBUSY: more is in it, -ENOMEM */
static int resize_ring(struct pipe_inode_info *pipe, unsigned int bufs)
{
	struct pipe_buffer *ring;
	unsigned int i;

	if (bufs < pipe->nrbufs)
		return -EBUSY;
	ring = alloc_ring(bufs);
	if (!ring)
		return -ENOMEM;
	drop_spares(pipe);
	for (i = 0; i < pipe->nrbufs; i++)
		ring[i] = *pipe_buf(pipe, i);
	kfree(pipe->bufs);
	pipe->bufs = ring;
	pipe->curbuf = 0;
	pipe->max_bufs = bufs;
	wake_up_all(&pipe->wait); /* there may be room now */
	return 0;
}

/* i_mutex held.  => the new size in bytes, at least what was asked for; -EINVAL, -EPERM, -EBUSY, -ENOMEM */
static long set_size(struct pipe_inode_info *pipe, unsigned long bytes)
{
	unsigned int bufs, old = pipe->max_bufs;
	unsigned long pages;
	int err;

	if (bytes > 1ul << 31)
		return -EINVAL;
	bufs = (unsigned int)(roundup_pow_of_two(max(bytes, PAGE_SIZE)) >> PAGE_SHIFT);
	if (bufs > old && bufs > (unsigned int)pipe_max_size >> PAGE_SHIFT && !capable())
		return -EPERM;
	pages = (unsigned long)atomic_add_return((int)(bufs - old), &pipe->user->pipe_pages);
	if (bufs > old && (beyond(pages, user_pages_soft) || beyond(pages, user_pages_hard)))
		err = -EPERM;
	else
		err = resize_ring(pipe, bufs);
	if (!err)
		return (long)(bufs * PAGE_SIZE);
	atomic_sub((int)(bufs - old), &pipe->user->pipe_pages);
	return err;
}

long pipe_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inode *inode = file_inode(file);
	long size;

	if (!S_ISFIFO(inode->i_mode))
		return -EBADF;
	mutex_lock(&inode->i_mutex);
	if (cmd == F_SETPIPE_SZ)
		size = set_size(inode->i_pipe, arg);
	else
		size = (long)(inode->i_pipe->max_bufs * PAGE_SIZE);
	mutex_unlock(&inode->i_mutex);
	return size;
}

/* ---- limits ---- */

static void round_max_size(void)
{
	pipe_max_size = (int)roundup_pow_of_two(max((unsigned long)pipe_max_size, PAGE_SIZE));
}

void pipe_limits_init(void)
{
	user_pages_soft = min(SOFT_MOST, totalram_pages / SOFT_SHARE);
	user_pages_hard = totalram_pages / HARD_SHARE;
	sysctl_register_int("sys/fs/pipe-max-size", &pipe_max_size, 0, 1 << 30, round_max_size);
	sysctl_register_ulong("sys/fs/pipe-user-pages-soft", &user_pages_soft, 0, INT_MAX, NULL);
	sysctl_register_ulong("sys/fs/pipe-user-pages-hard", &user_pages_hard, 0, INT_MAX, NULL);
}
