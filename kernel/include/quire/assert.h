/* SPDX-License-Identifier: MIT */
/*
 * Assertions, on in every build: an invariant that does not hold stops the machine with its cause.
 * assert() is for the kernel's own errors only; bad input from users, disks or devices is an errno.
 * warn_once() reports a state that is wrong but survivable, with a backtrace, one time per place.
 */
#ifndef QUIRE_ASSERT_H
#define QUIRE_ASSERT_H

#include <quire/compiler.h>
#include <quire/types.h>

__noreturn __cold __printf(5, 6)
void assert_failed(const char *cond, const char *file, int line, const char *func, const char *fmt, ...);
__cold __printf(3, 4) void warn_report(const char *file, int line, const char *fmt, ...);

#define assert(cond) do {								\
	if (unlikely(!(cond)))								\
		assert_failed(#cond, __FILE__, __LINE__, __func__, NULL);		\
} while (0)

#define assert_msg(cond, fmt...) do {							\
	if (unlikely(!(cond)))								\
		assert_failed(#cond, __FILE__, __LINE__, __func__, fmt);		\
} while (0)

#define unreachable_code()	assert_failed("unreachable", __FILE__, __LINE__, __func__, NULL)

/* Both give the truth value of the condition, so that the caller can turn back. */
#define warn_once(cond, fmt...) ({							\
	static bool warned__;								\
	bool bad__ = !!(cond);								\
	if (unlikely(bad__ && !warned__)) {						\
		warned__ = true;							\
		warn_report(__FILE__, __LINE__, fmt);					\
	}										\
	unlikely(bad__); })

#define warn_on(cond) ({								\
	bool bad__ = !!(cond);								\
	if (unlikely(bad__))								\
		warn_report(__FILE__, __LINE__, "%s", #cond);				\
	unlikely(bad__); })

/* Checks too dear for the default build. */
#ifdef CONFIG_DEBUG
#define debug_assert(cond)	assert(cond)
#else
#define debug_assert(cond)	((void)sizeof(!!(cond)))
#endif

#endif
