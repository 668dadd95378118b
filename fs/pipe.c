/* SPDX-License-Identifier: MIT */
/*
 * Pipes: a ring of pages between writers and readers.
 *
 * A write of at most PIPE_BUF bytes is atomic: it goes in in one piece or waits.  The last buffer is
 * filled up before a new page is taken, but never by a piece that would have to be split over a wait.
 * A buffer's page belongs to the pipe (OWNER_PIPE) from the moment it has data.  How many there may be, and
 * who is charged for them, is pipe_size.c's.
 *
 * The pipe_inode_info lives from the first open end to the last close, in inode->i_pipe.
 * Locking: everything in it is under inode->i_mutex; sleepers drop it.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/gfp.h>
#include <quire/highmem.h>
#include <quire/kernel.h>
#include <quire/mount.h>
#include <quire/poll.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/specfs.h>
#include <quire/string.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>
#include <abi/ioctl.h>

static void free_buffer(struct pipe_buffer *buf)
{
	page_disclaim(buf->page);
	unpin_page(buf->page);
	buf->page = NULL;
}

/* The buffers without data lose their pages. */
void drop_spares(struct pipe_inode_info *pipe)
{
	for (unsigned int i = pipe->nrbufs; pipe->spares; i++) {
		if (pipe_buf(pipe, i)->page) {
			free_buffer(pipe_buf(pipe, i));
			pipe->spares--;
		}
	}
}

/* Nobody has an end open any more. */
void free_pipe_info(struct inode *inode)
{
	struct pipe_inode_info *pipe = inode->i_pipe;
	unsigned int i;

	for (i = 0; i < pipe->nrbufs; i++)
		free_buffer(pipe_buf(pipe, i));
	drop_spares(pipe);
	inode->i_pipe = NULL;
	release_pipe_info(pipe);
}

/* Wait for a change; i_mutex is dropped meanwhile.  The caller tests signals. */
static void pipe_wait(struct inode *inode, struct pipe_inode_info *pipe)
{
	DEFINE_WAIT(wait);

	prepare_to_wait(&pipe->wait, &wait, TASK_INTERRUPTIBLE);
	mutex_unlock(&inode->i_mutex);
	schedule();
	finish_wait(&pipe->wait, &wait);
	mutex_lock(&inode->i_mutex);
}

/* Whoever waits is on the queue before it looks at the pipe (pipe_wait, poll), which has changed by now. */
static void pipe_news(struct pipe_inode_info *pipe)
{
	smp_mb();
	if (waitqueue_active(&pipe->wait))
		wake_up_all(&pipe->wait);
}

/* ---- reading ---- */

/* An empty pipe goes on in the buffer that has the page. */
static void first_is_empty(struct pipe_inode_info *pipe)
{
	struct pipe_buffer *buf = pipe_buf(pipe, 0);

	if (--pipe->nrbufs)
		pipe->curbuf = (pipe->curbuf + 1) & (pipe->max_bufs - 1);
	if (pipe->nrbufs && !pipe->waiting_writers)
		free_buffer(buf);
	else
		pipe->spares++;
}

/* As much of the first buffer as fits. => bytes, -EFAULT */
static ssize_t read_buffer(struct pipe_inode_info *pipe, char __user *to, size_t count)
{
	struct pipe_buffer *buf = pipe_buf(pipe, 0);
	size_t n = min_t(size_t, count, buf->len), left;

	left = copy_to_user(to, (char *)kmap(buf->page) + buf->offset, n);
	kunmap(buf->page);
	if (left)
		return -EFAULT;
	buf->offset += (unsigned int)n;
	buf->len -= (unsigned int)n;
	if (!buf->len)
		first_is_empty(pipe);
	return (ssize_t)n;
}

/* i_mutex held. */
static ssize_t pipe_read_locked(struct file *file, struct inode *inode, char __user *to, size_t count)
{
	struct pipe_inode_info *pipe = inode->i_pipe;
	ssize_t done = 0, n;

	for (;;) {
		while (count && pipe->nrbufs) {
			n = read_buffer(pipe, to, count);
			if (n < 0)
				return done ? done : n;
			done += n;
			to += n;
			count -= (size_t)n;
		}
		if (done || !count || !pipe->writers)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (signal_pending(current))
			return -ERESTARTSYS;
		pipe_wait(inode, pipe);
	}
}

static ssize_t pipe_read(struct file *file, char __user *to, size_t count, loff_t *ppos)
{
	struct inode *inode = file_inode(file);
	ssize_t n;

	if (!count)
		return 0;
	mutex_lock(&inode->i_mutex);
	n = pipe_read_locked(file, inode, to, count);
	if (inode->i_pipe->spares > 1 && !inode->i_pipe->waiting_writers)
		drop_spares(inode->i_pipe);
	mutex_unlock(&inode->i_mutex);
	if (n > 0) {
		pipe_news(inode->i_pipe);
		touch_atime(file->f_vfsmnt, file->f_dentry);
	}
	return n;
}

/* ---- writing ---- */

/* Append to the last buffer; only a piece that fits in whole. => bytes, -EFAULT */
static ssize_t append_to_last(struct pipe_inode_info *pipe, const char __user *from, size_t count)
{
	struct pipe_buffer *buf;
	size_t n = count & (PAGE_SIZE - 1), end, left;

	if (!n || !pipe->nrbufs)
		return 0;
	buf = pipe_buf(pipe, pipe->nrbufs - 1);
	end = buf->offset + buf->len;
	if (end + n > PAGE_SIZE)
		return 0;
	left = copy_from_user((char *)kmap(buf->page) + end, from, n);
	kunmap(buf->page);
	if (left)
		return -EFAULT;
	buf->len += (unsigned int)n;
	return (ssize_t)n;
}

/* The first buffer without data, with a page. => NULL: no memory */
static struct pipe_buffer *next_buffer(struct pipe_inode_info *pipe)
{
	struct pipe_buffer *buf = pipe_buf(pipe, pipe->nrbufs);

	if (buf->page)
		return buf;
	buf->page = alloc_page(GFP_HIGHUSER);
	if (!buf->page)
		return NULL;
	page_claim(buf->page, OWNER_PIPE);
	pipe->spares++;
	return buf;
}

/* A page more. => bytes, -EFAULT, -ENOMEM */
static ssize_t add_buffer(struct pipe_inode_info *pipe, const char __user *from, size_t count)
{
	struct pipe_buffer *buf = next_buffer(pipe);
	size_t n = min_t(size_t, count, PAGE_SIZE), left;

	if (!buf)
		return -ENOMEM;
	left = copy_from_user(kmap(buf->page), from, n);
	kunmap(buf->page);
	if (left)
		return -EFAULT;
	buf->offset = 0;
	buf->len = (unsigned int)n;
	pipe->nrbufs++;
	pipe->spares--;
	return (ssize_t)n;
}

/* As much as there is room for.  => bytes, -EFAULT, -ENOMEM */
static ssize_t fill_pipe(struct pipe_inode_info *pipe, const char __user *from, size_t count)
{
	ssize_t done = append_to_last(pipe, from, count), n;

	while (done >= 0 && (size_t)done < count && pipe->nrbufs < pipe->max_bufs) {
		n = add_buffer(pipe, from + done, count - (size_t)done);
		if (n < 0)
			return done ? done : n;
		done += n;
	}
	return done;
}

/* i_mutex held. */
static ssize_t pipe_write_locked(struct file *file, struct inode *inode, const char __user *from,
				 size_t count)
{
	struct pipe_inode_info *pipe = inode->i_pipe;
	size_t done = 0;
	ssize_t n;
	bool news;

	for (;;) {
		n = -EPIPE;
		if (!pipe->readers) {
			send_sig(SIGPIPE, current, 0);
			break;
		}
		n = fill_pipe(pipe, from + done, count - done);
		if (n < 0)
			break;
		done += (size_t)n;
		if (done == count)
			break;
		news = n > 0;
		n = file->f_flags & O_NONBLOCK ? -EAGAIN : signal_pending(current) ? -ERESTARTSYS : 0;
		if (n)
			break;
		/* Only with something to read: writers who wake each other over a full pipe starve its reader. */
		if (news)
			pipe_news(pipe);
		pipe->waiting_writers++;
		pipe_wait(inode, pipe);
		pipe->waiting_writers--;
	}
	return done ? (ssize_t)done : n;
}

static ssize_t pipe_write(struct file *file, const char __user *from, size_t count, loff_t *ppos)
{
	struct inode *inode = file_inode(file);
	ssize_t n;

	if (!count)
		return 0;
	mutex_lock(&inode->i_mutex);
	n = pipe_write_locked(file, inode, from, count);
	mutex_unlock(&inode->i_mutex);
	if (n > 0) {
		pipe_news(inode->i_pipe);
		file_update_time(file);
	}
	return n;
}

/* ---- the rest ---- */

static unsigned int pipe_poll(struct file *file, struct poll_table *table)
{
	struct pipe_inode_info *pipe = file_inode(file)->i_pipe;
	unsigned int mask = 0;

	poll_wait(file, &pipe->wait, table);
	if (file->f_mode & FMODE_READ) {
		if (pipe->nrbufs)
			mask |= POLLIN | POLLRDNORM;
		/* A FIFO that no writer has opened since is not at its end yet. */
		if (!pipe->writers && (unsigned long)file->private_data != pipe->w_counter)
			mask |= POLLHUP;
	}
	if (file->f_mode & FMODE_WRITE) {
		if (pipe->nrbufs < pipe->max_bufs)
			mask |= POLLOUT | POLLWRNORM;
		if (!pipe->readers)
			mask |= POLLERR;
	}
	return mask;
}

static long pipe_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inode *inode = file_inode(file);
	struct pipe_inode_info *pipe = inode->i_pipe;
	unsigned int i;
	int bytes = 0;

	if (cmd != FIONREAD)
		return -ENOIOCTLCMD;
	mutex_lock(&inode->i_mutex);
	for (i = 0; i < pipe->nrbufs; i++)
		bytes += (int)pipe_buf(pipe, i)->len;
	mutex_unlock(&inode->i_mutex);
	return put_user(bytes, (int __user *)arg);
}

static int pipe_release(struct inode *inode, struct file *file)
{
	struct pipe_inode_info *pipe;

	mutex_lock(&inode->i_mutex);
	pipe = inode->i_pipe;
	pipe->readers -= !!(file->f_mode & FMODE_READ);
	pipe->writers -= !!(file->f_mode & FMODE_WRITE);
	if (!pipe->readers && !pipe->writers)
		free_pipe_info(inode);
	else
		wake_up_all(&pipe->wait);
	mutex_unlock(&inode->i_mutex);
	return 0;
}

static ssize_t bad_pipe_read(struct file *file, char __user *to, size_t count, loff_t *ppos)
{
	return -EBADF;
}

static ssize_t bad_pipe_write(struct file *file, const char __user *from, size_t count, loff_t *ppos)
{
	return -EBADF;
}

const struct file_operations read_pipe_fops = {
	.llseek = no_llseek,
	.read = pipe_read,
	.write = bad_pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
};

const struct file_operations write_pipe_fops = {
	.llseek = no_llseek,
	.read = bad_pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
};

const struct file_operations rdwr_pipe_fops = {
	.llseek = no_llseek,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
};

/* ---- pipe(2) ---- */

static struct inode *new_pipe_inode(void)
{
	struct inode *inode = new_anon_inode(S_IFIFO | 0600);

	if (!inode)
		return NULL;
	inode->i_fop = &def_fifo_fops;	/* /proc/PID/fd/N opens it once more */
	inode->i_pipe = alloc_pipe_info();
	if (!inode->i_pipe) {
		iput(inode);
		return NULL;
	}
	inode->i_pipe->readers = inode->i_pipe->writers = 1;
	inode->i_pipe->w_counter = 1;
	return inode;
}

static void pipe_name(const struct inode *inode, char *name, size_t size)
{
	scnprintf(name, size, "pipe:[%lu]", inode->i_ino);
}

/* Both ends.  => 0 or -errno */
static int create_pipe_files(struct file *files[2], unsigned int flags)
{
	struct inode *inode = new_pipe_inode();
	char name[24];

	if (!inode)
		return -ENFILE;
	pipe_name(inode, name, sizeof(name));
	files[0] = alloc_anon_file(igrab(inode), name, FMODE_READ, &read_pipe_fops);
	if (IS_ERR(files[0])) {
		free_pipe_info(inode);
		iput(inode);
		return (int)PTR_ERR(files[0]);
	}
	files[1] = alloc_anon_file(inode, name, FMODE_WRITE, &write_pipe_fops);
	if (IS_ERR(files[1])) {
		inode->i_pipe->writers = 0;
		fput(files[0]);
		return (int)PTR_ERR(files[1]);
	}
	files[0]->f_flags |= flags & O_NONBLOCK;
	files[1]->f_flags |= flags & O_NONBLOCK;
	return 0;
}

long sys_pipe2(int __user *fds, int flags)
{
	struct file *files[2];
	int fd[2], err;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	err = create_pipe_files(files, (unsigned int)flags);
	if (err)
		return err;
	err = get_unused_fd_pair((unsigned int)flags, fd, fds);
	if (err) {
		fput(files[0]);
		fput(files[1]);
		return err;
	}
	fd_install((unsigned int)fd[0], files[0]);
	fd_install((unsigned int)fd[1], files[1]);
	return 0;
}

long sys_pipe(int __user *fds)
{
	return sys_pipe2(fds, 0);
}
