/* SPDX-License-Identifier: MIT */
/*
 * Wait queues and completions (wait.h).
 *
 * No wake-up is lost: a waiter is on the queue and has set its state before it tests the condition, a waker
 * makes the condition true before it looks at the queue.  Non-exclusive entries stand before exclusive
 * ones, so a wake-up reaches all of the former and as many as asked of the latter.
 */
#include <quire/sched.h>

struct lock_class waitqueue_lock_class = { .name = "wait_queue" };

void init_waitqueue_head(wait_queue_head_t *q)
{
	spin_lock_init_class(&q->lock, &waitqueue_lock_class);
	INIT_LIST_HEAD(&q->list);
}

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, void *key)
{
	return try_to_wake_up(entry->private, mode);
}

int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, void *key)
{
	int woken = default_wake_function(entry, mode, key);

	if (woken)
		list_del_init(&entry->link);
	return woken;
}

static void enqueue_entry(wait_queue_head_t *q, struct wait_queue_entry *entry, bool exclusive)
{
	if (exclusive) {
		entry->flags |= WQ_FLAG_EXCLUSIVE;
		list_add_tail(&entry->link, &q->list);
	} else {
		entry->flags &= ~WQ_FLAG_EXCLUSIVE;
		list_add(&entry->link, &q->list);
	}
}

static void add_entry(wait_queue_head_t *q, struct wait_queue_entry *entry, bool exclusive)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	enqueue_entry(q, entry, exclusive);
	spin_unlock_irqrestore(&q->lock, flags);
}

void add_wait_queue(wait_queue_head_t *q, struct wait_queue_entry *entry)
{
	add_entry(q, entry, false);
}

void add_wait_queue_exclusive(wait_queue_head_t *q, struct wait_queue_entry *entry)
{
	add_entry(q, entry, true);
}

void remove_wait_queue(wait_queue_head_t *q, struct wait_queue_entry *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	list_del_init(&entry->link);
	spin_unlock_irqrestore(&q->lock, flags);
}

/* The state is set under the queue's lock: a waker that comes later finds both. */
static void prepare(wait_queue_head_t *q, struct wait_queue_entry *entry, int state, bool exclusive)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	if (list_empty(&entry->link))
		enqueue_entry(q, entry, exclusive);
	set_current_state(state);
	spin_unlock_irqrestore(&q->lock, flags);
}

void prepare_to_wait(wait_queue_head_t *q, struct wait_queue_entry *entry, int state)
{
	prepare(q, entry, state, false);
}

void prepare_to_wait_exclusive(wait_queue_head_t *q, struct wait_queue_entry *entry, int state)
{
	prepare(q, entry, state, true);
}

void finish_wait(wait_queue_head_t *q, struct wait_queue_entry *entry)
{
	set_current_state(TASK_RUNNING);
	if (!list_empty_careful(&entry->link))	/* else its waker took it off, and is done with it */
		remove_wait_queue(q, entry);
}

void __wake_up(wait_queue_head_t *q, unsigned int mode, int nr_exclusive, void *key)
{
	struct wait_queue_entry *entry, *next;
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	list_for_each_entry_safe(entry, next, &q->list, link) {
		bool exclusive = entry->flags & WQ_FLAG_EXCLUSIVE;

		if (entry->func(entry, mode, key) && exclusive && !--nr_exclusive)
			break;
	}
	spin_unlock_irqrestore(&q->lock, flags);
}

void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}

void complete(struct completion *x)
{
	struct wait_queue_entry *entry;
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	x->done++;
	if (!list_empty(&x->wait.list)) {
		entry = list_first_entry(&x->wait.list, struct wait_queue_entry, link);
		entry->func(entry, TASK_NORMAL, NULL);
	}
	spin_unlock_irqrestore(&x->wait.lock, flags);
}

/*
 * Everything under the lock, so that the completion may go out of scope as soon as this returns: complete() has
 * let go of it then.
 */
void wait_for_completion(struct completion *x)
{
	DEFINE_WAIT(wait);

	might_sleep();
	spin_lock_irq(&x->wait.lock);
	while (!x->done) {
		if (list_empty(&wait.link))
			list_add_tail(&wait.link, &x->wait.list);
		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock_irq(&x->wait.lock);
		schedule();
		spin_lock_irq(&x->wait.lock);
	}
	list_del_init(&wait.link);
	x->done--;
	spin_unlock_irq(&x->wait.lock);
}
