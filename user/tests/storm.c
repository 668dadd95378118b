/* SPDX-License-Identifier: MIT */
/*
 * A storm on memory: processes that map, write, fork, verify, remap, write files and die, together more than memory
 * holds, while the parent has the kernel audited where it can (Quire). Every byte read is checked.
 *
 * machine: mem=16 swap=64 timeout=240
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

#include "check.h"

#define WORKERS 5
#define SECONDS 12
#define AREAS 12
#define AREA_MOST (768u << 10)
#define FILE_PAGES 150u
#define AUDIT "/proc/vmaudit"

struct area {
	uint32_t *p;
	size_t pages;
	uint32_t seed;
	int shared;
};

static struct area areas[AREAS];
static uint32_t state;

static uint32_t rnd(void)
{
	state = state * 1664525u + 1013904223u;
	return state >> 7;
}

static uint32_t word(const struct area *a, size_t page)
{
	return a->seed ^ (uint32_t)page * 2654435761u;
}

static void fill(struct area *a)
{
	size_t i;

	a->seed = rnd();
	for (i = 0; i < a->pages; i++) {
		a->p[i * PAGE / 4] = word(a, i);
		a->p[i * PAGE / 4 + PAGE / 4 - 1] = ~word(a, i);
	}
}

static void verify(const struct area *a)
{
	size_t i;

	for (i = 0; i < a->pages; i++) {
		check(a->p[i * PAGE / 4] == word(a, i));
		check(a->p[i * PAGE / 4 + PAGE / 4 - 1] == ~word(a, i));
	}
}

static void drop(struct area *a)
{
	if (a->p)
		check(!munmap(a->p, a->pages * PAGE));
	a->p = NULL;
}

static void map_new(struct area *a)
{
	drop(a);
	a->shared = rnd() % 3 == 0;
	a->pages = 1 + rnd() % (AREA_MOST / PAGE);
	a->p = mmap(NULL, a->pages * PAGE, PROT_READ | PROT_WRITE,
		    MAP_ANONYMOUS | (a->shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);
	check(a->p != MAP_FAILED);
	fill(a);
}

/* Pages given back in the middle read as zeroes again, the others keep what they had. */
static void punch(struct area *a)
{
	size_t at, n, i;

	if (!a->p || a->pages < 4)
		return;
	at = 1 + rnd() % (a->pages - 2);
	n = 1 + rnd() % (a->pages - at);
	check(mmap(a->p + at * PAGE / 4, n * PAGE, PROT_READ | PROT_WRITE,
		   MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
	for (i = at; i < at + n; i++) {
		check(a->p[i * PAGE / 4] == 0);
		a->p[i * PAGE / 4] = word(a, i);
		a->p[i * PAGE / 4 + PAGE / 4 - 1] = ~word(a, i);
	}
}

static void grow(struct area *a)
{
	size_t pages = a->pages + 1 + rnd() % 16, i;
	void *p;

	/* Behind the end of a shared object there is nothing but SIGBUS. */
	if (!a->p || a->shared || pages * PAGE > AREA_MOST)
		return;
	p = mremap(a->p, a->pages * PAGE, pages * PAGE, MREMAP_MAYMOVE);
	if (p == MAP_FAILED)
		return; /* punched: several areas in one range */
	a->p = p;
	for (i = a->pages; i < pages; i++) {
		a->p[i * PAGE / 4] = word(a, i);
		a->p[i * PAGE / 4 + PAGE / 4 - 1] = ~word(a, i);
	}
	a->pages = pages;
}

/* The child sees the parent's bytes; what it writes to private areas stays its own. */
static void fork_and_write(void)
{
	pid_t pid = fork();
	int i, status;

	check(pid >= 0);
	if (pid == 0) {
		for (i = 0; i < AREAS; i++)
			if (areas[i].p)
				verify(&areas[i]);
		for (i = 0; i < AREAS; i += 2)
			if (areas[i].p)
				areas[i].p[PAGE / 8] = rnd();
		_exit(0);
	}
	status = status_of(pid);
	if (status)
		printf("child: status %#x\n", status);
	check(status == 0);
}

static void write_file(int worker)
{
	static uint32_t page[PAGE / 4];
	char name[64];
	uint32_t i, seed = rnd(), pages = 1 + rnd() % FILE_PAGES;
	int fd;

	snprintf(name, sizeof(name), "/tmp/storm.%d", worker);
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0);
	for (i = 0; i < pages; i++) {
		page[0] = page[PAGE / 4 - 1] = seed + i;
		check(write(fd, page, PAGE) == PAGE);
	}
	for (i = 0; i < pages; i++) {
		check(pread(fd, page, PAGE, (off_t)i * PAGE) == PAGE);
		check(page[0] == seed + i && page[PAGE / 4 - 1] == seed + i);
	}
	check(!ftruncate(fd, pages / 2 * PAGE));
	close(fd);
	check(!unlink(name));
}

static void work(int worker, time_t end)
{
	unsigned int rounds = 0;

	state = worker * 7919 + 1;
	while (time(NULL) < end) {
		struct area *a = &areas[rnd() % AREAS];

		switch (rnd() % 8) {
		case 0: case 1: map_new(a); break;
		case 2: drop(a); break;
		case 3: punch(a); break;
		case 4: grow(a); break;
		case 5: fork_and_write(); break;
		case 6: write_file(worker); break;
		default:
			if (a->p)
				verify(a);
		}
		rounds++;
	}
	for (int i = 0; i < AREAS; i++)
		if (areas[i].p)
			verify(&areas[i]);
	check(rounds > 0);
	_exit(0);
}

/* Quire only: the kernel's own opinion. */
static void audit(void)
{
	static char text[65536];
	size_t used = 0;
	ssize_t n;
	int fd = open(AUDIT, O_RDONLY);

	if (fd < 0)
		return;
	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += n;
	close(fd);
	text[used] = '\0';
	if (!strstr(text, " 0 differences"))
		printf("%s\n", text);
	check(strstr(text, " 0 differences"));
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : SECONDS, i;
	time_t end = time(NULL) + seconds;
	pid_t pid[WORKERS];

	for (i = 0; i < WORKERS; i++) {
		pid[i] = fork();
		check(pid[i] >= 0);
		if (!pid[i])
			work(i, end);
	}
	while (time(NULL) < end) {
		sleep(2);
		audit();
	}
	for (i = 0; i < WORKERS; i++) {
		int status = status_of(pid[i]);

		if (status)
			printf("worker %d: status %#x\n", i, status);
		check(status == 0);
	}
	return 0;
}
