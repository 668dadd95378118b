/* SPDX-License-Identifier: MIT */
/*
 * From a driver's interrupt to the line discipline: the raw rings, and ttyd, the task that empties
 * them.
 *
 * A driver puts bytes into its terminal's ring and goes on; ttyd runs them through the discipline.
 * While the discipline has no room (nobody reads), bytes stay in the ring; when the ring is full
 * the driver is told by a short count and holds back its line until unthrottle(). So a fast sender
 * is slowed down, not lost, where the hardware can do that.
 *
 * Locking: raw.lock guards one ring; pending_lock the list of terminals with work; both with
 * interrupts off, never both at once. A terminal on the list, or being worked on, is not freed:
 * tty_raw_forget waits for ttyd.
 */
#include <quire/assert.h>
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/string.h>
#include "tty_internal.h"

#define CHUNK	256u

static DEFINE_SPINLOCK(pending_lock);
static LIST_HEAD(pending);
static struct tty_struct *busy_with;		/* pending_lock: ttyd works on it now */
static struct lock_class wait_class = { .name = "ttyd wait" };
static wait_queue_head_t ttyd_wait = { .lock = SPINLOCK_INIT_CLASS(&wait_class), .list = LIST_HEAD_INIT(ttyd_wait.list) };
static wait_queue_head_t idle_wait = { .lock = SPINLOCK_INIT_CLASS(&wait_class), .list = LIST_HEAD_INIT(idle_wait.list) };

static u32 used(const struct tty_raw *raw)
{
	return raw->head - raw->tail;
}

void tty_kick(struct tty_struct *tty)
{
	unsigned long flags;

	spin_lock_irqsave(&pending_lock, flags);
	if (!tty->raw.queued) {
		tty->raw.queued = true;
		list_add_tail(&tty->raw.link, &pending);
	}
	spin_unlock_irqrestore(&pending_lock, flags);
	wake_up(&ttyd_wait);
}

size_t tty_input(struct tty_struct *tty, const u8 *buf, size_t n)
{
	struct tty_raw *raw = &tty->raw;
	unsigned long flags;
	size_t done;

	spin_lock_irqsave(&raw->lock, flags);
	for (done = 0; done < n && used(raw) < TTY_RAW_SIZE; done++)
		raw->buf[raw->head++ % TTY_RAW_SIZE] = buf[done];
	if (done < n)
		raw->throttled = true;
	spin_unlock_irqrestore(&raw->lock, flags);
	tty_kick(tty);
	return done;
}

size_t tty_input_room(struct tty_struct *tty)
{
	struct tty_raw *raw = &tty->raw;
	unsigned long flags;
	size_t room;

	spin_lock_irqsave(&raw->lock, flags);
	room = TTY_RAW_SIZE - used(raw);
	if (!room)
		raw->throttled = true;
	spin_unlock_irqrestore(&raw->lock, flags);
	return room;
}

void tty_input_break(struct tty_struct *tty)
{
	tty->raw.broke = true;
	tty_kick(tty);
}

void tty_raw_flush(struct tty_struct *tty)
{
	unsigned long flags;

	spin_lock_irqsave(&tty->raw.lock, flags);
	tty->raw.tail = tty->raw.head;
	spin_unlock_irqrestore(&tty->raw.lock, flags);
	tty_kick(tty);			/* the driver may be waiting for room */
}

static size_t raw_take(struct tty_raw *raw, u8 *buf, size_t n)
{
	unsigned long flags;
	size_t done;

	spin_lock_irqsave(&raw->lock, flags);
	for (done = 0; done < n && used(raw); done++)
		buf[done] = raw->buf[raw->tail++ % TTY_RAW_SIZE];
	spin_unlock_irqrestore(&raw->lock, flags);
	return done;
}

static bool end_throttle(struct tty_raw *raw)
{
	unsigned long flags;
	bool was;

	spin_lock_irqsave(&raw->lock, flags);
	was = raw->throttled && used(raw) <= TTY_RAW_SIZE / 2;
	if (was)
		raw->throttled = false;
	spin_unlock_irqrestore(&raw->lock, flags);
	return was;
}

/* A break that comes between the two is seen by the next round: its kick comes after the store. */
static bool take_break(bool *p)
{
	bool old = READ_ONCE(*p);

	WRITE_ONCE(*p, false);
	return old;
}

static void drain(struct tty_struct *tty)
{
	u8 buf[CHUNK];
	size_t n;

	mutex_lock(&tty->lock);
	if (take_break(&tty->raw.broke))
		ldisc_break(tty);
	do {
		n = raw_take(&tty->raw, buf, min_t(size_t, ldisc_room(tty), CHUNK));
		ldisc_receive(tty, buf, n);
	} while (n);
	mutex_unlock(&tty->lock);
	if (end_throttle(&tty->raw) && tty->ops->unthrottle)
		tty->ops->unthrottle(tty);
}

static struct tty_struct *next_pending(void)
{
	struct tty_struct *tty;

	spin_lock_irq(&pending_lock);
	tty = list_first_entry_or_null(&pending, struct tty_struct, raw.link);
	if (tty) {
		list_del_init(&tty->raw.link);
		tty->raw.queued = false;
	}
	busy_with = tty;
	spin_unlock_irq(&pending_lock);
	return tty;
}

__noreturn static int ttyd(void *unused)
{
	for (;;) {
		struct tty_struct *tty = next_pending();

		wake_up(&idle_wait);
		if (tty)
			drain(tty);
		else
			(void)wait_event_interruptible(ttyd_wait, !list_empty(&pending)); /* no load */
	}
}

static bool forgotten(struct tty_struct *tty)
{
	bool gone;

	spin_lock_irq(&pending_lock);
	if (tty->raw.queued) {
		list_del_init(&tty->raw.link);
		tty->raw.queued = false;
	}
	gone = busy_with != tty;
	spin_unlock_irq(&pending_lock);
	return gone;
}

void tty_raw_forget(struct tty_struct *tty)
{
	wait_event(idle_wait, forgotten(tty));
}

void ttyd_start(void)
{
	if (kernel_thread(ttyd, NULL, "ttyd") < 0)
		panic("ttyd cannot be started");
}
