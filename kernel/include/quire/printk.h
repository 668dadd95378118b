/* SPDX-License-Identifier: MIT */
/*
 * The kernel's log: printk into a ring that never blocks, consoles that show it, panic.
 *
 * printk may be called in any context (interrupts, under any spinlock, before memory exists). Each
 * message carries a level, a sequence number and a time. Messages whose level is below
 * console_loglevel go to every registered console at once; all of them stay in the ring for dmesg
 * until overwritten.
 */
#ifndef QUIRE_PRINTK_H
#define QUIRE_PRINTK_H

#include <quire/compiler.h>
#include <quire/types.h>

#define KERN_EMERG	"<0>"
#define KERN_ALERT	"<1>"
#define KERN_CRIT	"<2>"
#define KERN_ERR	"<3>"
#define KERN_WARNING	"<4>"
#define KERN_NOTICE	"<5>"
#define KERN_INFO	"<6>"
#define KERN_DEBUG	"<7>"
#define KERN_CONT	"<c>"	/* continue the line before; only for boot and panic output */

enum loglevel { LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

/* Files that want a prefix define pr_fmt before their first #include. */
#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define pr_emerg(fmt, ...)	printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)	printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)	printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...)	printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug(fmt, ...)	printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)	printk(KERN_CONT fmt, ##__VA_ARGS__)

#define pr_warn_once(fmt, ...) do {						\
	static bool said__;							\
	if (!said__) {								\
		said__ = true;							\
		pr_warn(fmt, ##__VA_ARGS__);					\
	}									\
} while (0)

__printf(1, 2) int printk(const char *fmt, ...);
int vprintk(const char *fmt, __builtin_va_list args);

/* True at most `burst` times in each `interval` jiffies; for messages that users can provoke. */
struct ratelimit {
	unsigned long interval, burst, begin, printed, missed;
};
bool ratelimit_allow(struct ratelimit *rl);
#define printk_ratelimited(fmt, ...) do {					\
	static struct ratelimit rl__ = { .interval = 5 * 250, .burst = 10 };	\
	if (ratelimit_allow(&rl__))						\
		printk(fmt, ##__VA_ARGS__);					\
} while (0)

/*
 * A console shows bytes to a person. write() is called with interrupts off and the console lock
 * held, must not sleep, allocate or printk, and must work in a panic (it polls the device).
 */
struct console {
	const char *name;		/* "ttyS0", "tty0": what console= names */
	void (*write)(struct console *con, const char *buf, size_t len);
	unsigned int flags;		/* CON_* */
	void *data;			/* the driver's */
	dev_t dev;			/* the tty behind it, 0 while there is none */
	struct console *next;		/* console lock */
};

#define CON_BOOT	1u		/* an early console: dropped when a real one registers for it */
#define CON_PREFERRED	2u		/* named by console=: the last one is /dev/console */
#define CON_PRINTBUFFER	4u		/* replay the ring when it registers */

void register_console(struct console *con);
void unregister_console(struct console *con);
/* The console behind /dev/console: the last console= that registered, else the first that did; or NULL. */
struct console *preferred_console(void);

extern int console_loglevel;

/*
 * Reading the ring (dmesg, syslog(2), /dev/kmsg). A reader keeps a byte position, starting at
 * log_first(); log_read copies whole formatted bytes ("<6>[    1.234567] text\n") from *pos and
 * advances it; 0 means: nothing newer. A position that was overwritten is moved to the oldest byte.
 */
u64 log_first(void);
u64 log_end(void);
size_t log_read(char *buf, size_t size, u64 *pos);
void log_clear(void);			/* syslog(5): hide what is in the ring from syslog(3) */
u64 log_clear_pos(void);
size_t log_capacity(void);

/* Called (in any context) after something was added to the ring; one hook, for /proc/kmsg readers. */
extern void (*log_wake_hook)(void);

/* panic.c */
__noreturn __cold __printf(1, 2) void panic(const char *fmt, ...);
extern bool panicking;			/* a panic is being printed: take no lock, trust nothing */

struct panic_notifier {
	void (*fn)(void);		/* prints what its module knows; must not sleep or take locks */
	struct panic_notifier *next;
};
void register_panic_notifier(struct panic_notifier *pn);
void dump_stack(void);			/* backtrace of the caller to the log */

#endif
