/* SPDX-License-Identifier: MIT */
/*
 * A day in the life of a page, driven step by step: an anonymous page, then a page of a file. The events that the
 * tracepoints tell, with the page's count, its ptes and its list at each, must be those of the tables below, which
 * say what docs/vm/life-of-a-page.md says. What is counted besides: one pin of who works on the page.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because only Quire traces pages
 */
#include "trace.h"

#define PLACE ((volatile unsigned char *)0x50000000)
#define NAME "/root/page_life.tmp"
#define PUSHES 8	/* after so many hogs an idle page is gone */
#define TRIES 3		/* another scan may pin the page at the same moment; not three times running */

struct step {
	char what;		/* below */
	const char *events;	/* "name count maps list, ..." in order */
};

enum {
	READ = 'r', WRITE = 'w', FORK = 'f', READ_CALL = 'c',	/* the process does it */
	PRESS = 'p',	/* others take memory until the frame has a new owner */
	EXIT = 'x',	/* the process ends */
	UNLINK = 'u',	/* its file goes */
};

static const char anon_events[] = "zero_map,anon_map,cow_copy,fork_map,cow_reuse,swap_cache_add,slot_alloc,swap_out,"
	"deactivate,writepage,end_write,inactive_clean,rescue,reclaim,readpage,end_read,swapin_map,slot_free,"
	"unmap,page_free";

static const struct step anon_life[] = {
	{ READ, "zero_map 1 0 -" },			/* the zero page is outside counting */
	{ WRITE, "cow_copy 1 1 active" },
	{ FORK, "fork_map 2 2 active" },		/* the child writes: to a copy, which is another page */
	{ WRITE, "cow_reuse 1 1 active" },
	{ PRESS, "swap_cache_add 3 1 active, "		/* pte, cache, pin */
		 "slot_alloc 3 1 active, "
		 "swap_out 2 0 active, "
		 "deactivate 2 0 inactive_dirty, "
		 "writepage 3 0 inactive_dirty, "	/* cache, transfer, pin */
		 "end_write 3 0 inactive_dirty, "
		 "inactive_clean 2 0 inactive_clean, "
		 "reclaim 1 0 -" },			/* the new owner's */
	{ READ, "swap_cache_add 2 0 -, "		/* cache, pin */
		"readpage 3 0 active, "
		"end_read 4 0 active, "			/* the transfer and who ends it */
		"swapin_map 2 1 active" },		/* cache, pte: it keeps its slot */
	{ WRITE, "slot_free 0 0 -, "			/* exclusive and written: the slot's copy is stale */
		 "cow_reuse 1 1 active" },
	{ EXIT, "unmap 1 0 active, page_free 0 0 -" },
	{ 0, NULL }
};

static const char file_events[] = "file_map,set_dirty,activate,drop_pte,deactivate,writepage,end_write,"
	"inactive_clean,rescue,cache_del,reclaim,unmap,page_free";

static const struct step file_life[] = {
	{ READ, "file_map 2 1 inactive_dirty" },	/* cache, pte: one use alone moves no page */
	{ WRITE, "set_dirty 4 1 inactive_dirty" },	/* and buffers, pin */
	{ READ_CALL, "activate 4 1 active" },
	{ PRESS, "drop_pte 3 0 active, "
		 "deactivate 3 0 inactive_dirty, "
		 "writepage 4 0 inactive_dirty, "	/* cache, buffers, transfer, pin */
		 "end_write 3 0 inactive_dirty, "
		 "inactive_clean 2 0 inactive_clean, "
		 "cache_del 2 0 -, "
		 "reclaim 1 0 -" },
	{ READ, "file_map 2 1 inactive_dirty" },	/* from the disk, in another frame */
	{ READ_CALL, "activate 3 1 active" },		/* cache, pte, pin */
	{ PRESS, "drop_pte 2 0 active, "		/* clean: only the pte's reference goes */
		 "deactivate 2 0 inactive_dirty, "
		 "inactive_clean 2 0 inactive_clean, "
		 "cache_del 2 0 -, "
		 "reclaim 1 0 -" },
	{ READ, "file_map 2 1 inactive_dirty" },
	{ EXIT, "unmap 2 0 inactive_dirty" },		/* the file keeps it */
	{ UNLINK, "cache_del 2 0 inactive_dirty, page_free 0 0 -" },
	{ 0, NULL }
};

/* ---- the process whose page it is ---- */

static int commands[2], answers[2];

static void child_writes(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		*PLACE = 6;
		_exit(0);
	}
	join(pid);
}

static void do_as_told(int fd)
{
	char what, byte;

	while (read(commands[0], &what, 1) == 1) {
		if (what == READ)
			(void)*PLACE;
		else if (what == WRITE)
			*PLACE = 5;
		else if (what == FORK)
			child_writes();
		else
			check(pread(fd, &byte, 1, 0) == 1);
		check(write(answers[1], "k", 1) == 1);
	}
	_exit(0);
}

/* fd: a file of one page, or -1. */
static pid_t start_process(int fd)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	char byte;
	pid_t pid;

	check(pipe(commands) == 0 && pipe(answers) == 0);
	pid = fork();
	check(pid >= 0);
	if (pid == 0) {
		close(commands[1]);
		check(mmap((void *)PLACE, PAGE, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0) == PLACE);
		check(write(answers[1], "k", 1) == 1);
		do_as_told(fd);
	}
	check(close(commands[0]) == 0 && close(answers[1]) == 0 && read(answers[0], &byte, 1) == 1);
	return pid;
}

static void tell_process(char what)
{
	char byte;

	check(write(commands[1], &what, 1) == 1 && read(answers[0], &byte, 1) == 1);
}

static void end_process(pid_t pid)
{
	check(close(commands[1]) == 0);
	join(pid);
	check(close(answers[0]) == 0);
}

static void press(void)
{
	for (int i = 0; i < PUSHES && !strstr(proc_text(TRACE), " reclaim "); i++)
		press_memory();
}

/* ---- the comparison ---- */

/* The trace's lines in the words of the tables, from the first that names the place on. */
static const char *told(bool *begun)
{
	static char story[2048];
	size_t used = 0;
	char *line = proc_text(TRACE), *end;

	story[0] = '\0';
	for (; (end = strchr(line, '\n')); line = end + 1) {
		struct trace_event e;

		*end = '\0';
		e = trace_event(line);
		*begun |= e.addr == (unsigned long)PLACE;
		if (!*begun)
			continue;
		used += snprintf(story + used, sizeof(story) - used, "%s%s %u %u %s", used ? ", " : "", e.name,
				 e.after.count, e.after.maps, list_of(&e.after));
		check(used < sizeof(story));
	}
	return story;
}

static bool step_is_right(const struct step *s, pid_t pid, bool *begun)
{
	const char *story;

	if (s->what == PRESS)
		press();
	else if (s->what == EXIT)
		end_process(pid);
	else if (s->what == UNLINK)
		check(unlink(NAME) == 0);
	else
		tell_process(s->what);
	story = told(begun);
	proc_write(TRACE, "clear");
	if (strcmp(story, s->events) == 0)
		return true;
	printf("%c: wanted %s\n   told   %s\n", s->what, s->events, story);
	return false;
}

/* All steps are made, right or wrong, so that nothing is left behind. */
static bool lives(const struct step *life, const char *events, int fd)
{
	pid_t pid = start_process(fd);
	bool right = true, begun = false;

	if (fd >= 0) {
		check(close(fd) == 0);
		proc_write("/proc/sys/vm/drop_caches", "1");
	}
	trace_follow(pid, (const void *)PLACE, events);
	for (; life->what; life++)
		right = step_is_right(life, pid, &begun) && right;
	trace_end();
	return right;
}

static int new_file(void)
{
	static const char page[PAGE];
	int fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, page, PAGE) == PAGE && fsync(fd) == 0);
	return fd;
}

int main(void)
{
	long cluster = strtol(proc_text("/proc/sys/vm/page-cluster"), NULL, 10);
	long interval = strtol(proc_text("/proc/sys/vm/dirty_writeback_centisecs"), NULL, 10);
	int tries = 0;

	/* No neighbour's fault reads our page, and no clock writes it. */
	vm_tunable("page-cluster", 0);
	vm_tunable("dirty_writeback_centisecs", 0);
	while (!lives(anon_life, anon_events, -1))
		check(++tries < TRIES);
	tries = 0;
	while (!lives(file_life, file_events, new_file()))
		check(++tries < TRIES);
	vm_tunable("page-cluster", cluster);
	vm_tunable("dirty_writeback_centisecs", interval);
	return 0;
}
