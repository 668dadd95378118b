/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of the scheduler, wait queues, timers, kernel threads and the freezer.
 */
#include <quire/ktest.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/string.h>

#define HOST_STALL (HZ / 4)	/* ticks that a busy host may take from the machine at once */
#define PATIENCE (2 * HZ)	/* ticks after which something that should have happened has not */

static struct completion finished;

static bool wait_for(volatile int *value, int wanted)
{
	for (unsigned long end = jiffies + PATIENCE; time_before(jiffies, end);) {
		if (*value == wanted)
			return true;
		schedule_timeout_uninterruptible(1);
	}
	return false;
}

/* ---- threads hand a baton to each other ---- */

#define ROUNDS 200
static volatile int baton;
static DECLARE_WAIT_QUEUE_HEAD(baton_wait);

static int odd_player(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		wait_event(baton_wait, baton % 2 == 1);
		baton++;
		wake_up(&baton_wait);
	}
	complete(&finished);
	return 0;
}

/* Does a wake-up ever get lost between two tasks that wake each other? */
KTEST(sched_ping_pong)
{
	baton = 0;
	init_completion(&finished);
	ktest_assert(kernel_thread(odd_player, NULL, "odd_player") > 0);
	for (int i = 0; i < ROUNDS; i++) {
		wait_event(baton_wait, baton % 2 == 0);
		baton++;
		wake_up(&baton_wait);
	}
	wait_for_completion(&finished);
	ktest_equal(baton, 2 * ROUNDS);
}

/* ---- exclusive waiters ---- */

#define SLEEPERS 3
static DECLARE_WAIT_QUEUE_HEAD(herd_wait);
static volatile int herd_awake, herd_waiting;

static int exclusive_sleeper(void *unused)
{
	DEFINE_WAIT(wait);

	prepare_to_wait_exclusive(&herd_wait, &wait, TASK_UNINTERRUPTIBLE);
	herd_waiting++;
	schedule();
	finish_wait(&herd_wait, &wait);
	herd_awake++;
	return 0;
}

/* Does one wake_up wake one exclusive waiter, and wake_up_all the rest? */
KTEST(wait_exclusive)
{
	herd_awake = herd_waiting = 0;
	for (int i = 0; i < SLEEPERS; i++)
		kernel_thread(exclusive_sleeper, NULL, "sleeper");
	ktest_assert(wait_for(&herd_waiting, SLEEPERS));
	wake_up(&herd_wait);
	ktest_assert(wait_for(&herd_awake, 1));
	schedule_timeout_uninterruptible(2);
	ktest_equal(herd_awake, 1);
	wake_up_all(&herd_wait);
	ktest_assert(wait_for(&herd_awake, SLEEPERS));
}

/* Does a time-out end a wait whose condition never comes true, and does a true condition leave time? */
KTEST(wait_timeout)
{
	static DECLARE_WAIT_QUEUE_HEAD(never);
	unsigned long start = jiffies;

	ktest_equal(wait_event_timeout(never, false, 5), 0);
	ktest_assert(jiffies - start >= 5);
	ktest_equal(wait_event_timeout(never, true, 5), 5);
}

/* ---- timers ---- */

struct test_timer {
	struct timer_list timer;
	unsigned long wanted, fired;
};

static volatile int timers_fired;

static void note_expiry(unsigned long data)
{
	struct test_timer *t = (struct test_timer *)data;

	t->fired = jiffies;
	timers_fired++;
}

/* Do timers on both sides of the wheel's first turn fire in their tick, whatever the order they were set in? */
KTEST(timer_wheel)
{
	static const unsigned int delays[] = { 1, 2, 255, 256, 257, 100, 300, 3 };
	static struct test_timer timers[sizeof(delays) / sizeof(delays[0])];
	unsigned int n = sizeof(delays) / sizeof(delays[0]);

	timers_fired = 0;
	for (unsigned int i = 0; i < n; i++) {
		setup_timer(&timers[i].timer, note_expiry, (unsigned long)&timers[i]);
		timers[i].wanted = jiffies + delays[i];
		ktest_assert(!mod_timer(&timers[i].timer, timers[i].wanted));
	}
	ktest_assert(wait_for(&timers_fired, (int)n));
	for (unsigned int i = 0; i < n; i++)
		ktest_assert(timers[i].fired - timers[i].wanted < HOST_STALL); /* early would wrap */
}

/* Does a deleted timer stay silent, and a moved one fire once? */
KTEST(timer_delete)
{
	static struct test_timer a, b;

	timers_fired = 0;
	setup_timer(&a.timer, note_expiry, (unsigned long)&a);
	setup_timer(&b.timer, note_expiry, (unsigned long)&b);
	mod_timer(&a.timer, jiffies + 2);
	mod_timer(&b.timer, jiffies + 50);
	ktest_assert(mod_timer(&b.timer, jiffies + 3));
	ktest_assert(del_timer_sync(&a.timer));
	ktest_assert(!del_timer(&a.timer));
	schedule_timeout_uninterruptible(8);
	ktest_equal(timers_fired, 1);
	ktest_assert(!timer_pending(&b.timer));
}

/* ---- shares of the processor ---- */

static volatile bool stop_spinning;
static volatile int spinners_left;
static volatile unsigned long spins;	/* of all together */

struct spinner {
	int nice;
	u64 ran_ns;
};

static int spin(void *arg)
{
	struct spinner *s = arg;

	set_user_nice(current, s->nice);
	while (!stop_spinning)
		spins++;
	s->ran_ns = current->sum_exec_ns;
	spinners_left--;
	return 0;
}

/* Does a nice 0 task that never sleeps get much more than a nice 19 one, and that one still something? */
KTEST(sched_nice)
{
	static struct spinner normal, nicest;

	normal = (struct spinner){ .nice = 0 };
	nicest = (struct spinner){ .nice = 19 };
	stop_spinning = false;
	spinners_left = 2;
	kernel_thread(spin, &normal, "spin_normal");
	kernel_thread(spin, &nicest, "spin_nicest");
	schedule_timeout_uninterruptible(HZ);
	stop_spinning = true;
	ktest_assert(wait_for(&spinners_left, 0));
	ktest_assert(nicest.ran_ns > 0);
	ktest_assert(normal.ran_ns > 2 * nicest.ran_ns); /* about 20 times; run time includes the host's stalls */
}

#define SLEEPS 60
#define SLEEPS_TO_BE_KNOWN 10	/* before it counts as interactive */

static DECLARE_WAIT_QUEUE_HEAD(alarm_wait);
static volatile bool alarm_rang;
static unsigned long spins_at_alarm;

static void ring_alarm(unsigned long unused)
{
	spins_at_alarm = spins;
	alarm_rang = true;
	wake_up(&alarm_wait);
}

/*
 * Is a task that wakes up served at once although others compute?  Time is what the others have computed since, which
 * stands still when a busy host stops the machine.
 */
KTEST(sched_wakeup_latency)
{
	static struct spinner hogs[2];
	static struct timer_list alarm;
	int late_wakeups = 0;

	setup_timer(&alarm, ring_alarm, 0);
	stop_spinning = false;
	spinners_left = 2;
	for (int i = 0; i < 2; i++)
		kernel_thread(spin, &hogs[i], "hog");
	for (int i = 0; i < SLEEPS; i++) {
		alarm_rang = false;
		mod_timer(&alarm, jiffies + 2);
		(void)wait_event_interruptible(alarm_wait, alarm_rang);
		if (i >= SLEEPS_TO_BE_KNOWN && spins != spins_at_alarm)
			late_wakeups++;
	}
	stop_spinning = true;
	ktest_assert(wait_for(&spinners_left, 0));
	pr_info("sched_wakeup_latency: %d of %d late\n", late_wakeups, SLEEPS - SLEEPS_TO_BE_KNOWN);
	/* Each would be late without the preference; the debug kernel, which yields at random, makes some so. */
	ktest_assert(late_wakeups < SLEEPS / 2);
}

#define NAPPERS 8
#define NAP_PIECES 50
#define KNOWN_TICKS (HZ / 2)	/* asleep so long, a task is known to sleep much */
#define STARVING_TICKS (10 * HZ) /* ten tasks take less than a second, a busy host makes several of it */

static volatile bool stop_napping;
static volatile int nappers_left;

/* Computes for a tick or somewhat more, however often it is stopped meanwhile, and sleeps to the next. */
static int nap(void *number)
{
	int pieces = NAP_PIECES + 5 * (int)number;	/* else all would be asleep at the same time */

	schedule_timeout_interruptible(KNOWN_TICKS);
	while (!stop_napping) {
		for (int i = 0; i < pieces; i++)
			udelay(NSEC_PER_TICK / NSEC_PER_USEC / NAP_PIECES);
		schedule_timeout_interruptible(1);
	}
	nappers_left--;
	return 0;
}

static volatile unsigned long first_turn;	/* jiffies */

static int note_turn(void *unused)
{
	set_user_nice(current, 19);
	yield();
	first_turn = jiffies;
	spinners_left--;
	return 0;
}

/* Does who computes, nicely too, get a turn although tasks that sleep now and then use the whole processor up? */
KTEST(sched_nobody_starves)
{
	unsigned long begin;

	stop_napping = false;
	nappers_left = NAPPERS;
	spinners_left = 1;
	for (int i = 0; i < NAPPERS; i++)
		kernel_thread(nap, (void *)i, "napper");
	begin = jiffies + KNOWN_TICKS;
	schedule_timeout_interruptible(KNOWN_TICKS + HZ / 10);
	kernel_thread(note_turn, NULL, "patient");
	while (spinners_left && time_before(jiffies, begin + STARVING_TICKS))
		schedule_timeout_interruptible(1);
	stop_napping = true;
	ktest_assert(wait_for(&nappers_left, 0));
	ktest_assert(wait_for(&spinners_left, 0));
	pr_info("sched_nobody_starves: a turn after %lu ticks\n", first_turn - begin);
	ktest_assert(first_turn - begin < STARVING_TICKS);
}

/* Does waiting for a disk, or for memory, leave a task what it was, while waiting for an event makes it interactive? */
KTEST(sched_only_events_count)
{
	current->sleep_avg = 0;
	schedule_timeout_uninterruptible(KNOWN_TICKS);
	ktest_equal(current->sleep_avg, 0);
	schedule_timeout_interruptible(KNOWN_TICKS);
	ktest_assert(current->sleep_avg > 0);
}

/* ---- the freezer ---- */

/* Does nothing run between freeze and thaw, and everything go on afterwards? */
KTEST(freezer)
{
	static volatile int ticks;
	unsigned long end;
	int before;

	timers_fired = 0;
	init_completion(&finished);
	baton = 0;
	kernel_thread(odd_player, NULL, "odd_player");
	ktest_equal(freeze_all_tasks(), 0);
	before = baton;
	baton = 1;
	wake_up(&baton_wait);
	for (end = jiffies + 5; time_before(jiffies, end);)
		ticks++;
	ktest_equal(baton, before + 1);
	thaw_all_tasks();
	for (int i = 1; i < ROUNDS; i++) {
		wait_event(baton_wait, baton % 2 == 0);
		baton++;
		wake_up(&baton_wait);
	}
	wait_for_completion(&finished);
	ktest_equal(baton, 2 * ROUNDS);
}

static int look_around(void *arg)
{
	baton = arg == &baton && !current->mm && current->active_mm && !strcmp(current->comm, "as told");
	complete(&finished);
	return 0;
}

/* Does a thread begin with its argument, under its name, and in memory that is not its own? */
KTEST(kthread_starts_as_told)
{
	baton = 0;
	init_completion(&finished);
	ktest_assert(kernel_thread(look_around, (void *)&baton, "as told") > 0);
	wait_for_completion(&finished);
	ktest_equal(baton, 1);
}

/* Does a thread that ended give everything back? */
static int empty_thread(void *unused)
{
	complete(&finished);
	return 0;
}

KTEST(kthread_no_leak)
{
	unsigned int stacks;
	int threads;

	/* Threads of other tests may be on their way out, too. */
	do {
		threads = nr_threads;
		schedule_timeout_uninterruptible(HZ / 10);
	} while (nr_threads != threads);
	stacks = kstacks_in_use;
	for (int i = 0; i < 100; i++) {
		init_completion(&finished);
		ktest_assert(kernel_thread(empty_thread, NULL, "empty") > 0);
		wait_for_completion(&finished);
	}
	/* On a busy host that takes more than a tick. */
	for (int i = 0; i < 100 && (nr_threads != threads || kstacks_in_use != stacks); i++)
		schedule_timeout_uninterruptible(2);
	ktest_equal(nr_threads, threads);
	ktest_equal(kstacks_in_use, stacks);
}
