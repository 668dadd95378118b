/* SPDX-License-Identifier: MIT */
/*
 * poll and select: a driver's poll calls poll_wait for each queue that may change
 * the answer, then returns the mask that holds now.
 */
#ifndef QUIRE_POLL_H
#define QUIRE_POLL_H

#include <quire/wait.h>

struct file;

#define POLLIN 0x0001
#define POLLPRI 0x0002
#define POLLOUT 0x0004
#define POLLERR 0x0008
#define POLLHUP 0x0010
#define POLLNVAL 0x0020
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080
#define POLLWRNORM 0x0100
#define POLLWRBAND 0x0200
#define POLLMSG 0x0400
#define POLLRDHUP 0x2000

struct poll_table {
	void (*queue)(struct file *file, wait_queue_head_t *q, struct poll_table *table);
};

static inline void poll_wait(struct file *file, wait_queue_head_t *q, struct poll_table *table)
{
	if (table && table->queue)
		table->queue(file, q, table);
}

#endif
