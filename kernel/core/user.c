/* SPDX-License-Identifier: MIT */
/*
 * Users, and what is counted for each (quire/user.h).
 *
 * user_lock guards the list; it is interrupt-safe because signals are freed anywhere.
 */
#include <quire/slab.h>

#include "task_internal.h"

struct user_struct root_user = {
	.link = LIST_HEAD_INIT(root_user.link),
	.count = ATOMIC_INIT(1),
	.processes = ATOMIC_INIT(1),
};

static DEFINE_SPINLOCK(user_lock);
static LIST_HEAD(users);	/* all but root_user, which is never freed */

static struct user_struct *find_user(uid_t uid)
{
	struct user_struct *user;

	list_for_each_entry(user, &users, link)
		if (user->uid == uid)
			return get_uid(user);
	return NULL;
}

struct user_struct *alloc_uid(uid_t uid)
{
	struct user_struct *fresh, *user;

	if (uid == 0)
		return get_uid(&root_user);
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		return NULL;
	fresh->uid = uid;
	atomic_set(&fresh->count, 1);
	spin_lock_irq(&user_lock);
	user = find_user(uid);
	if (!user)
		list_add(&fresh->link, &users);
	spin_unlock_irq(&user_lock);
	if (user)
		kfree(fresh);
	return user ? user : fresh;
}

struct user_struct *get_uid(struct user_struct *user)
{
	atomic_inc(&user->count);
	return user;
}

void free_uid(struct user_struct *user)
{
	unsigned long flags;
	bool last;

	if (atomic_add_unless(&user->count, -1, 1))
		return;
	spin_lock_irqsave(&user_lock, flags);
	last = atomic_dec_and_test(&user->count);
	if (last)
		list_del(&user->link);
	spin_unlock_irqrestore(&user_lock, flags);
	if (last)
		kfree(user);
}

struct user_struct *charge_user(struct user_struct *user, atomic_t *count, unsigned long most)
{
	if ((unsigned long)atomic_inc_return(count) > most) {
		atomic_dec(count);
		return NULL;
	}
	return get_uid(user);
}

void uncharge_user(struct user_struct *user, atomic_t *count)
{
	atomic_dec(count);
	free_uid(user);
}
