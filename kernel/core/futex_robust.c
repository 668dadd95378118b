/* SPDX-License-Identifier: MIT */
/*
 * Robust futexes: a thread keeps a list, in its own memory, of the locks that it
 * holds; when it dies, the kernel marks them and wakes a waiter of each.
 *
 * The list is user memory: it may be wrong, circular or unmapped.  Then the walk just ends.
 */
#include <abi/futex.h>
#include <quire/errno.h>
#include <quire/futex.h>
#include <quire/sched.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#define ENTRY_PI 1u	/* bit 0 of an entry: a priority-inheriting lock; Quire has none */

/* The dying owner's word: OWNER_DIED replaces its tid, waiters stay noted. */
static void mark_dead_owner(u32 __user *uaddr)
{
	u32 word, dead, seen;

	if ((unsigned long)uaddr % sizeof(u32))
		return;
	for (;;) {
		if (get_user(word, uaddr) || (word & FUTEX_TID_MASK) != (u32)current->pid)
			return;
		dead = (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
		if (cmpxchg_user_inatomic(uaddr, word, dead, &seen)) {
			if (fault_in_writeable(uaddr, sizeof(u32)))
				return;
			continue;
		}
		if (seen == word)
			break;
	}
	if (word & FUTEX_WAITERS)
		futex_wake(uaddr, true, 1, FUTEX_BITSET_MATCH_ANY);
}

static u32 __user *futex_of(u32 entry, s32 offset)
{
	return (u32 __user *)((entry & ~ENTRY_PI) + offset);
}

void exit_robust_list(void)
{
	struct robust_list_head __user *uhead = current->robust_list;
	struct robust_list_head head;
	u32 entry, next;
	int n;

	if (!uhead || copy_from_user(&head, uhead, sizeof(head)))
		return;
	current->robust_list = NULL;
	entry = head.list;
	for (n = 0; n < ROBUST_LIST_LIMIT && entry != (__force u32)(unsigned long)uhead; n++) {
		/* The next link first: a woken waiter may free this entry. */
		if (get_user(next, (u32 __user *)(entry & ~ENTRY_PI)))
			return;
		if (entry != head.list_op_pending)
			mark_dead_owner(futex_of(entry, head.futex_offset));
		entry = next;
		cond_resched();
	}
	if (head.list_op_pending)
		mark_dead_owner(futex_of(head.list_op_pending, head.futex_offset));
}

long sys_set_robust_list(void __user *head, size_t len)
{
	if (len != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

long sys_get_robust_list(pid_t pid, void __user *__user *uhead, size_t __user *ulen)
{
	struct task_struct *t = pid ? get_task_by_pid(pid) : NULL;
	u32 head;

	if (pid && !t)
		return -ESRCH;
	head = (__force u32)(unsigned long)(t ? t : current)->robust_list;
	if (t)
		put_task_struct(t);
	if (pid && pid != current->pid && !capable())
		return -EPERM;
	if (put_user((u32)sizeof(struct robust_list_head), (u32 __user *)ulen))
		return -EFAULT;
	return put_user(head, (u32 __user *)uhead);
}
