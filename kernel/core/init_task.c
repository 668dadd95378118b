/* SPDX-License-Identifier: MIT */
/*
 * Task 0: the thread that boots, later this processor's idle task.
 *
 * It is never on the task list, has no number that can be found and never exits.  Its address space is the kernel's
 * own.  Its stack is set by arch before the first interrupt.
 */
#include <quire/mm.h>

#include "task_internal.h"

static struct lock_class siglock_class = { .name = "siglock" };
static struct lock_class alloc_lock_class = { .name = "task_lock" };

#define UNLIMITED { RLIM_INFINITY, RLIM_INFINITY }

static struct signal_struct init_signals = {
	.live = ATOMIC_INIT(1),
	.nr_threads = 1,
	.wait_chldexit = { .lock = SPINLOCK_INIT_CLASS(&waitqueue_lock_class),
			   .list = LIST_HEAD_INIT(init_signals.wait_chldexit.list) },
	.shared_pending = { .list = LIST_HEAD_INIT(init_signals.shared_pending.list) },
	.posix_timers = LIST_HEAD_INIT(init_signals.posix_timers),
	.rlim = {
		[RLIMIT_CPU] = UNLIMITED, [RLIMIT_FSIZE] = UNLIMITED, [RLIMIT_DATA] = UNLIMITED,
		[RLIMIT_STACK] = { 8ul << 20, RLIM_INFINITY },
		[RLIMIT_CORE] = { 0, RLIM_INFINITY },
		[RLIMIT_RSS] = UNLIMITED,
		[RLIMIT_NPROC] = { 0, 0 },	/* by memory: fork_init */
		[RLIMIT_NOFILE] = { 1024, 4096 },
		[RLIMIT_MEMLOCK] = { 8ul << 20, 8ul << 20 },
		[RLIMIT_AS] = UNLIMITED, [RLIMIT_LOCKS] = UNLIMITED,
		[RLIMIT_SIGPENDING] = { 0, 0 },	/* by memory: fork_init */
		[RLIMIT_MSGQUEUE] = { 819200, 819200 },
		[RLIMIT_NICE] = { 0, 0 },
		[RLIMIT_RTPRIO] = { 0, 0 },
		[RLIMIT_RTTIME] = UNLIMITED,
	},
	.usage = ATOMIC_INIT(1),
};

static struct sighand_struct init_sighand = {
	.siglock = SPINLOCK_INIT_CLASS(&siglock_class),
	.count = ATOMIC_INIT(1),
};

struct task_struct init_task = {
	.state = TASK_RUNNING,
	.run_list = LIST_HEAD_INIT(init_task.run_list),
	.static_prio = 20,
	.prio = MAX_PRIO - 1,
	.time_slice = 1,
	.flags = PF_KTHREAD,
	.active_mm = &init_mm,
	.alloc_lock = SPINLOCK_INIT_CLASS(&alloc_lock_class),
	.comm = "idle",
	.real_parent = &init_task,
	.parent = &init_task,
	.group_leader = &init_task,
	.children = LIST_HEAD_INIT(init_task.children),
	.sibling = LIST_HEAD_INIT(init_task.sibling),
	.tasks = LIST_HEAD_INIT(init_task.tasks),
	.thread_group = LIST_HEAD_INIT(init_task.thread_group),
	.exit_signal = SIGCHLD,
	.signal = &init_signals,
	.sighand = &init_sighand,
	.pending = { .list = LIST_HEAD_INIT(init_task.pending.list) },
	.user = &root_user,
	.usage = ATOMIC_INIT(2),
};
