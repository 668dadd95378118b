/* SPDX-License-Identifier: MIT */
/*
 * epoll: a set of files that is watched all the time.
 *
 * Each watched file has an item that stands on the file's wait queues.  A wake-up puts the item on the
 * ready list and wakes those who wait for the set; epoll_wait asks the files on the list once more,
 * reports what is true, and leaves level-triggered ones on the list.  A closed file leaves every
 * set that watches it: the item holds no reference of the file; its f_op's last fput calls
 * eventpoll_release.
 *
 * Locking: epoll_mutex (one for all sets: sets are few) guards sets and items; ep->lock (spin,
 * interrupts off: wake-ups come from them) guards the ready list.
 */
#include <quire/err.h>
#include <quire/eventpoll.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/poll_wait.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/specfs.h>
#include <quire/syscalls_fs.h>
#include <quire/timer.h>
#include <quire/uaccess.h>
#include <quire/user.h>

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3
#define EPOLLONESHOT (1u << 30)
#define EPOLLET (1u << 31)
#define EPOLL_PRIVATE_BITS (EPOLLONESHOT | EPOLLET | 1u << 29 | 1u << 28)
#define EPOLL_MAX_EVENTS ((int)(S32_MAX / sizeof(struct epoll_event)))
#define EPOLL_CHUNK 32	/* most events of one call */
#define WATCHES_SHARE 25	/* of memory, that one user's items may take: 4 %, as on Linux */
#define EPOLL_QUEUES 2	/* wait queues that one file's poll may use */

struct epoll_event {
	u32 events;
	u64 data;
} __attribute__((packed, aligned(4)));

struct eventpoll {
	spinlock_t lock;
	struct list_head ready;		/* items, oldest first */
	wait_queue_head_t wait;		/* epoll_wait */
	wait_queue_head_t poll_wait;	/* poll of the set itself */
	struct list_head items;		/* all: epoll_mutex */
};

struct epitem {
	struct eventpoll *ep;
	struct list_head all, rdy;	/* rdy: ep->lock; empty: not ready */
	struct list_head file_link;	/* all items, by eventpoll_release: epoll_mutex */
	struct file *file;
	struct user_struct *user;	/* who is charged */
	int fd;
	struct epoll_event event;
	struct poll_table table;
	unsigned int nr_waits;
	bool too_many;			/* the file has more queues than we have room */
	struct {
		wait_queue_head_t *queue;
		struct wait_queue_entry wait;
	} waits[EPOLL_QUEUES];
};

static DEFINE_MUTEX(epoll_mutex);
static LIST_HEAD(all_items);
static unsigned long max_user_watches;

void eventpoll_init(void)
{
	max_user_watches = totalram_pages / WATCHES_SHARE * (PAGE_SIZE / sizeof(struct epitem));
	sysctl_register_ulong("sys/fs/epoll/max_user_watches", &max_user_watches, 0, INT_MAX, NULL);
}

static void mark_ready(struct epitem *item)
{
	struct eventpoll *ep = item->ep;
	unsigned long flags;

	spin_lock_irqsave(&ep->lock, flags);
	if (list_empty(&item->rdy))
		list_add_tail(&item->rdy, &ep->ready);
	spin_unlock_irqrestore(&ep->lock, flags);
	wake_up(&ep->wait);
	wake_up_all(&ep->poll_wait);
}

static int item_wake(struct wait_queue_entry *wait, unsigned int mode, void *key)
{
	mark_ready(wait->private);
	return 1;
}

static void item_queue(struct file *file, wait_queue_head_t *q, struct poll_table *table)
{
	struct epitem *item = container_of(table, struct epitem, table);

	if (item->nr_waits == EPOLL_QUEUES) {
		item->too_many = true;
		return;
	}
	item->waits[item->nr_waits].queue = q;
	init_waitqueue_func_entry(&item->waits[item->nr_waits].wait, item_wake);
	item->waits[item->nr_waits].wait.private = item;
	add_wait_queue(q, &item->waits[item->nr_waits].wait);
	item->nr_waits++;
}

/* epoll_mutex held. */
static void free_item(struct epitem *item)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < item->nr_waits; i++)
		remove_wait_queue(item->waits[i].queue, &item->waits[i].wait);
	spin_lock_irqsave(&item->ep->lock, flags);
	list_del_init(&item->rdy);
	spin_unlock_irqrestore(&item->ep->lock, flags);
	list_del(&item->all);
	list_del(&item->file_link);
	uncharge_user(item->user, &item->user->epoll_watches);
	kfree(item);
}

static struct epitem *find_item(struct eventpoll *ep, struct file *file, int fd)
{
	struct epitem *item;

	list_for_each_entry(item, &ep->items, all)
		if (item->file == file && item->fd == fd)
			return item;
	return NULL;
}

static int add_item(struct eventpoll *ep, struct file *file, int fd, const struct epoll_event *event)
{
	struct user_struct *user = charge_user(current->user, &current->user->epoll_watches, max_user_watches);
	struct epitem *item;

	if (!user)
		return -ENOSPC;
	item = kzalloc(sizeof(*item), GFP_KERNEL);
	if (!item) {
		uncharge_user(user, &user->epoll_watches);
		return -ENOMEM;
	}
	item->user = user;
	item->ep = ep;
	item->file = file;
	item->fd = fd;
	item->event = *event;
	item->table.queue = item_queue;
	INIT_LIST_HEAD(&item->rdy);
	list_add_tail(&item->all, &ep->items);
	list_add(&item->file_link, &all_items);
	if (file_poll(file, &item->table) & event->events)
		mark_ready(item);
	if (!item->too_many)
		return 0;
	free_item(item);
	return -ENOSPC;
}

static void modify_item(struct epitem *item, const struct epoll_event *event)
{
	item->event = *event;
	if (file_poll(item->file, NULL) & event->events)
		mark_ready(item);
}

/* The last reference of a file goes; it leaves every set. */
void eventpoll_release(struct file *file)
{
	struct epitem *item, *next;

	if (list_empty(&all_items))
		return;
	mutex_lock(&epoll_mutex);
	list_for_each_entry_safe(item, next, &all_items, file_link)
		if (item->file == file)
			free_item(item);
	mutex_unlock(&epoll_mutex);
}

static int ep_release(struct inode *inode, struct file *file)
{
	struct eventpoll *ep = file->private_data;
	struct epitem *item, *next;

	mutex_lock(&epoll_mutex);
	list_for_each_entry_safe(item, next, &ep->items, all)
		free_item(item);
	mutex_unlock(&epoll_mutex);
	kfree(ep);
	return 0;
}

static unsigned int ep_poll(struct file *file, struct poll_table *table)
{
	struct eventpoll *ep = file->private_data;

	poll_wait(file, &ep->poll_wait, table);
	return list_empty(&ep->ready) ? 0 : POLLIN | POLLRDNORM;
}

static const struct file_operations eventpoll_fops = {
	.llseek = no_llseek,
	.poll = ep_poll,
	.release = ep_release,
};

long sys_epoll_create1(int flags)
{
	struct eventpoll *ep;
	int fd;

	if (flags & ~O_CLOEXEC)
		return -EINVAL;
	ep = kzalloc(sizeof(*ep), GFP_KERNEL);
	if (!ep)
		return -ENOMEM;
	spin_lock_init(&ep->lock);
	INIT_LIST_HEAD(&ep->ready);
	INIT_LIST_HEAD(&ep->items);
	init_waitqueue_head(&ep->wait);
	init_waitqueue_head(&ep->poll_wait);
	/* Woken from inside other queues' wake-ups, never the other way: a set watches no set. */
	spin_lock_init_named(&ep->wait.lock, "epoll wait");
	spin_lock_init_named(&ep->poll_wait.lock, "epoll poll_wait");
	fd = anon_fd("anon_inode:[eventpoll]", &eventpoll_fops, ep, (unsigned int)flags);
	if (fd < 0)
		kfree(ep);
	return fd;
}

long sys_epoll_create(int size)
{
	return size > 0 ? sys_epoll_create1(0) : -EINVAL;
}

static int ctl(struct eventpoll *ep, int op, struct file *file, int fd, const struct epoll_event *event)
{
	struct epitem *item = find_item(ep, file, fd);

	switch (op) {
	case EPOLL_CTL_ADD:
		return item ? -EEXIST : add_item(ep, file, fd, event);
	case EPOLL_CTL_MOD:
		if (item)
			modify_item(item, event);
		return item ? 0 : -ENOENT;
	case EPOLL_CTL_DEL:
		if (item)
			free_item(item);
		return item ? 0 : -ENOENT;
	default:
		return -EINVAL;
	}
}

long sys_epoll_ctl(int epfd, int op, int fd, struct epoll_event __user *uevent)
{
	struct epoll_event event = { .events = 0 };
	struct file *set, *file;
	long err = -EBADF;

	if (op != EPOLL_CTL_DEL && copy_from_user(&event, uevent, sizeof(event)))
		return -EFAULT;
	event.events |= POLLERR | POLLHUP;
	set = fget((unsigned int)epfd);
	file = fget((unsigned int)fd);
	if (!set || !file)
		goto out;
	err = -EPERM;
	if (!file->f_op || !file->f_op->poll)
		goto out;
	/* Sets of sets could form circles: not here. */
	err = -EINVAL;
	if (set->f_op != &eventpoll_fops || file->f_op == &eventpoll_fops)
		goto out;
	mutex_lock(&epoll_mutex);
	err = ctl(set->private_data, op, file, fd, &event);
	mutex_unlock(&epoll_mutex);
out:
	if (set)
		fput(set);
	if (file)
		fput(file);
	return err;
}

/* One item off the ready list.  => its file's events, 0 when it is not ready any more */
static u32 take_ready(struct eventpoll *ep, struct epitem *item)
{
	unsigned long flags;
	u32 events;

	spin_lock_irqsave(&ep->lock, flags);
	list_del_init(&item->rdy);
	spin_unlock_irqrestore(&ep->lock, flags);
	events = file_poll(item->file, NULL) & item->event.events & ~EPOLL_PRIVATE_BITS;
	if (!events)
		return 0;
	if (item->event.events & EPOLLONESHOT)
		item->event.events &= EPOLL_PRIVATE_BITS;
	return events;
}

/*
 * Up to max events into kernel memory.  Not straight to the user: a copy may fault and take mmap_sem,
 * under which the last fput of a mapped file waits for epoll_mutex.
 */
static int collect_ready(struct eventpoll *ep, struct epoll_event *events, int max)
{
	LIST_HEAD(again);
	unsigned long flags;
	int n = 0;

	mutex_lock(&epoll_mutex);
	while (n < max && !list_empty(&ep->ready)) {
		struct epitem *item = list_first_entry(&ep->ready, struct epitem, rdy);

		events[n].data = item->event.data;
		events[n].events = take_ready(ep, item);
		if (!events[n].events)
			continue;
		n++;
		if (!(item->event.events & (EPOLLET | EPOLLONESHOT))) {
			spin_lock_irqsave(&ep->lock, flags);
			if (list_empty(&item->rdy))
				list_add_tail(&item->rdy, &again);
			spin_unlock_irqrestore(&ep->lock, flags);
		}
	}
	spin_lock_irqsave(&ep->lock, flags);
	list_splice_tail_init(&again, &ep->ready);
	spin_unlock_irqrestore(&ep->lock, flags);
	mutex_unlock(&epoll_mutex);
	return n;
}

/* => events stored, -EFAULT */
static int send_ready(struct eventpoll *ep, struct epoll_event __user *events, int max)
{
	struct epoll_event chunk[EPOLL_CHUNK];
	int n = collect_ready(ep, chunk, min(max, EPOLL_CHUNK));

	if (n && copy_to_user(events, chunk, (size_t)n * sizeof(*chunk)))
		return -EFAULT;
	return n;
}

static int wait_ready(struct eventpoll *ep, struct epoll_event __user *events, int max, long timeout)
{
	int n;

	for (;;) {
		n = send_ready(ep, events, max);
		if (n || !timeout)
			return n;
		timeout = wait_event_interruptible_timeout(ep->wait, !list_empty(&ep->ready), timeout);
		if (timeout < 0)
			return -EINTR;
	}
}

long sys_epoll_wait(int epfd, struct epoll_event __user *events, int max, int timeout_ms)
{
	long ticks = MAX_SCHEDULE_TIMEOUT;
	struct file *set;
	long err = -EINVAL;

	if (max <= 0 || max > EPOLL_MAX_EVENTS)
		return -EINVAL;
	if (!access_ok(events, (size_t)max * sizeof(*events)))
		return -EFAULT;
	if (timeout_ms >= 0)
		poll_timeout_ticks(timeout_ms / 1000, timeout_ms % 1000 * (s64)NSEC_PER_MSEC, &ticks);
	set = fget((unsigned int)epfd);
	if (!set)
		return -EBADF;
	if (set->f_op == &eventpoll_fops)
		err = wait_ready(set->private_data, events, max, ticks);
	fput(set);
	return err;
}

long sys_epoll_pwait(int epfd, struct epoll_event __user *events, int max, int timeout_ms,
		     const void __user *sigmask, size_t sigsetsize)
{
	long n = poll_set_sigmask(sigmask, sigsetsize);

	if (n)
		return n;
	n = sys_epoll_wait(epfd, events, max, timeout_ms);
	poll_restore_sigmask(sigmask, n);
	return n;
}
