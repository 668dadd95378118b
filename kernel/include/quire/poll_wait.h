/* SPDX-License-Identifier: MIT */
/*
 * The waiting side of poll, for select.c, poll.c and eventpoll.c.
 */
#ifndef QUIRE_POLL_WAIT_H
#define QUIRE_POLL_WAIT_H

#include <quire/poll.h>

struct task_struct;

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

void poll_initwait(struct poll_wqueues *pwq);
void poll_freewait(struct poll_wqueues *pwq);
void poll_sleep(struct poll_wqueues *pwq, long *timeout);
unsigned int file_poll(struct file *file, struct poll_table *table);
int poll_timeout_ticks(s64 sec, s64 nsec, long *ticks);
/* ppoll, pselect, epoll_pwait: another signal mask for the time of the call. */
int poll_set_sigmask(const void __user *user, size_t size);
void poll_restore_sigmask(const void __user *user, long result);

#endif
