/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of the log ring.
 */
#include <quire/ktest.h>
#include <quire/printk.h>
#include <quire/string.h>

KTEST(log_reads_back)
{
	char buf[160];
	u64 pos = log_end();
	size_t n;

	pr_debug("ktest %d %s\n", 42, "message");
	n = log_read(buf, sizeof(buf) - 1, &pos);
	buf[n] = '\0';
	ktest_assert(strstarts(buf, "<7>["));
	ktest_assert(strstr(buf, "] ktest 42 message\n") != NULL);
	ktest_equal(pos, log_end());
}

KTEST(log_skips_what_was_overwritten)
{
	u64 pos = 0;
	char c;

	ktest_equal(log_read(&c, 1, &pos), 1);
	ktest_assert(pos > log_first());
	ktest_assert(log_end() - log_first() <= log_capacity());
}
