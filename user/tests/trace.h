/* SPDX-License-Identifier: MIT */
/*
 * One page's story as /proc/trace tells it: following, and the lines taken apart.
 */
#ifndef QUIRE_TESTS_TRACE_H
#define QUIRE_TESTS_TRACE_H

#include <stdbool.h>

#include "proc.h"

#define TRACE "/proc/trace"
#define NO_FRAME (~0ul)

/* A page's state at one moment. */
struct page_state {
	bool known;
	unsigned int count, maps, age;
	char flags[120];	/* <name|name> */
};

struct trace_event {
	char name[24];
	unsigned long pid, frame, mm, addr, pte, slot;	/* slot: a swap entry, 0: none */
	struct page_state before, after;
};

static inline bool has_flag(const struct page_state *s, const char *flag)
{
	size_t len = strlen(flag);

	for (const char *p = s->flags; (p = strstr(p, flag)); p += len)
		if (strchr("<|", p[-1]) && strchr("|>", p[len]))
			return true;
	return false;
}

/* "-", or the list that the page is on. */
static inline const char *list_of(const struct page_state *s)
{
	static const char *const lists[] = { "active", "inactive_dirty", "inactive_clean" };

	for (unsigned int i = 0; i < 3; i++)
		if (has_flag(s, lists[i]))
			return lists[i];
	return "-";
}

static inline unsigned long trace_hex(const char *line, const char *name, unsigned long missing)
{
	const char *p = strstr(line, name);

	return p ? strtoul(p + strlen(name), NULL, 16) : missing;
}

static inline struct page_state trace_state(const char *line, const char *name)
{
	struct page_state s = { .known = false };
	const char *p = strstr(line, name);

	if (p)
		s.known = sscanf(p + strlen(name), "count:%u,maps:%u,age:%u,%119[^ \n]", &s.count, &s.maps, &s.age,
				 s.flags) == 4;
	return s;
}

static inline struct trace_event trace_event(const char *line)
{
	struct trace_event e = { .pid = 0 };

	check(sscanf(line, "%*s %lu %23s", &e.pid, e.name) == 2);
	e.frame = trace_hex(line, " pfn=", NO_FRAME);
	e.mm = trace_hex(line, " mm=", 0);
	e.addr = trace_hex(line, " addr=", 0);
	e.pte = trace_hex(line, " pte=", 0);
	e.slot = trace_hex(line, " slot=", 0);
	e.before = trace_state(line, " before=");
	e.after = trace_state(line, " after=");
	return e;
}

static inline bool is(const struct trace_event *e, const char *name)
{
	return strcmp(e->name, name) == 0;
}

/* From here on the page at that place of the process, and nothing else. */
static inline void trace_follow(pid_t pid, const void *place, const char *events)
{
	char text[64];

	proc_write(TRACE, "clear");
	snprintf(text, sizeof(text), "follow %d %lx", (int)pid, (unsigned long)place);
	proc_write(TRACE, text);
	proc_write(TRACE, events);
}

static inline void trace_end(void)
{
	proc_write(TRACE, "none");
	proc_write(TRACE, "follow 0");
	proc_write(TRACE, "clear");
}

#endif
