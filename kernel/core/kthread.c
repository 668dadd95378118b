/* SPDX-License-Identifier: MIT */
/*
 * Kernel threads: children of the boot task (later of nobody in particular) without user memory.
 *
 * A thread that must end returns from its function; nobody waits for it.  Signals do not reach it: nothing takes
 * it to user mode, where they would be delivered.  Whoever creates it, it shares files and directories with
 * that task, and is a child of the boot task.
 */
#include <abi/sched.h>
#include <quire/string.h>

#include "task_internal.h"

pid_t kernel_thread(int (*fn)(void *), void *arg, const char *name)
{
	struct kernel_clone_args args = {
		.flags = CLONE_FS | CLONE_FILES | CLONE_VM | SIGCHLD,
		.fn = fn,
		.fn_arg = arg,
		.name = name,
	};

	return (pid_t)do_fork(&args, NULL);
}
