/* SPDX-License-Identifier: MIT */
/*
 * Queues of pending signals.
 *
 * A set bit in pending->signal says that the signal is pending; its siginfo stands in the list, if there was memory
 * for it.  The classic signals (below SIGRTMIN) are pending at most once; real-time signals queue, in
 * order.  Invariant: an entry in the list has its bit set.
 *
 * siglock is held in all functions with pending state.
 */
#include <quire/bitops.h>
#include <quire/kernel.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "task_internal.h"

/* Raised by the program's own instructions: before all others, or their handlers would see a later state. */
#define SIG_SYNCHRONOUS (sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGTRAP) |           \
			 sigmask(SIGFPE) | sigmask(SIGSYS))

static struct kmem_cache *sigqueue_cache;

void sigqueue_init(void)
{
	sigqueue_cache = kmem_cache_create("sigqueue", sizeof(struct sigqueue), 0, 0, NULL);
}

struct user_struct *charge_sigqueue(struct task_struct *t, bool must_fit)
{
	return charge_user(t->user, &t->user->sigpending,
			   must_fit ? ULONG_MAX : t->signal->rlim[RLIMIT_SIGPENDING].rlim_cur);
}

static struct sigqueue *alloc_entry(struct task_struct *t, bool must_fit)
{
	struct user_struct *user = charge_sigqueue(t, must_fit);
	struct sigqueue *q;

	if (!user)
		return NULL;
	q = kmem_cache_alloc(sigqueue_cache, GFP_ATOMIC);
	if (!q) {
		uncharge_user(user, &user->sigpending);
		return NULL;
	}
	INIT_LIST_HEAD(&q->list);
	q->user = user;
	q->delivered = NULL;
	return q;
}

static void free_entry(struct sigqueue *q)
{
	list_del_init(&q->list);
	if (q->delivered)
		return;
	uncharge_user(q->user, &q->user->sigpending);
	kmem_cache_free(sigqueue_cache, q);
}

static void fill_info(struct siginfo *to, int sig, const struct siginfo *info)
{
	if (info != SEND_SIG_USER && info != SEND_SIG_KERNEL) {
		*to = *info;
		return;
	}
	memset(to, 0, sizeof(*to));
	to->si_signo = sig;
	to->si_code = info == SEND_SIG_KERNEL ? SI_KERNEL : SI_USER;
	if (info == SEND_SIG_USER) {
		to->si_pid = current->tgid;
		to->si_uid = current->uid;
	}
}

int queue_signal_locked(struct task_struct *t, struct sigpending *pending, int sig, struct siginfo *info)
{
	bool special = info == SEND_SIG_USER || info == SEND_SIG_KERNEL;
	struct sigqueue *q;

	if (sig < SIGRTMIN && pending->signal & sigmask(sig))
		return 1;
	q = alloc_entry(t, sig < SIGRTMIN && (special || info->si_code >= 0));
	if (!q && sig >= SIGRTMIN && !special && info->si_code != SI_USER)
		return -EAGAIN;
	if (q) {
		fill_info(&q->info, sig, info);
		list_add_tail(&q->list, &pending->list);
	}
	pending->signal |= sigmask(sig);
	return 0;
}

static int first_signal(sigset_t set)
{
	u32 low, high;

	if (set & SIG_SYNCHRONOUS)
		set &= SIG_SYNCHRONOUS;
	low = (u32)set;
	high = (u32)(set >> 32);
	return low ? ffs((int)low) : high ? ffs((int)high) + 32 : 0;
}

/* The first queued siginfo of this signal; the bit goes with the last one. */
static void collect(struct sigpending *pending, int sig, struct siginfo *info)
{
	struct sigqueue *q, *next, *first = NULL;
	bool more = false;

	list_for_each_entry_safe(q, next, &pending->list, list) {
		if (q->info.si_signo != sig)
			continue;
		if (first) {
			more = true;
			break;
		}
		first = q;
	}
	if (!more)
		pending->signal &= ~sigmask(sig);
	if (first) {
		*info = first->info;
		if (first->delivered)
			first->delivered(first, info);
		free_entry(first);
		return;
	}
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = SI_USER;
}

int dequeue_signal_locked(sigset_t blocked, struct siginfo *info)
{
	struct sigpending *pending = &current->pending;
	int sig = first_signal(pending->signal & ~blocked);

	if (!sig) {
		pending = &current->signal->shared_pending;
		sig = first_signal(pending->signal & ~blocked);
	}
	if (!sig)
		return 0;
	collect(pending, sig, info);
	if (sigmask(sig) & SIG_KERNEL_STOP)
		current->signal->stop_flags |= SIGNAL_STOP_DEQUEUED;
	recalc_sigpending();
	return sig;
}

/* The signal's bit may stay set: then it comes without a timer's siginfo, as if sent by kill. */
void cancel_sigqueue_locked(struct sigqueue *q)
{
	list_del_init(&q->list);
}

void flush_sigqueue(struct sigpending *pending)
{
	struct sigqueue *q, *next;

	pending->signal = 0;
	list_for_each_entry_safe(q, next, &pending->list, list)
		free_entry(q);
}

static void remove_from(struct sigpending *pending, sigset_t set)
{
	struct sigqueue *q, *next;

	if (!(pending->signal & set))
		return;
	pending->signal &= ~set;
	list_for_each_entry_safe(q, next, &pending->list, list)
		if (sigmask(q->info.si_signo) & set)
			free_entry(q);
}

void remove_pending_locked(struct task_struct *t, sigset_t set)
{
	struct task_struct *each = t;

	remove_from(&t->signal->shared_pending, set);
	do {
		remove_from(&each->pending, set);
	} while_each_thread(t, each);
}

void flush_signals(struct task_struct *t)
{
	unsigned long flags;

	spin_lock_irqsave(&t->sighand->siglock, flags);
	clear_bit(TIF_SIGPENDING, &t->work);
	flush_sigqueue(&t->pending);
	flush_sigqueue(&t->signal->shared_pending);
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
}

/* Only sets the flag for others: they clear it themselves when they find nothing. */
void recalc_sigpending_task(struct task_struct *t)
{
	sigset_t pending = t->pending.signal | t->signal->shared_pending.signal;

	if ((pending & ~t->blocked) || t->signal->group_stop_count > 0)
		set_bit(TIF_SIGPENDING, &t->work);
	else if (t == current)
		clear_bit(TIF_SIGPENDING, &t->work);
}

void recalc_sigpending(void)
{
	recalc_sigpending_task(current);
}
