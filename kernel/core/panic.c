/* SPDX-License-Identifier: MIT */
/*
 * The end of the kernel: panic, failed assertions, warnings.
 *
 * A panic prints the cause, the call trace and what the modules' notifiers know, to every console
 * by polling, then stops: exits QEMU when the command line says panic=exit (test harnesses),
 * restarts after panic=N seconds, else halts. A panic inside a panic stops at once.
 */
#include <arch/processor.h>
#include <quire/assert.h>
#include <quire/cmdline.h>
#include <quire/irqflags.h>
#include <quire/ktime.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/string.h>

#define EXIT_CODE_PANIC	0x31

bool panicking;
static struct panic_notifier *notifiers;
static bool exit_on_panic;
static unsigned int restart_seconds;

static int set_panic(const char *v)
{
	if (!strcmp(v, "exit")) {
		exit_on_panic = true;
		return 0;
	}
	return cmdline_uint(v, &restart_seconds);
}
BOOT_OPTION_EARLY("panic=", set_panic, "after a panic: exit (QEMU's debug exit) or restart after so many seconds");

void register_panic_notifier(struct panic_notifier *pn)
{
	pn->next = notifiers;
	notifiers = pn;
}

__noreturn static void stop(void)
{
	if (exit_on_panic)
		debug_exit(EXIT_CODE_PANIC);
	if (restart_seconds) {
		mdelay(restart_seconds * 1000ul);
		machine_restart();
	}
	machine_halt();
}

void panic(const char *fmt, ...)
{
	static char text[256];
	__builtin_va_list args;

	local_irq_disable();
	if (panicking)
		stop();
	panicking = true;
	__builtin_va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	__builtin_va_end(args);
	pr_emerg("Kernel panic: %s\n", text);
	pr_emerg("task %d (%s), preempt count %08x\n", current->pid, current->comm, preempt_count());
	dump_stack();
	for (struct panic_notifier *pn = notifiers; pn; pn = pn->next)
		pn->fn();
	pr_emerg("---[ end of panic: %s ]---\n", text);
	stop();
}

void assert_failed(const char *cond, const char *file, int line, const char *func, const char *fmt, ...)
{
	char text[160] = "";
	__builtin_va_list args;

	if (fmt) {
		__builtin_va_start(args, fmt);
		vscnprintf(text, sizeof(text), fmt, args);
		__builtin_va_end(args);
	}
	panic("assertion failed: %s%s%s, in %s (%s:%d)", cond, fmt ? ": " : "", text, func, file, line);
}

void warn_report(const char *file, int line, const char *fmt, ...)
{
	char text[160];
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	__builtin_va_end(args);
	pr_warn("warning: %s (%s:%d), task %d (%s)\n", text, file, line, current->pid, current->comm);
	dump_stack();
}
