/* SPDX-License-Identifier: MIT */
/*
 * pagelife: a day in the life of a user page, told by the kernel's tracepoints.
 *
 *	pagelife [-a ADDRESS] PROGRAM [ARGS]	follow one page of PROGRAM from its start to its end
 *	pagelife -p PID -a ADDRESS [-t SECONDS]	follow a page of a running process
 *
 * Without -a the page is the first anonymous one that PROGRAM touches below its
 * libraries and stack (data, bss, heap). ^C ends the story early.
 *
 * How.  The page is a place: an address in an address space.  Its contents move from
 * frame to swap slot to another frame; the story follows them.  While the contents are in a
 * frame, every event of that frame belongs to the story; while they are in a slot, every event that
 * names the slot does.  The kernel follows in the same way ("follow" in /proc/trace), so that its ring
 * holds this story only and nothing of it is lost; if something is, it is told.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRACE_FILE "/proc/trace"
#define PAGE_MASK 0xfffff000ul
#define FIRST_LIBRARY 0x40000000ul
#define BACKLOG 64	/* lines kept until the page is known */
#define POLL_NS 20000000
#define LEAST_ADDRESS 0x1000ul
#define USER_END 0xc0000000ul
#define SECONDS 10	/* of a running process, without -t */
#define EXIT_NOT_RUN 126
#define EXIT_NOT_FOUND 127
#define NO_PFN (~0ul)

struct event {
	char time[24], name[24], func[40];
	unsigned long pid, pfn, mm, addr, pte, slot;
	char before[160], after[160];
};

struct story {
	pid_t pid;
	unsigned long addr;	/* 0: not chosen yet */
	unsigned long mm;	/* 0: not known yet */
	unsigned long pfn;	/* where the contents are now */
	unsigned long slot;	/* its swap slot, while it has one */
	unsigned int events;
	bool all;		/* every line that comes is of this story */
};

static struct event backlog[BACKLOG];
static unsigned int backlog_next;

static unsigned long hex_field(const char *line, const char *name, unsigned long missing)
{
	const char *p = strstr(line, name);

	return p ? strtoul(p + strlen(name), NULL, 16) : missing;
}

static void text_field(const char *line, const char *name, char *out, size_t size)
{
	const char *p = strstr(line, name);
	size_t n;

	out[0] = '\0';
	if (!p)
		return;
	p += strlen(name);
	n = strcspn(p, " \n");
	if (n >= size)
		n = size - 1;
	memcpy(out, p, n);
	out[n] = '\0';
}

static bool parse_event(const char *line, struct event *e)
{
	memset(e, 0, sizeof(*e));
	if (sscanf(line, "%23s %lu %23s %39s", e->time, &e->pid, e->name, e->func) != 4)
		return false;
	e->pfn = hex_field(line, " pfn=", NO_PFN);
	e->mm = hex_field(line, " mm=", 0);
	e->addr = hex_field(line, " addr=", 0) & PAGE_MASK;
	e->pte = hex_field(line, " pte=", 0);
	e->slot = hex_field(line, " slot=", 0);
	text_field(line, " before=", e->before, sizeof(e->before));
	text_field(line, " after=", e->after, sizeof(e->after));
	return true;
}

static bool is(const struct event *e, const char *name)
{
	return strcmp(e->name, name) == 0;
}

/* The contents arrive in a frame. */
static bool is_mapping_event(const struct event *e)
{
	return is(e, "anon_map") || is(e, "file_map") || is(e, "swapin_map") || is(e, "cow_copy") ||
	       is(e, "zero_map");
}

static void tell(struct story *s, const struct event *e)
{
	printf("%12s  %-14s %-26s", e->time, e->name, e->func);
	if (e->pfn != NO_PFN)
		printf(" frame %05lx", e->pfn);
	if (e->pte)
		printf(" pte %08lx", e->pte);
	if (e->slot)
		printf(" slot %lx", e->slot >> 8);
	putchar('\n');
	if (e->before[0])
		printf("%14s before %s\n", "", e->before);
	if (e->after[0])
		printf("%14s %s %s\n", "", e->before[0] ? "after " : "state ", e->after);
	s->events++;
}

/* The page has just been found: tell what its frame did since it left the allocator. */
static void tell_backlog(struct story *s)
{
	unsigned int i, first = backlog_next, n = BACKLOG;
	const struct event *e;

	for (i = 0; i < BACKLOG; i++) {
		e = &backlog[(backlog_next + i) % BACKLOG];
		if (e->pfn == s->pfn && is(e, "page_alloc")) {
			first = backlog_next + i;
			n = BACKLOG - i;
		}
	}
	if (n == BACKLOG)
		return;
	for (i = 0; i < n; i++) {
		e = &backlog[(first + i) % BACKLOG];
		if (e->pfn == s->pfn || (e->pid == (unsigned long)s->pid && e->addr == s->addr))
			tell(s, e);
	}
}

static bool chooses_page(const struct story *s, const struct event *e)
{
	if (e->pid != (unsigned long)s->pid || !is_mapping_event(e))
		return false;
	return s->addr ? e->addr == s->addr : is(e, "anon_map") && e->addr < FIRST_LIBRARY;
}

/* Does the event speak of our page? */
static bool concerns(const struct story *s, const struct event *e)
{
	if (e->mm == s->mm && e->addr == s->addr)
		return true;
	if (e->pfn != NO_PFN && e->pfn == s->pfn)
		return true;
	return s->slot && e->slot == s->slot;
}

/* Where are the contents after this event? */
static void follow(struct story *s, const struct event *e)
{
	bool ours = e->mm == s->mm && e->addr == s->addr;

	if (ours && is_mapping_event(e))
		s->pfn = e->pfn;
	if (ours && is(e, "swap_out"))
		s->slot = e->slot;
	if (is(e, "swap_cache_add") && s->slot && e->slot == s->slot)
		s->pfn = e->pfn;
	if ((is(e, "page_free") || is(e, "reclaim")) && e->pfn == s->pfn)
		s->pfn = NO_PFN;
	if (is(e, "slot_free") && e->slot == s->slot)
		s->slot = 0;
}

static void hear(struct story *s, const struct event *e)
{
	if (s->all) {
		tell(s, e);
		return;
	}
	if (!s->mm && chooses_page(s, e)) {
		s->addr = e->addr;
		s->mm = e->mm;
		s->pfn = e->pfn;
		printf("The page at %08lx of process %d\n", s->addr, (int)s->pid);
		tell_backlog(s);
	}
	if (!s->mm) {
		backlog[backlog_next++ % BACKLOG] = *e;
		return;
	}
	if (concerns(s, e)) {
		tell(s, e);
		follow(s, e);
	}
}

/* What has come since the last call.  A line may arrive in two pieces. */
static void drain(struct story *s, int fd)
{
	static char buf[8192];
	static size_t have;
	struct event e;
	char *line, *end;
	ssize_t n;

	while ((n = read(fd, buf + have, sizeof(buf) - 1 - have)) > 0) {
		have += n;
		buf[have] = '\0';
		for (line = buf; (end = strchr(line, '\n')) != NULL; line = end + 1) {
			*end = '\0';
			if (line[0] == '#' && (s->mm || s->all))
				printf("%12s  %s events\n", "...", line + 1);
			else if (parse_event(line, &e))
				hear(s, &e);
		}
		have -= line - buf;
		memmove(buf, line, have);
	}
}

/* => 0, -1: see errno */
static int order(const char *what)
{
	int fd = open(TRACE_FILE, O_WRONLY), result;

	if (fd < 0)
		err(1, TRACE_FILE);
	result = write(fd, what, strlen(what)) < 0 ? -1 : 0;
	close(fd);
	return result;
}

static void arm(const char *what)
{
	if (order(what) < 0)
		err(1, TRACE_FILE);
}

/* From here on the kernel keeps this page's events, and no others. */
static void arm_story(const struct story *s, const char *when)
{
	char follow[48];

	snprintf(follow, sizeof(follow), "follow %d %lx %s", (int)s->pid, s->addr, when);
	arm("clear");
	if (order(follow) < 0)
		err(1, "process %d", (int)s->pid);
	arm("all");
}

static void disarm(void)
{
	arm("none");
	arm("follow 0");
}

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	stopped = sig;
}

/* Whoever stops us is told the story so far, and nothing stays armed. */
static void end_in_order(void)
{
	struct sigaction act = { .sa_handler = stop };

	sigemptyset(&act.sa_mask);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

static void nap(void)
{
	struct timespec ts = { 0, POLL_NS };

	nanosleep(&ts, NULL);
}

/* The child waits on the pipe until the tracepoints are armed. */
static pid_t start_program(char **argv, int *go)
{
	int fds[2];
	pid_t pid;
	char c;

	if (pipe(fds) < 0)
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		close(fds[1]);
		if (read(fds[0], &c, 1) != 1)
			_exit(1);
		close(fds[0]);
		execvp(argv[0], argv);
		err(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN, "%s", argv[0]);
	}
	close(fds[0]);
	*go = fds[1];
	return pid;
}

static int follow_program(struct story *s, char **argv)
{
	int status = 0, fd, go;

	s->pid = start_program(argv, &go);
	end_in_order();
	arm_story(s, "");
	fd = open(TRACE_FILE, O_RDONLY);
	if (fd < 0)
		err(1, TRACE_FILE);
	if (write(go, "", 1) != 1)
		err(1, "pipe");
	close(go);
	while (!stopped && waitpid(s->pid, &status, WNOHANG) == 0) {
		drain(s, fd);
		nap();
	}
	disarm();
	drain(s, fd);
	arm("clear");
	close(fd);
	if (stopped)
		status = stopped;
	if (s->events || !WIFEXITED(status) || WEXITSTATUS(status) < EXIT_NOT_RUN)
		printf("%u events\n", s->events);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int follow_process(struct story *s, unsigned int seconds)
{
	time_t end = time(NULL) + seconds;
	int fd;

	end_in_order();
	arm_story(s, "now");
	s->all = true;
	printf("The page at %08lx of process %d\n", s->addr, (int)s->pid);
	fd = open(TRACE_FILE, O_RDONLY);
	if (fd < 0)
		err(1, TRACE_FILE);
	while (!stopped && time(NULL) < end) {
		drain(s, fd);
		nap();
	}
	disarm();
	drain(s, fd);
	arm("clear");
	close(fd);
	printf("%u events\n", s->events);
	return s->events ? 0 : 1;
}

static void usage(void)
{
	fprintf(stderr, "usage: pagelife [-a ADDRESS] PROGRAM [ARGS]\n"
			"       pagelife -p PID -a ADDRESS [-t SECONDS]\n");
	exit(2);
}

/* A number from LEAST to MOST, or the usage. */
static unsigned long number(const char *text, unsigned long least, unsigned long most)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (end == text || *end || n < least || n > most)
		usage();
	return n;
}

int main(int argc, char **argv)
{
	struct story s = { .pfn = NO_PFN };
	unsigned int seconds = SECONDS;
	int c;

	while ((c = getopt(argc, argv, "+a:p:t:")) != -1) {
		switch (c) {
		case 'a':
			s.addr = number(optarg, LEAST_ADDRESS, USER_END - 1) & PAGE_MASK;
			break;
		case 'p':
			s.pid = number(optarg, 1, INT_MAX);
			break;
		case 't':
			seconds = number(optarg, 1, INT_MAX);
			break;
		default:
			usage();
		}
	}
	if (s.pid ? !s.addr || optind != argc : optind == argc)
		usage();
	return s.pid ? follow_process(&s, seconds) : follow_program(&s, argv + optind);
}
