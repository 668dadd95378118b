/* SPDX-License-Identifier: MIT */
/*
 * select and poll.
 *
 * The first round only asks every file, since often one is ready.  The second one asks again, and on the way
 * each file's poll puts the caller on the queues that may change its answer (struct poll_wqueues).  If still
 * nothing was ready the caller sleeps until one of the queues is woken or the time is over, and asks again,
 * now without queueing.  `triggered` closes the gap between asking and sleeping.
 *
 * The time left is written back, as Linux does, but for poll.
 */
#include <quire/bitops.h>
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/math64.h>
#include <quire/poll.h>
#include <quire/poll_wait.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/syscalls_fs.h>
#include <quire/timer.h>
#include <quire/uaccess.h>

/* ---- waiting ---- */

static int poll_wake(struct wait_queue_entry *wait, unsigned int mode, void *key)
{
	struct poll_wqueues *pwq = wait->private;

	WRITE_ONCE(pwq->triggered, 1);
	return wake_up_process(pwq->task);
}

static struct poll_entry *new_entry(struct poll_wqueues *pwq)
{
	struct poll_block *block = pwq->blocks;

	if (pwq->nr_inline < POLL_INLINE)
		return &pwq->inline_entries[pwq->nr_inline++];
	if (!block || block->nr == POLL_BLOCK) {
		block = kmalloc(sizeof(*block), GFP_KERNEL);
		if (!block) {
			pwq->error = -ENOMEM;
			return NULL;
		}
		block->nr = 0;
		block->next = pwq->blocks;
		pwq->blocks = block;
	}
	return &block->entries[block->nr++];
}

static void poll_queue(struct file *file, wait_queue_head_t *q, struct poll_table *table)
{
	struct poll_wqueues *pwq = container_of(table, struct poll_wqueues, table);
	struct poll_entry *entry = new_entry(pwq);

	if (!entry)
		return;
	entry->file = get_file(file);
	entry->queue = q;
	init_waitqueue_func_entry(&entry->wait, poll_wake);
	entry->wait.private = pwq;
	add_wait_queue(q, &entry->wait);
}

void poll_initwait(struct poll_wqueues *pwq)
{
	pwq->table.queue = poll_queue;
	pwq->task = current;
	pwq->triggered = 0;
	pwq->error = 0;
	pwq->nr_inline = 0;
	pwq->blocks = NULL;
}

static void free_entry(struct poll_entry *entry)
{
	remove_wait_queue(entry->queue, &entry->wait);
	fput(entry->file);
}

void poll_freewait(struct poll_wqueues *pwq)
{
	struct poll_block *block, *next;
	unsigned int i;

	for (i = 0; i < pwq->nr_inline; i++)
		free_entry(&pwq->inline_entries[i]);
	for (block = pwq->blocks; block; block = next) {
		next = block->next;
		for (i = 0; i < block->nr; i++)
			free_entry(&block->entries[i]);
		kfree(block);
	}
}

/* Sleep for what is left of *timeout ticks unless something has happened since the round began. */
void poll_sleep(struct poll_wqueues *pwq, long *timeout)
{
	set_current_state(TASK_INTERRUPTIBLE);
	if (!READ_ONCE(pwq->triggered))
		*timeout = schedule_timeout(*timeout);
	set_current_state(TASK_RUNNING);
	WRITE_ONCE(pwq->triggered, 0);
}

unsigned int file_poll(struct file *file, struct poll_table *table)
{
	if (file->f_op && file->f_op->poll)
		return file->f_op->poll(file, table);
	return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

/* ---- select ---- */

#define SET_IN (POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define SET_OUT (POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)
#define SET_EX POLLPRI
#define SELECT_FEW_WORDS 4u	/* of each set: without an allocation */

struct fd_sets {
	unsigned int n;
	unsigned long *in, *out, *ex;		/* wanted */
	unsigned long *res_in, *res_out, *res_ex; /* found */
};

static bool wanted(const unsigned long *set, unsigned int fd)
{
	return test_bit(fd, set);
}

/* => how many of the three are ready, -EBADF */
static int select_one(struct fd_sets *s, unsigned int fd, struct poll_table *table)
{
	bool put;
	struct file *file = fget_light(fd, &put);
	unsigned int mask;
	int n = 0;

	if (!file)
		return -EBADF;
	mask = file_poll(file, table);
	fput_light(file, put);
	if (wanted(s->in, fd) && mask & SET_IN) {
		__set_bit(fd, s->res_in);
		n++;
	}
	if (wanted(s->out, fd) && mask & SET_OUT) {
		__set_bit(fd, s->res_out);
		n++;
	}
	if (wanted(s->ex, fd) && mask & SET_EX) {
		__set_bit(fd, s->res_ex);
		n++;
	}
	return n;
}

/* The descriptors of one word that any set wants. */
static unsigned long wanted_word(const struct fd_sets *s, unsigned int word)
{
	unsigned long bits = s->in[word] | s->out[word] | s->ex[word];
	unsigned int left = s->n - word * BITS_PER_LONG;

	return left < BITS_PER_LONG ? bits & ((1ul << left) - 1) : bits;
}

static int select_round(struct fd_sets *s, struct poll_table *table)
{
	int ready = 0, n;

	for (unsigned int word = 0; word < BITS_TO_LONGS(s->n); word++) {
		unsigned long bits = wanted_word(s, word);

		for (; bits; bits &= bits - 1) {
			n = select_one(s, word * BITS_PER_LONG + __ffs(bits), ready ? NULL : table);
			if (n < 0)
				return n;
			ready += n;
		}
	}
	return ready;
}

/* *timeout in ticks, MAX_SCHEDULE_TIMEOUT: for ever. */
static int do_select(struct fd_sets *s, long *timeout)
{
	struct poll_wqueues pwq;
	struct poll_table *table = &pwq.table;
	int ready = select_round(s, NULL);

	if (ready || !*timeout)
		return ready;
	poll_initwait(&pwq);
	for (;;) {
		ready = select_round(s, table);
		table = NULL;
		if (ready || !*timeout)
			break;
		ready = pwq.error;
		if (!ready && signal_pending(current))
			ready = -ERESTARTNOHAND;
		if (ready)
			break;
		poll_sleep(&pwq, timeout);
	}
	poll_freewait(&pwq);
	return ready;
}

static size_t set_bytes(unsigned int n)
{
	return BITS_TO_LONGS(n) * sizeof(long);
}

static int get_set(unsigned long *set, const unsigned long __user *user, unsigned int n)
{
	if (!user || !n)
		return 0;
	return copy_from_user(set, user, set_bytes(n)) ? -EFAULT : 0;
}

static int put_set(unsigned long __user *user, const unsigned long *set, unsigned int n)
{
	if (!user || !n)
		return 0;
	return copy_to_user(user, set, set_bytes(n)) ? -EFAULT : 0;
}

/* The sets in and out of the kernel around do_select. */
static int core_select(int n, unsigned long __user *in, unsigned long __user *out,
		       unsigned long __user *ex, long *timeout)
{
	unsigned long few[6 * SELECT_FEW_WORDS] = { 0 }, *bits = few;
	struct fd_sets s;
	size_t words;
	int ready;

	if (n < 0)
		return -EINVAL;
	s.n = min_t(unsigned int, (unsigned int)n, current->files->max_fds);
	words = BITS_TO_LONGS(s.n);
	if (words > SELECT_FEW_WORDS)
		bits = kcalloc(6 * words, sizeof(long), GFP_KERNEL);
	if (!bits)
		return -ENOMEM;
	s.in = bits;
	s.out = bits + words;
	s.ex = bits + 2 * words;
	s.res_in = bits + 3 * words;
	s.res_out = bits + 4 * words;
	s.res_ex = bits + 5 * words;
	ready = get_set(s.in, in, s.n) ?: get_set(s.out, out, s.n) ?: get_set(s.ex, ex, s.n);
	if (!ready)
		ready = do_select(&s, timeout);
	if (ready >= 0 && (put_set(in, s.res_in, s.n) || put_set(out, s.res_out, s.n) ||
			   put_set(ex, s.res_ex, s.n)))
		ready = -EFAULT;
	if (bits != few)
		kfree(bits);
	return ready;
}

/* ---- time-outs ---- */

/* => ticks, rounded up; -EINVAL */
int poll_timeout_ticks(s64 sec, s64 nsec, long *ticks)
{
	if (sec < 0 || nsec < 0 || nsec >= (s64)NSEC_PER_SEC)
		return -EINVAL;
	if (sec >= (MAX_SCHEDULE_TIMEOUT - 2) / HZ - 1)
		*ticks = MAX_SCHEDULE_TIMEOUT - 2;
	else
		*ticks = (long)sec * HZ +
			 (long)DIV_ROUND_UP((unsigned long)nsec, (unsigned long)NSEC_PER_TICK);
	/* The tick that is running is partly over: one more, or the sleep would be too short. */
	if (*ticks)
		++*ticks;
	return 0;
}

/* What is left at the end of a call that began at start, of a time-out of that length. */
static void time_left(u64 start_ns, s64 sec, s64 nsec, s64 *left_sec, s64 *left_nsec)
{
	u64 spent = ktime_get() - start_ns;
	u32 spent_ns;
	s64 spent_sec = (s64)div_u64_rem(spent, NSEC_PER_SEC, &spent_ns);

	*left_sec = sec - spent_sec;
	*left_nsec = nsec - spent_ns;
	if (*left_nsec < 0) {
		*left_nsec += NSEC_PER_SEC;
		--*left_sec;
	}
	if (*left_sec < 0)
		*left_sec = *left_nsec = 0;
}

long sys_select(int n, unsigned long __user *in, unsigned long __user *out, unsigned long __user *ex,
		struct old_timeval32 __user *tvp)
{
	struct old_timeval32 tv;
	long ticks = MAX_SCHEDULE_TIMEOUT;
	u64 start = 0;
	s64 sec, nsec;
	int ready;

	if (tvp) {
		start = ktime_get();
		if (copy_from_user(&tv, tvp, sizeof(tv)))
			return -EFAULT;
		/* Microseconds beyond a second are carried over. */
		sec = (s64)tv.tv_sec + tv.tv_usec / (s32)USEC_PER_SEC;
		nsec = (s64)(tv.tv_usec % (s32)USEC_PER_SEC) * (s64)NSEC_PER_USEC;
		if (tv.tv_sec < 0 || tv.tv_usec < 0 || poll_timeout_ticks(sec, nsec, &ticks))
			return -EINVAL;
	}
	ready = core_select(n, in, out, ex, &ticks);
	if (tvp) {
		time_left(start, sec, nsec, &sec, &nsec);
		tv.tv_sec = (s32)sec;
		tv.tv_usec = (s32)((u32)nsec / NSEC_PER_USEC);
		if (copy_to_user(tvp, &tv, sizeof(tv)) && ready == -ERESTARTNOHAND)
			ready = -EINTR;
	}
	return ready;
}

struct sel_arg_struct {
	unsigned long n;
	unsigned long __user *in, *out, *ex;
	struct old_timeval32 __user *tvp;
};

long sys_old_select(struct sel_arg_struct __user *arg)
{
	struct sel_arg_struct a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return sys_select((int)a.n, a.in, a.out, a.ex, a.tvp);
}

/* ---- signal masks for the time of the call ---- */

int poll_set_sigmask(const void __user *user, size_t size)
{
	sigset_t mask;

	if (!user)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, user, sizeof(mask)))
		return -EFAULT;
	mask &= ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	current->saved_sigmask = current->blocked;
	set_current_blocked(&mask);
	return 0;
}

/*
 * Interrupted: the signal is delivered under the call's mask, the frame restores the saved one.
 * Else the saved mask comes back now.
 */
void poll_restore_sigmask(const void __user *user, long result)
{
	if (!user)
		return;
	if (result == -ERESTARTNOHAND || result == -EINTR) {
		set_bit(TIF_RESTORE_SIGMASK, &current->work);
		return;
	}
	set_current_blocked(&current->saved_sigmask);
}

struct sigset_argpack {
	const void __user *mask;
	size_t size;
};

static int get_argpack(struct sigset_argpack *a, void __user *sig)
{
	*a = (struct sigset_argpack){ .mask = NULL };
	if (!sig)
		return 0;
	return copy_from_user(a, sig, sizeof(*a)) ? -EFAULT : 0;
}

/* sec, nsec: in and out, when timed. */
static long do_pselect(int n, unsigned long __user *in, unsigned long __user *out,
		       unsigned long __user *ex, bool timed, s64 *sec, s64 *nsec, void __user *sig)
{
	long ticks = MAX_SCHEDULE_TIMEOUT;
	struct sigset_argpack a;
	u64 start = ktime_get();
	long ready = get_argpack(&a, sig);

	if (!ready && timed)
		ready = poll_timeout_ticks(*sec, *nsec, &ticks);
	if (!ready)
		ready = poll_set_sigmask(a.mask, a.size);
	if (ready)
		return ready;
	ready = core_select(n, in, out, ex, &ticks);
	poll_restore_sigmask(a.mask, ready);
	if (timed)
		time_left(start, *sec, *nsec, sec, nsec);
	return ready;
}

long sys_pselect6(int n, unsigned long __user *in, unsigned long __user *out, unsigned long __user *ex,
		  struct old_timespec32 __user *tsp, void __user *sig)
{
	struct old_timespec32 ts = { .tv_sec = 0 };
	s64 sec, nsec;
	long ready;

	if (tsp && copy_from_user(&ts, tsp, sizeof(ts)))
		return -EFAULT;
	sec = ts.tv_sec;
	nsec = ts.tv_nsec;
	ready = do_pselect(n, in, out, ex, tsp != NULL, &sec, &nsec, sig);
	ts = (struct old_timespec32){ .tv_sec = (s32)sec, .tv_nsec = (s32)nsec };
	if (tsp && ready != -EINVAL && copy_to_user(tsp, &ts, sizeof(ts)) && ready == -ERESTARTNOHAND)
		ready = -EINTR;
	return ready;
}

long sys_pselect6_time64(int n, unsigned long __user *in, unsigned long __user *out,
			 unsigned long __user *ex, struct kernel_timespec __user *tsp,
			 void __user *sig)
{
	struct kernel_timespec ts = { .tv_sec = 0 };
	s64 sec, nsec;
	long ready;

	if (tsp && copy_from_user(&ts, tsp, sizeof(ts)))
		return -EFAULT;
	sec = ts.tv_sec;
	nsec = (s32)ts.tv_nsec;
	ready = do_pselect(n, in, out, ex, tsp != NULL, &sec, &nsec, sig);
	ts = (struct kernel_timespec){ .tv_sec = sec, .tv_nsec = nsec };
	if (tsp && ready != -EINVAL && copy_to_user(tsp, &ts, sizeof(ts)) && ready == -ERESTARTNOHAND)
		ready = -EINTR;
	return ready;
}
