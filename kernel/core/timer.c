/* SPDX-License-Identifier: MIT */
/*
 * Timers: a hierarchical wheel.
 *
 * Idea.  The first wheel has a slot for each of the next 256 ticks; four more have 64 slots each, of 2^8, 2^14, 2^20
 * and 2^26 ticks.  Adding and removing take constant time.  When the first wheel comes round, the
 * next slot of the second is dealt out into it, and so on upwards.
 *
 * base.lock (interrupts off) guards the wheel and every pending timer's link.  Functions run without it, with
 * interrupts on, in the tail of the clock interrupt; a tick that comes meanwhile only counts.
 */
#include <quire/assert.h>
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/timer.h>

#define ROOT_BITS 8
#define LEVEL_BITS 6
#define ROOT_SLOTS (1u << ROOT_BITS)
#define LEVEL_SLOTS (1u << LEVEL_BITS)
#define LEVELS 4

struct timer_base {
	spinlock_t lock;
	unsigned long next_tick;	/* the tick whose slot is looked at next */
	struct timer_list *running;	/* whose function runs now */
	bool active;			/* run_timers is on some stack */
	bool ready;
	struct list_head root[ROOT_SLOTS];
	struct list_head level[LEVELS][LEVEL_SLOTS];
};

static struct lock_class timer_lock_class = { .name = "timers" };
static struct timer_base base = { .lock = SPINLOCK_INIT_CLASS(&timer_lock_class) };

/* On first use: timers may be set before anything else is up. */
static void init_base(void)
{
	for (unsigned int i = 0; i < ROOT_SLOTS; i++)
		INIT_LIST_HEAD(&base.root[i]);
	for (unsigned int l = 0; l < LEVELS; l++)
		for (unsigned int i = 0; i < LEVEL_SLOTS; i++)
			INIT_LIST_HEAD(&base.level[l][i]);
	base.next_tick = jiffies;
	base.ready = true;
}

static unsigned int level_shift(unsigned int level)
{
	return ROOT_BITS + level * LEVEL_BITS;
}

static struct list_head *slot_for(unsigned long expires)
{
	unsigned long delta = expires - base.next_tick;

	if ((long)delta < 0)
		return &base.root[base.next_tick % ROOT_SLOTS];
	if (delta < ROOT_SLOTS)
		return &base.root[expires % ROOT_SLOTS];
	for (unsigned int l = 0; l < LEVELS - 1; l++)
		if (delta < 1ul << level_shift(l + 1))
			return &base.level[l][(expires >> level_shift(l)) % LEVEL_SLOTS];
	return &base.level[LEVELS - 1][(expires >> level_shift(LEVELS - 1)) % LEVEL_SLOTS];
}

static void enqueue_timer(struct timer_list *timer)
{
	list_add_tail(&timer->link, slot_for(timer->expires));
}

static void detach_timer(struct timer_list *timer)
{
	list_del(&timer->link);
	timer->link.next = NULL;
}

void setup_timer(struct timer_list *timer, void (*function)(unsigned long), unsigned long data)
{
	timer->link.next = NULL;
	timer->function = function;
	timer->data = data;
}

bool mod_timer(struct timer_list *timer, unsigned long expires)
{
	unsigned long flags;
	bool pending;

	spin_lock_irqsave(&base.lock, flags);
	if (!base.ready)
		init_base();
	pending = timer_pending(timer);
	if (pending)
		detach_timer(timer);
	timer->expires = expires;
	enqueue_timer(timer);
	spin_unlock_irqrestore(&base.lock, flags);
	return pending;
}

bool del_timer(struct timer_list *timer)
{
	unsigned long flags;
	bool pending;

	spin_lock_irqsave(&base.lock, flags);
	pending = timer_pending(timer);
	if (pending)
		detach_timer(timer);
	spin_unlock_irqrestore(&base.lock, flags);
	return pending;
}

/* Not from the timer's own function.  A function that sets its timer again is outwaited. */
bool del_timer_sync(struct timer_list *timer)
{
	bool pending = false;

	for (;;) {
		pending |= del_timer(timer);
		if (READ_ONCE(base.running) != timer)
			return pending;
		cpu_relax();
	}
}

/* Deal a slot of a higher wheel out into lower ones; => its index: 0 means that this wheel came round too. */
static unsigned int cascade(unsigned int level)
{
	unsigned int index = (base.next_tick >> level_shift(level)) % LEVEL_SLOTS;
	struct timer_list *timer, *next;
	LIST_HEAD(moved);

	list_splice_init(&base.level[level][index], &moved);
	list_for_each_entry_safe(timer, next, &moved, link)
		enqueue_timer(timer);
	return index;
}

/* All timers of one tick go to a list of their own: a function may set its timer into the same slot again. */
static void take_tick(struct list_head *due)
{
	unsigned int index = base.next_tick % ROOT_SLOTS;

	if (index == 0)
		for (unsigned int l = 0; l < LEVELS && cascade(l) == 0; l++)
			;
	list_splice_init(&base.root[index], due);
	base.next_tick++;
}

static void run_due(struct list_head *due)
{
	while (!list_empty(due)) {
		struct timer_list *timer = list_first_entry(due, struct timer_list, link);
		void (*function)(unsigned long) = timer->function;
		unsigned long data = timer->data;

		detach_timer(timer);
		base.running = timer;
		spin_unlock_irq(&base.lock);
		function(data);
		spin_lock_irq(&base.lock);
		base.running = NULL;
	}
}

/* Called with interrupts off; returns so, with functions run in between with interrupts on. */
void run_timers(void)
{
	LIST_HEAD(due);

	assert(irqs_disabled());
	if (base.active)
		return;
	spin_lock(&base.lock);
	if (!base.ready)
		init_base();
	base.active = true;
	while (time_after_eq(jiffies, base.next_tick)) {
		take_tick(&due);
		run_due(&due);
	}
	base.active = false;
	spin_unlock(&base.lock);
}

static void wake_sleeper(unsigned long data)
{
	wake_up_process((struct task_struct *)data);
}

long schedule_timeout(long timeout)
{
	struct timer_list timer;
	unsigned long expires = jiffies + (unsigned long)timeout;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	assert_msg(timeout >= 0, "schedule_timeout(%ld)", timeout);
	setup_timer(&timer, wake_sleeper, (unsigned long)current);
	mod_timer(&timer, expires);
	schedule();
	del_timer_sync(&timer);
	timeout = (long)(expires - jiffies);
	return timeout < 0 ? 0 : timeout;
}

long schedule_timeout_interruptible(long timeout)
{
	set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}

void msleep(unsigned int msecs)
{
	long left = (long)msecs_to_jiffies(msecs) + 1;

	while (left)
		left = schedule_timeout_uninterruptible(left);
}
