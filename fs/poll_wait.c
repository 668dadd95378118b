/* SPDX-License-Identifier: MIT */
/*
 * How select and poll wait.
 *
 * The first round only asks every file, since often one is ready.  The second one asks again, and on the way
 * each file's poll puts the caller on the queues that may change its answer (struct poll_wqueues).  If still
 * nothing was ready the caller sleeps until one of the queues is woken or the time is over, and asks again,
 * now without queueing.  `triggered` closes the gap between asking and sleeping.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/poll_wait.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/timer.h>
#include <quire/uaccess.h>

#define POLL_INLINE 16u	/* entries without an allocation: this is on the caller's stack */
#define POLL_BLOCK 32u	/* entries in one allocation after that */

/* The caller on one queue of one file, which is held meanwhile. */
struct poll_entry {
	struct file *file;
	wait_queue_head_t *queue;
	struct wait_queue_entry wait;
};

struct poll_block {
	struct poll_block *next;
	unsigned int nr;
	struct poll_entry entries[POLL_BLOCK];
};

struct poll_wqueues {
	struct poll_table table;	/* what files' poll gets */
	struct task_struct *task;
	int triggered;			/* a queue was woken since the last look */
	int error;			/* -ENOMEM while queueing */
	unsigned int nr_inline;
	struct poll_entry inline_entries[POLL_INLINE];
	struct poll_block *blocks;
};

static int poll_wake(struct wait_queue_entry *wait, unsigned int mode, void *key)
{
	struct poll_wqueues *pwq = wait->private;

	WRITE_ONCE(pwq->triggered, 1);
	return wake_up_process(pwq->task);
}

static struct poll_entry *new_entry(struct poll_wqueues *pwq)
{
	struct poll_block *block = pwq->blocks;

	if (pwq->nr_inline < POLL_INLINE)
		return &pwq->inline_entries[pwq->nr_inline++];
	if (!block || block->nr == POLL_BLOCK) {
		block = kmalloc(sizeof(*block), GFP_KERNEL);
		if (!block) {
			pwq->error = -ENOMEM;
			return NULL;
		}
		block->nr = 0;
		block->next = pwq->blocks;
		pwq->blocks = block;
	}
	return &block->entries[block->nr++];
}

static void poll_queue(struct file *file, wait_queue_head_t *q, struct poll_table *table)
{
	struct poll_wqueues *pwq = container_of(table, struct poll_wqueues, table);
	struct poll_entry *entry = new_entry(pwq);

	if (!entry)
		return;
	entry->file = get_file(file);
	entry->queue = q;
	init_waitqueue_func_entry(&entry->wait, poll_wake);
	entry->wait.private = pwq;
	add_wait_queue(q, &entry->wait);
}

static void poll_initwait(struct poll_wqueues *pwq)
{
	pwq->table.queue = poll_queue;
	pwq->task = current;
	pwq->triggered = 0;
	pwq->error = 0;
	pwq->nr_inline = 0;
	pwq->blocks = NULL;
}

static void free_entry(struct poll_entry *entry)
{
	remove_wait_queue(entry->queue, &entry->wait);
	fput(entry->file);
}

static void poll_freewait(struct poll_wqueues *pwq)
{
	struct poll_block *block, *next;
	unsigned int i;

	for (i = 0; i < pwq->nr_inline; i++)
		free_entry(&pwq->inline_entries[i]);
	for (block = pwq->blocks; block; block = next) {
		next = block->next;
		for (i = 0; i < block->nr; i++)
			free_entry(&block->entries[i]);
		kfree(block);
	}
}

/* Sleep for what is left of *timeout ticks unless something has happened since the round began. */
static void poll_sleep(struct poll_wqueues *pwq, long *timeout)
{
	set_current_state(TASK_INTERRUPTIBLE);
	if (!READ_ONCE(pwq->triggered))
		*timeout = schedule_timeout(*timeout);
	set_current_state(TASK_RUNNING);
	WRITE_ONCE(pwq->triggered, 0);
}

int poll_until(poll_round_fn round, void *arg, long *timeout)
{
	struct poll_wqueues pwq;
	struct poll_table *table = &pwq.table;
	int ready = round(arg, NULL);

	if (ready || !*timeout)
		return ready;
	poll_initwait(&pwq);
	for (;;) {
		ready = round(arg, table);
		table = NULL;
		if (ready || !*timeout)
			break;
		ready = pwq.error;
		if (!ready && signal_pending(current))
			ready = -ERESTARTNOHAND;
		if (ready)
			break;
		poll_sleep(&pwq, timeout);
	}
	poll_freewait(&pwq);
	return ready;
}

unsigned int file_poll(struct file *file, struct poll_table *table)
{
	if (file->f_op && file->f_op->poll)
		return file->f_op->poll(file, table);
	return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

/* ---- time-outs ---- */

int poll_timeout_ticks(s64 sec, s64 nsec, long *ticks)
{
	if (sec < 0 || nsec < 0 || nsec >= (s64)NSEC_PER_SEC)
		return -EINVAL;
	if (sec >= (MAX_SCHEDULE_TIMEOUT - 2) / HZ - 1)
		*ticks = MAX_SCHEDULE_TIMEOUT - 2;
	else
		*ticks = (long)sec * HZ +
			 (long)DIV_ROUND_UP((unsigned long)nsec, (unsigned long)NSEC_PER_TICK);
	/* The tick that is running is partly over: one more, or the sleep would be too short. */
	if (*ticks)
		++*ticks;
	return 0;
}

/* ---- signal masks for the time of the call ---- */

int poll_set_sigmask(const void __user *user, size_t size)
{
	sigset_t mask;

	if (!user)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, user, sizeof(mask)))
		return -EFAULT;
	mask &= ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	current->saved_sigmask = current->blocked;
	set_current_blocked(&mask);
	return 0;
}

/*
 * Interrupted: the signal is delivered under the call's mask, the frame restores the saved one.
 * Else the saved mask comes back now.
 */
void poll_restore_sigmask(const void __user *user, long result)
{
	if (!user)
		return;
	if (result == -ERESTARTNOHAND || result == -EINTR) {
		set_bit(TIF_RESTORE_SIGMASK, &current->work);
		return;
	}
	set_current_blocked(&current->saved_sigmask);
}
