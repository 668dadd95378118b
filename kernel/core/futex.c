/* SPDX-License-Identifier: MIT */
/*
 * Futexes: sleep while a word in user memory has a value.
 *
 * Idea.  A waiter first joins its bucket's list and then reads the word; a waker
 * first changes the word (in user space) and then looks at the list.  So either the
 * waiter sees the new value, or the waker sees the waiter.
 *
 * Keys.  A word in shared memory is named by (inode, page of the file, offset), any other by
 * (mm, address).  A key of an inode holds a reference to it.
 *
 * Locking.  The bucket's lock guards its list and the waiters' fields.  It is never held across an
 * access to user memory.  Two buckets: by address.
 */
#include <abi/futex.h>
#include <abi/time.h>
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/futex.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/math64.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#define FUTEX_BUCKETS 64

struct futex_key {
	const void *object;	/* inode or mm */
	unsigned long page;	/* of the file, or of the address space */
	unsigned int offset;	/* in the page */
	struct inode *inode;	/* referenced, or NULL */
};

struct futex_waiter {
	struct list_head link;	/* empty when woken */
	struct futex_key key;
	struct futex_bucket *bucket;
	u32 bitset;
	struct task_struct *task;
};

struct futex_bucket {
	spinlock_t lock;
	struct list_head waiters;
};

static struct futex_bucket buckets[FUTEX_BUCKETS];
static bool buckets_ready;

static void init_buckets(void)
{
	unsigned int i;

	/* First use, by one of several tasks: preemption off makes it one step. */
	preempt_disable();
	for (i = 0; !buckets_ready && i < FUTEX_BUCKETS; i++) {
		spin_lock_init(&buckets[i].lock);
		INIT_LIST_HEAD(&buckets[i].waiters);
	}
	buckets_ready = true;
	preempt_enable();
}

/* ---- keys ---- */

static struct futex_bucket *bucket_of(const struct futex_key *key)
{
	u32 h = (u32)(unsigned long)key->object >> 4;

	h = (h ^ key->page * 0x9e3779b1u ^ key->offset) * 0x85ebca6bu;
	return &buckets[h >> 26];
}
static_assert(FUTEX_BUCKETS == 1 << (32 - 26), "the hash's top bits are the bucket");

static bool same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->page == b->page && a->offset == b->offset;
}

/* => 0, -EINVAL (alignment), -EFAULT.  Drop with put_key. */
static int get_key(u32 __user *uaddr, bool shared, struct futex_key *key)
{
	unsigned long addr = (__force unsigned long)uaddr;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	if (!buckets_ready)
		init_buckets();
	if (addr % sizeof(u32))
		return -EINVAL;
	if (!access_ok(uaddr, sizeof(u32)))
		return -EFAULT;
	*key = (struct futex_key){ .object = mm, .page = addr >> PAGE_SHIFT,
				   .offset = addr & ~PAGE_MASK };
	if (!shared)
		return 0;
	down_read(&mm->mmap_sem);
	vma = find_vma_intersection(mm, addr, addr + 1);
	if (vma && (vma->vm_flags & VM_SHARED) && vma->vm_file) {
		key->inode = igrab(file_inode(vma->vm_file));
		key->object = key->inode;
		key->page = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	}
	up_read(&mm->mmap_sem);
	return vma ? 0 : -EFAULT;
}

static void put_key(struct futex_key *key)
{
	if (key->inode)
		iput(key->inode);
}

/* ---- waiting ---- */

static void enqueue(struct futex_waiter *w)
{
	w->bucket = bucket_of(&w->key);
	w->task = current;
	spin_lock(&w->bucket->lock);
	list_add_tail(&w->link, &w->bucket->waiters);
	spin_unlock(&w->bucket->lock);
}

/* A requeue may move the waiter to another bucket while we look. */
static struct futex_bucket *lock_waiter_bucket(struct futex_waiter *w)
{
	struct futex_bucket *b;

	for (;;) {
		b = READ_ONCE(w->bucket);
		spin_lock(&b->lock);
		if (b == w->bucket)
			return b;
		spin_unlock(&b->lock);
	}
}

/* => true: a waker had taken it off already */
static bool dequeue(struct futex_waiter *w)
{
	struct futex_bucket *b = lock_waiter_bucket(w);
	bool woken = list_empty(&w->link);

	list_del_init(&w->link);
	spin_unlock(&b->lock);
	return woken;
}

static bool is_woken(struct futex_waiter *w)
{
	struct futex_bucket *b = lock_waiter_bucket(w);
	bool woken = list_empty(&w->link);

	spin_unlock(&b->lock);
	return woken;
}

/* Sleep until woken, the deadline (jiffies left, changed), or a signal. */
static int sleep_on_futex(struct futex_waiter *w, long *left)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (is_woken(w))
			break;
		if (signal_pending(current)) {
			set_current_state(TASK_RUNNING);
			return -ERESTARTSYS;
		}
		if (!*left) {
			set_current_state(TASK_RUNNING);
			return -ETIMEDOUT;
		}
		*left = schedule_timeout(*left);
	}
	set_current_state(TASK_RUNNING);
	return 0;
}

/* What a wait with a relative time-out needs to go on after a signal without a handler. */
enum futex_restart_arg { ARG_UADDR, ARG_SHARED, ARG_VAL, ARG_END };

static long futex_wait_restart(struct task_struct *t);

static int restart_later(u32 __user *uaddr, bool shared, u32 val, unsigned long end)
{
	u64 *arg = current->restart_arg;

	arg[ARG_UADDR] = (unsigned long)uaddr;
	arg[ARG_SHARED] = shared;
	arg[ARG_VAL] = val;
	arg[ARG_END] = end;
	current->restart_fn = futex_wait_restart;
	return -ERESTART_RESTARTBLOCK;
}

static int futex_wait(u32 __user *uaddr, bool shared, u32 val, u32 bitset, long timeout,
		      bool relative)
{
	struct futex_waiter w = { .bitset = bitset };
	unsigned long end = jiffies + (unsigned long)timeout;
	long left = timeout;
	u32 now;
	int err;

	if (!bitset)
		return -EINVAL;
	err = get_key(uaddr, shared, &w.key);
	if (err)
		return err;
	enqueue(&w);
	if (get_user(now, uaddr))
		err = -EFAULT;
	else if (now != val)
		err = -EWOULDBLOCK;
	else
		err = sleep_on_futex(&w, &left);
	/* A wake-up that was meant for us must not be lost, whatever else happened. */
	if (dequeue(&w))
		err = 0;
	put_key(&w.key);
	/* A relative time-out is not started over: the wait goes on to the same end. */
	if (err == -ERESTARTSYS && relative && timeout != MAX_SCHEDULE_TIMEOUT)
		err = restart_later(uaddr, shared, val, end);
	return err;
}

static long futex_wait_restart(struct task_struct *t)
{
	const u64 *arg = t->restart_arg;
	long left = (long)((unsigned long)arg[ARG_END] - jiffies);

	return futex_wait((u32 __user *)(unsigned long)arg[ARG_UADDR], arg[ARG_SHARED], (u32)arg[ARG_VAL],
			  FUTEX_BITSET_MATCH_ANY, max(left, 0l), true);
}

/* ---- waking ---- */

/* Bucket locked. */
static void wake_waiter(struct futex_waiter *w)
{
	struct task_struct *task = w->task;

	get_task_struct(task);
	/* From here the waiter may return and its stack go. */
	list_del_init(&w->link);
	wake_up_process(task);
	put_task_struct(task);
}

/* Bucket locked.  => woken */
static int wake_matching(struct futex_bucket *b, const struct futex_key *key, int nr, u32 bitset)
{
	struct futex_waiter *w, *next;
	int woken = 0;

	list_for_each_entry_safe(w, next, &b->waiters, link) {
		if (woken >= nr)
			break;
		if (!same_key(&w->key, key) || !(w->bitset & bitset))
			continue;
		wake_waiter(w);
		woken++;
	}
	return woken;
}

int futex_wake(u32 __user *uaddr, bool shared, int nr, u32 bitset)
{
	struct futex_bucket *b;
	struct futex_key key;
	int woken;

	if (!bitset)
		return -EINVAL;
	woken = get_key(uaddr, shared, &key);
	if (woken)
		return woken;
	b = bucket_of(&key);
	spin_lock(&b->lock);
	woken = wake_matching(b, &key, nr, bitset);
	spin_unlock(&b->lock);
	put_key(&key);
	return woken;
}

static void lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	if (a > b) {
		struct futex_bucket *t = a;

		a = b;
		b = t;
	}
	spin_lock(&a->lock);
	if (b != a)
		spin_lock_nested(&b->lock, 1);
}

static void unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_unlock(&a->lock);
	if (b != a)
		spin_unlock(&b->lock);
}

/* Both buckets locked.  Move up to nr waiters of from to the other word. => moved */
static int requeue_matching(struct futex_bucket *from, const struct futex_key *key,
			    struct futex_bucket *to, const struct futex_key *key2, int nr)
{
	struct futex_waiter *w, *next;
	int moved = 0;

	list_for_each_entry_safe(w, next, &from->waiters, link) {
		if (moved >= nr)
			break;
		if (!same_key(&w->key, key))
			continue;
		/* The waiter keeps the inode reference that it took; only the name changes. */
		w->key.object = key2->object;
		w->key.page = key2->page;
		w->key.offset = key2->offset;
		w->bucket = to;
		list_move_tail(&w->link, &to->waiters);
		moved++;
	}
	return moved;
}

/* cmp: NULL, or the value that the first word must still have. */
static int futex_requeue(u32 __user *uaddr, bool shared, int nr_wake, int nr_requeue,
			 u32 __user *uaddr2, const u32 *cmp)
{
	struct futex_bucket *b1, *b2;
	struct futex_key key1, key2;
	u32 now;
	int ret;

	ret = get_key(uaddr, shared, &key1);
	if (ret)
		return ret;
	ret = get_key(uaddr2, shared, &key2);
	if (ret)
		goto out_key1;
	if (cmp) {
		if (get_user(now, uaddr))
			ret = -EFAULT;
		else if (now != *cmp)
			ret = -EAGAIN;
		if (ret)
			goto out_key2;
	}
	b1 = bucket_of(&key1);
	b2 = bucket_of(&key2);
	lock_two(b1, b2);
	ret = wake_matching(b1, &key1, nr_wake, FUTEX_BITSET_MATCH_ANY);
	if (!same_key(&key1, &key2))
		ret += requeue_matching(b1, &key1, b2, &key2, nr_requeue);
	unlock_two(b1, b2);
out_key2:
	put_key(&key2);
out_key1:
	put_key(&key1);
	return ret;
}

/* ---- WAKE_OP ---- */

static int sign_extend12(u32 v)
{
	return (int)(v << 20) >> 20;
}

static int apply_op(u32 op, u32 old, u32 arg, u32 *result)
{
	switch (op) {
	case FUTEX_OP_SET:
		*result = arg;
		return 0;
	case FUTEX_OP_ADD:
		*result = old + arg;
		return 0;
	case FUTEX_OP_OR:
		*result = old | arg;
		return 0;
	case FUTEX_OP_ANDN:
		*result = old & ~arg;
		return 0;
	case FUTEX_OP_XOR:
		*result = old ^ arg;
		return 0;
	default:
		return -ENOSYS;
	}
}

static int compare(u32 cmp, int old, int arg)
{
	switch (cmp) {
	case FUTEX_OP_CMP_EQ:
		return old == arg;
	case FUTEX_OP_CMP_NE:
		return old != arg;
	case FUTEX_OP_CMP_LT:
		return old < arg;
	case FUTEX_OP_CMP_LE:
		return old <= arg;
	case FUTEX_OP_CMP_GT:
		return old > arg;
	case FUTEX_OP_CMP_GE:
		return old >= arg;
	default:
		return -ENOSYS;
	}
}

/* Change the word atomically; => the comparison's answer on its old value, or -errno */
static int op_in_user(u32 encoded, u32 __user *uaddr)
{
	u32 op = encoded >> 28 & 0xf, cmp = encoded >> 24 & 0xf, old, seen, result;
	u32 oparg = sign_extend12(encoded >> 12 & 0xfff);
	int cmparg = sign_extend12(encoded & 0xfff), err;

	if (op & FUTEX_OP_OPARG_SHIFT) {
		op &= ~FUTEX_OP_OPARG_SHIFT;
		oparg = 1u << (oparg & 31);
	}
	for (;;) {
		if (get_user(old, uaddr))
			return -EFAULT;
		err = apply_op(op, old, oparg, &result);
		if (err)
			return err;
		if (cmpxchg_user_inatomic(uaddr, old, result, &seen)) {
			if (fault_in_writeable(uaddr, sizeof(u32)))
				return -EFAULT;
			continue;
		}
		if (seen == old)
			return compare(cmp, (int)old, cmparg);
	}
}

static int futex_wake_op(u32 __user *uaddr, bool shared, int nr, int nr2, u32 __user *uaddr2,
			 u32 encoded)
{
	int second = op_in_user(encoded, uaddr2), woken, woken2;

	if (second < 0)
		return second;
	woken = futex_wake(uaddr, shared, nr, FUTEX_BITSET_MATCH_ANY);
	if (woken < 0 || !second)
		return woken;
	woken2 = futex_wake(uaddr2, shared, nr2, FUTEX_BITSET_MATCH_ANY);
	return woken2 < 0 ? woken2 : woken + woken2;
}

/* ---- the call ---- */

/* Ticks from now until a point in time, 0 if it has passed; one more, because the tick that runs is only part of one. */
static long ticks_until(u64 ns, u64 now)
{
	u64 ticks;

	if (ns <= now)
		return 0;
	ticks = div_u64(ns - now + NSEC_PER_TICK - 1, NSEC_PER_TICK) + 1;
	return ticks >= MAX_SCHEDULE_TIMEOUT ? MAX_SCHEDULE_TIMEOUT - 1 : (long)ticks;
}

/* Has the operation a time-out argument at all? */
static bool op_waits(int cmd)
{
	return cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET;
}

static long timeout_ticks(int op, const struct kernel_timespec *ts)
{
	u64 ns = (u64)ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;

	if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT)
		return ticks_until(ns, 0);
	return ticks_until(ns, op & FUTEX_CLOCK_REALTIME ? ktime_get_real() : ktime_get());
}

static long do_futex(u32 __user *uaddr, int op, u32 val, long timeout, u32 val2,
		     u32 __user *uaddr2, u32 val3)
{
	bool shared = !(op & FUTEX_PRIVATE_FLAG);

	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
		return futex_wait(uaddr, shared, val, FUTEX_BITSET_MATCH_ANY, timeout, true);
	case FUTEX_WAIT_BITSET:
		return futex_wait(uaddr, shared, val, val3, timeout, false);
	case FUTEX_WAKE:
		return futex_wake(uaddr, shared, val, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(uaddr, shared, val, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(uaddr, shared, val, val2, uaddr2, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(uaddr, shared, val, val2, uaddr2, &val3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(uaddr, shared, val, val2, uaddr2, val3);
	default:
		return -ENOSYS;
	}
}

static long futex_with_timeout(u32 __user *uaddr, int op, u32 val,
			       const struct kernel_timespec *ts, u32 val2, u32 __user *uaddr2,
			       u32 val3)
{
	long timeout = MAX_SCHEDULE_TIMEOUT;

	if (ts) {
		if (ts->tv_sec < 0 || (u64)ts->tv_nsec >= NSEC_PER_SEC)
			return -EINVAL;
		timeout = timeout_ticks(op, ts);
	}
	return do_futex(uaddr, op, val, timeout, val2, uaddr2, val3);
}

long sys_futex(u32 __user *uaddr, int op, u32 val, const struct old_timespec32 __user *utime,
	       u32 __user *uaddr2, u32 val3)
{
	bool timed = utime && op_waits(op & FUTEX_CMD_MASK);
	struct old_timespec32 old;
	struct kernel_timespec ts = { 0 };

	if (timed) {
		if (copy_from_user(&old, utime, sizeof(old)))
			return -EFAULT;
		ts.tv_sec = old.tv_sec;
		ts.tv_nsec = old.tv_nsec;
	}
	return futex_with_timeout(uaddr, op, val, timed ? &ts : NULL,
				  (__force u32)(unsigned long)utime, uaddr2, val3);
}

long sys_futex_time64(u32 __user *uaddr, int op, u32 val,
		      const struct kernel_timespec __user *utime, u32 __user *uaddr2, u32 val3)
{
	bool timed = utime && op_waits(op & FUTEX_CMD_MASK);
	struct kernel_timespec ts = { 0 };

	if (timed && copy_from_user(&ts, utime, sizeof(ts)))
		return -EFAULT;
	ts.tv_nsec = (u32)ts.tv_nsec;
	return futex_with_timeout(uaddr, op, val, timed ? &ts : NULL,
				  (__force u32)(unsigned long)utime, uaddr2, val3);
}
