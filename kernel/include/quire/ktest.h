/* SPDX-License-Identifier: MIT */
/*
 * Self-tests inside the kernel. KTEST(name) { ... } anywhere in the kernel adds one; boot option
 * ktest runs them all (ktest=PREFIX,...: those whose name starts so) before init, in a task that may
 * sleep, and prints TAP.
 */
#ifndef QUIRE_KTEST_H
#define QUIRE_KTEST_H

#include <quire/types.h>

struct ktest {
	const char *name;
	void (*fn)(void);
};

#define KTEST(nm)									\
	static void ktest_##nm(void);							\
	static const struct ktest ktest_entry_##nm __used __section(".ktests") =	\
		{ .name = #nm, .fn = ktest_##nm };					\
	static void ktest_##nm(void)

/* The test has failed; goes on, so that what it holds can be released. */
__printf(3, 4) void ktest_fail(const char *file, int line, const char *fmt, ...);

/* Both give the truth of the condition. */
#define ktest_assert(cond) ({								\
	bool ok__ = !!(cond);								\
	if (!ok__)									\
		ktest_fail(__FILE__, __LINE__, "%s", #cond);				\
	ok__; })
#define ktest_equal(a, b) ({								\
	unsigned long a__ = (unsigned long)(a), b__ = (unsigned long)(b);		\
	if (a__ != b__)									\
		ktest_fail(__FILE__, __LINE__, "%s = %#lx, %s = %#lx", #a, a__, #b, b__);	\
	a__ == b__; })

void ktest_skip(const char *why);	/* the running test cannot be done on this machine */

/* Runs those the command line asks for; the number of failures, or -1 when none was asked for. */
int ktest_run(void);

#endif
