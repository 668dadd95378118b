/* SPDX-License-Identifier: MIT */
/*
 * eventfd: a counter that is a file.  read takes it (or one, with EFD_SEMAPHORE) and waits for it to be
 * above 0; write adds and waits for room.
 *
 * Locking: the counter is under ctx->wait.lock, with the sleepers.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/poll.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/specfs.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>

#define EFD_SEMAPHORE 1

struct eventfd_ctx {
	wait_queue_head_t wait;
	u64 count;	/* at most U64_MAX - 1 */
	bool semaphore;
};

/* Take what a read gives. => 0: nothing there */
static u64 take(struct eventfd_ctx *ctx)
{
	unsigned long flags;
	u64 n;

	spin_lock_irqsave(&ctx->wait.lock, flags);
	n = ctx->semaphore && ctx->count ? 1 : ctx->count;
	ctx->count -= n;
	spin_unlock_irqrestore(&ctx->wait.lock, flags);
	return n;
}

static bool add(struct eventfd_ctx *ctx, u64 n)
{
	unsigned long flags;
	bool room;

	spin_lock_irqsave(&ctx->wait.lock, flags);
	room = U64_MAX - ctx->count > n;
	if (room)
		ctx->count += n;
	spin_unlock_irqrestore(&ctx->wait.lock, flags);
	return room;
}

static ssize_t eventfd_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct eventfd_ctx *ctx = file->private_data;
	u64 n;
	int err;

	if (count < sizeof(n))
		return -EINVAL;
	n = take(ctx);
	if (!n && file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	if (!n) {
		err = wait_event_interruptible(ctx->wait, (n = take(ctx)) != 0);
		if (err)
			return err;
	}
	wake_up_all(&ctx->wait);
	return put_user(n, (u64 __user *)buf) ? -EFAULT : (ssize_t)sizeof(n);
}

static ssize_t eventfd_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct eventfd_ctx *ctx = file->private_data;
	u64 n;
	int err;

	if (count < sizeof(n))
		return -EINVAL;
	if (get_user(n, (const u64 __user *)buf))
		return -EFAULT;
	if (n == U64_MAX)
		return -EINVAL;
	if (!add(ctx, n)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(ctx->wait, add(ctx, n));
		if (err)
			return err;
	}
	wake_up_all(&ctx->wait);
	return sizeof(n);
}

static unsigned int eventfd_poll(struct file *file, struct poll_table *table)
{
	struct eventfd_ctx *ctx = file->private_data;
	unsigned int mask = 0;

	poll_wait(file, &ctx->wait, table);
	if (ctx->count)
		mask |= POLLIN | POLLRDNORM;
	if (ctx->count < U64_MAX - 1)
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

static int eventfd_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations eventfd_fops = {
	.llseek = no_llseek,
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.release = eventfd_release,
};

/* An open file on a nameless inode with this private data. => fd or -errno (data is the caller's then) */
int anon_fd(const char *name, const struct file_operations *fops, void *data, unsigned int flags)
{
	struct inode *inode = new_anon_inode(0600);
	struct file *file;
	int fd;

	if (!inode)
		return -ENOMEM;
	file = alloc_anon_file(inode, name, FMODE_READ | FMODE_WRITE, fops);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	fd = get_unused_fd(flags);
	if (fd < 0) {
		file->f_op = NULL;	/* nothing of ours to release */
		fput(file);
		return fd;
	}
	file->private_data = data;
	file->f_flags |= flags & O_NONBLOCK;
	fd_install((unsigned int)fd, file);
	return fd;
}

long sys_eventfd2(unsigned int count, int flags)
{
	struct eventfd_ctx *ctx;
	int fd;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | EFD_SEMAPHORE))
		return -EINVAL;
	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	if (!ctx)
		return -ENOMEM;
	init_waitqueue_head(&ctx->wait);
	ctx->count = count;
	ctx->semaphore = flags & EFD_SEMAPHORE;
	fd = anon_fd("anon_inode:[eventfd]", &eventfd_fops, ctx, (unsigned int)flags);
	if (fd < 0)
		kfree(ctx);
	return fd;
}

long sys_eventfd(unsigned int count)
{
	return sys_eventfd2(count, 0);
}
