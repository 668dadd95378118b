/* SPDX-License-Identifier: MIT */
/*
 * Layer 5: the two threads that write dirty file data behind everybody's back.
 *
 *	bdflush		woken above the background limit: writes until below it
 *	kupdated	every dirty_writeback_centisecs: what is older than
 *			dirty_expire_centisecs, and super blocks
 */
#include <quire/kernel.h>
#include <quire/pagemap.h>
#include <quire/sched.h>
#include <quire/timer.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "reclaim_internal.h"

#define BDFLUSH_CHUNK 1024	   /* pages a pass */
#define KUPDATED_CHUNK (16 * 1024)
#define IO_WAIT_TICKS (HZ / 10)
#define CENTISECS_PER_SEC 100
#define LOOK_AGAIN_TICKS (5 * HZ) /* kupdated while it is switched off */

int bdflush(void *unused)
{
	for (;;) {
		wait_for_bdflush_work();
		while (writeback_ops && background_writing_wanted()) {
			unsigned int since = writes_ended();
			long written = writeback_ops->writeback_inodes(BDFLUSH_CHUNK, 0);

			count_vm_event(writeback_runs);
			/* All of it is being written already, or none of it can be: let transfers end. */
			if (written <= 0) {
				wait_for_writeback(since, IO_WAIT_TICKS);
				break;
			}
			cond_resched();
		}
	}
	return 0;
}

static unsigned long centisecs_to_ticks(int centisecs)
{
	return (unsigned long)centisecs * HZ / CENTISECS_PER_SEC;
}

int kupdated(void *unused)
{
	for (;;) {
		unsigned long interval = centisecs_to_ticks(dirty_writeback_centisecs);

		schedule_timeout_interruptible(interval ? (long)interval : LOOK_AGAIN_TICKS);
		if (!interval || !writeback_ops)
			continue;
		writeback_ops->sync_supers();
		writeback_ops->writeback_inodes(KUPDATED_CHUNK,
						max(centisecs_to_ticks(dirty_expire_centisecs), 1ul));
		count_vm_event(writeback_runs);
	}
	return 0;
}
