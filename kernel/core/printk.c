/* SPDX-License-Identifier: MIT */
/*
 * The log ring and the consoles.
 *
 * Idea.  Messages are formatted as they will be read ("<6>[    1.234567] text\n") into one ring of
 * bytes; log_end counts all bytes ever written, so a position names a byte for ever and a reader
 * can tell what it lost. The same bytes, without the level, go to the consoles at once, with
 * interrupts off: what was printed is on the screen before the next instruction runs, which is
 * worth more than speed.
 *
 * Locking.  log_lock, interrupts off, guards ring and console list. In a panic it is ignored: the
 * holder will not run again. The wake hook is called without it.
 */
#include <quire/irqflags.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/lock.h>
#include <quire/math64.h>
#include <quire/printk.h>
#include <quire/string.h>
#include <quire/cmdline.h>

#define LOG_SIZE	(64u << 10)	/* a power of two */
#define LINE_MAX	512
#define DEFAULT_LEVEL	LOG_WARNING
#define LEVEL_PREFIX	3		/* "<6>" */
#define CONSOLES_NAMED	4		/* console= options remembered */

static DEFINE_SPINLOCK(log_lock);
static char ring[LOG_SIZE];
static u64 end_pos, clear_pos;
static bool line_open;			/* the last message had no newline: KERN_CONT goes on */
static struct console *consoles;
static const char *wanted[CONSOLES_NAMED];
static unsigned int nr_wanted;
int console_loglevel = LOG_INFO + 1;
void (*log_wake_hook)(void);

static int set_loglevel(const char *v) { return cmdline_uint(v, (unsigned int *)&console_loglevel); }
static int set_quiet(const char *v) { console_loglevel = LOG_WARNING; return 0; }
static int set_debug(const char *v) { console_loglevel = LOG_DEBUG + 1; return 0; }
BOOT_OPTION_EARLY("loglevel=", set_loglevel, "messages below this level go to the consoles (7)");
BOOT_OPTION_EARLY("quiet", set_quiet, "only errors on the consoles");
BOOT_OPTION_EARLY("debug", set_debug, "everything on the consoles");

/* The last one named is /dev/console; the option may be given several times. */
static int set_console(const char *v)
{
	if (nr_wanted == CONSOLES_NAMED)
		return -1;
	wanted[nr_wanted++] = v;
	return 0;
}
BOOT_OPTION_EARLY("console=", set_console, "ttyS0, ttyS1, tty0: where messages go");

static unsigned long lock_log(void)
{
	unsigned long flags;

	if (panicking)
		local_irq_save(flags);
	else
		spin_lock_irqsave(&log_lock, flags);
	return flags;
}

static void unlock_log(unsigned long flags)
{
	if (panicking)
		local_irq_restore(flags);
	else
		spin_unlock_irqrestore(&log_lock, flags);
}

static void ring_put(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ring[end_pos++ % LOG_SIZE] = s[i];
}

static void to_consoles(const char *s, size_t n)
{
	for (struct console *con = consoles; con; con = con->next)
		con->write(con, s, n);
}

/* One line's text (no newline inside, one at the end or not). */
static void emit(unsigned int level, const char *text, size_t n, bool cont)
{
	char prefix[32];
	size_t len = 0;

	if (!cont) {
		u64 us = div_u64(ktime_get(), NSEC_PER_USEC);
		u32 frac;
		u32 sec = (u32)div_u64_rem(us, USEC_PER_SEC, &frac);

		if (line_open) {
			ring_put("\n", 1);
			to_consoles("\n", 1);
		}
		len = (size_t)scnprintf(prefix, sizeof(prefix), "<%u>[%5u.%06u] ", level, sec, frac);
		ring_put(prefix, len);
	}
	ring_put(text, n);
	if ((int)level < console_loglevel || panicking) {
		if (len)
			to_consoles(prefix + LEVEL_PREFIX, len - LEVEL_PREFIX);
		to_consoles(text, n);
	}
	line_open = n && text[n - 1] != '\n';
}

/* A level in front of the format, "<0>".."<7>", or KERN_CONT. */
static const char *parse_level(const char *s, unsigned int *level, bool *cont)
{
	*level = DEFAULT_LEVEL;
	*cont = false;
	if (s[0] != '<' || s[1] == '\0' || s[2] != '>')
		return s;
	if (s[1] >= '0' && s[1] <= '7')
		*level = (unsigned int)(s[1] - '0');
	else if (s[1] == 'c')
		*cont = line_open;
	else
		return s;
	return s + LEVEL_PREFIX;
}

int vprintk(const char *fmt, __builtin_va_list args)
{
	static char line[LINE_MAX];	/* log_lock */
	unsigned long flags = lock_log();
	unsigned int level;
	const char *text;
	bool cont;
	int n;

	n = vscnprintf(line, sizeof(line), fmt, args);
	text = parse_level(line, &level, &cont);
	while (*text) {
		size_t len = strcspn(text, "\n");

		len += text[len] == '\n';
		emit(level, text, len, cont);
		text += len;
		cont = false;
	}
	unlock_log(flags);
	if (log_wake_hook && !panicking)
		log_wake_hook();
	return n;
}

int printk(const char *fmt, ...)
{
	__builtin_va_list args;
	int n;

	__builtin_va_start(args, fmt);
	n = vprintk(fmt, args);
	__builtin_va_end(args);
	return n;
}

bool ratelimit_allow(struct ratelimit *rl)
{
	if (!rl->begin || time_after(jiffies, rl->begin + rl->interval)) {
		if (rl->missed)
			pr_warn("%lu messages suppressed\n", rl->missed);
		rl->begin = jiffies ? jiffies : 1;
		rl->printed = rl->missed = 0;
	}
	if (rl->printed < rl->burst) {
		rl->printed++;
		return true;
	}
	rl->missed++;
	return false;
}

/* ---- reading ---- */

static u64 first_locked(void)
{
	return end_pos > LOG_SIZE ? end_pos - LOG_SIZE : 0;
}

u64 log_first(void)
{
	unsigned long flags = lock_log();
	u64 first = first_locked();

	unlock_log(flags);
	return first;
}

u64 log_end(void)
{
	unsigned long flags = lock_log();
	u64 end = end_pos;

	unlock_log(flags);
	return end;
}

size_t log_read(char *buf, size_t size, u64 *pos)
{
	unsigned long flags = lock_log();
	size_t n = 0;

	*pos = clamp(*pos, first_locked(), end_pos);
	while (n < size && *pos < end_pos)
		buf[n++] = ring[(*pos)++ % LOG_SIZE];
	unlock_log(flags);
	return n;
}

void log_clear(void)
{
	unsigned long flags = lock_log();

	clear_pos = end_pos;
	unlock_log(flags);
}

u64 log_clear_pos(void)
{
	unsigned long flags = lock_log();
	u64 pos = max(clear_pos, first_locked());

	unlock_log(flags);
	return pos;
}

size_t log_capacity(void)
{
	return LOG_SIZE;
}

/* ---- consoles ---- */

/* Position of the name among the console= options, counted from 1; 0: not named. "ttyS0,115200" names ttyS0. */
static unsigned int wanted_rank(const char *name)
{
	for (unsigned int i = nr_wanted; i > 0; i--) {
		size_t n = strcspn(wanted[i - 1], ",");

		if (strlen(name) == n && !strncmp(name, wanted[i - 1], n))
			return i;
	}
	return 0;
}

static void replay(struct console *con)
{
	bool at_start = true, shown = false;

	for (u64 pos = first_locked(); pos < end_pos; pos++) {
		char c = ring[pos % LOG_SIZE];

		if (at_start && c == '<') {
			shown = ring[(pos + 1) % LOG_SIZE] - '0' < console_loglevel;
			pos += LEVEL_PREFIX - 1;
			at_start = false;
			continue;
		}
		if (shown)
			con->write(con, &c, 1);
		at_start = c == '\n';
	}
}

/* An early console stands in for the real one of the same name. */
static void drop_boot_console(const char *name)
{
	for (struct console **link = &consoles; *link; link = &(*link)->next) {
		if ((*link)->flags & CON_BOOT && !strcmp((*link)->name, name)) {
			*link = (*link)->next;
			return;
		}
	}
}

void register_console(struct console *con)
{
	unsigned int rank = wanted_rank(con->name);
	unsigned long flags;

	flags = lock_log();
	/* Also when the real one is not wanted: its device is in use from now on. */
	if (!(con->flags & CON_BOOT))
		drop_boot_console(con->name);
	/* Once the command line has named consoles, only those get messages. */
	if (nr_wanted && !rank)
		goto out;
	if (rank == nr_wanted && rank)
		con->flags |= CON_PREFERRED;
	con->next = consoles;
	consoles = con;
	if (con->flags & CON_PRINTBUFFER)
		replay(con);
out:
	unlock_log(flags);
}

void unregister_console(struct console *con)
{
	unsigned long flags = lock_log();

	for (struct console **link = &consoles; *link; link = &(*link)->next) {
		if (*link == con) {
			*link = con->next;
			break;
		}
	}
	unlock_log(flags);
}

struct console *preferred_console(void)
{
	unsigned long flags = lock_log();
	struct console *best = NULL;

	for (struct console *con = consoles; con; con = con->next) {
		if (con->flags & CON_BOOT)
			continue;
		best = con;		/* the list is newest first: this ends with the oldest */
		if (con->flags & CON_PREFERRED)
			break;
	}
	unlock_log(flags);
	return best;
}
