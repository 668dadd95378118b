/* SPDX-License-Identifier: MIT */
/*
 * The runner of the kernel's self-tests: TAP on the log, one line a test.
 */
#include <quire/cmdline.h>
#include <quire/ktest.h>
#include <quire/preempt.h>
#include <quire/printk.h>
#include <quire/string.h>

extern const struct ktest _ktests_start[], _ktests_end[];

static bool wanted;
static const char *prefixes = "";	/* with commas between them; of any test the name starts with one */
static bool failed;
static const char *skipped;

static int set_ktest(const char *v)
{
	wanted = true;
	prefixes = v;
	return 0;
}
BOOT_OPTION("ktest", set_ktest, "run the kernel's self-tests");
BOOT_OPTION("ktest=", set_ktest, "run those whose name starts so (a,b,...)");

void ktest_fail(const char *file, int line, const char *fmt, ...)
{
	char text[200];
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	__builtin_va_end(args);
	failed = true;
	pr_err("# %s:%d: %s\n", file, line, text);
}

void ktest_skip(const char *why)
{
	skipped = why;
}

static bool run_one(const struct ktest *t, unsigned int number)
{
	u32 count = preempt_count();

	failed = false;
	skipped = NULL;
	t->fn();
	if (preempt_count() != count)
		ktest_fail(__FILE__, __LINE__, "%s left preempt count %#x", t->name, preempt_count());
	pr_notice("%sok %u - %s%s%s\n", failed ? "not " : "", number, t->name, skipped ? " # SKIP " : "",
		  skipped ? skipped : "");
	return !failed;
}

static bool is_chosen(const char *name)
{
	const char *p = prefixes;
	size_t len;

	for (;; p += len + 1) {
		len = strcspn(p, ",");
		if (!strncmp(name, p, len))
			return true;
		if (!p[len])
			return false;
	}
}

int ktest_run(void)
{
	unsigned int number = 0, failures = 0;

	if (!wanted)
		return -1;
	pr_notice("TAP version 13\n");
	for (const struct ktest *t = _ktests_start; t < _ktests_end; t++)
		if (is_chosen(t->name) && !run_one(t, ++number))
			failures++;
	pr_notice("1..%u\n", number);
	pr_notice("ktest: %u passed, %u failed\n", number - failures, failures);
	return (int)failures;
}
