/* SPDX-License-Identifier: MIT */
/*
 * select and pselect: sets of descriptors; poll_wait.c has the waiting.
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

static int select_round(void *sets, struct poll_table *table)
{
	struct fd_sets *s = sets;
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
		ready = poll_until(select_round, &s, timeout);
	if (ready >= 0 && (put_set(in, s.res_in, s.n) || put_set(out, s.res_out, s.n) ||
			   put_set(ex, s.res_ex, s.n)))
		ready = -EFAULT;
	if (bits != few)
		kfree(bits);
	return ready;
}

/* ---- time-outs ---- */

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
