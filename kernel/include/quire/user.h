/* SPDX-License-Identifier: MIT */
/*
 * What is counted per user: what the tasks of one real uid pin of the kernel's memory.
 *
 * One user_struct for each real uid that some task has, or that something counted belongs to: each holds a
 * reference.  Who makes a thing is charged, whoever holds it later (for a signal: who receives it); the thing
 * remembers whom to credit.
 * Counts are atomic and need no lock.
 */
#ifndef QUIRE_USER_H
#define QUIRE_USER_H

#include <arch/atomic.h>
#include <quire/list.h>
#include <quire/types.h>

struct user_struct {
	struct list_head link;		/* user_lock */
	uid_t uid;
	atomic_t count;			/* references */
	atomic_t processes;		/* tasks with this real uid: RLIMIT_NPROC */
	atomic_t sigpending;		/* queued signals and POSIX timers: RLIMIT_SIGPENDING */
	atomic_t pipe_pages;		/* what his pipes may hold: fs.pipe-user-pages-soft, -hard */
	atomic_t socket_bytes;		/* in messages of his sockets: net.unix.user_pages_soft, _hard */
	atomic_t files_in_flight;	/* sent, and not yet received: RLIMIT_NOFILE */
	atomic_t epoll_watches;		/* fs.epoll.max_user_watches */
	atomic_t file_locks;
	atomic_t page_tables;		/* vm.user_page_tables */
	atomic_t areas;			/* vm.user_areas */
	atomic_t locked_shm;		/* pages of segments with SHM_LOCK: RLIMIT_MEMLOCK */
};
extern struct user_struct root_user;
struct user_struct *alloc_uid(uid_t uid); /* found or made, referenced; NULL without memory */
struct user_struct *get_uid(struct user_struct *user);
void free_uid(struct user_struct *user);

/*
 * One more of what count counts, a field of user; refused when that makes more than most.
 * => user, referenced, for uncharge_user(); NULL: refused
 */
struct user_struct *charge_user(struct user_struct *user, atomic_t *count, unsigned long most);
void uncharge_user(struct user_struct *user, atomic_t *count);

#endif
