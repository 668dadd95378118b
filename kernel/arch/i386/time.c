/* SPDX-License-Identifier: MIT */
/*
 * Time: the PIT ticks HZ times a second, the TSC tells the time in between.
 *
 * The TSC is calibrated once against the PIT, until its rate is known well enough whatever the host
 * does meanwhile. ktime_get() = base_ns + (tsc - base_tsc) scaled; the tick moves the base forward,
 * so the product never overflows. jiffies follow the clock, not the number of interrupts: ticks that
 * were lost (interrupts off too long, a busy host) are made up for. Without a TSC the tick is the clock.
 *
 * Locking: base and real-time offset change with interrupts off (one writer CPU); readers save
 * interrupts.
 */
#include <arch/io.h>
#include <arch/processor.h>
#include <quire/irq.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/math64.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include "internal.h"

#define PIT_HZ		1193182ul
#define PIT_CH0		0x40
#define PIT_CH2		0x42
#define PIT_MODE	0x43
#define PIT_CH0_RATE	0x34		/* channel 0, both bytes, rate generator */
#define PIT_CH2_ONESHOT	0xb0		/* channel 2, both bytes, interrupt on terminal count */
#define PORT_B		0x61		/* gate and output of channel 2 */
#define PORT_B_GATE2	0x01
#define PORT_B_SPEAKER	0x02
#define PORT_B_OUT2	0x20
#define CALIBRATE_MS	10		/* a run's length */
#define CALIBRATE_MOST_MS 54		/* what 16 bits can count */
#define CALIBRATE_BITS	10		/* that are sure: 1/1024 is close enough */
#define SCALE_SHIFT	22
#define MAX_LOST_TICKS	HZ		/* after a longer stop, time jumps without ticks */

volatile unsigned long jiffies;

static struct {
	u64 base_ns, base_tsc;
	u32 scale;			/* ns per cycle, times 2^SCALE_SHIFT */
	unsigned int khz;		/* 0: no usable TSC */
	u64 next_tick_ns;
	s64 real_offset_ns;		/* 1970 + this = ktime 0 */
	u64 tick_sec;			/* real time at the last tick, for who wants it cheap */
	u32 tick_nsec;
} clock;

/* The TSC's rate in kHz: at least low, at most high. */
struct rate {
	u32 low, high;
};

/*
 * Count some milliseconds. The count begins during the write of its high byte (8254 data sheet, mode 0; the gate is
 * open) and ends between the beginning of the last look that sees no output and the end of the first that does.
 */
static struct rate calibrate_once(u32 ms)
{
	u8 port_b = inb(PORT_B) & ~PORT_B_SPEAKER;
	u32 count = PIT_HZ * ms / 1000;
	u64 before, after, unseen, look, seen;
	bool out;

	outb(port_b | PORT_B_GATE2, PORT_B);
	outb(PIT_CH2_ONESHOT, PIT_MODE);
	outb((u8)count, PIT_CH2);
	before = rdtsc();
	outb((u8)(count >> 8), PIT_CH2);
	after = look = seen = rdtsc();
	do {
		unseen = look;
		look = seen;
		out = inb(PORT_B) & PORT_B_OUT2;
		seen = rdtsc();
	} while (!out);
	outb(port_b & ~PORT_B_GATE2, PORT_B);
	return (struct rate){ .low = (u32)div_u64(unseen - after, ms), .high = (u32)div_u64(seen - before, ms) };
}

/*
 * => kHz. The host of a virtual machine may stop it for milliseconds at any point. In the middle of a run that does
 * no harm, at either end it moves one of the bounds away. So there are runs until what all bounds leave is little, each
 * longer than the last, lest they keep step with the stops.
 */
static unsigned int calibrate_tsc(void)
{
	struct rate all = { .low = 0, .high = U32_MAX };

	if (!boot_cpu.tsc)
		return 0;
	for (u32 ms = CALIBRATE_MS; ms < CALIBRATE_MOST_MS && all.high - all.low > all.low >> CALIBRATE_BITS; ms++) {
		struct rate run = calibrate_once(ms);

		all.low = max(all.low, run.low);
		all.high = max(all.low, min(all.high, run.high));
	}
	return all.low + (all.high - all.low) / 2;
}

static u64 cycles_to_ns(u64 cycles)
{
	return mul_u64_u32_shr(cycles, clock.scale, SCALE_SHIFT);
}

static u64 now_locked(void)
{
	if (!clock.khz)
		return (u64)jiffies * NSEC_PER_TICK;
	return clock.base_ns + cycles_to_ns(rdtsc() - clock.base_tsc);
}

u64 ktime_get(void)
{
	unsigned long flags;
	u64 now;

	local_irq_save(flags);
	now = now_locked();
	local_irq_restore(flags);
	return now;
}

u64 ktime_get_real(void)
{
	unsigned long flags;
	u64 now;

	local_irq_save(flags);
	now = now_locked() + (u64)clock.real_offset_ns;
	local_irq_restore(flags);
	return now;
}

static void note_real_time(u64 now)
{
	clock.tick_sec = div_u64_rem(now + (u64)clock.real_offset_ns, NSEC_PER_SEC, &clock.tick_nsec);
}

void ktime_get_tick_real(u64 *sec, u32 *nsec)
{
	unsigned long flags;

	local_irq_save(flags);
	*sec = clock.tick_sec;
	*nsec = clock.tick_nsec;
	local_irq_restore(flags);
}

void ktime_set_real(u64 ns)
{
	unsigned long flags;
	u64 now;

	local_irq_save(flags);
	now = now_locked();
	clock.real_offset_ns = (s64)(ns - now);
	note_real_time(now);
	local_irq_restore(flags);
}

void ktime_adjust_real(s64 ns)
{
	unsigned long flags;

	local_irq_save(flags);
	clock.real_offset_ns += ns;
	note_real_time(now_locked());
	local_irq_restore(flags);
}

unsigned int tsc_khz(void)
{
	return clock.khz;
}

/* Ticks that are due by the clock; at least the scheduler's one, and not a flood after a long stop. */
static unsigned int ticks_due(void)
{
	unsigned int n = 0;
	u64 now, tsc;

	if (!clock.khz)
		return 1;
	tsc = rdtsc();
	now = clock.base_ns + cycles_to_ns(tsc - clock.base_tsc);
	clock.base_tsc = tsc;
	clock.base_ns = now;
	while (clock.next_tick_ns <= now) {
		clock.next_tick_ns += NSEC_PER_TICK;
		if (++n == MAX_LOST_TICKS)
			clock.next_tick_ns = now + NSEC_PER_TICK;
	}
	return n;
}

void timer_interrupt(struct pt_regs *regs)
{
	jiffies += ticks_due();
	note_real_time(clock.khz ? clock.base_ns : now_locked());
	scheduler_tick(user_mode(regs));
}

void udelay(unsigned long usec)
{
	u64 end = ktime_get() + (u64)usec * NSEC_PER_USEC;

	if (!clock.khz) {
		while (usec--)
			io_delay();
		return;
	}
	while (ktime_get() < end)
		cpu_relax();
}

void mdelay(unsigned long msec)
{
	while (msec--)
		udelay(USEC_PER_SEC / 1000);
}

static void start_ticks(u32 period)
{
	outb(PIT_CH0_RATE, PIT_MODE);
	outb((u8)period, PIT_CH0);
	outb((u8)(period >> 8), PIT_CH0);
}

void time_init(void)
{
	clock.khz = calibrate_tsc();
	if (clock.khz) {
		clock.scale = (u32)div_u64(1000000ull << SCALE_SHIFT, clock.khz);
		clock.base_tsc = rdtsc();
		clock.next_tick_ns = NSEC_PER_TICK;
		pr_info("clock: TSC at %u.%03u MHz\n", clock.khz / 1000, clock.khz % 1000);
	} else {
		pr_notice("clock: no TSC, the tick is the clock\n");
	}
	ktime_set_real((u64)rtc_read() * NSEC_PER_SEC);
	start_ticks((PIT_HZ + HZ / 2) / HZ);
	enable_timer_irq();
}
