/* SPDX-License-Identifier: MIT */
/*
 * mmap, munmap, mprotect, mremap, MADV_DONTNEED and brk in a long random order, against a model: for each page of a
 * window the protection and the content it must have. Every so often all of it is compared: contents by reading, absence by
 * mincore, protections by a system call that reads or writes there.
 *
 * machine: mem=8 swap=16 timeout=180
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

#define PAGES	256
#define STEPS	6000
#define COMPARE	200	/* steps between full comparisons */
#define ABSENT	(-1)

static struct {
	int prot;		/* or ABSENT */
	unsigned char first;	/* first and last byte of the page */
	unsigned char last;
} model[PAGES];

static char *window;
static uint32_t seed = 12345;
static int pipe_fd[2];

static uint32_t any(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)seed * below >> 32);
}

static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE };

static void do_map(int at, int n)
{
	int prot = prots[any(4)];
	char *p = mmap(window + at * PAGE, n * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	check(p == window + at * PAGE);
	for (int i = at; i < at + n; i++) {
		model[i].prot = prot;
		model[i].first = model[i].last = 0;
	}
}

static void do_unmap(int at, int n)
{
	check(munmap(window + at * PAGE, n * PAGE) == 0);
	for (int i = at; i < at + n; i++)
		model[i].prot = ABSENT;
}

/* Linux changes what comes before the first hole, then fails. */
static void do_protect(int at, int n)
{
	int prot = prots[any(4)], hole = at;

	while (hole < at + n && model[hole].prot != ABSENT)
		hole++;
	if (hole < at + n) {
		check(mprotect(window + at * PAGE, n * PAGE, prot) == -1 && errno == ENOMEM);
	} else {
		check(mprotect(window + at * PAGE, n * PAGE, prot) == 0);
	}
	for (int i = at; i < hole; i++)
		model[i].prot = prot;
}

static void do_write(int at, int n)
{
	for (int i = at; i < at + n; i++)
		if (model[i].prot != ABSENT && (model[i].prot & PROT_WRITE)) {
			window[i * PAGE] = model[i].first = any(256);
			window[i * PAGE + PAGE - 1] = model[i].last = any(256);
		}
}

/* Linux goes on behind a hole, then fails. */
static void do_drop(int at, int n)
{
	int holes = 0;

	for (int i = at; i < at + n; i++) {
		holes += model[i].prot == ABSENT;
		model[i].first = model[i].last = 0;
	}
	if (holes)
		check(madvise(window + at * PAGE, n * PAGE, MADV_DONTNEED) == -1 && errno == ENOMEM);
	else
		check(madvise(window + at * PAGE, n * PAGE, MADV_DONTNEED) == 0);
}

/* Pages of one area move to another place, over what is there; there they may be more, or fewer. */
static void do_move(int at, int n)
{
	int to = any(PAGES), m = 1 + any(2 * n);

	if (to + m > PAGES)
		m = PAGES - to;
	if (to < at + n && at < to + m)
		return;
	/* Of what is there already one page alone is surely of one area. */
	if (model[at].prot == ABSENT || any(2)) {
		do_map(at, n);
		do_write(at, n);
	} else {
		n = 1;
	}
	check(mremap(window + at * PAGE, n * PAGE, m * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, window + to * PAGE) ==
	      window + to * PAGE);
	for (int i = 0; i < m; i++) {
		model[to + i] = model[at + (i < n ? i : 0)];
		if (i >= n)
			model[to + i].first = model[to + i].last = 0;
	}
	for (int i = at; i < at + n; i++)
		model[i].prot = ABSENT;
}

/* A page grows to n where it is, if nothing is in the way. */
static void do_grow(int at, int n)
{
	int hole = at + 1;

	if (model[at].prot == ABSENT)
		return;
	while (hole < at + n && model[hole].prot == ABSENT)
		hole++;
	if (hole < at + n) {
		check(mremap(window + at * PAGE, PAGE, n * PAGE, 0) == MAP_FAILED && errno == ENOMEM);
		return;
	}
	check(mremap(window + at * PAGE, PAGE, n * PAGE, 0) == window + at * PAGE);
	for (int i = at + 1; i < at + n; i++) {
		model[i].prot = model[at].prot;
		model[i].first = model[i].last = 0;
	}
}

/* What the kernel thinks of a page, asked without touching it from here. */
static int readable(char *p)
{
	char sink;
	int ok = write(pipe_fd[1], p, 1) == 1;

	check(ok || errno == EFAULT);
	if (ok)
		check(read(pipe_fd[0], &sink, 1) == 1 && sink == *(volatile char *)p);
	return ok;
}

static int writable(char *p)
{
	char old = 0;
	int ok;

	check(write(pipe_fd[1], &old, 1) == 1);
	ok = read(pipe_fd[0], p, 1) == 1;
	if (!ok) {
		check(errno == EFAULT);
		/* The byte may be gone or not: empty the pipe. */
		fcntl(pipe_fd[0], F_SETFL, O_NONBLOCK);
		while (read(pipe_fd[0], &old, 1) == 1)
			;
		fcntl(pipe_fd[0], F_SETFL, 0);
	}
	return ok;
}

static void compare(void)
{
	unsigned char resident;

	for (int i = 0; i < PAGES; i++) {
		unsigned char *p = (unsigned char *)window + i * PAGE;
		int prot = model[i].prot;

		check((mincore(p, PAGE, &resident) == 0) == (prot != ABSENT));
		check(readable((char *)p) == (prot != ABSENT && (prot & PROT_READ)));
		if (prot == ABSENT || !(prot & PROT_READ))
			continue;
		check(p[0] == model[i].first && p[PAGE - 1] == model[i].last && p[PAGE / 2] == 0);
		check(writable((char *)p + PAGE / 2) == !!(prot & PROT_WRITE));
	}
}

static void random_steps(void)
{
	for (int step = 1; step <= STEPS; step++) {
		int at = any(PAGES), n = 1 + any(any(8) ? 8 : PAGES - at);

		if (at + n > PAGES)
			n = PAGES - at;
		switch (any(8)) {
		case 0:
			do_map(at, n);
			break;
		case 1:
			do_unmap(at, n);
			break;
		case 2:
			do_protect(at, n);
			break;
		case 3:
			do_drop(at, n);
			break;
		case 4:
			do_move(at, n);
			break;
		case 5:
			do_grow(at, n);
			break;
		default:
			do_write(at, n);
		}
		if (step % COMPARE == 0)
			compare();
	}
}

/* The heap grows and shrinks; new pages are zero, old ones keep what they had. */
static void breaks(void)
{
	char *base = sbrk(0);
	int pages = 0;

	base += -(uintptr_t)base % PAGE;
	check(brk(base) == 0);
	for (int step = 0; step < 500; step++) {
		int to = any(64);

		check(brk(base + to * PAGE) == 0 && sbrk(0) == base + to * PAGE);
		for (int i = 0; i < to; i++) {
			check(base[i * PAGE] == (i < pages ? (char)(i + 1) : 0));
			base[i * PAGE] = i + 1;
		}
		pages = to;
	}
	check(brk(base) == 0);
}

int main(void)
{
	check(pipe(pipe_fd) == 0);
	window = mmap(NULL, PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(window != MAP_FAILED);
	do_unmap(0, PAGES);
	random_steps();
	do_unmap(0, PAGES);
	breaks();
	return 0;
}
