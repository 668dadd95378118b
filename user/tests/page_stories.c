/* SPDX-License-Identifier: MIT */
/*
 * Pages at random places of a process that works under pressure: each is followed for a while, and its story must be
 * possible. What the process finds in its memory is compared with what it wrote.
 *
 * What a story may not say: two frames for one place at once, a swap entry where none was put, a page that is mapped
 * and inactive_clean, taken or freed while somebody maps it, on two lists, aged in any other way than +1 and half.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because only Quire traces pages
 */
#include <signal.h>
#include <stdint.h>
#include <time.h>

#include "trace.h"

#define PAGES	64u
#define STORIES	8
#define STORY_US 1000000
#define LEAST_EVENTS 10	/* of all stories together: or the test has seen nothing */
#define AGE_UP	1u
#define AGE_MOST 64u

static uint32_t rng;

static uint32_t below(uint32_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 17;
	rng ^= rng << 5;
	return rng % n;
}

/* ---- the process ---- */

static unsigned char *base, wrote[PAGES];

static void child_writes(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (unsigned int n = 0; n < PAGES; n += 1 + below(8))
			base[n * PAGE]++;
		_exit(0);
	}
	join(pid);
}

static void random_work(void)
{
	for (;;) {
		unsigned int n = below(PAGES);

		check(base[n * PAGE] == wrote[n]);
		if (below(3) == 0)
			base[n * PAGE] = ++wrote[n];
		if (below(200) == 0) {
			check(madvise(base + n * PAGE, PAGE, MADV_DONTNEED) == 0);
			wrote[n] = 0;
		}
		if (below(500) == 0)
			child_writes();
		if (below(300) == 0)
			usleep(2000);
	}
}

/* Takes more than memory again and again, with pauses for the others. */
static void hog(void)
{
	size_t size = meminfo("MemTotal") * 1024ul;
	unsigned char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	for (size_t at = 0;; at = (at + PAGE) % size) {
		p[at]++;
		if (at % (64 * PAGE) == 0)
			usleep(1000);
	}
}

static pid_t start(void (*work)(void))
{
	pid_t pid = fork();

	check(pid >= 0);
	if (pid == 0) {
		work();
		_exit(1);
	}
	return pid;
}

static void stop(pid_t pid)
{
	int status;

	check(kill(pid, SIGKILL) == 0);
	status = status_of(pid);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* ---- what is known of the page ---- */

static struct {
	/* SLOT_GONE: given up with the place, or by the swap-in that is told next. */
	enum { UNKNOWN, EMPTY, ZERO_PAGE, MAPPED, SWAPPED, SLOT_GONE } place;
	unsigned long mm, addr, frame, slot;
	unsigned int events;	/* at the place itself */
} page;

static const char *current_line;

#define possible(condition) do {						\
	if (!(condition)) {							\
		printf("impossible: %s\n%s\n", #condition, current_line);	\
		check(!"each story is possible");				\
	}									\
} while (0)

static bool place_is(int what)
{
	return page.place == UNKNOWN || (int)page.place == what;
}

/* A snapshot taken between two steps of a change may lack a list, never show two. */
static void check_state(const struct page_state *s)
{
	if (!s->known || has_flag(s, "reserved"))
		return;
	possible(has_flag(s, "active") + has_flag(s, "inactive_dirty") + has_flag(s, "inactive_clean") <= 1);
	possible(s->maps <= s->count || s->count == 0);
	possible(s->age <= AGE_MOST);
	if (has_flag(s, "inactive_clean"))
		possible(s->maps == 0 && !has_flag(s, "dirty") && !has_flag(s, "writeback"));
}

static void now_mapped(const struct trace_event *e)
{
	page.place = MAPPED;
	page.frame = e->frame;
}

static void check_place(const struct trace_event *e)
{
	/* The zero page goes without an event: it is not counted. */
	bool empty = place_is(EMPTY) || place_is(ZERO_PAGE) || place_is(SLOT_GONE);

	page.events++;
	if (is(e, "zero_map")) {
		possible(empty);
		page.place = ZERO_PAGE;
	} else if (is(e, "anon_map")) {
		possible(empty && e->after.maps == 1);
		now_mapped(e);
	} else if (is(e, "cow_copy")) {
		possible(place_is(ZERO_PAGE) || (place_is(MAPPED) && e->frame != page.frame));
		possible(e->after.maps == 1);
		now_mapped(e);
	} else if (is(e, "cow_reuse")) {
		possible(place_is(MAPPED) && (page.place == UNKNOWN || e->frame == page.frame));
		possible(e->after.maps == 1);
		now_mapped(e);
	} else if (is(e, "swap_out")) {
		possible(place_is(MAPPED) && (page.place == UNKNOWN || e->frame == page.frame));
		possible(e->slot && has_flag(&e->after, "swap_cache") && e->after.age == 0);
		page.place = SWAPPED;
		page.slot = e->slot;
	} else if (is(e, "swapin_map")) {
		possible((place_is(SWAPPED) || place_is(SLOT_GONE)) &&
			 (page.place == UNKNOWN || e->slot == page.slot));
		possible(e->after.maps >= 1 && has_flag(&e->after, "uptodate"));
		now_mapped(e);
	} else if (is(e, "unmap")) {
		possible(page.place != SWAPPED && page.place != SLOT_GONE && page.place != EMPTY);
		page.place = EMPTY;
	}
}

static void check_ages(const struct trace_event *e)
{
	unsigned int was = e->before.age, is_now = e->after.age, up = was + AGE_UP;

	if (is(e, "age_down"))
		possible(is_now == was / 2);
	else if (is(e, "age_up"))
		possible(is_now == was || is_now == (up < AGE_MOST ? up : AGE_MOST));
}

static void check_frame(const struct trace_event *e)
{
	bool ours = page.place == MAPPED && e->frame == page.frame;

	check_state(&e->before);
	check_state(&e->after);
	check_ages(e);
	if (is(e, "deactivate"))
		possible(!has_flag(&e->after, "active"));
	else if (is(e, "inactive_clean") || is(e, "rescue"))
		possible(!ours || !is(e, "inactive_clean"));
	else if (is(e, "reclaim"))
		possible(!ours && e->after.count == 1 && e->after.maps == 0 && !has_flag(&e->before, "dirty"));
	else if (is(e, "page_free"))
		possible(!ours && e->after.count == 0 && e->after.maps == 0);
	else if (is(e, "writepage"))
		possible(has_flag(&e->after, "writeback") && has_flag(&e->after, "swap_cache"));
}

static bool maps_page(const struct trace_event *e)
{
	return is(e, "zero_map") || is(e, "anon_map") || is(e, "cow_copy") || is(e, "swapin_map");
}

static void hear(const struct trace_event *e)
{
	static const char *const places[] = { "zero_map", "anon_map", "cow_copy", "cow_reuse", "swap_out",
					      "swapin_map", "unmap" };

	/* The kernel follows the page from here on. */
	if (!page.mm && e->addr == page.addr && maps_page(e))
		page.mm = e->mm;
	if (!page.mm)
		return;
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (is(e, places[i]) && e->mm == page.mm && e->addr == page.addr)
			check_place(e);
	if (is(e, "slot_free") && page.place == SWAPPED && e->slot == page.slot)
		page.place = SLOT_GONE;
	if (e->frame != NO_FRAME)
		check_frame(e);
}

static void hear_all(void)
{
	static char line[512];
	FILE *f = fopen(TRACE, "r");

	check(f);
	while (fgets(line, sizeof(line), f)) {
		struct trace_event e;

		if (*line == '#') { /* lost: what the process did before it came to the place */
			check(!page.mm);
			continue;
		}
		e = trace_event(line);
		current_line = line;
		hear(&e);
	}
	check(fclose(f) == 0);
}

/* => what happened at the place */
static unsigned int one_story(pid_t worker)
{
	memset(&page, 0, sizeof(page));
	page.addr = (unsigned long)(base + below(PAGES) * PAGE);
	trace_follow(worker, (void *)page.addr, "all,-fault,-fault_end");
	usleep(STORY_US);
	proc_write(TRACE, "none");
	hear_all();
	trace_end();
	return page.events;
}

int main(void)
{
	unsigned int events = 0;
	pid_t worker, presser;

	rng = (uint32_t)time(NULL) | 1;
	printf("seed %u\n", rng);
	base = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(base != MAP_FAILED);
	worker = start(random_work);
	presser = start(hog);
	for (int i = 0; i < STORIES; i++)
		events += one_story(worker);
	printf("%d stories, %u events\n", STORIES, events);
	stop(worker);
	stop(presser);
	check(events >= LEAST_EVENTS);
	return 0;
}
