/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of the clock and of atomic operations.
 */
#include <arch/atomic.h>
#include <arch/bitops.h>
#include <quire/ktest.h>
#include <quire/ktime.h>

#define CALLS	10000

KTEST(ktime_never_goes_back)
{
	u64 last = ktime_get();
	unsigned int backwards = 0;

	for (int i = 0; i < CALLS; i++) {
		u64 now = ktime_get();

		backwards += now < last;
		last = now;
	}
	ktest_equal(backwards, 0);
}

KTEST(udelay_waits_long_enough)
{
	u64 start = ktime_get();

	udelay(2000);
	ktest_assert(ktime_get() - start >= 2000 * NSEC_PER_USEC);
}

KTEST(jiffies_follow_the_clock)
{
	unsigned long start = jiffies;

	mdelay(40);
	ktest_assert(jiffies - start >= 9);
	ktest_assert(ktime_get_real() > 1700000000ull * NSEC_PER_SEC);
}

KTEST(atomic_operations)
{
	atomic_t v = ATOMIC_INIT(1);
	unsigned long bits = 0;
	u32 word = 5;

	ktest_equal(atomic_inc_return(&v), 2);
	ktest_equal(atomic_fetch_add(3, &v), 2);
	ktest_assert(!atomic_sub_and_test(4, &v));
	ktest_assert(atomic_dec_and_test(&v));
	ktest_assert(!atomic_inc_not_zero(&v));
	ktest_equal(xchg(&word, 6), 5);
	ktest_equal(cmpxchg(&word, 6, 7), 6);
	ktest_equal(cmpxchg(&word, 6, 8), 7);
	ktest_assert(!test_and_set_bit(5, &bits));
	ktest_assert(test_and_set_bit(5, &bits));
	ktest_assert(test_and_clear_bit(5, &bits));
	ktest_equal(bits, 0);
}
