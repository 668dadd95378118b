/* SPDX-License-Identifier: MIT */
/*
 * FIFOs: pipes with a name.  Opening waits for the other side; what happens then is pipe.c's.  A
 * nameless pipe that is opened once more (/proc/PID/fd/N) waits for nobody: its other side may have
 * come and gone already.
 *
 * r_counter and w_counter count opens ever made, so that a waiter notices a partner that came and
 * went again while it slept.
 */
#include <quire/mount.h>
#include <quire/sched.h>
#include <quire/specfs.h>

/* Wait until the counter has moved; i_mutex held, dropped meanwhile. => 0 or -ERESTARTSYS */
static int wait_for_partner(struct inode *inode, const unsigned int *counter)
{
	struct pipe_inode_info *pipe = inode->i_pipe;
	unsigned int before = *counter;

	while (*counter == before) {
		DEFINE_WAIT(wait);

		prepare_to_wait(&pipe->wait, &wait, TASK_INTERRUPTIBLE);
		mutex_unlock(&inode->i_mutex);
		if (!signal_pending(current))
			schedule();
		finish_wait(&pipe->wait, &wait);
		mutex_lock(&inode->i_mutex);
		if (signal_pending(current) && *counter == before)
			return -ERESTARTSYS;
	}
	return 0;
}

/* Count the new end, tell the others, and wait for a partner if one is needed. i_mutex held. */
static int open_end(struct inode *inode, struct file *file)
{
	struct pipe_inode_info *pipe = inode->i_pipe;
	bool rd = file->f_mode & FMODE_READ, wr = file->f_mode & FMODE_WRITE;
	bool nonblock = file->f_flags & O_NONBLOCK;
	bool named = inode->i_sb != anon_mnt()->mnt_sb;

	if (named && wr && !rd && nonblock && !pipe->readers)
		return -ENXIO;
	if (rd) {
		pipe->readers++;
		pipe->r_counter++;
	}
	if (wr) {
		pipe->writers++;
		pipe->w_counter++;
	}
	wake_up_all(&pipe->wait);
	if (!named)
		return 0;
	if (rd && !wr && !pipe->writers) {
		if (nonblock)	/* no POLLHUP until a writer has been there */
			file->private_data = (void *)(unsigned long)pipe->w_counter;
		else
			return wait_for_partner(inode, &pipe->w_counter);
	}
	if (wr && !rd && !pipe->readers)
		return wait_for_partner(inode, &pipe->r_counter);
	return 0;
}

static void drop_end(struct inode *inode, struct file *file)
{
	struct pipe_inode_info *pipe = inode->i_pipe;

	pipe->readers -= !!(file->f_mode & FMODE_READ);
	pipe->writers -= !!(file->f_mode & FMODE_WRITE);
	wake_up_all(&pipe->wait);
}

static int fifo_open(struct inode *inode, struct file *file)
{
	int err = -ENOMEM;

	file->f_mode &= ~FMODE_LSEEK;
	mutex_lock(&inode->i_mutex);
	if (!inode->i_pipe)
		inode->i_pipe = alloc_pipe_info();
	if (!inode->i_pipe)
		goto out;
	file->private_data = (void *)~0ul;	/* no counter value: POLLHUP as for a pipe */
	err = open_end(inode, file);
	if (err == -ERESTARTSYS)
		drop_end(inode, file);
	if (err && !inode->i_pipe->readers && !inode->i_pipe->writers)
		free_pipe_info(inode);
	if (err)
		goto out;
	switch (file->f_mode & (FMODE_READ | FMODE_WRITE)) {
	case FMODE_READ:
		file->f_op = &read_pipe_fops;
		break;
	case FMODE_WRITE:
		file->f_op = &write_pipe_fops;
		break;
	default:
		file->f_op = &rdwr_pipe_fops;
	}
out:
	mutex_unlock(&inode->i_mutex);
	return err;
}

const struct file_operations def_fifo_fops = {
	.open = fifo_open,
};
