/* SPDX-License-Identifier: MIT */
/* Bench: page faults, copy on write, and the calls that make, change and take away areas. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define RW		(PROT_READ | PROT_WRITE)
#define CACHED_FILE	"bench.memory"
#define FILE_CHUNK	(64 * KIB)

static volatile char sink;

/* One load from each page. */
static void read_pages(const char *memory, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += PAGE)
		sink = *(const volatile char *)(memory + at);
}

/* A file of n pages, all of them in the page cache. */
static int cached_file(long n)
{
	static char chunk[FILE_CHUNK];
	int fd = open(CACHED_FILE, O_RDWR | O_CREAT | O_TRUNC, 0600);

	bench_need(fd >= 0);
	bench_touch(chunk, sizeof(chunk));
	for (size_t done = 0; done < n * PAGE; done += sizeof(chunk))
		bench_need(write(fd, chunk, sizeof(chunk)) == sizeof(chunk));
	bench_need(lseek(fd, 0, SEEK_SET) == 0 && fsync(fd) == 0);
	while (read(fd, chunk, sizeof(chunk)) > 0)
		;
	return fd;
}

/* ---- faults, per page ---- */

static void zero_write(long n, long arg)
{
	char *memory = bench_memory(n * PAGE);

	(void)arg;
	bench_start();
	bench_touch(memory, n * PAGE);
	bench_stop(n);
}

static void zero_read(long n, long arg)
{
	char *memory = bench_memory(n * PAGE);

	(void)arg;
	bench_start();
	read_pages(memory, n * PAGE);
	bench_stop(n);
}

static void zero_read_write(long n, long arg)
{
	char *memory = bench_memory(n * PAGE);

	(void)arg;
	read_pages(memory, n * PAGE);
	bench_start();
	bench_touch(memory, n * PAGE);
	bench_stop(n);
}

/* The child writes while the parent still has the pages. */
static void cow_copy(long n, long arg)
{
	char *memory = bench_memory(n * PAGE);
	pid_t pid;

	(void)arg;
	bench_touch(memory, n * PAGE);
	pid = fork();
	if (pid == 0) {
		bench_start();
		bench_touch(memory, n * PAGE);
		bench_stop(n);
		_exit(0);
	}
	bench_join(pid);
}

/* The parent writes after the child, which only ended. */
static void cow_reuse(long n, long arg)
{
	char *memory = bench_memory(n * PAGE);
	pid_t pid;

	(void)arg;
	bench_touch(memory, n * PAGE);
	pid = fork();
	if (pid == 0)
		_exit(0);
	bench_join(pid);
	bench_start();
	bench_touch(memory, n * PAGE);
	bench_stop(n);
}

/* arg: MAP_SHARED or MAP_PRIVATE */
static void file_read(long n, long arg)
{
	char *memory = mmap(NULL, n * PAGE, PROT_READ, arg, cached_file(n), 0);

	bench_need(memory != MAP_FAILED);
	bench_start();
	read_pages(memory, n * PAGE);
	bench_stop(n);
}

static void file_write(long n, long arg)
{
	char *memory = mmap(NULL, n * PAGE, RW, arg, cached_file(n), 0);

	bench_need(memory != MAP_FAILED);
	bench_start();
	bench_touch(memory, n * PAGE);
	bench_stop(n);
}

/* ---- areas ---- */

/* arg: bytes, of which nothing is touched */
static void mmap_munmap(long n, long arg)
{
	bench_start();
	for (long i = 0; i < n; i++)
		munmap(bench_memory(arg), arg);
	bench_stop(n);
}

/* arg: bytes; one page of it is touched each time */
static void mmap_touch_munmap(long n, long arg)
{
	bench_start();
	for (long i = 0; i < n; i++) {
		char *memory = bench_memory(arg);

		bench_touch(memory, PAGE);
		munmap(memory, arg);
	}
	bench_stop(n);
}

static void munmap_full(long n, long arg)
{
	char *memory = bench_memory(n * PAGE);

	(void)arg;
	bench_touch(memory, n * PAGE);
	bench_start();
	munmap(memory, n * PAGE);
	bench_stop(n);
}

/* n pages are touched, arg bytes apart */
static void munmap_sparse(long n, long arg)
{
	char *memory = bench_memory(n * arg);

	for (long i = 0; i < n; i++)
		bench_touch(memory + i * arg, PAGE);
	bench_start();
	munmap(memory, n * arg);
	bench_stop(n);
}

static void dontneed(long n, long arg)
{
	char *memory = bench_memory(n * PAGE);

	(void)arg;
	bench_touch(memory, n * PAGE);
	bench_start();
	bench_need(madvise(memory, n * PAGE, MADV_DONTNEED) == 0);
	bench_stop(n);
}

/* Makes n areas of arg bytes each out of one, by another protection of every second. */
static void split(char *memory, long n, long arg)
{
	for (long i = 1; i < n; i += 2)
		bench_need(mprotect(memory + i * arg, arg, PROT_READ) == 0);
}

static void mprotect_split(long n, long arg)
{
	char *memory = bench_memory(n * arg);

	bench_start();
	split(memory, n, arg);
	bench_stop(n / 2);
}

/* One call over n areas of arg bytes, whose protections differ: they stay areas of their own. */
static void mprotect_many(long n, long arg)
{
	char *memory = bench_memory(n * arg);
	int fd = cached_file(1);

	for (long i = 1; i < n; i += 2)
		bench_need(mmap(memory + i * arg, PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0) != MAP_FAILED);
	bench_start();
	bench_need(mprotect(memory, n * arg, PROT_READ) == 0);
	bench_stop(n);
}

/* One call that makes one area out of n. */
static void mprotect_join(long n, long arg)
{
	char *memory = bench_memory(n * arg);

	split(memory, n, arg);
	bench_start();
	bench_need(mprotect(memory, n * arg, PROT_READ) == 0);
	bench_stop(n);
}

/* n touched pages in one area. */
static void mprotect_pages(long n, long arg)
{
	char *memory = bench_memory(n * PAGE);

	(void)arg;
	bench_touch(memory, n * PAGE);
	bench_start();
	bench_need(mprotect(memory, n * PAGE, PROT_READ) == 0);
	bench_stop(n);
}

/* arg touched bytes move to and fro. */
static void mremap_move(long n, long arg)
{
	char *here = bench_memory(arg), *there = bench_memory(2 * arg) + arg;

	bench_touch(here, arg);
	bench_start();
	for (long i = 0; i < n; i++) {
		char *to = i & 1 ? here : there, *from = i & 1 ? there : here;

		bench_need(mremap(from, arg, arg, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
	}
	bench_stop(n);
}

/* The end of the heap goes a page up, is touched, and goes down. */
static void brk_page(long n, long arg)
{
	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++) {
		char *page = sbrk(PAGE);

		bench_need(page != (char *)-1);
		bench_touch(page, PAGE);
		sbrk(-(int)PAGE);
	}
	bench_stop(n);
}

/* n areas of one page, which cannot join: many small objects of the kernel. */
static void many_areas(long n, long arg)
{
	char *memory = mmap(NULL, n * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	bench_need(memory != MAP_FAILED);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(mmap(memory + i * PAGE, PAGE, i & 1 ? PROT_READ : RW,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
	munmap(memory, n * PAGE);
	bench_stop(n);
}

static const struct bench_row rows[] = {
	{ "zero_write", "page", zero_write, 4096, 0 },
	{ "zero_read", "page", zero_read, 4096, 0 },
	{ "zero_read_write", "page", zero_read_write, 4096, 0 },
	{ "cow_copy", "page", cow_copy, 4096, 0 },
	{ "cow_reuse", "page", cow_reuse, 4096, 0 },
	{ "file_read_shared", "page", file_read, 2048, MAP_SHARED },
	{ "file_read_private", "page", file_read, 2048, MAP_PRIVATE },
	{ "file_write_shared", "page", file_write, 2048, MAP_SHARED },
	{ "file_write_private", "page", file_write, 2048, MAP_PRIVATE },
	{ "mmap_page", "pair", mmap_munmap, 5000, PAGE },
	{ "mmap_64m", "pair", mmap_munmap, 5000, 64 * MIB },
	{ "mmap_page_touched", "pair", mmap_touch_munmap, 5000, PAGE },
	{ "mmap_64m_touched", "pair", mmap_touch_munmap, 2000, 64 * MIB },
	{ "munmap_full", "page", munmap_full, 64 * MIB / PAGE, 0 },
	{ "munmap_sparse", "page", munmap_sparse, 64, MIB },
	{ "dontneed", "page", dontneed, 4096, 0 },
	{ "mprotect_split", "call", mprotect_split, 1024, 64 * KIB },
	{ "mprotect_many", "area", mprotect_many, 1024, 64 * KIB },
	{ "mprotect_join", "area", mprotect_join, 1024, 64 * KIB },
	{ "mprotect_pages", "page", mprotect_pages, 4096, 0 },
	{ "mremap_move_1m", "call", mremap_move, 100, MIB },
	{ "brk_page", "pair", brk_page, 5000, 0 },
	{ "many_areas", "area", many_areas, 2000, 0 },
};

BENCH_MAIN(rows)
