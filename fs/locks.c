/* SPDX-License-Identifier: MIT */
/*
 * Advisory locks: fcntl's record locks (POSIX) and flock's whole-file locks.
 *
 * A POSIX lock belongs to a process, that is to its file table: closing any descriptor of the file drops
 * all that this table holds on it.  Locks of one owner never overlap: setting one cuts or replaces
 * what it covers.  A flock lock belongs to the open file and goes with it.
 *
 * Every inode's locks hang on i_flock, POSIX and flock mixed; they are few.  A waiter sleeps on the one
 * queue below and looks again after every release; before a POSIX lock waits, the chain of who
 * waits for whom is followed, and a circle gives -EDEADLK.
 *
 * Locking: locks_lock (spin) guards all lists and the chain of waiters.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>
#include <quire/user.h>

struct file_lock {
	struct file_lock *next;		/* on the inode */
	bool posix;
	unsigned char type;		/* F_RDLCK, F_WRLCK, F_UNLCK */
	const void *owner;		/* files_struct, or the struct file of a flock */
	pid_t pid;
	struct user_struct *user;	/* who is charged */
	loff_t start, end;		/* end included */
};

struct lock_waiter {
	struct list_head link;
	const void *owner, *blocker;
};

struct flock32 {
	s16 l_type, l_whence;
	s32 l_start, l_len;
	s32 l_pid;
};

struct flock64 {
	s16 l_type, l_whence;
	s64 l_start, l_len;
	s32 l_pid;
} __attribute__((packed, aligned(4)));

#define LOCKS_SHARE 64	/* of memory, that one user's locks may take; Linux has no limit */

static DEFINE_SPINLOCK(locks_lock);
static DECLARE_WAIT_QUEUE_HEAD(locks_wait);	/* some lock was released */
static LIST_HEAD(posix_waiters);		/* locks_lock */

/* A copy of l.  NULL: no memory, or the user has too many */
static struct file_lock *new_lock(const struct file_lock *l)
{
	unsigned long most = totalram_pages / LOCKS_SHARE * (PAGE_SIZE / sizeof(*l));
	struct user_struct *user = charge_user(current->user, &current->user->file_locks,
					       capable() ? ULONG_MAX : most);
	struct file_lock *new = user ? kmalloc(sizeof(*new), GFP_KERNEL) : NULL;

	if (user && !new)
		uncharge_user(user, &user->file_locks);
	if (!new)
		return NULL;
	*new = *l;
	new->user = user;
	return new;
}

static void free_lock(struct file_lock *l)
{
	if (!l)
		return;
	uncharge_user(l->user, &l->user->file_locks);
	kfree(l);
}

static bool overlaps(const struct file_lock *a, const struct file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static bool conflicts(const struct file_lock *held, const struct file_lock *want)
{
	if (held->posix != want->posix || held->owner == want->owner)
		return false;
	if (held->type != F_WRLCK && want->type != F_WRLCK)
		return false;
	return overlaps(held, want);
}

static struct file_lock *find_conflict(struct inode *inode, const struct file_lock *want)
{
	struct file_lock *l;

	for (l = inode->i_flock; l; l = l->next)
		if (conflicts(l, want))
			return l;
	return NULL;
}

/* Does blocker, directly or through others, wait for owner? */
static bool would_deadlock(const void *owner, const void *blocker)
{
	struct lock_waiter *w;
	bool found;

	do {
		if (blocker == owner)
			return true;
		found = false;
		list_for_each_entry(w, &posix_waiters, link) {
			if (w->owner == blocker) {
				blocker = w->blocker;
				found = true;
				break;
			}
		}
	} while (found);
	return false;
}

static void insert_lock(struct inode *inode, struct file_lock *new)
{
	struct file_lock **p = &inode->i_flock;

	while (*p && (*p)->start <= new->start)
		p = &(*p)->next;
	new->next = *p;
	*p = new;
}

/*
 * The owner's locks make room for the range of new: covered ones go to *dead, others are cut, one may
 * have to be split in two (*spare becomes its second part).
 * => false: there is one to split, and no spare; nothing has changed
 */
static bool carve_out(struct inode *inode, const struct file_lock *new, struct file_lock **spare,
		      struct file_lock **dead)
{
	struct file_lock **p = &inode->i_flock, *l;

	while ((l = *p) != NULL) {
		if (l->posix != new->posix || l->owner != new->owner || !overlaps(l, new)) {
			p = &l->next;
			continue;
		}
		if (l->start < new->start && l->end > new->end) {
			struct file_lock *second = *spare;
			struct user_struct *user;

			if (!second)
				return false;
			user = second->user;
			*spare = NULL;
			*second = *l;
			second->user = user;
			second->start = new->end + 1;
			l->end = new->start - 1;
			insert_lock(inode, second);
			return true;
		}
		if (l->start < new->start) {
			l->end = new->start - 1;
			p = &l->next;
		} else if (l->end > new->end) {
			*p = l->next;
			l->start = new->end + 1;
			insert_lock(inode, l);
		} else {
			*p = l->next;
			l->next = *dead;
			*dead = l;
		}
	}
	return true;
}

static bool adjacent(const struct file_lock *a, const struct file_lock *b)
{
	return a->posix && b->posix && a->owner == b->owner && a->type == b->type &&
	       (a->end == S64_MAX ? false : a->end + 1 == b->start);
}

/* Neighbours of the same kind grow together. */
static void merge_locks(struct inode *inode, struct file_lock **dead)
{
	struct file_lock *l = inode->i_flock, **p;

	while (l) {
		for (p = &inode->i_flock; *p; p = &(*p)->next)
			if (adjacent(l, *p))
				break;
		if (!*p) {
			l = l->next;
			continue;
		}
		l->end = (*p)->end;
		struct file_lock *gone = *p;

		*p = gone->next;
		gone->next = *dead;
		*dead = gone;
	}
}

static void free_locks(struct file_lock *dead)
{
	while (dead) {
		struct file_lock *next = dead->next;

		free_lock(dead);
		dead = next;
	}
}

/* Wait until something was released; locks_lock held, dropped meanwhile. => 0 or -ERESTARTSYS */
static int wait_for_release(void)
{
	DEFINE_WAIT(wait);
	int err = 0;

	prepare_to_wait(&locks_wait, &wait, TASK_INTERRUPTIBLE);
	spin_unlock(&locks_lock);
	if (signal_pending(current))
		err = -ERESTARTSYS;
	else
		schedule();
	finish_wait(&locks_wait, &wait);
	spin_lock(&locks_lock);
	return err;
}

/* Until nothing is in the way. locks_lock held. => 0, -EAGAIN, -EDEADLK, -ERESTARTSYS */
static int wait_for_conflicts(struct inode *inode, const struct file_lock *want, bool wait)
{
	struct lock_waiter waiter = { .owner = want->owner };
	struct file_lock *held;
	int err = 0;

	while (!err && (held = find_conflict(inode, want)) != NULL) {
		if (!wait)
			return -EAGAIN;
		if (want->posix && would_deadlock(want->owner, held->owner))
			return -EDEADLK;
		waiter.blocker = held->owner;
		if (want->posix)
			list_add(&waiter.link, &posix_waiters);
		err = wait_for_release();
		if (want->posix)
			list_del(&waiter.link);
	}
	return err;
}

/* Set, change or (F_UNLCK) remove a lock.  => 0 or -errno */
static int apply_lock(struct inode *inode, const struct file_lock *want, bool wait)
{
	struct file_lock *new = NULL, *spare = new_lock(want), *dead = NULL;
	int err = -ENOLCK;

	/* A user who has too many can still unlock. */
	if (want->type != F_UNLCK)
		new = new_lock(want);
	if (want->type != F_UNLCK && (!new || !spare))
		goto free;
	spin_lock(&locks_lock);
	/* flock: a change of kind drops the old lock first, so that two who upgrade do not block. */
	if (!want->posix)
		carve_out(inode, want, &spare, &dead);
	err = want->type == F_UNLCK ? 0 : wait_for_conflicts(inode, want, wait);
	if (!err && !carve_out(inode, want, &spare, &dead))
		err = -ENOLCK;
	if (!err && want->type != F_UNLCK) {
		insert_lock(inode, new);
		new = NULL;
		merge_locks(inode, &dead);
	}
	spin_unlock(&locks_lock);
	wake_up_all(&locks_wait);
free:
	free_locks(dead);
	free_lock(new);
	free_lock(spare);
	return err;
}

/* ---- closing ---- */

static void remove_locks(struct inode *inode, const void *owner, bool posix)
{
	struct file_lock **p = &inode->i_flock, *l, *dead = NULL;

	if (!inode->i_flock)
		return;
	spin_lock(&locks_lock);
	while ((l = *p) != NULL) {
		if (l->owner == owner && l->posix == posix) {
			*p = l->next;
			l->next = dead;
			dead = l;
		} else {
			p = &l->next;
		}
	}
	spin_unlock(&locks_lock);
	if (dead)
		wake_up_all(&locks_wait);
	free_locks(dead);
}

void locks_remove_posix(struct file *file, struct files_struct *owner)
{
	remove_locks(file_inode(file), owner, true);
}

void locks_remove_flock(struct file *file)
{
	remove_locks(file_inode(file), file, false);
}

/* ---- fcntl ---- */

static bool is_64(unsigned int cmd)
{
	return cmd == F_GETLK64 || cmd == F_SETLK64 || cmd == F_SETLKW64;
}

static int get_flock(unsigned int cmd, const void __user *arg, struct flock64 *fl)
{
	struct flock32 small;

	if (is_64(cmd))
		return copy_from_user(fl, arg, sizeof(*fl)) ? -EFAULT : 0;
	if (copy_from_user(&small, arg, sizeof(small)))
		return -EFAULT;
	*fl = (struct flock64){
		.l_type = small.l_type, .l_whence = small.l_whence, .l_start = small.l_start,
		.l_len = small.l_len, .l_pid = small.l_pid,
	};
	return 0;
}

static int put_flock(unsigned int cmd, void __user *arg, const struct flock64 *fl)
{
	struct flock32 small = {
		.l_type = fl->l_type, .l_whence = fl->l_whence, .l_start = (s32)fl->l_start,
		.l_len = (s32)fl->l_len, .l_pid = fl->l_pid,
	};

	if (is_64(cmd))
		return copy_to_user(arg, fl, sizeof(*fl)) ? -EFAULT : 0;
	if (fl->l_start > S32_MAX || fl->l_len > S32_MAX)
		return -EOVERFLOW;
	return copy_to_user(arg, &small, sizeof(small)) ? -EFAULT : 0;
}

/* From the user's description to a range. */
static int to_file_lock(struct file *file, const struct flock64 *fl, struct file_lock *lock)
{
	loff_t base = 0, start, end = S64_MAX;

	if (fl->l_whence == SEEK_CUR)
		base = file->f_pos;
	else if (fl->l_whence == SEEK_END)
		base = i_size_read(file_inode(file));
	else if (fl->l_whence != SEEK_SET)
		return -EINVAL;
	if (__builtin_add_overflow(base, fl->l_start, &start))
		return -EOVERFLOW;
	if (fl->l_len > 0) {
		if (__builtin_add_overflow(start, fl->l_len - 1, &end))
			return -EOVERFLOW;
	} else if (fl->l_len < 0) {
		end = start - 1;
		start += fl->l_len;
	}
	if (start < 0)
		return -EINVAL;
	if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK && fl->l_type != F_UNLCK)
		return -EINVAL;
	*lock = (struct file_lock){
		.posix = true, .type = (unsigned char)fl->l_type, .owner = current->files,
		.pid = current->tgid, .start = start, .end = end,
	};
	return 0;
}

long fcntl_getlk(struct file *file, unsigned int cmd, void __user *arg)
{
	struct file_lock want, *held;
	struct flock64 fl;
	int err = get_flock(cmd, arg, &fl);

	if (!err)
		err = to_file_lock(file, &fl, &want);
	if (!err && want.type == F_UNLCK)
		err = -EINVAL;
	if (err)
		return err;
	fl.l_type = F_UNLCK;
	spin_lock(&locks_lock);
	held = find_conflict(file_inode(file), &want);
	if (held) {
		fl.l_type = held->type;
		fl.l_whence = SEEK_SET;
		fl.l_start = held->start;
		fl.l_len = held->end == S64_MAX ? 0 : held->end - held->start + 1;
		fl.l_pid = held->pid;
	}
	spin_unlock(&locks_lock);
	return put_flock(cmd, arg, &fl);
}

long fcntl_setlk(struct file *file, unsigned int cmd, void __user *arg)
{
	struct file_lock want;
	struct flock64 fl;
	int err = get_flock(cmd, arg, &fl);

	if (!err)
		err = to_file_lock(file, &fl, &want);
	if (err)
		return err;
	if ((want.type == F_RDLCK && !(file->f_mode & FMODE_READ)) ||
	    (want.type == F_WRLCK && !(file->f_mode & FMODE_WRITE)))
		return -EBADF;
	return apply_lock(file_inode(file), &want, cmd == F_SETLKW || cmd == F_SETLKW64);
}

/* ---- flock ---- */

long sys_flock(unsigned int fd, unsigned int cmd)
{
	struct file_lock want = { .posix = false, .pid = current->tgid, .end = S64_MAX };
	struct file *file;
	long err;

	switch (cmd & ~(unsigned int)LOCK_NB) {
	case LOCK_SH:
		want.type = F_RDLCK;
		break;
	case LOCK_EX:
		want.type = F_WRLCK;
		break;
	case LOCK_UN:
		want.type = F_UNLCK;
		break;
	default:
		return -EINVAL;
	}
	file = fget(fd);
	if (!file)
		return -EBADF;
	want.owner = file;
	err = apply_lock(file_inode(file), &want, !(cmd & LOCK_NB));
	fput(file);
	return err;
}
