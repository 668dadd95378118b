/* SPDX-License-Identifier: MIT */
/*
 * A day in the life of a page, driven step by step: an anonymous page, then a page of a file. The events that the
 * tracepoints tell, with the page's count, its ptes, its list and its flags at each, and what stands in the pte, must
 * be those of the tables below, which say what docs/vm/life-of-a-page.md says. What is counted besides: one pin of who
 * works on the page. And a page has one slot, from slot_alloc to slot_free.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because only Quire traces pages
 */
#include <signal.h>

#include "trace.h"

#define PLACE ((volatile unsigned char *)0x50000000)
#define NAME "/root/page_life.tmp"
#define PTE_PRESENT 1u
#define PTE_RW 2u
#define PUSHES 8	/* after so many hogs an idle page is gone */
#define NUDGE_STEP (16 * PAGE)
#define TRIES 3		/* another scan may pin the page at the same moment; not three times running */

struct step {
	char what;		/* below */
	const char *events;	/* "name count maps list flags [pte], ..." in order; flags: flags_of() */
};

enum {
	READ = 'r', WRITE = 'w', FORK = 'f', READ_CALL = 'c',	/* the process does it */
	HOLD = 'h', LET_GO = 'l',	/* it makes a child that does nothing; it ends it */
	NUDGE = 'n',	/* others take memory until the page is proven clean, and no longer */
	PRESS = 'p',	/* others take memory until the frame has a new owner */
	EXIT = 'x',	/* the process ends */
	UNLINK = 'u',	/* its file goes */
};

static const char anon_events[] = "zero_map,anon_map,cow_copy,fork_map,cow_reuse,swap_cache_add,slot_alloc,swap_out,"
	"deactivate,writepage,end_write,inactive_clean,rescue,reclaim,readpage,end_read,swapin_map,slot_free,"
	"unmap,page_free";

static const struct step anon_life[] = {
	{ READ, "zero_map 1 0 - U ro" },		/* the zero page is outside counting */
	{ WRITE, "cow_copy 1 1 active U rw" },
	{ FORK, "fork_map 2 2 active U ro" },		/* the child writes: to a copy, which is another page */
	{ WRITE, "cow_reuse 1 1 active U rw" },
	{ PRESS, "swap_cache_add 3 1 active LUS, "	/* pte, cache, pin */
		 "slot_alloc 3 1 active LUS, "
		 "swap_out 2 0 active LUDS swap, "
		 "deactivate 2 0 inactive_dirty LUDS, "
		 "writepage 3 0 inactive_dirty LUWS, "	/* cache, transfer, pin */
		 "end_write 3 0 inactive_dirty US, "
		 "inactive_clean 2 0 inactive_clean LUS, "
		 "reclaim 1 0 - L" },			/* the new owner's */
	{ READ, "swap_cache_add 2 0 - LS, "		/* cache, pin */
		"readpage 3 0 active LS, "
		"end_read 4 0 active LUS, "		/* the transfer and who ends it */
		"swapin_map 2 1 active LUS ro" },	/* cache, pte: it keeps its slot */
	{ WRITE, "slot_free 0 0 - -, "			/* exclusive and written: the slot's copy is stale */
		 "cow_reuse 1 1 active UD rw" },
	{ EXIT, "unmap 1 0 active UD, page_free 0 0 - UD" },
	{ 0, NULL }
};

/* Back before anyone took the frame: nothing is read, and what is on swap still holds, so nothing is written. */
static const struct step rescued_life[] = {
	{ WRITE, "anon_map 1 1 active U rw" },
	{ NUDGE, "swap_cache_add 3 1 active LUS, slot_alloc 3 1 active LUS, swap_out 2 0 active LUDS swap, "
		 "deactivate 2 0 inactive_dirty LUDS, writepage 3 0 inactive_dirty LUWS, "
		 "end_write 3 0 inactive_dirty US, inactive_clean 2 0 inactive_clean LUS" },
	{ READ, "rescue 2 0 active LUS, swapin_map 2 1 active LUS ro" },
	{ PRESS, "swap_out 2 0 active LUS swap, deactivate 2 0 inactive_dirty LUS, "
		 "inactive_clean 2 0 inactive_clean LUS, reclaim 1 0 - L" },
	{ EXIT, "slot_free 0 0 - -" },			/* there was a swap entry, and no page */
	{ 0, NULL }
};

/* Two have it: it stays active until the second pte is gone, and its slot until the second entry is. */
static const struct step shared_life[] = {
	{ WRITE, "anon_map 1 1 active U rw" },
	{ HOLD, "fork_map 2 2 active U ro" },
	{ PRESS, "swap_cache_add 4 2 active LUS, slot_alloc 4 2 active LUS, swap_out 3 1 active LUDS swap, "
		 "swap_out 2 0 active LUDS swap, deactivate 2 0 inactive_dirty LUDS, "
		 "writepage 3 0 inactive_dirty LUWS, end_write 3 0 inactive_dirty US, "
		 "inactive_clean 2 0 inactive_clean LUS, reclaim 1 0 - L" },
	{ READ, "swap_cache_add 2 0 - LS, readpage 3 0 active LS, end_read 4 0 active LUS, "
		"swapin_map 2 1 active LUS ro" },
	{ LET_GO, "" },
	{ WRITE, "slot_free 0 0 - -, cow_reuse 1 1 active UD rw" },
	{ EXIT, "unmap 1 0 active UD, page_free 0 0 - UD" },
	{ 0, NULL }
};

/* The process ends while its page is on inactive_clean: 2.4 left such a page in the cache. */
static const struct step orphaned_life[] = {
	{ WRITE, "anon_map 1 1 active U rw" },
	{ NUDGE, "swap_cache_add 3 1 active LUS, slot_alloc 3 1 active LUS, swap_out 2 0 active LUDS swap, "
		 "deactivate 2 0 inactive_dirty LUDS, writepage 3 0 inactive_dirty LUWS, "
		 "end_write 3 0 inactive_dirty US, inactive_clean 2 0 inactive_clean LUS" },
	{ EXIT, "slot_free 0 0 - -, page_free 0 0 - U" },
	{ 0, NULL }
};

static const char file_events[] = "file_map,set_dirty,activate,drop_pte,deactivate,writepage,end_write,"
	"inactive_clean,rescue,cache_del,reclaim,unmap,page_free";

static const struct step file_life[] = {
	{ READ, "file_map 2 1 inactive_dirty U ro" },	/* cache, pte: one use alone moves no page */
	{ WRITE, "set_dirty 4 1 inactive_dirty LUD" },	/* and buffers, pin */
	{ READ_CALL, "activate 4 1 active UD" },
	{ PRESS, "drop_pte 3 0 active LUD none, "
		 "deactivate 3 0 inactive_dirty LUD, "
		 "writepage 4 0 inactive_dirty LUW, "	/* cache, buffers, transfer, pin */
		 "end_write 3 0 inactive_dirty U, "
		 "inactive_clean 2 0 inactive_clean LU, "
		 "cache_del 2 0 - LU, "
		 "reclaim 1 0 - L" },
	{ READ, "file_map 2 1 inactive_dirty U ro" },	/* from the disk, in another frame */
	{ READ_CALL, "activate 3 1 active U" },		/* cache, pte, pin */
	{ NUDGE, "drop_pte 2 0 active LU none, "	/* clean: only the pte's reference goes */
		 "deactivate 2 0 inactive_dirty LU, "
		 "inactive_clean 2 0 inactive_clean LU" },
	{ READ_CALL, "rescue 2 0 active U" },		/* before anyone took the frame; cache, pin */
	{ PRESS, "deactivate 2 0 inactive_dirty U, "	/* no pte leads to it: by the scan of the active list */
		 "inactive_clean 2 0 inactive_clean LU, "
		 "cache_del 2 0 - LU, "
		 "reclaim 1 0 - L" },
	{ READ, "file_map 2 1 inactive_dirty U ro" },
	{ EXIT, "unmap 2 0 inactive_dirty U" },		/* the file keeps it */
	{ UNLINK, "cache_del 2 0 inactive_dirty L, page_free 0 0 - -" },
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

static pid_t start_holder(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	check(pid > 0);
	return pid;
}

static void end_holder(pid_t pid)
{
	check(kill(pid, SIGKILL) == 0 && status_of(pid) == SIGKILL);
}

static void do_as_told(int fd)
{
	pid_t holder = 0;
	char what, byte;

	while (read(commands[0], &what, 1) == 1) {
		if (what == READ)
			(void)*PLACE;
		else if (what == WRITE)
			*PLACE = 5;
		else if (what == FORK)
			child_writes();
		else if (what == HOLD)
			holder = start_holder();
		else if (what == LET_GO)
			end_holder(holder);
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

static bool has_happened(const char *event)
{
	return strstr(proc_text(TRACE), event);
}

static void press(void)
{
	for (int i = 0; i < PUSHES && !has_happened(" reclaim "); i++)
		press_memory();
}

/* Takes memory in small steps, and looks after each whether it is enough. */
static void nudge(void)
{
	size_t size = meminfo("MemTotal") * 1024ul * 2;
	unsigned char *p;
	pid_t pid = fork();

	if (pid) {
		join(pid);
		return;
	}
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(p != MAP_FAILED);
	for (size_t at = 0; at < size; at += PAGE) {
		p[at] = 1;
		if (at % NUDGE_STEP == 0 && has_happened(" inactive_clean "))
			break;
	}
	_exit(0);
}

/* ---- the comparison ---- */

/* The flags that say what the contents are worth, a letter each. */
static const char *flags_of(const struct page_state *s)
{
	static const struct {
		char letter;
		const char *name;
	} flags[] = { { 'L', "locked" }, { 'U', "uptodate" }, { 'D', "dirty" }, { 'W', "writeback" }, { 'S', "swap_cache" } };
	static char text[8];
	char *end = text;

	for (unsigned int i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (has_flag(s, flags[i].name))
			*end++ = flags[i].letter;
	if (end == text)
		*end++ = '-';
	*end = '\0';
	return text;
}

/* What stands at the place after the event, if that is what it is about. */
static const char *pte_of(const struct trace_event *e)
{
	if (e->addr != (unsigned long)PLACE || is(e, "unmap"))
		return "";
	if (!(e->pte & PTE_PRESENT))
		return e->pte ? " swap" : " none";
	return e->pte & PTE_RW ? " rw" : " ro";
}

/* From the first event that names a slot to slot_free it is the same one. */
static bool slot_is_its_own(const struct trace_event *e)
{
	static unsigned long slot;
	bool right = !e->slot || !slot || e->slot == slot;

	if (e->slot)
		slot = is(e, "slot_free") ? 0 : e->slot;
	return right;
}

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
		used += snprintf(story + used, sizeof(story) - used, "%s%s %u %u %s %s%s%s", used ? ", " : "", e.name,
				 e.after.count, e.after.maps, list_of(&e.after), flags_of(&e.after), pte_of(&e),
				 slot_is_its_own(&e) ? "" : " in another slot");
		check(used < sizeof(story));
	}
	return story;
}

static bool step_is_right(const struct step *s, pid_t pid, bool *begun)
{
	const char *story;

	if (s->what == PRESS)
		press();
	else if (s->what == NUDGE)
		nudge();
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

static void must_live(const char *name, const struct step *life, const char *events, bool of_file)
{
	int tries = 0;

	printf("%s\n", name);
	while (!lives(life, events, of_file ? new_file() : -1))
		check(++tries < TRIES);
}

int main(void)
{
	long cluster = strtol(proc_text("/proc/sys/vm/page-cluster"), NULL, 10);
	long interval = strtol(proc_text("/proc/sys/vm/dirty_writeback_centisecs"), NULL, 10);

	/* No neighbour's fault reads our page, and no clock writes it. */
	vm_tunable("page-cluster", 0);
	vm_tunable("dirty_writeback_centisecs", 0);
	must_live("anonymous", anon_life, anon_events, false);
	must_live("rescued", rescued_life, anon_events, false);
	must_live("shared", shared_life, anon_events, false);
	must_live("orphaned", orphaned_life, anon_events, false);
	must_live("of a file", file_life, file_events, true);
	vm_tunable("page-cluster", cluster);
	vm_tunable("dirty_writeback_centisecs", interval);
	return 0;
}
