/* SPDX-License-Identifier: MIT */
/*
 * Bench: programs that need more memory than there is.
 *
 * Each fills a working set, a multiple of the machine's memory (-m, in MiB: the same number on both
 * kernels, whatever each of them has left), and then touches its pages in a pattern. A touch
 * looks whether the page holds what was last written to it; one in WRITE_EVERY writes it anew. The time
 * is that of all of it, the filling included. Notes: those of traffic.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "pattern.h"
#include "traffic.h"

#define WRITE_EVERY	4
#define WORDS		(PAGE / sizeof(uint32_t))
#define PERCENT		100
#define RIVALS		2

/* A working set: its memory, and how often each page was written. */
struct set {
	struct pattern pattern;
	char *memory;
	uint8_t *version;
};

/* PERCENT of the machine's memory, in pages */
static uint32_t pages_of(long percent)
{
	return (uint64_t)bench_machine_mib * MIB / PAGE * percent / PERCENT;
}

/* ---- the working set ---- */

static void set_init(struct set *set, enum pattern_kind kind, uint32_t pages, uint32_t seed)
{
	bench_need(pattern_init(&set->pattern, kind, pages, seed) == 0);
	if (bench_tracing)
		return;
	set->memory = bench_memory((size_t)pages * PAGE);
	set->version = calloc(pages, 1);
	bench_need(set->version);
	memset(set->version, 0, pages);	/* its frames are not the working set's */
}

static uint32_t stamp(uint32_t page, uint32_t version)
{
	return page * 2654435761u ^ version * 0x01010101u;
}

static void set_write(struct set *set, uint32_t page)
{
	volatile uint32_t *words = (uint32_t *)(set->memory + (size_t)page * PAGE);
	uint32_t value = stamp(page, ++set->version[page]);

	words[0] = value;
	words[WORDS - 1] = ~value;
}

static void set_check(const struct set *set, uint32_t page)
{
	volatile uint32_t *words = (uint32_t *)(set->memory + (size_t)page * PAGE);
	uint32_t value = stamp(page, set->version[page]);

	if (words[0] != value || words[WORDS - 1] != ~value)
		bench_fail(EIO);
}

/* ---- running it, or telling what it would touch ---- */

static void fill(struct set *set)
{
	for (uint32_t page = 0; page < set->pattern.pages; page++) {
		if (bench_tracing)
			printf("%u\n", page);
		else
			set_write(set, page);
	}
}

static void touch(struct set *set)
{
	uint32_t page = pattern_next(&set->pattern);
	bool write = pattern_random(&set->pattern, WRITE_EVERY) == 0;

	set_check(set, page);
	if (write)
		set_write(set, page);
}

/* The page that touch() would touch. */
static uint32_t trace(struct set *set)
{
	uint32_t page = pattern_next(&set->pattern);

	pattern_random(&set->pattern, WRITE_EVERY);
	return page;
}

static void touch_or_trace(struct set *set, long touches)
{
	for (; touches > 0; touches--) {
		if (bench_tracing)
			printf("%u\n", trace(set));
		else
			touch(set);
	}
}

/* ---- one program alone ---- */

static void alone(enum pattern_kind kind, long passes, long percent)
{
	uint32_t pages = pages_of(percent);
	long touches = passes * pages;
	struct set set;

	set_init(&set, kind, pages, kind);
	if (!bench_tracing)
		traffic_start();
	fill(&set);
	touch_or_trace(&set, touches);
	if (!bench_tracing)
		traffic_stop(touches + pages, RUSAGE_SELF);
}

static void sequential(long passes, long percent)
{
	alone(SEQUENTIAL, passes, percent);
}

static void random_pages(long passes, long percent)
{
	alone(RANDOM, passes, percent);
}

static void hot(long passes, long percent)
{
	alone(HOT, passes, percent);
}

static void zipf(long passes, long percent)
{
	alone(ZIPF, passes, percent);
}

/* ---- two programs with the same needs ---- */

static void trace_rivals(uint32_t pages, long touches)
{
	struct set set[RIVALS];

	for (uint32_t i = 0; i < RIVALS; i++)
		set_init(&set[i], HOT, pages, i + 1);
	for (long t = -(long)pages; t < touches; t++)
		for (uint32_t i = 0; i < RIVALS; i++)
			printf("%u\n", i * pages + (t < 0 ? (uint32_t)(t + pages) : trace(&set[i])));
}

static void rivals(long passes, long percent)
{
	uint32_t pages = pages_of(percent);
	long touches = passes * pages;
	pid_t pid[RIVALS];

	if (bench_tracing) {
		trace_rivals(pages, touches);
		return;
	}
	traffic_start();
	for (uint32_t i = 0; i < RIVALS; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			struct set set;

			set_init(&set, HOT, pages, i + 1);
			fill(&set);
			touch_or_trace(&set, touches);
			_exit(0);
		}
	}
	for (uint32_t i = 0; i < RIVALS; i++)
		bench_join(pid[i]);
	traffic_stop(RIVALS * (touches + pages), RUSAGE_CHILDREN);
}

/* ---- a file goes by while the program works ---- */

#define STREAM_FILE	"/var/tmp/bench-stream"
#define STREAM_PERCENT	60	/* of memory: the file's size */
#define STREAM_TIMES	4	/* how often it is read */
#define CHUNK_PAGES	16	/* that one read() asks for */

static char chunk[CHUNK_PAGES * PAGE];

static void make_stream_file(uint32_t pages)
{
	int fd = open(STREAM_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	bench_need(fd >= 0);
	memset(chunk, 'x', sizeof(chunk));
	for (uint32_t page = 0; page < pages; page += CHUNK_PAGES)
		bench_need(write(fd, chunk, sizeof(chunk)) == sizeof(chunk));
	bench_need(fsync(fd) == 0);
	close(fd);
}

static void read_chunk(int fd, uint32_t at, uint32_t pages)
{
	if (at == 0)
		bench_need(lseek(fd, 0, SEEK_SET) == 0);
	bench_need(read(fd, chunk, sizeof(chunk)) == sizeof(chunk));
	if (chunk[0] != 'x' || chunk[sizeof(chunk) - 1] != 'x' || at + CHUNK_PAGES > pages)
		bench_fail(EIO);
}

static void trace_chunk(uint32_t first, uint32_t at)
{
	for (uint32_t page = at; page < at + CHUNK_PAGES; page++)
		printf("%u\n", first + page);
}

/* After each piece of the file TOUCHES of the working set. */
static void stream_beside(long touches, long percent)
{
	uint32_t file = pages_of(STREAM_PERCENT) / CHUNK_PAGES * CHUNK_PAGES;
	uint32_t pages = pages_of(percent);
	struct set set;
	int fd = -1;

	set_init(&set, RANDOM, pages, 1);
	if (!bench_tracing) {
		make_stream_file(file);
		fd = open(STREAM_FILE, O_RDONLY);
		bench_need(fd >= 0);
		traffic_start();
	}
	fill(&set);
	for (uint32_t read = 0; read < file * STREAM_TIMES; read += CHUNK_PAGES) {
		if (bench_tracing)
			trace_chunk(pages, read % file);
		else
			read_chunk(fd, read % file, file);
		touch_or_trace(&set, touches);
	}
	if (bench_tracing)
		return;
	traffic_stop(pages + file * STREAM_TIMES / CHUNK_PAGES * touches, RUSAGE_SELF);
	unlink(STREAM_FILE);
}

static const struct bench_row rows[] = {
	{ "sequential_half", "touch", sequential, 2, 50 },
	{ "sequential_1half", "touch", sequential, 2, 150 },
	{ "sequential_2x", "touch", sequential, 2, 200 },
	{ "sequential_4x", "touch", sequential, 2, 400 },
	{ "random_half", "touch", random_pages, 1, 50 },
	{ "random_1half", "touch", random_pages, 1, 150 },
	{ "random_2x", "touch", random_pages, 1, 200 },
	{ "random_4x", "touch", random_pages, 1, 400 },
	{ "hot_half", "touch", hot, 2, 50 },
	{ "hot_1half", "touch", hot, 2, 150 },
	{ "hot_2x", "touch", hot, 2, 200 },
	{ "hot_4x", "touch", hot, 2, 400 },
	{ "zipf_half", "touch", zipf, 2, 50 },
	{ "zipf_1half", "touch", zipf, 2, 150 },
	{ "zipf_2x", "touch", zipf, 2, 200 },
	{ "zipf_4x", "touch", zipf, 2, 400 },
	{ "rivals_2x", "touch", rivals, 2, 100 },
	{ "stream_beside", "touch", stream_beside, 64, 50 },
};

BENCH_MAIN(rows)
